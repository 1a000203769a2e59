"""A column of texts as numbers: each different text once, so that work is done per text and not per row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
NONE = -1  # the code of a missing value; missing is never "different"
_AT_ONCE = 100_000  # texts made into Python strings together
FEW = 1_000  # texts up to which reading one after the other is quicker than by columns; it gives the same


class Texts(Sequence[str]):
    """Texts kept as an Arrow column: a fraction of the memory as many Python strings take."""

    __slots__ = ("series",)

    def __init__(self, series: pl.Series) -> None:
        self.series = series

    def __len__(self) -> int:
        return len(self.series)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Texts": ...
    def __getitem__(self, at: int | slice) -> "str | Texts":
        found = self.series[at]
        return Texts(found) if isinstance(found, pl.Series) else str(found)

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self.series), _AT_ONCE):
            yield from self.series.slice(start, _AT_ONCE).to_list()


@dataclass(frozen=True)
class Column:
    """Texts of n rows: `codes` (n,) point into `texts`, NONE where a row says nothing."""

    codes: Codes
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def counts(self) -> Ints:
        """How many rows carry each text, (len(texts),)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts)).astype(np.int64)

    @cached_property
    def _lengths(self) -> NDArray[np.int32]:
        """Of each row's text, 0 where missing."""
        sizes = series(self.texts).str.len_chars().to_numpy().astype(np.int32)
        return np.append(sizes, np.int32(0))[self.codes]

    def measure(self) -> NDArray[np.int32]:
        """Give the length of each row's text, 0 where missing."""
        return self._lengths

    def said(self) -> pl.Series:
        """Give the text of each row, null where missing."""
        places = pl.Series(self.codes)
        return series(self.texts).gather(places.set(places < 0, None))

    def spread(self, places: Codes) -> "Column":
        """Give a column of which each row says what the row of this one at its place says; NONE for nothing."""
        return Column(np.append(self.codes, np.int32(NONE))[places], self.texts)


def series(texts: Sequence[str]) -> pl.Series:
    """Give texts as an Arrow column."""
    return texts.series if isinstance(texts, Texts) else pl.Series(texts, dtype=pl.String)


def column(values: Iterable[str | None]) -> Column:
    """Make a column; None and "" are missing."""
    seen: dict[str, int] = {}
    codes = np.fromiter((seen.setdefault(v, len(seen)) if v else NONE for v in values), dtype=np.int32)
    return Column(codes, list(seen))


def few(values: pl.Series) -> bool:
    """Whether these are so few that columns do not pay."""
    return len(values) < FEW


def encode(values: pl.Series) -> Column:
    """Make a column of an Arrow column of texts; null and "" are missing, codes run in order of appearance."""
    if few(values):
        small = column(values.to_list())
        return Column(small.codes, Texts(series(small.texts)))
    rows = values.alias("text").to_frame()
    texts = rows.filter(pl.col("text") != "").unique(maintain_order=True)
    return Column(codes_in(values, texts["text"]), Texts(texts["text"]))


def codes_in(values: pl.Series, texts: pl.Series) -> Codes:
    """Give the place of each value among different `texts`, NONE where it is none of them."""
    if few(values) and few(texts):
        places = {text: at for at, text in enumerate(texts.to_list())}
        return np.fromiter((places.get(text, NONE) for text in values.to_list()), dtype=np.int32, count=len(values))
    known = pl.DataFrame({"text": texts, "code": np.arange(len(texts), dtype=np.int32)})
    found = values.alias("text").to_frame().join(known, on="text", how="left", maintain_order="left")
    return found["code"].fill_null(NONE).to_numpy().astype(np.int32, copy=False)


def hashed(text: str) -> int:
    """Give a signed 64-bit hash that is the same everywhere and always, to store and to compare keys by."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big", signed=True)


def ranges(starts: Ints, counts: Ints) -> Ints:
    """Give start, start+1, … for each start, `counts` numbers each, one after the other."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(counts)
    steps = np.arange(total, dtype=np.int64) - np.repeat(ends - counts, counts)
    return np.repeat(starts, counts) + steps


def distinct(values: Ints) -> Ints:
    """Give the different values, sorted. By sorting: numpy's own way by hashing takes several times as long."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def unique(values: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Give the different values and, per value, its place among them."""
    found, places = np.unique(values, return_inverse=True)
    return found, places.reshape(-1).astype(np.int64)
