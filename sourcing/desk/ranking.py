"""The ranked list of a role a page at a time: filtered, searched, in its three sections."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.engine import strongest
from scoring.roles import Role
from sourcing.desk.board import Board, Boards
from sourcing.desk.filters import Filters, passing, read_search
from sourcing.desk.search import VOTING, Hit, hits, items_of, votes
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.ranking import REASONS, SECTIONS, Row, refuses, row
from storage.records import Receipt, Record
from storage.store import Store

PAGE = 25  # rows
Rows = NDArray[np.intp]
Order = Literal["fit", "match"]
CURSOR = r"^((after|from)_\d(\.\d{1,20})?(e-\d{1,3})?_[A-Za-z0-9-]{1,40})?$"


class Listed(Record):
    """One row with what was decided on it and, after a search, where it answers."""

    row: Row
    answer: str | None = None
    found: tuple[Hit, ...] = ()


class Page(Record):
    """One page of a ranked list."""

    role: str
    version: int
    section: str
    sections: Mapping[str, int]  # people per section under these filters
    refusing: int  # people under these filters who ask recruiters to stay away: counted, in no list
    order: Order
    rows: tuple[Listed, ...]
    next: str | None = None  # cursors
    previous: str | None = None
    notes: tuple[str, ...] = ()  # what was not understood, for the reader
    unprepared: int = 0  # scored leads no filter can say anything of yet
    compared: int | None = None  # order by match: people whose work was compared


def page(
    store: Store,
    boards: Boards,
    role: Role,
    filters: Filters,
    *,
    now: datetime,
    section: str = "ranked",
    order: Order = "fit",
    cursor: str = "",
    size: int = PAGE,
) -> Page:
    """One page; a cursor of an earlier page goes on where that one ended, whatever changed since."""
    board = boards.of(store, role.role)
    notes: list[str] = []
    query = read_search(filters.q, notes)
    mask = passing(store, board, role, filters, query, now=now, notes=notes)
    refusing = int(np.count_nonzero(mask & board.refuses))
    mask &= ~board.refuses
    sections = _sections(store, board)
    counts = np.bincount(sections[mask], minlength=len(SECTIONS)).tolist()
    rows = np.flatnonzero(mask & (sections == SECTIONS.index(section)))
    by_match = order == "match" and query is not None
    start, end = (0, min(VOTING, len(rows))) if by_match else _window(board, rows, cursor, size)
    chosen = [board.leads[at] for at in rows[start:end].tolist()]
    items = {one.lead: items_of(one) for one in store.said_by(chosen)} if query is not None else {}
    if by_match and query is not None:
        scores = votes(items, query)
        chosen = sorted(chosen, key=lambda name: -scores.get(name, 0.0))[:size]
    found = {name: hits(items[name], query) for name in chosen if name in items} if query is not None else {}
    return Page(
        role=role.role,
        version=role.version,
        section=section,
        sections=dict(zip(SECTIONS, counts, strict=True)),
        refusing=refusing,
        order="match" if by_match else "fit",
        rows=_rows(store, role.role, chosen, start + 1, found),
        next=_cursor(board, rows, "after", end - 1) if not by_match and end < len(rows) else None,
        previous=_cursor(board, rows, "from", max(0, start - size)) if not by_match and start > 0 else None,
        notes=tuple(notes),
        unprepared=board.unprepared,
        compared=min(VOTING, len(rows)) if by_match else None,
    )


def _sections(store: Store, board: Board) -> NDArray[np.int8]:
    """The section of each row: that of its score, but "restricted" for those somebody said not to contact."""
    told = [name for name, status in store.statuses().items() if status == DO_NOT_CONTACT]
    return np.where(board.named(told), np.int8(SECTIONS.index("restricted")), board.section)


def _window(board: Board, rows: Rows, cursor: str, size: int) -> tuple[int, int]:
    """From where to where of the rows that pass."""
    start = 0
    if cursor:
        kind, total, lead = cursor.split("_", 2)
        at = board.after(float(total), lead) if kind == "after" else board.at(float(total), lead)
        start = int(np.searchsorted(rows, at))
    return start, min(start + size, len(rows))


def _cursor(board: Board, rows: Rows, kind: str, at: int) -> str:
    row = int(rows[at])
    return f"{kind}_{float(board.total[row])!r}_{board.leads[row]}"


def _rows(
    store: Store, role: str, chosen: Sequence[str], first: int, found: Mapping[str, tuple[Hit, ...]]
) -> tuple[Listed, ...]:
    """The rows shown; leads that are gone by now or refuse recruiters are left out."""
    receipts = store.receipts_of(role, chosen)
    leads = {lead.id: lead for lead in store.leads(chosen, work=set(_cited(receipts.values())))}
    answers = store.answers(role, chosen)
    return tuple(
        Listed(
            row=row(rank, leads[name], receipts[name]),
            answer=answers.get(name),
            found=found.get(name, ()),
        )
        for rank, name in enumerate(chosen, first)
        if name in receipts and name in leads and not refuses(leads[name])
    )


def _cited(receipts: Iterable[Receipt]) -> Iterable[str]:
    """The evidence a row links to."""
    return (one for receipt in receipts for part in strongest(receipt, REASONS) for one in part.evidence)
