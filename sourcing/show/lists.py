"""Ranked lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import score, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcing.ranking import Row

SECTIONS = {
    "ranked": "",
    "too_little_evidence": "too little public evidence",
    "restricted": "restricted",
}


def ranked(rows: Sequence[Row], before: Sequence[int | None] | None = None) -> str:
    """A list with score, range, coverage, strongest reasons and weakest point of every lead."""
    if not rows:
        return "nobody is ranked for this role; make it active, then `sourcing score` or `sourcing nightly`"
    moved = before or [row.rank for row in rows]
    return "\n".join(_entry(row, old) for row, old in zip(rows, moved, strict=True))


def _entry(row: Row, before: int | None) -> str:
    facts = [row.location, "open to work" if row.open_to_work else None, SECTIONS.get(row.section, row.section)]
    place = "  ".join(fact for fact in facts if fact)
    head = f"{row.rank:>3}. {row.name}  [{row.lead}]  {score(row.total, row.low, row.high, row.coverage)}"
    lines = [f"{head}{_movement(row.rank, before)}", f"     {'  '.join(row.handles)}{'  ' + place if place else ''}"]
    lines += [wrapped(f"+ {reason}", "     ") for reason in row.reasons]
    return "\n".join([*lines, wrapped(f"{'·' if row.weakest_is_fine else '-'} {row.weakest}", "     ")])


def _movement(rank: int, before: int | None) -> str:
    if before is None:
        return "  new here"
    if before == rank:
        return ""
    return f"  {'up' if before > rank else 'down'} from {before}"
