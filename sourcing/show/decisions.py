"""Decisions of sourcers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, moment, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.records import Decision


def decided(row: Decision) -> str:
    """One decision that was written."""
    return f"{row.id}: {row.lead} for {row.role}: {row.answer}, {row.reason}{_note(row)}, by {clean(row.by)}"


def undone(row: Decision) -> str:
    """One decision that was taken back."""
    return f"taken back: {decided(row)}"


def listed(rows: Sequence[Decision], names: Mapping[str, str]) -> str:
    """Decisions, newest first."""
    if not rows:
        return "nothing is decided yet; decide with `sourcing decide LEAD yes --role ROLE`"
    head = ("no", "at", "role", "lead", "name", "answer", "total", "list", "by", "reason")
    return table(head, [_cells(row, names) for row in rows])


def _cells(row: Decision, names: Mapping[str, str]) -> tuple[object, ...]:
    living = row.living or row.lead
    lead = row.lead if living == row.lead else f"{row.lead} (now {living})"
    gone = f" (undone by {clean(row.undone_by)})" if row.undone_at else ""
    return (
        row.id,
        moment(row.at),
        row.role,
        lead,
        names.get(living, ""),
        f"{row.answer}{gone}",
        f"{row.receipt.total:.3f}",
        row.listed,
        row.by,
        f"{row.reason}{_note(row)}",
    )


def _note(row: Decision) -> str:
    return f" ({clean(row.note)})" if row.note else ""
