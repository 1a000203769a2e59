"""The component about job titles."""

import re
from functools import lru_cache
from typing import NamedTuple

from scoring.features.base import Seen, percent, seen, unknown
from scoring.features.titles import CLAUSES, SEGMENTS, best_window, title_words
from scoring.reading import Reading
from scoring.roles.model import Role, Title

_JOB_WORD = re.compile(
    r"(?i)\b(engineer|developer|scientist|researcher|analyst|architect|consultant|manager|student|lead|founder|"
    r"programmer|professor|lecturer|director|head|cto|ceo|phd|postdoc|fellow|intern|mle|swe|sde|statistician)\w*"
)
_OTHER_JOB = 0.3  # what a title keeps beside "aspiring", "recruiter" …
_BIO_WITHOUT_JOB = 0.3
_CLOSE = 0.95
_LONGEST = 4_000  # code points read; the limit of a biography


class _Best(NamedTuple):
    value: float
    said: str
    account: str


def title(reading: Reading) -> Seen:
    """How close the person's own words about their job are to the titles of the role."""
    texts = [(text, str(a.key)) for a in reading.accounts for text in (a.headline, a.bio) if text]
    if not texts:
        return unknown("a headline or a job title")
    role = reading.role
    best = max((_Best(*_closest(role, text), account) for text, account in texts), key=lambda b: (b.value, b.account))
    stated = any(a.headline for a in reading.accounts) or any(_JOB_WORD.search(text) for text, _ in texts)
    confidence = 1.0 if stated else _BIO_WITHOUT_JOB
    return seen(best.value, confidence, _reason(best), [best.account])


def _reason(best: _Best) -> str:
    if best.value >= _CLOSE:
        return f"calls the own work “{best.said}”"
    if best.value == 0:
        return "own words about the job name no title of the role"
    return f"nearest title of the role: “{best.said}”, {percent(best.value)} alike"


def _closest(role: Role, text: str) -> tuple[float, str]:
    return _titles_in(role.titles, role.not_titles, text)


@lru_cache(maxsize=50_000)
def _titles_in(titles: tuple[Title, ...], others: tuple[str, ...], text: str) -> tuple[float, str]:
    """The best of the titles in a text, with its worth, and its spelling."""
    best = (0.0, titles[0].alias.text)
    for clause in filter(str.strip, CLAUSES.split(text[:_LONGEST])):
        other = any(_spoken(word, title_words(clause)) for word in others)
        for segment in SEGMENTS.split(clause):
            for wanted in titles:
                value = wanted.worth * _likeness(wanted, segment, title_words(segment), text)
                best = max(best, (value * _OTHER_JOB if other else value, wanted.alias.text))
    return best


def _spoken(other: str, words: tuple[str, ...]) -> bool:
    return set(title_words(other)) <= set(words)


def _likeness(wanted: Title, segment: str, words: tuple[str, ...], text: str) -> float:
    alias = wanted.alias
    if alias.context and not any(word in text.lower() for word in alias.context):
        return 0.0
    if alias.exact:
        return 1.0 if re.search(rf"(?<!\w){re.escape(alias.text)}(?!\w)", segment) else 0.0
    return best_window(title_words(alias.text), words)
