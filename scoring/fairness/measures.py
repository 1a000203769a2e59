"""Measures of a ranked list: whom it selects, how far its top is from a wished share, what its order follows.

Skew, infeasible index and NDKL after Geyik, Ambler and Kenthapadi, "Fairness-aware ranking in search and
recommendation systems", KDD 2019.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

_TINY = 1e-12  # by which a product such as 0.6 · 5 may miss a whole number


def least(share: float, k: int) -> int:
    """⌊p·k⌋: how many of a group the first k should hold at least."""
    return math.floor(share * k + _TINY)


def most(share: float, k: int) -> int:
    """⌈p·k⌉: how many of a group the first k should hold at most."""
    return math.ceil(share * k - _TINY)


def skew(order: Sequence[str], shares: Mapping[str, float], group: str, k: int) -> float | None:
    """Natural log of a group's share in the first k over its wished share; None where nobody of it is there."""
    held = sum(one == group for one in order[:k]) / min(k, len(order))
    return math.log(held / shares[group]) if held > 0 else None


def infeasible(order: Sequence[str], shares: Mapping[str, float]) -> int:
    """How many beginnings of the list hold fewer of some group than ⌊p·k⌋."""
    counts: Counter[str] = Counter()
    short = 0
    for k, group in enumerate(order, start=1):
        counts[group] += 1
        short += any(counts[one] < least(share, k) for one, share in shares.items())
    return short


def ndkl(order: Sequence[str], shares: Mapping[str, float]) -> float:
    """Discounted mean Kullback-Leibler distance (natural log) of every beginning from the wished shares; 0 is exact."""
    counts: Counter[str] = Counter()
    total = weight = 0.0
    for k, group in enumerate(order, start=1):
        counts[group] += 1
        discount = 1 / math.log2(k + 1)
        weight += discount
        total += discount * sum(n / k * math.log(n / k / shares[one]) for one, n in counts.items() if n)
    return total / weight if weight else 0.0


def exact_test(selected: int, people: int, other_selected: int, others: int) -> float:
    """Fisher's exact test, both sides: how likely so uneven a choice is if it does not look at the group."""
    chosen, everyone = selected + other_selected, people + others
    whole = math.comb(everyone, chosen)
    likely = [
        math.comb(people, k) * math.comb(others, chosen - k) / whole
        for k in range(max(0, chosen - others), min(people, chosen) + 1)
    ]
    seen = math.comb(people, selected) * math.comb(others, other_selected) / whole
    return min(1.0, math.fsum(p for p in likely if p <= seen * (1 + 1e-9)))


def ranks(values: Sequence[float]) -> list[float]:
    """Place of each value counted from the smallest, ties in the middle."""
    order = sorted(range(len(values)), key=values.__getitem__)
    placed = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for at in order[start : end + 1]:
            placed[at] = (start + end) / 2 + 1
        start = end + 1
    return placed


def rank_correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Spearman's rho; None with fewer than three people or where one side does not vary."""
    if len(left) < 3:
        return None
    ours, theirs = ranks(left), ranks(right)
    middle = (len(left) + 1) / 2
    both = math.fsum((a - middle) * (b - middle) for a, b in zip(ours, theirs, strict=True))
    spread = math.fsum((a - middle) ** 2 for a in ours) * math.fsum((b - middle) ** 2 for b in theirs)
    return both / math.sqrt(spread) if spread else None


def explained(values: Sequence[float], groups: Sequence[str]) -> float | None:
    """Share of the variance of the ranks of values that lies between groups (eta squared); None if nothing varies."""
    placed = ranks(values)
    middle = math.fsum(placed) / len(placed) if placed else 0.0
    whole = math.fsum((rank - middle) ** 2 for rank in placed)
    if not whole or len(set(groups)) < 2:
        return None
    held: dict[str, list[float]] = {}
    for rank, group in zip(placed, groups, strict=True):
        held.setdefault(group, []).append(rank)
    between = math.fsum(len(inside) * (math.fsum(inside) / len(inside) - middle) ** 2 for inside in held.values())
    return between / whole
