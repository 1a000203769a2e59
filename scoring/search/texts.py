"""Full-text search over pieces of work, in memory: Okapi BM25, people by the votes of their work.

BM25 as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with the textbook k1 and b and the
logarithm that cannot turn negative. An index elsewhere may score the items as well: `voted` takes any scores.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from scoring.search.votes import Vote, voted

_K1 = 1.2  # how soon more of the same word stops counting
_B = 0.75  # how much a long text is held against it


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
        self._held: dict[str, list[tuple[int, int]]] = {}  # rows that hold a term, and how often
        lengths: list[int] = []
        for at, item in enumerate(items):
            self.ids.append(item.id)
            self._people.append(item.people)
            counted = Counter(item.terms)
            lengths.append(counted.total())
            for term, count in counted.items():
                self._held.setdefault(term, []).append((at, count))
        usual = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
        self._longer = [_K1 * (1 - _B + _B * length / usual) for length in lengths]
        self._postings: dict[str, list[tuple[int, float]]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def scores(self, asked: Iterable[str]) -> list[float]:
        """How well each item answers these terms, in the order of the items; a term asked twice counts twice."""
        scores = [0.0] * len(self.ids)
        for term, times in Counter(asked).items():
            for at, weight in self._posting(term):
                scores[at] += times * weight
        return scores

    def people(self, asked: Iterable[str], *, without: Collection[str] = ()) -> dict[str, float]:
        """Who answers these terms best, by votes; items in `without` have none. People without a hit are left out."""
        scores = self.scores(asked)
        hits = (at for at, score in enumerate(scores) if score and self.ids[at] not in without)
        return voted(Vote(person, scores[at]) for at in hits for person in self._people[at])

    def _posting(self, term: str) -> list[tuple[int, float]]:
        """The rows that hold a term and what one mention in a question is worth there; made when first asked for."""
        if term not in self._postings:
            held = self._held.get(term, [])
            rarity = math.log(1 + (len(self.ids) - len(held) + 0.5) / (len(held) + 0.5))
            self._postings[term] = [(at, rarity * count * (_K1 + 1) / (count + self._longer[at])) for at, count in held]
        return self._postings[term]
