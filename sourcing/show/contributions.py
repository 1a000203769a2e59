"""What sources and lanes add to each other, and how many people were probably missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, short, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcing.contributions import Contributions, Estimate, Share

HEAD = ("", "people", "only here", "of these new")
CAUTION = (
    "Orders of magnitude (capture-recapture): people who show more are found more often everywhere, which makes them "
    "too low; accounts of one person that are not joined make them too high."
)


def shown(row: Contributions, *, most: int | None = None) -> str:
    """Who was found only by one source or lane, and the estimate per role; `most` lanes."""
    head = f"{counted(row.people, 'person', 'people')} found by lanes, {row.linked_only} more through links alone"
    tables = [_table(rows, limit) for rows, limit in ((row.sources, None), (row.lanes, most)) if rows]
    return "\n".join([head, *tables, *estimates(row.estimates)])


def _table(rows: Sequence[Share], most: int | None) -> str:
    cells = [(short(row.name), row.people, row.only, row.only_new) for row in rows[:most]]
    rest = len(rows) - len(cells)
    more = f"\n… and {counted(rest, 'lane')} more" if rest else ""
    return f"{table(HEAD, cells)}{more}"


def estimates(rows: Sequence[Estimate]) -> list[str]:
    """One line per role, and once how to read them."""
    lines = [_estimate(row) for row in rows]
    return [*lines, wrapped(CAUTION, "")] if any(row.total is not None for row in rows) else lines


def _estimate(row: Estimate) -> str:
    found = f"{clean(row.role)}: {counted(row.known, 'person', 'people')} found"
    maybe = ""
    if row.suggested_missed is not None:
        maybe = f"about {row.suggested_missed:.0f} missed if every suggested join is right"
    if row.missed is None or row.low is None or row.high is None:
        return f"{found}; {maybe or f'how many were missed cannot be said: {row.why_not}'}"
    low, high = row.low - row.known, row.high - row.known
    basis = f"{row.left} found {row.left_people}, the others {row.right_people}, both {row.both}"
    return f"{found}, about {row.missed:.0f} missed (95 %: {low:.0f} to {high:.0f}; {basis}){maybe and f'; {maybe}'}"
