"""Search by tag over answers: what people know of a tag, backed off to tags that go with it and to all they answer."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import permutations
from typing import NamedTuple

BACK_OFF = 0.3  # what an answer to something else is worth beside one with the tag asked
DAYS_A_MONTH = 30.4375


class Answer(NamedTuple):
    """One answer, or all answers of one person with the same tags; `score` as the source counts votes."""

    person: str
    tags: tuple[str, ...]
    score: float
    at: datetime | None = None


class Tags:
    """Answers ready to be searched by tag."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers = list(answers)
        self._uses: Counter[str] = Counter()
        self._together: Counter[tuple[str, str]] = Counter()
        for answer in self._answers:
            own = sorted(set(answer.tags))
            self._uses.update(own)
            self._together.update(permutations(own, 2))

    def people(self, tag: str, *, now: datetime, half_life: float) -> dict[str, float]:
        """Score per person for one tag; `half_life` in months, as role profiles give it."""
        found: dict[str, list[float]] = {}
        for answer in self._answers:
            share = self.nearness(tag, answer.tags) + BACK_OFF
            found.setdefault(answer.person, []).append(share * worth(answer, now, half_life))
        return {person: math.fsum(shares) for person, shares in found.items()}

    def nearness(self, tag: str, tags: Iterable[str]) -> float:
        """How near the nearest of some tags is: 1 for the tag itself, else the cosine of their use together."""
        return max((self._alike(tag, other) for other in tags), default=0.0)

    def _alike(self, tag: str, other: str) -> float:
        if tag == other:
            return 1.0
        both = self._together[tag, other]
        return both / math.sqrt(self._uses[tag] * self._uses[other]) if both else 0.0


def worth(answer: Answer, now: datetime, half_life: float) -> float:
    """What one answer says, whatever its tags: the logarithm of its score, halved every `half_life` months."""
    said = math.log1p(max(0.0, answer.score))
    if answer.at is None:
        return said / 2
    age = max(0.0, (now - answer.at).total_seconds() / 86_400 / DAYS_A_MONTH)
    return float(said * math.exp2(-age / half_life))
