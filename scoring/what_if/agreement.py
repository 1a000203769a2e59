"""How far two orders agree, and how well an order fits what was decided. All of it counts, none of it is random."""

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Ranks = NDArray[np.int64]


def tau_b(one: Numbers, other: Numbers) -> float | None:
    """Kendall's tau-b of two columns of equal length, -1 to 1; None where one of them tells nothing apart.

    Counted by merging, in n · log² n: pairs ordered alike less pairs ordered against each other, ties corrected for.
    """
    first, second = _dense(one), _dense(other)
    pairs = len(first) * (len(first) - 1) // 2
    tied_one, tied_other = _tied(first), _tied(second)
    scale = math.sqrt(pairs - tied_one) * math.sqrt(pairs - tied_other)
    if scale == 0:
        return None
    tied_both = _tied(first * (int(second.max()) + 1) + second)
    against = inversions(second[np.lexsort((second, first))])
    alike = pairs - tied_one - tied_other + tied_both - against
    return max(-1.0, min(1.0, (alike - against) / scale))


def inversions(ranks: Ranks) -> int:
    """Pairs that stand in falling order; `ranks` are whole numbers from 0.

    From the highest bit down: among rows alike in all higher bits, every 1 before a 0 is one such pair.
    """
    found, order = 0, ranks
    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        ones = (order >> bit) & 1
        before = np.cumsum(ones) - ones
        group = order >> (bit + 1)
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        sizes = np.diff(starts, append=len(order))
        inside = before - np.repeat(before[starts], sizes)
        found += int(inside[ones == 0].sum())
        order = order[np.argsort(order >> bit, kind="stable")]
    return found


def auc(chosen: Numbers, refused: Numbers) -> float | None:
    """Chance that somebody chosen stands above somebody refused, ties counting half; None without both kinds."""
    if not len(chosen) or not len(refused):
        return None
    ordered = np.sort(refused)
    below = np.searchsorted(ordered, chosen, side="left")
    level = np.searchsorted(ordered, chosen, side="right") - below
    return float((below + level / 2).mean() / len(refused))


def _dense(column: Numbers) -> Ranks:
    """Numbers as places from 0, equal ones alike."""
    return np.unique(column, return_inverse=True)[1].astype(np.int64).reshape(-1)


def _tied(places: Ranks) -> int:
    """Pairs of equal places."""
    counts = np.unique(places, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())
