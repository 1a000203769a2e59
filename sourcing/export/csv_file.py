"""Rows as CSV that no spreadsheet mistakes for formulas: all cells quoted, quotes doubled, CRLF, UTF-8.

A text cell that starts like a formula gets one apostrophe in front; columns that are numbers by type stay numbers.
"""

from collections.abc import Iterable
from typing import BinaryIO

import polars as pl

from sourcing.export.cells import guarded
from sourcing.export.columns import COLUMNS, Columns, batches, frame
from sourcing.ranking import Row


def write_csv(rows: Iterable[Row], file: BinaryIO, columns: Columns = COLUMNS) -> None:
    """Write the whole file, some thousand rows at a time."""
    for number, some in enumerate(batches(rows)):
        made = frame(some, columns)
        safe = made.with_columns(guarded(made[name]) for name in made.columns if made[name].dtype == pl.String)
        safe.write_csv(file, include_header=number == 0, quote_style="always", line_terminator="\r\n", null_value="")
