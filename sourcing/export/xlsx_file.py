"""Rows as a workbook: every text a string cell, never a formula or a link; numbers stay numbers.

A compiled writer does the work, some thousand rows at a time. Text is in display form, so nothing in it can break the
file, and handles such as 1E5, MARCH1 or 00123 stay what they are.
"""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from rustpy_xlsxwriter import FastExcel

from sourcing.export.about import About
from sourcing.export.cells import cell
from sourcing.export.columns import COLUMNS, Columns, batches, frame
from sourcing.ranking import Row

SHEET, ABOUT = "Leads", "About"
MOST_ROWS = 1_048_575  # of one sheet, beside its header


def write_xlsx(rows: Iterable[Row], file: BinaryIO, columns: Columns = COLUMNS, head: About | None = None) -> None:
    """Write the whole workbook; its head is a sheet of its own."""
    book = FastExcel(file).freeze(row=1).sheet(SHEET, _records(rows, columns))
    if head is not None:
        book = book.sheet(ABOUT, [{"about this file": name, "": cell(said)} for name, said in head.lines()])
    book.save()


def _records(rows: Iterable[Row], columns: Columns) -> Iterator[dict[str, Any]]:
    for some in batches(rows):
        yield from frame(some, columns).iter_rows(named=True)
