"""A column of texts as numbers: each different text once, so that work is done per text and not per row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
NONE = -1  # the code of a missing value; missing is never "different"


@dataclass(frozen=True, slots=True)
class Column:
    """Texts of n rows: `codes` (n,) point into `texts`, NONE where a row says nothing."""

    codes: Codes
    texts: list[str]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def counts(self) -> Ints:
        """How many rows carry each text, (len(texts),)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts)).astype(np.int64)

    def measure(self, lengths: Sequence[int] | None = None) -> Ints:
        """Give the length of each row's text, 0 where missing."""
        sizes = np.array(lengths if lengths is not None else [len(text) for text in self.texts] or [0], dtype=np.int64)
        return np.where(self.codes >= 0, sizes[self.codes], 0)


def column(values: Iterable[str | None]) -> Column:
    """Make a column; None and "" are missing."""
    seen: dict[str, int] = {}
    codes = np.fromiter((seen.setdefault(v, len(seen)) if v else NONE for v in values), dtype=np.int32)
    return Column(codes, list(seen))


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
