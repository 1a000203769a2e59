"""Which rows are compared at all: those that share a key. A sort per key and at most `cap` · n pairs, so linear."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from sourcing.identity.engine.columns import Bools, Ints, distinct, ranges

CAP = 60  # rows in one block; above it other, narrower keys have to do

Worth = Callable[[Ints, Ints], Bools]


@dataclass(slots=True)
class Skipped:
    """Blocks over the limit, by name of the key: how many, and how many rows they held."""

    blocks: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, sizes: Ints) -> None:
        """Note the sizes of blocks that were left out."""
        if len(sizes):
            self.blocks[name] = self.blocks.get(name, 0) + len(sizes)
            self.rows[name] = self.rows.get(name, 0) + int(sizes.sum())


@dataclass(frozen=True, slots=True)
class Keys:
    """One kind of key: `rows` (k,) carry `values` (k,); a row may carry many, or none."""

    name: str
    rows: Ints
    values: Ints
    cap: int = CAP


def keys(name: str, values: Ints, cap: int = CAP) -> Keys:
    """Make keys from one value per row; values below 0 are none."""
    rows = np.flatnonzero(values >= 0).astype(np.int64)
    return Keys(name, rows, values[rows].astype(np.int64), cap)


def combined(*columns: Ints) -> Ints:
    """Give one number per row for several values together, -1 if any of them is missing."""
    out = np.zeros(len(columns[0]), dtype=np.int64)
    missing = np.zeros(len(columns[0]), dtype=bool)
    for one in columns:
        missing |= one < 0
        _, dense = np.unique(one, return_inverse=True)
        _, out = np.unique(out * (int(dense.max(initial=0)) + 1) + dense.reshape(-1), return_inverse=True)
        out = out.reshape(-1).astype(np.int64)
    out[missing] = -1
    return out


def grouped(found: Keys) -> tuple[Ints, Ints, Ints]:
    """Rows sorted by value; where each group starts, and its size."""
    order = np.argsort(found.values, kind="stable")
    values = found.values[order]
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1]))) if len(values) else np.zeros(0, int)
    return found.rows[order], starts.astype(np.int64), np.diff(np.append(starts, len(values))).astype(np.int64)


def block_pairs(found: Keys, skipped: Skipped | None = None) -> tuple[Ints, Ints]:
    """All pairs of rows within each block of at most `cap` rows, in the order of the rows given."""
    rows, starts, sizes = grouped(found)
    if skipped is not None:
        skipped.count(found.name, sizes[sizes > found.cap])
    good = (sizes <= found.cap) & (sizes > 1)
    starts, sizes = starts[good], sizes[good]
    first = ranges(starts, sizes - 1)  # every member but the last meets those after it
    ends = np.repeat(starts + sizes, sizes - 1)
    counts = ends - first - 1
    return rows[np.repeat(first, counts)], rows[ranges(first + 1, counts)]


def candidates(
    all_keys: Iterable[Keys], size: int, skipped: Skipped | None = None, worth: Worth | None = None
) -> tuple[Ints, Ints]:
    """Pairs (left < right) that share any key, each once, sorted; `worth` says which of them to keep."""
    found = [np.zeros(0, dtype=np.int64)]
    for one in all_keys:
        left, right = block_pairs(one, skipped)
        low, high = np.minimum(left, right), np.maximum(left, right)
        keep = low != high
        if worth is not None:
            keep &= worth(low, high)
        found.append(distinct(low[keep] * size + high[keep]))
    codes = distinct(np.concatenate(found))
    return codes // max(size, 1), codes % max(size, 1)
