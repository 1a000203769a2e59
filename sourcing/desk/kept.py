"""Columns of the desk kept in files beside the database, below the folder that `ranking.drop_matrices` deletes.

A file is only a shorter way to what the database says: where it is missing, of another state or cannot be written, the
columns are read from the database again.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from scoring.columns import files
from sourcing.config import SQLITE
from storage.store import Store

_log = logging.getLogger(__name__)
Columns = Mapping[str, NDArray[Any]]
Texts = Mapping[str, Sequence[str]]


def room(store: Store, kind: str, role: str) -> Path | None:
    """The folder for one role's columns of a kind; None where there is no file to stand beside."""
    # The underscore keeps it apart from the columns of a role of that name.
    return store.file.with_suffix(".matrix") / f"_{kind}" / role if store.file is not None else None


def forget(url: str) -> None:
    """Delete everything kept beside the database of this address; nothing happens where nothing is."""
    if url.startswith(SQLITE):
        files.forget(Path(url.removeprefix(SQLITE)).with_suffix(".matrix"))


def load(folder: Path | None, about: Mapping[str, str]) -> tuple[Columns, Texts] | None:
    """Columns and texts kept of this state; None if there are none."""
    found = files.load(folder) if folder is not None else None
    if found is None or {name: found[1].get(name) for name in about} != dict(about):
        return None
    return found[0], found[1]["texts"]


def save(folder: Path | None, about: Mapping[str, str], columns: Columns, texts: Texts) -> None:
    """Keep columns and texts of a state in place of the former ones; what cannot be kept is made again each time."""
    if folder is None:
        return
    try:
        files.save(folder, columns, {**about, "texts": {name: list(some) for name, some in texts.items()}})
    except OSError as error:
        _log.warning("the list of %s is not kept: %s; it is read again after each start", folder.name, error)
