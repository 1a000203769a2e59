"""All scored leads of a role as columns in memory, in the order of the ranking: what filters, sections and pages read.

A board is made once per change of the database, kept in a file beside it and shared by all readers; a filter is a few
comparisons of columns.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sourcing.desk import kept
from sourcing.desk.asking import reaches
from sourcing.ranking import SECTIONS
from storage.store import BoardRow, Store

Mask = NDArray[np.bool_]
_UNKNOWN, _NO, _YES = -1, 0, 1
_FORM = "2"  # changes when a kept file would be read otherwise
_WORDS = ("city", "country", "zones", "sources")
_NUMBERS = ("total", "reach", "section", "number", "open_to_work", "refuses", "pieces")
_AT_ONCE = 0.5  # seconds a visitor waits for the newest board; one that takes longer is made beside the pages


@dataclass(frozen=True, eq=False)
class Words:
    """A column of few different texts: which one stands in each row."""

    names: tuple[str, ...]
    code: NDArray[np.int32]  # rows

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Words":
        """Number the texts as they come."""
        numbers: dict[str, int] = {}
        code = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts), np.int32)
        return cls(tuple(numbers), code)

    def where(self, holds: Callable[[str], bool]) -> Mask:
        """The rows whose text holds; each different text is asked once."""
        yes = np.fromiter(map(holds, self.names), np.bool_, len(self.names))
        return yes[self.code] if len(self.names) else np.zeros(len(self.code), np.bool_)


@dataclass(frozen=True, eq=False)
class Board:
    """The scored leads of one role, merged ones too, best total first, equal ones by lead id."""

    role: str
    stamp: str
    leads: tuple[str, ...]
    total: NDArray[np.float64]
    reach: NDArray[np.float64]  # the total if what is open were answered well, of those of whom too little is public
    section: NDArray[np.int8]  # index in SECTIONS
    number: NDArray[np.int64]  # what the index of words calls the lead; 0 for those not prepared
    city: Words
    country: Words
    zones: Words
    sources: Words
    open_to_work: NDArray[np.int8]
    refuses: Mask
    pieces: NDArray[np.int32]
    skill: tuple[str, ...]
    _shown: NDArray[np.int32]  # one per lead and skill, sorted by skill: the row
    _skill_of: NDArray[np.int32]  # the skill

    def __len__(self) -> int:
        return len(self.leads)

    @cached_property
    def unprepared(self) -> int:
        """How many of the leads were never prepared."""
        return int(np.count_nonzero(self.number == 0))

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each lead."""
        return {name: at for at, name in enumerate(self.leads)}

    @cached_property
    def _row_of_number(self) -> NDArray[np.int64]:
        rows = np.full(int(self.number.max(initial=0)) + 1, -1, np.int64)
        rows[self.number] = np.arange(len(self))
        rows[0] = -1
        return rows

    def numbered(self, numbers: Sequence[int]) -> Mask:
        """The rows of leads by their numbers in the index; numbers of others say nothing."""
        mask = np.zeros(len(self), np.bool_)
        given = np.array(numbers, np.int64)
        rows = self._row_of_number[given[given < len(self._row_of_number)]]
        mask[rows[rows >= 0]] = True
        return mask

    def named(self, leads: Iterable[str]) -> Mask:
        """The rows of these leads; others say nothing."""
        mask = np.zeros(len(self), np.bool_)
        mask[[self.row_of[name] for name in leads if name in self.row_of]] = True
        return mask

    @cached_property
    def skill_counts(self) -> dict[str, int]:
        """How many leads show each skill."""
        return dict(zip(self.skill, np.bincount(self._skill_of, minlength=len(self.skill)).tolist(), strict=True))

    def shows(self, skill: str) -> Mask:
        """The rows of leads whose public work shows a skill."""
        mask = np.zeros(len(self), np.bool_)
        if skill in self.skill:
            at = self.skill.index(skill)
            start, end = np.searchsorted(self._skill_of, [at, at + 1])
            mask[self._shown[start:end]] = True
        return mask


class Boards:
    """The boards of all roles, each made again when the database says something else; safe to share."""

    def __init__(self) -> None:
        self._held: dict[str, Board] = {}
        self._took: dict[str, float] = {}  # seconds
        self._making = threading.Lock()

    def of(self, store: Store, role: str) -> Board:
        """The board of a role as the database stands; while it is made anew for long, the one there was."""
        stamp = store.desk_stamp(role)
        held = self._held.get(role)
        if held is not None and (held.stamp == stamp or self._making.locked()):
            return held
        if held is not None and self._took[role] > _AT_ONCE:
            # A daemon: who ends the desk does not wait for a list nobody will see.
            threading.Thread(target=self._make, args=(store, role, stamp), name=f"list of {role}", daemon=True).start()
            return held
        return self._make(store, role, stamp)

    def _make(self, store: Store, role: str, stamp: str) -> Board:
        with self._making:
            held = self._held.get(role)
            if held is None or held.stamp != stamp:
                began = time.monotonic()
                held = self._held[role] = ready(store, role, stamp)
                self._took[role] = time.monotonic() - began
        return held


def ready(store: Store, role: str, stamp: str) -> Board:
    """The board of a role from the file of an earlier one, else made and kept there."""
    room, about = kept.room(store, "boards", role), {"form": _FORM, "stamp": f"{stamp} {store.receipt_stamp(role)}"}
    found = kept.load(room, about)
    if found is not None:
        return _read(role, stamp, *found)
    made = board(store, role, stamp)
    columns, texts = _written(made)
    kept.save(room, about, columns, texts)
    return made


def _written(made: Board) -> tuple[dict[str, NDArray[np.generic]], dict[str, Sequence[str]]]:
    columns: dict[str, NDArray[np.generic]] = {name: getattr(made, name) for name in _NUMBERS}
    columns |= {name: getattr(made, name).code for name in _WORDS}
    columns |= {"leads": np.array([one.encode() for one in made.leads], np.bytes_)}
    columns |= {"shown": made._shown, "skill_of": made._skill_of}  # noqa: SLF001  # the other half of `_read`
    return columns, {"skill": made.skill, **{name: getattr(made, name).names for name in _WORDS}}


def _read(
    role: str, stamp: str, columns: Mapping[str, NDArray[np.generic]], texts: Mapping[str, Sequence[str]]
) -> Board:
    facts: dict[str, object] = {name: columns[name] for name in _NUMBERS}
    facts |= {name: Words(tuple(texts[name]), columns[name]) for name in _WORDS}  # type: ignore[arg-type]  # as written
    facts |= {"_shown": columns["shown"], "_skill_of": columns["skill_of"], "skill": tuple(texts["skill"])}
    leads = tuple(one.decode() for one in columns["leads"].tolist())
    return Board(role=role, stamp=stamp, leads=leads, **facts)  # type: ignore[arg-type]  # as written


def board(store: Store, role: str, stamp: str) -> Board:
    """Read the board of a role."""
    rows = store.board(role)
    reach = reaches(store, role)
    names, shown, skill_of = _skills(rows)
    opened = {None: _UNKNOWN, False: _NO, True: _YES}
    return Board(
        role=role,
        stamp=stamp,
        leads=tuple(row.lead for row in rows),
        total=np.array([row.total for row in rows], np.float64),
        reach=np.array([reach.get(row.lead, row.total) for row in rows], np.float64),
        section=np.array([SECTIONS.index(row.section) for row in rows], np.int8),
        number=np.array([row.number or 0 for row in rows], np.int64),
        city=Words.of(row.city or "" for row in rows),
        country=Words.of(row.country or "" for row in rows),
        zones=Words.of(row.zones or "" for row in rows),
        sources=Words.of(row.sources or "" for row in rows),
        open_to_work=np.array([opened[row.open_to_work] for row in rows], np.int8),
        refuses=np.array([bool(row.refuses) for row in rows], np.bool_),
        pieces=np.array([row.pieces or 0 for row in rows], np.int32),
        skill=names,
        _shown=shown,
        _skill_of=skill_of,
    )


def _skills(rows: Sequence[BoardRow]) -> tuple[tuple[str, ...], NDArray[np.int32], NDArray[np.int32]]:
    numbers: dict[str, int] = {}
    pairs = [(numbers.setdefault(skill, len(numbers)), at) for at, row in enumerate(rows) for skill in row.skills or ()]
    both = np.array(pairs, np.int32).reshape(-1, 2)
    order = np.argsort(both[:, 0], kind="stable")
    return tuple(numbers), both[order, 1], both[order, 0]
