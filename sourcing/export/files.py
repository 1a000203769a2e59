"""Files that are there whole or not at all, under names no earlier one has."""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from storage.errors import StoreError

MOST_NAME_BYTES = 120


def free_name(folder: Path, name: str, now: datetime, suffix: str) -> Path:
    """A name with role and date that no earlier export has: the ledger's digests must stay true."""
    plain = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "role"
    stem = f"{plain[: MOST_NAME_BYTES - 30]}-{now:%Y-%m-%d}"
    names = [folder / f"{stem}.{suffix}"]
    while names[-1].exists():
        names.append(folder / f"{stem}-{len(names) + 1}.{suffix}")
    return names[-1]


def companion(path: Path) -> Path:
    """The file beside an export that tells what it is and where everything in it is from."""
    return path.with_name(f"{path.name}.about.txt")


def durable(path: Path, body: bytes) -> Path:
    """Write a file that is in memory so that it is there whole or not at all; StoreError if the disk refuses."""
    streamed(path, lambda file: file.write(body))
    return path


def streamed(path: Path, fill: Callable[[BinaryIO], object]) -> str:
    """Write a file so that it is there whole or not at all; gives its SHA-256. StoreError if the disk refuses."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w+b") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        temporary.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; free space or change [exports] folder"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return digest
