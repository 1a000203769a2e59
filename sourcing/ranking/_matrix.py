"""The matrix of a role, kept in files beside the database and made again only for leads whose receipts changed."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.columns import Matrix
from scoring.columns.build import Numbered, Seen, assembled, effective, key, renewed, seen
from scoring.columns.files import forget, load, save
from scoring.engine import Scorer
from scoring.reference import Reference
from scoring.roles import Role
from sourcing.ranking._beside import BESIDE, drop_beside
from sourcing.ranking._levels import LEVELS, drop_levels
from storage.store import Store

_log = logging.getLogger(__name__)
_MARK = "V16"  # the hash of a receipt


def matrix(
    store: Store, role: Role, *, now: datetime, folder: Path | None = None, reference: Reference | None = None
) -> Matrix:
    """The matrix of all living leads scored for a role; `stale` counts those scored by another version of it.

    Columns are kept under `folder`, by default beside a database file; without either they are made each time.
    """
    digest = Scorer(role, now, reference).digest
    room = _room(store, role, folder)
    stamp = store.receipt_stamp(role.role)
    kept = load(room) if room is not None else None
    about: dict[str, Any] = {"stamp": stamp, "key": key(role, reference)}
    if kept is not None and kept[1] == about:
        return _from_files(role, kept[0], digest, reference)
    marks = store.receipt_marks(role.role)
    former = kept[0] if kept is not None and kept[1].get("key", {}).get("format") == about["key"]["format"] else None
    columns, hashes = _renewed(store, role, marks, former)
    ready = effective(role, columns, reference)
    if room is not None:
        _keep(room, {**columns.columns(), "mark": hashes, "effective": ready}, about)
    return assembled(role, columns, digest=digest, ready=ready, reference=reference)


def drop_matrices(store: Store, folder: Path | None = None) -> None:
    """Delete the kept columns of all roles, and of what is kept of leads the rows that are out of date.

    For who erases somebody: what is read of a lead takes long, so those of others stay.
    """
    home = folder or _beside(store)
    if home is None or not home.is_dir():
        return
    for room in home.iterdir():
        if room.name not in (LEVELS, BESIDE):
            forget(room)
    marks = store.lead_marks()
    drop_levels(store, marks)
    drop_beside(store, marks)
    if not any(home.iterdir()):
        home.rmdir()


def _renewed(
    store: Store, role: Role, marks: list[tuple[str, bytes]], former: dict[str, NDArray[Any]] | None
) -> tuple[Seen, NDArray[np.void]]:
    leads = np.array([name.encode() for name, _ in marks], dtype=np.bytes_)
    hashes = np.array([mark for _, mark in marks], dtype=_MARK)
    kept = _kept(leads, hashes, former)
    names = [marks[at][0] for at in np.flatnonzero(kept < 0).tolist()]
    fresh = seen(Numbered(*row) for row in store.receipt_numbers(role.role, names))
    if len(fresh.leads) != len(names):  # somebody was erased meanwhile
        return _renewed(store, role, store.receipt_marks(role.role), former)
    if former is None:
        return fresh, hashes
    held = Seen(**{name: former[name] for name in Seen.__dataclass_fields__})
    return renewed(held, leads, kept, fresh), hashes


def _kept(
    leads: NDArray[np.bytes_], hashes: NDArray[np.void], former: dict[str, NDArray[Any]] | None
) -> NDArray[np.intp]:
    """For each lead the row that still says what its receipt says, or -1."""
    none = np.full(len(leads), -1, dtype=np.intp)
    if former is None or not len(former["leads"]) or not len(leads):
        return none
    at = np.minimum(np.searchsorted(former["leads"], leads), len(former["leads"]) - 1)
    same = (former["leads"][at] == leads) & (former["mark"][at] == hashes)
    return np.where(same, at, none)


def _from_files(role: Role, columns: dict[str, NDArray[Any]], digest: str, reference: Reference | None) -> Matrix:
    held = Seen(**{name: columns[name] for name in Seen.__dataclass_fields__})
    return assembled(role, held, digest=digest, ready=columns["effective"], reference=reference)


def _keep(room: Path, columns: dict[str, NDArray[Any]], about: dict[str, Any]) -> None:
    try:
        save(room, columns, about)
    except OSError as error:
        _log.warning("columns of %s are not kept: %s; they are made again each time", room.name, error)


def _room(store: Store, role: Role, folder: Path | None) -> Path | None:
    home = folder or _beside(store)
    return home / role.role if home is not None else None


def _beside(store: Store) -> Path | None:
    return store.file.with_suffix(".matrix") if store.file is not None else None
