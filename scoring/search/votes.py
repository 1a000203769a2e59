"""From items to people: every item found votes for who made it."""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Vote(NamedTuple):
    """One item found: whose it is and how well it answers, 0 or more."""

    person: str
    score: float


def voted(votes: Iterable[Vote]) -> dict[str, float]:
    """Score per person: the sum of the votes, each divided by log2(1 + its place among the person's own).

    Many good items beat one, but the tenth says less than the second: a plain sum measures output instead.
    """
    held: dict[str, list[float]] = {}
    for person, score in votes:
        if score > 0:
            held.setdefault(person, []).append(score)
    return {person: _discounted(scores) for person, scores in held.items()}


def _discounted(scores: list[float]) -> float:
    return math.fsum(score / math.log2(place + 2) for place, score in enumerate(sorted(scores, reverse=True)))
