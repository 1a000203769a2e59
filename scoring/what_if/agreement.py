"""How far two orders agree, and how well an order fits what was decided. All of it counts, none of it is random."""

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Ranks = NDArray[np.int64]
Rows = NDArray[np.intp]


def tau_b(one: Numbers, other: Numbers, orders: tuple[Rows, Rows] | None = None) -> float | None:
    """Kendall's tau-b of two columns of equal length, -1 to 1; None where one of them tells nothing apart.

    Counted by bits, in n · log n: pairs ordered alike less pairs ordered against each other, ties corrected for.
    `orders` are the rows sorted by each column, upwards or downwards both, where the caller has sorted them already.
    """
    rows, others = orders or (in_order(one), in_order(other))
    pairs = len(one) * (len(one) - 1) // 2
    groups, levels = _runs(one[rows]), np.empty(len(one), np.int64)
    runs = _runs(other[others])
    levels[others] = runs
    tied_one, tied_other = _tied(groups), _tied(runs)
    scale = math.sqrt(pairs - tied_one) * math.sqrt(pairs - tied_other)
    if scale == 0:
        return None
    shown = _sorted_within(groups, levels[rows])
    both = np.cumsum(np.diff(groups, prepend=-1).astype(bool) | np.diff(shown, prepend=-1).astype(bool))
    tied_both, against = _tied(both), inversions(shown)
    alike = pairs - tied_one - tied_other + tied_both - against
    return max(-1.0, min(1.0, (alike - against) / scale))


def in_order(column: Numbers | Ranks) -> Rows:
    """The rows of a column from the smallest number up, equal ones in their order."""
    order = np.argsort(column)  # sorting that keeps ties in order takes five times as long, and ties are few
    groups = _runs(column[order])
    return _sorted_within(groups, order)


def inversions(ranks: Ranks) -> int:
    """Pairs that stand in falling order; `ranks` are whole numbers from 0.

    From the highest bit down: among rows alike in all higher bits, every 1 before a 0 is one such pair. As places of a
    permutation filled up to a power of two, both halves of each such group are of one size and stand side by side.
    """
    if not len(ranks):
        return 0
    size = 1 << (len(ranks) - 1).bit_length()
    order = np.arange(size, dtype=np.int32)
    order[: len(ranks)] = _places(ranks)
    found = 0
    for bit in reversed(range(size.bit_length() - 1)):
        half = 1 << bit
        is_one = (order & half).astype(bool)
        zeros, ones = np.flatnonzero(~is_one), np.flatnonzero(is_one)
        # Of each zero its place less the places it would have with all zeros of its group in front.
        firsts = np.arange(0, size, 2 * half, dtype=np.int64)
        found += int(zeros.sum()) - half * int(firsts.sum()) - len(firsts) * (half * (half - 1) // 2)
        order = np.stack([order.take(some).reshape(-1, half) for some in (zeros, ones)], axis=1).reshape(-1)
    return found


def _places(ranks: Ranks) -> Rows:
    """Different places of all, equal ranks in the order they stand in."""
    if int(ranks.max()) == len(ranks) - 1 and int(np.bincount(ranks).max()) == 1:
        return ranks
    places = np.empty(len(ranks), np.intp)
    places[in_order(ranks)] = np.arange(len(ranks))
    return places


def auc(chosen: Numbers, refused: Numbers) -> float | None:
    """Chance that somebody chosen stands above somebody refused, ties counting half; None without both kinds."""
    if not len(chosen) or not len(refused):
        return None
    ordered = np.sort(refused)
    below = np.searchsorted(ordered, chosen, side="left")
    level = np.searchsorted(ordered, chosen, side="right") - below
    return float((below + level / 2).mean() / len(refused))


def _runs(ordered: Numbers | Ranks) -> Ranks:
    """Of each row of an ordered column the number of its run of equal ones, from 0."""
    begins = np.zeros(len(ordered), np.bool_)
    begins[1:] = ordered[1:] != ordered[:-1]
    return np.cumsum(begins, dtype=np.int64)


def _sorted_within(groups: Ranks, values: Ranks) -> Ranks:
    """Values with those of each run of equal groups put upwards; only runs of several rows are looked at."""
    same = groups[1:] == groups[:-1]
    if not same.any():
        return values
    several = np.zeros(len(groups), np.bool_)
    several[1:] |= same
    several[:-1] |= same
    put = values.copy()
    put[several] = values[several][np.lexsort((values[several], groups[several]))]
    return put


def _tied(groups: Ranks) -> int:
    """Pairs of one group; groups are numbered in the order they stand in."""
    counts = np.bincount(groups)
    return int((counts * (counts - 1) // 2).sum())
