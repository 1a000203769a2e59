"""One run at a time per installation: a lock file that the system releases when the process ends.

A file lock cannot go stale after a crash or a power cut, which a row in the database can.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import SourcingError

LOCK_NAME = ".sourcing.lock"


class AlreadyRunningError(SourcingError):
    """Another run works on this installation."""

    exit_code = 4


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the installation's lock, or raise AlreadyRunningError naming its owner."""
    with (folder / LOCK_NAME).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read(200).strip() or "unknown owner"
            raise AlreadyRunningError(
                f"{folder}: another run is at work ({owner}); wait for it or stop it first"
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield
