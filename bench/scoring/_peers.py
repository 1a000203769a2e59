"""The simple ways to rank that the product is held against, written for the bench alone."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def plain(text: str) -> list[str]:
    """Lower-case words."""
    return re.findall(r"[a-z0-9+#.]*[a-z0-9+#]", text.lower())


def grams(text: str) -> list[str]:
    """Character 3- to 5-grams."""
    padded = f" {' '.join(plain(text))} "
    return [padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1)]


class Bags:
    """Texts as bags of words with the two classic weightings."""

    def __init__(self, texts: Iterable[Iterable[str]]) -> None:
        self.bags = [Counter(text) for text in texts]
        self.lengths = np.array([bag.total() for bag in self.bags], np.float64)
        self.held: dict[str, list[int]] = {}
        self._norms: Scores | None = None
        for at, bag in enumerate(self.bags):
            for word in bag:
                self.held.setdefault(word, []).append(at)

    def bm25(self, asked: Iterable[str], k1: float = 1.2, b: float = 0.75) -> Scores:
        """Okapi BM25."""
        scores, longer = np.zeros(len(self.bags)), k1 * (1 - b + b * self.lengths / self.lengths.mean())
        for word, times in Counter(asked).items():
            rows = self.held.get(word, [])
            rarity = math.log(1 + (len(self.bags) - len(rows) + 0.5) / (len(rows) + 0.5))
            counts = np.array([self.bags[at][word] for at in rows], np.float64)
            scores[rows] += times * rarity * counts * (k1 + 1) / (counts + longer[rows])
        return scores

    def cosine(self, asked: Iterable[str]) -> Scores:
        """Cosine of TF-IDF vectors, (1 + log tf) · (1 + log (1 + N) / (1 + df))."""
        question = {word: self._weight(word, times) for word, times in Counter(asked).items()}
        scores = np.zeros(len(self.bags))
        for word, weight in question.items():
            for at in self.held.get(word, []):
                scores[at] += weight * self._weight(word, self.bags[at][word])
        length = math.sqrt(sum(weight * weight for weight in question.values()))
        if self._norms is None:
            squares = [sum(self._weight(word, n) ** 2 for word, n in bag.items()) for bag in self.bags]
            self._norms = np.sqrt(np.array(squares, np.float64))
        return np.asarray(scores / np.maximum(self._norms * length, 1e-12))

    def _weight(self, word: str, times: int) -> float:
        return (1 + math.log(times)) * (1 + math.log((1 + len(self.bags)) / (1 + len(self.held.get(word, ())))))


def summed(scores: Scores, rows: Sequence[int]) -> float:
    """Votes of a person's items, added."""
    return float(scores[list(rows)].sum())


def counted(scores: Scores, rows: Sequence[int]) -> float:
    """Votes added, times how many voted."""
    own = scores[list(rows)]
    return float(own.sum() * (own > 0).sum())


def discounted(scores: Scores, rows: Sequence[int]) -> float:
    """Votes added, each divided by the logarithm of its place."""
    own = np.sort(scores[list(rows)])[::-1]
    return float((own / np.log2(np.arange(len(own)) + 2)).sum())


def by_chance(people: Iterable[str], topics: Iterable[str], seed: int) -> Mapping[str, Mapping[str, float]]:
    """A run in no order."""
    chance, everybody = np.random.default_rng(seed), list(people)
    return {topic: dict(zip(everybody, chance.random(len(everybody)), strict=True)) for topic in topics}
