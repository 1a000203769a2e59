"""Large CSV tables, filtered block by block: what does not pass never becomes a Python object.

Polars parses a block on all cores. A block it refuses (a row with too many cells, bytes that are no UTF-8) is read
again row by row, so that one bad row costs itself and nothing else.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import polars as pl

from sourcing.imports._blocks import GZIP, ZIP, member_of, raw_blocks, records
from storage.errors import ConfigError
from storage.text import display

Count = Callable[[str], object]
Told = Callable[[int], object]  # takes bytes read so far

_SUFFIXES = ("", ".gz", ".zip")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a dump: a file of its own, packed or not, or a member of one archive."""

    name: str
    path: Path
    bytes: int  # unpacked where that is known
    dated: datetime  # when the file was made

    @property
    def file(self) -> str:
        """What the table's file is called."""
        return f"{self.name}.csv"


def find_table(place: Path, name: str) -> Table | None:
    """A table in a folder or archive; None where it is not."""
    if place.is_dir():
        paths = (place / f"{name}.csv{suffix}" for suffix in _SUFFIXES)
        path = next((path for path in paths if path.is_file()), None)
        return _table(path, name) if path else None
    return _table(place, name)


def _table(path: Path, name: str) -> Table | None:
    with path.open("rb") as file:
        start = file.read(4)
    status = path.stat()
    size, dated = status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)
    if start == ZIP:
        info = member_of(path, f"{name}.csv")
        return Table(name, path, info.file_size, _dated(info, dated)) if info else None
    named = re.fullmatch(rf"(?i){name}\.csv(\.gz)?", path.name)
    return Table(name, path, size * 4 if start.startswith(GZIP) else size, dated) if named else None


def _dated(info: zipfile.ZipInfo, otherwise: datetime) -> datetime:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # a zip need not say when
        return otherwise


def scan(
    table: Table,
    columns: Mapping[str, pl.DataType],
    where: pl.Expr,
    count: Count,
    *,
    keys: Sequence[str],
    optional: Sequence[str] = (),
    told: Told = lambda _: None,
) -> Iterator[pl.DataFrame]:
    """The columns of the rows that pass, block by block. Rows without a readable key are counted, never kept.

    ConfigError names the columns that are missing; optional ones are null then.
    """
    blocks = records(raw_blocks(table.path, table.file), count, quoted=True)
    header, first = _header(next(blocks, b""), table)
    _require(table, header, [name for name in columns if name not in optional])
    plan = _Plan(table.name, header, columns, where, keys, count)
    done = 0
    for block in chain((first,), blocks):
        done += len(block)
        told(done)
        yield plan.filtered(block)


def _header(block: bytes, table: Table) -> tuple[list[str], bytes]:
    line, _, rest = block.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    names = next(csv.reader([line.decode("utf-8", "replace").rstrip("\r")]), [])
    if not names:
        raise ConfigError(f"{table.path}: {table.file} is empty; fetch it again")
    return [name.strip() for name in names], rest


def _require(table: Table, header: Sequence[str], wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in header]
    if missing:
        there = display(", ".join(header), limit=300)[0]
        raise ConfigError(f"{table.path}: {table.file} lacks the columns {', '.join(missing)}; it has {there}")


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the blocks of one table are read."""

    name: str
    header: Sequence[str]
    columns: Mapping[str, pl.DataType]
    where: pl.Expr
    keys: Sequence[str]
    count: Callable[..., object]

    def filtered(self, block: bytes) -> pl.DataFrame:
        try:
            found = self._scan(block)
        except pl.exceptions.PolarsError:
            found = self._scan(self._repaired(block))
        readable = found.drop_nulls(self.keys)
        if bad := found.height - readable.height:
            self.count(f"unreadable_row:{self.name}", bad)
        return readable

    def _scan(self, block: bytes) -> pl.DataFrame:
        if not block:
            return pl.DataFrame(schema=self.columns)
        schema = {name: self.columns.get(name, pl.String()) for name in self.header}
        # Cells that do not fit become null; rows whose key is null pass, so that they can be counted.
        rows = pl.scan_csv(block, has_header=False, schema=schema, ignore_errors=True)
        absent = [pl.lit(None, kind).alias(name) for name, kind in self.columns.items() if name not in schema]
        keyless = pl.any_horizontal(pl.col(self.keys).is_null())
        chosen = rows.with_columns(absent).filter(self.where.fill_null(value=False) | keyless)
        return chosen.select(list(self.columns)).collect(engine="streaming")

    def _repaired(self, block: bytes) -> bytes:
        """The rows of a block that have the right number of cells, as clean CSV."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        for row in self._rows(block):
            if len(row) == len(self.header):
                writer.writerow(row)
            elif row:
                self.count(f"ragged_row:{self.name}")
        return text.getvalue().encode()

    def _rows(self, block: bytes) -> Iterator[list[str]]:
        rows = csv.reader(io.StringIO(block.decode("utf-8", "replace"), newline=""))
        while True:
            try:
                yield next(rows)
            except csv.Error:
                self.count(f"unreadable_row:{self.name}")
            except StopIteration:
                return
