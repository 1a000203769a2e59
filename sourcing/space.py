"""Whether there is room for a night: a disk that fills up in the middle of one costs more than a night not begun."""

import os
import shutil
from pathlib import Path

from sourcing.config import SQLITE, Config
from storage.errors import StoreError

MIB = 2**20


def require_space(config: Config) -> None:
    """Raise StoreError if a disk the night writes to has less free than `[database] min_free_mib`."""
    least = config.database.min_free_mib
    for folder in dict.fromkeys((_database_folder(config), _there(config.logs_folder), _there(config.exports_folder))):
        free = shutil.disk_usage(folder).free // MIB
        if free < least:
            raise StoreError(
                f"{folder}: {free} MiB free, a night needs {least}; make room there, or lower [database] min_free_mib"
            )


def _database_folder(config: Config) -> Path:
    """Where a SQLite file lies; for a server, whose disk is not ours to see, the installation's folder."""
    url = config.database_url
    file = url.removeprefix(SQLITE) if url.startswith(SQLITE) else os.fspath(config.path)
    return _there(Path(file).parent)


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
