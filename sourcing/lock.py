"""One run at a time per installation: a lock file that the system releases when the process ends.

A file lock cannot go stale after a crash or a power cut, which a row in the database can. Machines that share a
database share no file: a night holds a lock there as well (`Store.hold_night`).
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import AlreadyRunningError
from storage.store import Hold, Store, server_held

__all__ = ["AlreadyRunningError", "alone", "exclusive", "night_held", "server_held"]

LOCK_NAME = ".sourcing.lock"


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the installation's lock, or raise AlreadyRunningError naming its owner and since when it works."""
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
        since = datetime.now(UTC)  # of the lock itself, whatever time the run works with
        file.write(f"process {os.getpid()} on {socket.gethostname()} since {since:%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield


@contextmanager
def night_held(store: Store, now: datetime) -> Iterator[Hold]:
    """Hold the night of a database, also against other machines; AlreadyRunningError names its owner."""
    with store.hold_night(socket.gethostname(), os.getpid(), now) as held:
        yield held


@contextmanager
def alone(folder: Path, store: Store) -> Iterator[None]:
    """Keep nights out, of this installation and of other machines on the database: for all that writes as a night does.

    AlreadyRunningError names who is at work.
    """
    with exclusive(folder), night_held(store, datetime.now(UTC)):  # the time of the lock itself
        yield
