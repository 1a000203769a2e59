"""The ranked list of a role a page at a time: filtered, searched, in its three sections."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.roles import Role
from scoring.said import strongest
from sourcing.desk.asking import THIN
from sourcing.desk.blind import Signs
from sourcing.desk.board import Board, Boards, Mask
from sourcing.desk.card import hidden_hours
from sourcing.desk.filters import Filters, passing, read_search
from sourcing.desk.search import VOTING, Hit, hits, items_of, votes
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.ranking import REASONS, SECTIONS, Row, refuses, row
from storage.records import Lead, Receipt, Record
from storage.store import Store

PAGE = 25  # rows
Rows = NDArray[np.intp]
Figures = NDArray[np.float64]
Order = Literal["fit", "match"]
BLIND = "Blind review: by words, place or hours only people are found who were decided on; skills find everybody."
CURSOR = r"^((after|from)_\d(\.\d{1,20})?(e-\d{1,3})?_[A-Za-z0-9-]{1,40})?$"


class Listed(Record):
    """One row with what was decided on it and, after a search, where it answers."""

    row: Row  # blind, it has no more of the person than the number of the lead
    blind: bool = False
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
    blind: Collection[str] = (),
) -> Page:
    """One page; a cursor of an earlier page goes on where that one ended, whatever changed since.

    Who is not decided on for a role in `blind` is hidden, and not found by what would tell who it is.
    """
    board = boards.of(store, role.role)
    notes: list[str] = []
    query = read_search(filters.q, notes)
    mask = passing(store, board, role, filters, query, now=now, notes=notes)
    telling = bool(blind and (query is not None or filters.place or filters.overlap))
    if telling:
        mask &= ~_unanswered(store, boards, board, blind)
        notes.append(BLIND)
    refusing = int(np.count_nonzero(mask & board.refuses))
    mask &= ~board.refuses
    sections = _sections(store, board)
    counts = np.bincount(sections[mask], minlength=len(SECTIONS)).tolist()
    rows = np.flatnonzero(mask & (sections == SECTIONS.index(section)))
    by_match = order == "match" and query is not None
    rows, figure = _ordered(board, rows, section)
    start, end = (0, min(VOTING, len(rows))) if by_match else _window(board, rows, figure, cursor, size)
    chosen = [board.leads[at] for at in rows[start:end].tolist()]
    hidden = store.unanswered(blind, chosen)
    if telling:  # the board may be older than the last scores
        chosen = [name for name in chosen if name not in hidden]
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
        rows=_rows(store, role.role, chosen, start + 1, found, hidden),
        next=_cursor(board, rows, figure, "after", end - 1) if not by_match and end < len(rows) else None,
        previous=_cursor(board, rows, figure, "from", max(0, start - size)) if not by_match and start > 0 else None,
        notes=tuple(notes),
        unprepared=board.unprepared,
        compared=min(VOTING, len(rows)) if by_match else None,
    )


def _sections(store: Store, board: Board) -> NDArray[np.int8]:
    """The section of each row: that of its score, but "restricted" for those somebody said not to contact."""
    told = [name for name, status in store.statuses().items() if status == DO_NOT_CONTACT]
    return np.where(board.named(told), np.int8(SECTIONS.index("restricted")), board.section)


def _unanswered(store: Store, boards: Boards, board: Board, roles: Collection[str]) -> Mask:
    """The rows scored for one of these roles that nobody has decided on for that one."""
    mask = np.zeros(len(board), np.bool_)
    for role in roles:
        scored = np.ones(len(board), np.bool_) if role == board.role else board.named(boards.of(store, role).leads)
        mask |= scored & ~board.named(store.answers(role))
    return mask


def _ordered(board: Board, rows: Rows, section: str) -> tuple[Rows, Figures]:
    """Rows in the order of their section, with the figure each stands by: whom to ask first, or the best total."""
    if section != THIN:
        return rows, board.total[rows]
    named = np.array([board.leads[at] for at in rows.tolist()], np.str_)
    asked = rows[np.lexsort((named, -board.reach[rows]))]
    return asked, board.reach[asked]


def _window(board: Board, rows: Rows, figure: Figures, cursor: str, size: int) -> tuple[int, int]:
    """From where to where of the rows that pass; the lead a cursor names may be gone by now."""
    start = 0
    if cursor:
        kind, stood, lead = cursor.split("_", 2)
        first, last = (int(np.searchsorted(-figure, -float(stood), side)) for side in ("left", "right"))
        find = bisect_right if kind == "after" else bisect_left
        start = first + find(rows[first:last], lead, key=lambda at: board.leads[at])
    return start, min(start + size, len(rows))


def _cursor(board: Board, rows: Rows, figure: Figures, kind: str, at: int) -> str:
    return f"{kind}_{float(figure[at])!r}_{board.leads[int(rows[at])]}"


def _rows(
    store: Store,
    role: str,
    chosen: Sequence[str],
    first: int,
    found: Mapping[str, tuple[Hit, ...]],
    hidden: Collection[str],
) -> tuple[Listed, ...]:
    """The rows shown; leads that are gone by now or refuse recruiters are left out."""
    receipts = store.receipts_of(role, chosen)
    leads = {lead.id: lead for lead in store.leads(chosen, work=set(_cited(receipts.values())))}
    answers = store.answers(role, chosen)
    return tuple(
        Listed(
            row=(nameless if name in hidden else row)(rank, leads[name], receipts[name]),
            blind=name in hidden,
            answer=answers.get(name),
            found=found.get(name, ()),
        )
        for rank, name in enumerate(chosen, first)
        if name in receipts and name in leads and not refuses(leads[name])
    )


def nameless(rank: int, lead: Lead, receipt: Receipt) -> Row:
    """A row that does not say who it is about."""
    signs, made = Signs(lead), row(rank, lead, receipt)
    place = f"location: {hidden_hours(receipt)}"

    def cut(text: str) -> str:
        return place if text.startswith("location: ") else signs.cut(text)

    left_out = dict.fromkeys(("handles", "profiles", "links", "evidence"), ())
    unknown = dict.fromkeys(("location", "company", "headline"))
    told = {"name": f"Person {lead.id}", "reasons": tuple(map(cut, made.reasons)), "weakest": cut(made.weakest)}
    return made.model_copy(update={**left_out, **unknown, **told})


def _cited(receipts: Iterable[Receipt]) -> Iterable[str]:
    """The evidence a row links to."""
    return (one for receipt in receipts for part in strongest(receipt, REASONS) for one in part.evidence)
