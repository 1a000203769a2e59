"""Rows as CSV that no spreadsheet mistakes for formulas.

All cells quoted, quotes doubled, CRLF, UTF-8. A text cell that starts like a formula gets one apostrophe in
front; columns that are numbers by type stay numbers. Why: OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Callable, Sequence

from sourcing.ranking import Row
from storage.text import display

# Characters a spreadsheet skips before it decides that a cell is a formula, and those that make it one.
SKIPPED = " \u00a0\u3000\t\r\n\ufeff\u200b"
DANGEROUS = tuple("=+-@＝＋－＠|")
MOST_CHARACTERS = 32_767  # of one spreadsheet cell

Value = str | int | float | bool | None | tuple[str, ...]

# Every column that may leave the house. There is none for e-mail addresses, and none is to be added.
COLUMNS: dict[str, Callable[[Row], Value]] = {
    "rank": lambda row: row.rank,
    "section": lambda row: row.section,
    "lead": lambda row: row.lead,
    "name": lambda row: row.name,
    "score": lambda row: row.total,
    "score_low": lambda row: row.low,
    "score_high": lambda row: row.high,
    "coverage": lambda row: row.coverage,
    "location": lambda row: row.location,
    "company": lambda row: row.company,
    "headline": lambda row: row.headline,
    "open_to_work": lambda row: row.open_to_work,
    "status": lambda row: row.status,
    "profiles": lambda row: row.profiles,
    "reason_1": lambda row: row.reasons[0] if row.reasons else None,
    "reason_2": lambda row: row.reasons[1] if len(row.reasons) > 1 else None,
    "weakest": lambda row: row.weakest,
    "evidence": lambda row: row.evidence,
    "flags": lambda row: row.flags,
    "role": lambda row: row.role,
    "role_version": lambda row: row.role_version,
    "scored_at": lambda row: row.scored_at.isoformat(),
}


def table(rows: Sequence[Row]) -> bytes:
    """The whole file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(read(row)) for read in COLUMNS.values()] for row in rows)
    return text.getvalue().encode()


def cell(value: Value) -> str:
    """One cell: numbers as they are, text in display form with the apostrophe guard."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return repr(value)
    text = " ".join(value) if isinstance(value, tuple) else value
    return guard(display(text, limit=MOST_CHARACTERS - 1)[0])


def guard(text: str) -> str:
    """A text with one apostrophe in front if a spreadsheet could run it."""
    runs = text.startswith(("\t", "\r", "\n")) or text.lstrip(SKIPPED).startswith(DANGEROUS)
    return f"'{text}" if runs else text
