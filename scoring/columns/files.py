"""Columns kept as files, read back by mapping them into memory: a ranking then touches only what it looks at.

A set of columns is written whole into a new folder, and a small file that names it is moved into place at the end.
Readers see the old set or the new one, never half of each.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
_CURRENT = "current.json"


def save(folder: Path, columns: Columns, about: Mapping[str, Any]) -> None:
    """Put these columns and what is to be known of them in the place of the former ones; OSError if it fails."""
    token = uuid4().hex
    room = folder / token
    room.mkdir(parents=True)
    for name, column in columns.items():
        np.save(room / f"{name}.npy", column, allow_pickle=False)
    draft = folder / f"{token}.json"
    draft.write_text(json.dumps({"folder": token, "columns": sorted(columns), "about": about}), "utf-8")
    draft.replace(folder / _CURRENT)
    for other in folder.iterdir():
        if other.is_dir() and other.name != token:
            shutil.rmtree(other, ignore_errors=True)  # a reader on another system may still hold it


def load(folder: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """The columns kept, mapped and read-only, with what is known of them; None if there are none to be trusted."""
    try:
        kept = json.loads((folder / _CURRENT).read_text("utf-8"))
        room = folder / kept["folder"]
        columns = {name: _mapped(room / f"{name}.npy") for name in kept["columns"]}
        return columns, kept["about"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # made again from the receipts


def forget(folder: Path) -> None:
    """Delete every column kept below a folder."""
    if folder.is_dir():
        shutil.rmtree(folder)


def _mapped(file: Path) -> NDArray[Any]:
    # A plain array over the mapping: numpy's own class for it costs more per look than the look.
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
