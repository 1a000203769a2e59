"""Reference tables as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sourcing.reference import Table, Tables


def tables(found: Tables) -> str:
    """Version, origin, one line per table, and what a rebuild did."""
    head = f"version {found.version} ({found.digest[:12]}), {found.file or 'shipped'}\n{found.origin}"
    known = table(("source", "figure", "median", "90th", "people"), map(_row, found.tables))
    return "\n\n".join([head, known, *_rebuilt(found)])


def _row(one: Table) -> tuple[object, ...]:
    people = "by hand" if one.people is None else one.people
    return one.source, one.figure, f"{one.middle:.4g}", f"{one.high:.4g}", people


def _rebuilt(found: Tables) -> Iterator[str]:
    if found.rebuilt is not None:
        yield f"rebuilt: {len(found.rebuilt)} tables; scores change with the next `sourcing score`"
    if found.kept:
        few = ", ".join(f"{name} ({people})" for name, people in found.kept.items())
        yield f"as they were, known of too few people: {few}"
