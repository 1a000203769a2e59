"""Groups from scored pairs, strongest first: two groups unite while the pairs between them agree on the whole.

Connected components over a threshold glue namesakes together. Here one strong pair cannot outvote many that do not
fit: the mean over the compared pairs between two groups has to stay above a floor. Pairs that never met in a block say
nothing, neither for nor against.
"""

import heapq
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sourcing.identity.engine.columns import Ints

Objection = Callable[[list[int], list[int]], bool]


class Between(NamedTuple):
    """The compared pairs between two groups, bits."""

    best: float
    total: float
    pairs: int

    @property
    def mean(self) -> float:
        """Over compared pairs."""
        return self.total / self.pairs


class Rules(NamedTuple):
    """When two groups unite."""

    best: float  # bits their strongest pair needs
    mean: float  # bits all compared pairs between them need on average
    most: int | None = None  # rows in one group
    objection: Objection | None = None  # may forbid the union of two lists of rows for good
    by_mean: bool = False  # the group that fits best on the whole first, instead of the strongest pair


def linkage(size: int, left: Ints, right: Ints, bits: NDArray[np.floating], rules: Rules) -> Ints:
    """Group number of each of `size` rows, (size,); about n·log n steps for n pairs."""
    groups = _Groups(size, rules)
    for a, b, worth in zip(left.tolist(), right.tolist(), bits.tolist(), strict=True):
        groups.add(a, b, worth)
    groups.grow()
    out = np.zeros(size, dtype=np.int64)
    for number, rows in enumerate(groups.members.values()):
        out[rows] = number
    return out


class _Groups:
    """Groups while they grow."""

    def __init__(self, size: int, rules: Rules) -> None:
        self.rules, self.fresh = rules, size
        self.members = {row: [row] for row in range(size)}
        self.ties: dict[int, dict[int, Between]] = {}
        self.heap: list[tuple[float, int, int]] = []

    def add(self, a: int, b: int, worth: float) -> None:
        tie = Between(worth, worth, 1)
        self.ties.setdefault(a, {})[b] = tie
        self.ties.setdefault(b, {})[a] = tie
        self._offer(a, b, tie)

    def _offer(self, a: int, b: int, tie: Between) -> None:
        if tie.best >= self.rules.best and tie.mean >= self.rules.mean:
            heapq.heappush(self.heap, (-(tie.mean if self.rules.by_mean else tie.best), a, b))

    def grow(self) -> None:
        while self.heap:
            _, a, b = heapq.heappop(self.heap)
            if a in self.members and b in self.members and not self._forbidden(a, b):
                self._unite(a, b)

    def _forbidden(self, a: int, b: int) -> bool:
        here, there = self.members[a], self.members[b]
        if self.rules.most is not None and len(here) + len(there) > self.rules.most:
            return True
        return self.rules.objection is not None and self.rules.objection(here, there)

    def _unite(self, a: int, b: int) -> None:
        self.members[self.fresh] = self.members.pop(a) + self.members.pop(b)
        joined: dict[int, Between] = {}
        for old in (a, b):
            for other, tie in self.ties.pop(old).items():
                if other in self.members:
                    del self.ties[other][old]
                    joined[other] = _both(joined.get(other), tie)
        self.ties[self.fresh] = joined
        for other, tie in joined.items():
            self.ties[other][self.fresh] = tie
            self._offer(other, self.fresh, tie)
        self.fresh += 1


def _both(one: Between | None, other: Between) -> Between:
    if one is None:
        return other
    return Between(max(one.best, other.best), one.total + other.total, one.pairs + other.pairs)
