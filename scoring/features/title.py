"""The component about job titles."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scoring.features.base import Seen, percent, seen, unknown
from scoring.features.titled import Near
from scoring.features.titles import CLAUSES, SEGMENTS, title_words
from scoring.reading import Reading
from scoring.roles.model import Role
from scoring.skills import Alias

_JOB_WORD = re.compile(
    r"(?i)\b(engineer|developer|scientist|researcher|analyst|architect|consultant|manager|student|lead|founder|"
    r"programmer|professor|lecturer|director|head|cto|ceo|phd|postdoc|fellow|intern|mle|swe|sde|statistician)\w*"
)
_OTHER_JOB = 0.3  # what a title keeps beside "aspiring", "recruiter" …
_BIO_WITHOUT_JOB = 0.3
_CLOSE = 0.95
_LONGEST = 4_000  # code points read; the limit of a biography
_TEXTS = 20_000  # remembered


class _Best(NamedTuple):
    value: float
    said: str
    account: str


def title(reading: Reading) -> Seen:
    """How close the person's own words about their job are to the titles of the role."""
    texts = [(text, str(a.key)) for a in reading.accounts for text in (a.headline, a.bio) if text]
    if not texts:
        return unknown("a headline or a job title")
    titles = reading.setting.once("titles", lambda: _Titles(reading.role))
    best = max((_Best(*titles.closest(text), account) for text, account in texts), key=lambda b: (b.value, b.account))
    stated = any(a.headline for a in reading.accounts) or any(_JOB_WORD.search(text) for text, _ in texts)
    confidence = 1.0 if stated else _BIO_WITHOUT_JOB
    return seen(best.value, confidence, _reason(best), [best.account])


def _reason(best: _Best) -> str:
    if best.value >= _CLOSE:
        return f"calls the own work “{best.said}”"
    if best.value == 0:
        return "own words about the job name no title of the role"
    return f"nearest title of the role: “{best.said}”, {percent(best.value)} alike"


class _Titles:
    """The titles of a role, ready to be looked for; headlines met again are remembered."""

    def __init__(self, role: Role) -> None:
        self._titles = [(wanted.worth, wanted.alias) for wanted in role.titles]
        self._near = Near([alias.text for _, alias in self._titles])
        self._exact = [at for at, (_, alias) in enumerate(self._titles) if alias.exact]
        self._others = [frozenset(title_words(word)) for word in role.not_titles]
        self.closest = lru_cache(maxsize=_TEXTS)(self._closest)

    def _closest(self, text: str) -> tuple[float, str]:
        """The best of the titles in a text, with its worth, and its spelling."""
        best = (0.0, self._titles[0][1].text)
        for clause in filter(str.strip, CLAUSES.split(text[:_LONGEST])):
            for value, said in self._in_clause(clause, text):
                best = max(best, (value, said))
        return best

    def _in_clause(self, clause: str, text: str) -> Iterator[tuple[float, str]]:
        for segment in SEGMENTS.split(clause):
            near = self._near.likeness(title_words(segment))
            for at in {*near, *self._exact}:
                worth, alias = self._titles[at]
                value = worth * _likeness(alias, segment, near.get(at, 0.0), text)
                if value > 0:
                    yield value * _OTHER_JOB if self._is_other(clause) else value, alias.text

    def _is_other(self, clause: str) -> bool:
        words = set(title_words(clause))
        return any(other <= words for other in self._others)


def _likeness(alias: Alias, segment: str, near: float, text: str) -> float:
    if alias.context and not any(word in text.lower() for word in alias.context):
        return 0.0
    if not alias.exact:
        return near
    stands = alias.text in segment and re.search(rf"(?<!\w){re.escape(alias.text)}(?!\w)", segment)
    return 1.0 if stands else 0.0
