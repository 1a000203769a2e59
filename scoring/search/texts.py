"""Full-text search over pieces of work, in memory: Okapi BM25, people by the votes of their work.

BM25 as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with the textbook k1 and b and the
logarithm that cannot turn negative. An index elsewhere may score the items as well: `voted` takes any scores.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.search.votes import Vote, voted

_K1 = 1.2  # how soon more of the same word stops counting
_B = 0.75  # how much a long text is held against it

Scores = NDArray[np.float64]


class Item(NamedTuple):
    """One piece of work with the people who made it; `terms` as `terms()` gives them, counted or repeated."""

    id: str
    people: tuple[str, ...]
    terms: Iterable[str]


class Texts:
    """Items ready to be searched."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.ids: list[str] = []
        self._people: list[tuple[str, ...]] = []
        found: dict[str, list[tuple[int, int]]] = {}
        lengths: list[int] = []
        for at, item in enumerate(items):
            self.ids.append(item.id)
            self._people.append(item.people)
            counted = Counter(item.terms)
            lengths.append(counted.total())
            for term, count in counted.items():
                found.setdefault(term, []).append((at, count))
        self._postings = dict(_weighed(found, np.array(lengths, np.float64)))

    def __len__(self) -> int:
        return len(self.ids)

    def scores(self, asked: Iterable[str]) -> Scores:
        """How well each item answers these terms, in the order of the items; a term asked twice counts twice."""
        scores = np.zeros(len(self.ids))
        for term, times in Counter(asked).items():
            if term in self._postings:
                rows, weights = self._postings[term]
                scores[rows] += times * weights
        return scores

    def people(self, asked: Iterable[str], *, without: Collection[str] = ()) -> dict[str, float]:
        """Who answers these terms best, by votes; items in `without` have none. People without a hit are left out."""
        scores = self.scores(asked)
        hits = (at for at in np.flatnonzero(scores) if self.ids[at] not in without)
        return voted(Vote(person, float(scores[at])) for at in hits for person in self._people[at])


def _weighed(
    found: dict[str, list[tuple[int, int]]], lengths: Scores
) -> Iterable[tuple[str, tuple[NDArray[np.intp], Scores]]]:
    """Per term the rows that hold it and what one mention in a question is worth there."""
    longer = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0)) if len(lengths) else lengths
    for term, held in found.items():
        rows = np.array([at for at, _ in held], np.intp)
        counts = np.array([count for _, count in held], np.float64)
        rarity = math.log(1 + (len(lengths) - len(held) + 0.5) / (len(held) + 0.5))
        yield term, (rows, rarity * counts * (_K1 + 1) / (counts + longer[rows]))
