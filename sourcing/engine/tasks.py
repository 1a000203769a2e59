"""What a worker of Spark runs: Arrow batches in, Arrow batches out, with our functions in between.

Workers read parts and write parts themselves, under the same addresses as everybody else; only rows that have to come
together pass through Spark. What a task wrote counts once the driver lists it, so a task may be run again or twice.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from sourcing.engine.folder import Part, read_part, write_part
from sourcing.engine.stage import ROWS, After, Before, sliced, whole

PARTS = pl.Schema({"part": pl.String()})  # a part, as JSON


@dataclass(frozen=True)
class Read:
    """Parts by name in, their prepared rows out."""

    address: str
    before: Before
    schema: pl.Schema

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Run by a worker."""
        for name in _texts(batches):
            part = Part.model_validate_json(name)
            yield from arrow(self.before(part.table, read_part(self.address, part)), self.schema)


@dataclass(frozen=True)
class Write:
    """Rows in, parts of the result written, their names out; with `by`, rows of one value stand together."""

    address: str
    table: str
    by: str
    after: After

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Run by a worker."""
        frames = map(frame, batches)
        for rows in whole(frames, self.by) if self.by else frames:
            done = write_part(self.address, self.table, self.after(rows))
            yield from arrow(pl.DataFrame({"part": [done.model_dump_json()]}), PARTS)


@dataclass(frozen=True)
class ReadWrite:
    """Parts by name in, parts of the result written, their names out: for work that needs no others' rows."""

    read: Read
    write: Write

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Run by a worker."""
        for name in _texts(batches):
            part = Part.model_validate_json(name)
            rows = self.read.before(part.table, read_part(self.read.address, part))
            done = write_part(self.write.address, self.write.table, self.write.after(rows))
            yield from arrow(pl.DataFrame({"part": [done.model_dump_json()]}), PARTS)


def frame(batch: Any) -> pl.DataFrame:
    """A batch of Spark's as a frame; the same memory."""
    return pl.DataFrame(batch)


def arrow(rows: pl.DataFrame, schema: pl.Schema) -> Iterator[Any]:
    """A frame as batches in the types Spark reads."""
    wanted = arrow_schema(schema)
    for some in sliced(rows):
        yield from some.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(wanted).to_batches(max_chunksize=ROWS)


def arrow_schema(schema: pl.Schema) -> Any:
    """A schema in Arrow's plainest types, which is what Spark has."""
    return pa.schema([pa.field(name, _plain(kind)) for name, kind in schema.items()])


def _plain(kind: Any) -> Any:
    if isinstance(kind, pl.List):
        return pa.list_(_plain(kind.inner))
    if isinstance(kind, pl.Struct):
        return pa.struct([pa.field(one.name, _plain(one.dtype)) for one in kind.fields])
    if isinstance(kind, pl.Datetime):
        return pa.timestamp(kind.time_unit, kind.time_zone)
    return _FLAT[kind if isinstance(kind, type) else type(kind)]()


_FLAT: dict[type[pl.DataType], Callable[[], Any]] = {
    pl.String: pa.string,
    pl.Binary: pa.binary,
    pl.Boolean: pa.bool_,
    pl.Int8: pa.int8,
    pl.Int32: pa.int32,
    pl.Int64: pa.int64,
    pl.Float32: pa.float32,
    pl.Float64: pa.float64,
}


def _texts(batches: Iterable[Any]) -> Iterator[str]:
    for batch in batches:
        yield from batch.column(0).to_pylist()
