"""One piece of batch work: what is done to each batch, by what rows come together, what is done to them then."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

ROWS = 100_000  # rows given to a step together, and of one part, where nothing else says how many
Before = Callable[[str, pl.DataFrame], pl.DataFrame]
After = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Stage:
    """`before` sees a batch of one of the tables read; `after` all rows of some values of `by`, each value whole.

    Both are pure and can be pickled: an engine calls them wherever and as often as it likes. Without `by`, rows do not
    come together, and `after` sees them batch by batch.
    """

    name: str  # the table it writes
    reads: tuple[str, ...]
    before: Before
    between: pl.Schema  # what `before` gives
    by: str
    after: After
    schema: pl.Schema  # what `after` gives


def unchanged(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The `before` of a stage that needs none."""
    del table
    return rows


def whole(batches: Iterable[pl.DataFrame], by: str, rows: int = ROWS) -> Iterator[pl.DataFrame]:
    """Batches in which rows of one value stand together, as batches that hold each value whole, of about `rows`."""
    kept: list[pl.DataFrame] = []
    for batch in batches:
        kept.append(batch)
        if sum(map(len, kept)) >= rows:
            together = pl.concat(kept)
            last = together[by] == together[by][-1]
            done, rest = together.filter(~last), together.filter(last)
            if len(done):
                yield done
            kept = [rest]
    if kept and len(rest := pl.concat(kept)):
        yield rest


def sliced(frame: pl.DataFrame, rows: int = ROWS) -> Iterator[pl.DataFrame]:
    """A frame in pieces of at most so many rows."""
    yield from frame.iter_slices(rows)
