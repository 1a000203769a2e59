"""What may leave the house: the columns of a list, and rows turned into columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import polars as pl

from sourcing.export.cells import Value, shown
from sourcing.ranking import Row

BATCH = 5_000  # rows in memory at once
Columns = Mapping[str, Callable[[Row], Value]]

# Every column that may leave the house. There is none for e-mail addresses, and none is to be added.
COLUMNS: Columns = {
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
NUMBERS = {
    "rank": pl.Int64,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "coverage": pl.Float64,
    "role_version": pl.Int64,
}


def batches(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """Rows in lots that fit into memory, at least one lot so that an empty list has its header."""
    stream = iter(rows)
    yield list(islice(stream, BATCH))
    while some := list(islice(stream, BATCH)):
        yield some


def frame(rows: Sequence[Row], columns: Columns = COLUMNS) -> pl.DataFrame:
    """Rows as columns: numbers by type, everything else as text in display form; absent is null."""
    return pl.DataFrame([_column(name, read, rows) for name, read in columns.items()])


def _column(name: str, read: Callable[[Row], Value], rows: Sequence[Row]) -> pl.Series:
    if (kind := NUMBERS.get(name)) is not None:
        return pl.Series(name, [read(row) for row in rows], dtype=kind)
    return shown(pl.Series(name, [_text(read(row)) for row in rows], dtype=pl.String))


def _text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return " ".join(value)
    return ("yes" if value else "no") if isinstance(value, bool) else repr(value)
