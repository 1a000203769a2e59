"""Seeded draws that are the same on every Python: only `random()` of a generator seeded by text is used."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Chance:
    """Draws for one subject; two with the same seed text draw the same."""

    __slots__ = ("real",)

    def __init__(self, *seed: object) -> None:
        self.real = Random("/".join(map(str, seed))).random

    def often(self, share: float) -> bool:
        """Whether something of that probability happens."""
        return self.real() < share

    def below(self, stop: int) -> int:
        """A whole number in [0, stop)."""
        return int(self.real() * stop)

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + int(self.real() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.real() * len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Up to `count` different items, in drawn order."""
        left = list(items)
        return [left.pop(int(self.real() * len(left))) for _ in range(min(count, len(left)))]

    def heavy(self, middle: float, tail: float = 1.1) -> int:
        """A whole number with a long tail (Pareto), half of the draws below about twice `middle`."""
        return int(middle * (1.0 - self.real() * 0.9999) ** (-1.0 / tail))


class Wheel(Generic[T]):
    """Items drawn by their share."""

    def __init__(self, items: Sequence[T], shares: Sequence[float]) -> None:
        self._items = items
        self._edges = list(accumulate(shares))

    def spin(self, chance: Chance) -> T:
        """One item."""
        return self._items[bisect_right(self._edges, chance.real() * self._edges[-1])]
