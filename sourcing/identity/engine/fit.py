"""Weights from the data: log2(m/u) per level of each comparison, fitted by expectation-maximisation.

u (how often unrelated pairs agree) comes from random pairs, m (how often pairs of one person agree) from the
candidates. The prior is the chance that two *random* rows are one person; taking the share among blocked pairs
instead would count the evidence of the blocking twice. After Fellegi and Sunter, 1969.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sourcing.identity.engine.columns import Ints

ROUNDS = 200
SMALLEST = 1e-6
SETTLED = 1e-7
Levels = NDArray[np.int8]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """m and u per comparison, one value per level; level -1 (missing) weighs nothing."""

    m: tuple[Doubles, ...]
    u: tuple[Doubles, ...]
    prior: float  # chance that two random rows are one person
    matches: float  # expected among the candidates

    def bits(self, levels: Levels) -> Doubles:
        """Sum of weights per pair in bits, prior not included; `levels` is (pairs, comparisons)."""
        total = np.zeros(len(levels))
        for at, (m, u) in enumerate(zip(self.m, self.u, strict=True)):
            weights = np.append(np.log2(m / u), 0.0)  # the last one is reached by level -1
            total += weights[levels[:, at]]
        return total


def shares(levels: Levels, sizes: Sequence[int], weights: Doubles | None = None) -> tuple[Doubles, ...]:
    """Share of each level among the pairs where it is known, per comparison."""
    out = []
    for at, size in enumerate(sizes):
        known = levels[:, at] >= 0
        given = None if weights is None else weights[known]
        counts = np.bincount(levels[known, at], weights=given, minlength=size).astype(np.float64)
        out.append(np.maximum(counts / max(counts.sum(), SMALLEST), SMALLEST))
    return tuple(out)


def fit(levels: Levels, u: Sequence[Doubles], pairs: float, start: Sequence[Doubles] | None = None) -> Fitted:
    """Fit m on candidates' levels (pairs, comparisons); `pairs` is how many pairs there are in all."""
    sizes = [len(one) for one in u]
    patterns, counts = _patterns(levels, sizes)
    m = tuple(start) if start is not None else tuple(_first_guess(size) for size in sizes)
    share = 0.1
    for _ in range(ROUNDS):
        chance = _posterior(patterns, m, u, share)
        weights = chance * counts
        fresh = weights.sum() / counts.sum()
        m = shares(patterns, sizes, weights)
        if abs(fresh - share) < SETTLED:
            break
        share = fresh
    matches = float((chance * counts).sum())
    return Fitted(m, tuple(u), min(max(matches / max(pairs, 1.0), 1e-15), 0.5), matches)


def _first_guess(size: int) -> Doubles:
    """Agreement is likely among pairs of one person; levels run from none (0) to full."""
    guess = 4.0 ** np.arange(size)
    shares_: Doubles = guess / guess.sum()
    return shares_


def _patterns(levels: Levels, sizes: Sequence[int]) -> tuple[Levels, Ints]:
    """The different rows of levels and how often each occurs."""
    code = np.zeros(len(levels), dtype=np.int64)
    for at, size in enumerate(sizes):
        code = code * (size + 1) + levels[:, at] + 1
    _, first, counts = np.unique(code, return_index=True, return_counts=True)
    return levels[first], counts


def _posterior(patterns: Levels, m: Sequence[Doubles], u: Sequence[Doubles], share: float) -> Doubles:
    bits = Fitted(tuple(m), tuple(u), 0.5, 0.0).bits(patterns) + np.log2(share / (1 - share))
    return posterior(bits)


def posterior(bits: NDArray[np.floating]) -> Doubles:
    """Chance in [0,1] of log2 odds."""
    chance: Doubles = 1.0 / (1.0 + np.exp2(-np.clip(np.asarray(bits, dtype=np.float64), -500, 500)))
    return chance
