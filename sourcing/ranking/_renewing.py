"""Columns worked out of leads and kept beside the database: who has to be read again, and where the files lie."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns import files
from storage.store import Store

_log = logging.getLogger(__name__)
Columns = Mapping[str, NDArray[Any]]
Marks = Sequence[tuple[str, str]]


class Changed(NamedTuple):
    """What became of former rows."""

    kept: NDArray[np.intp]  # the former rows that still say what their leads do, in order
    stale: dict[str, str]  # leads to read, by id, with their marks
    gone: bool  # some former rows are of nobody now


def changed(marks: Marks, leads: NDArray[np.bytes_], mark: NDArray[np.bytes_]) -> Changed:
    """Hold former rows, in the order of their leads, against the leads as `Store.lead_marks` says they are now."""
    at = _rows(leads, mark, marks)
    kept = at[at >= 0]
    return Changed(kept, dict(marks[row] for row in np.flatnonzero(at < 0).tolist()), len(kept) < len(leads))


def _rows(leads: NDArray[np.bytes_], mark: NDArray[np.bytes_], marks: Marks) -> NDArray[np.intp]:
    """For each lead its former row, or -1 where there is none that says what it does."""
    if not len(leads) or not marks:
        return np.full(len(marks), -1, np.intp)
    names = np.array([name.encode() for name, _ in marks], np.bytes_)
    now = np.array([text.encode() for _, text in marks], np.bytes_)
    at = np.minimum(np.searchsorted(leads, names), len(leads) - 1)
    return np.where((leads[at] == names) & (mark[at] == now), at, -1)


def room(store: Store, *names: str) -> Path | None:
    """The folder of some columns, below the one that `drop_matrices` deletes; None where there is no file to be beside.

    The first name begins with an underscore, which no role does.
    """
    return store.file.with_suffix(".matrix").joinpath(*names) if store.file is not None else None


def kept(folder: Path | None, form: str) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """Columns and names kept in a folder in this form; None if there are none."""
    found = files.load(folder) if folder is not None else None
    if found is None or found[1].get("form") != form:
        return None
    return dict(found[0]), tuple(found[1]["names"])


def keep(folder: Path | None, form: str, columns: Columns, names: Sequence[str]) -> bool:
    """Keep columns and names in place of the former ones; what cannot be kept, False, is made again each time."""
    if folder is None:
        return False
    try:
        files.save(folder, columns, {"form": form, "names": list(names)})
    except OSError as error:
        _log.warning("columns of %s are not kept: %s; they are made again each time", folder.name, error)
        return False
    return True


def clear(folder: Path | None) -> None:
    """Delete what is kept in a folder."""
    if folder is not None:
        files.forget(folder)
