"""What the words around a name say of it: a must, a plus, or not needed; much or little; one of several."""

import re
from bisect import bisect_right
from functools import cache
from typing import NamedTuple

from scoring.advert.sentences import Part, Sentence, words

_CLAUSE = re.compile(r"[;,.](?=\s|$)|\s[–—-]\s|[()]|\b(?:but|aber|pero|mais)\b")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = rf"\d{{1,2}}|{'|'.join(_NUMBERS)}"
_YEARS = re.compile(
    rf"(?i)(?<![\d.,])\b(?P<low>{_NUMBER})\s*\+?\s*(?:(?:-|–|to|bis|a|à)\s*(?:{_NUMBER})\s*\+?\s*)?"
    r"(?:or more\s+|plus\s+)?"
    r"(?:years?|yrs?|y\.?o\.?e|jahren?|años|ans|anos)\b(?!\s+(?:old|ago|alt))"
)
_MOST_YEARS = 20  # more are the firm's age


class Clause(NamedTuple):
    """A part of a sentence with what it asks: "must", "nice", "not" or nothing."""

    text: str
    start: int
    asks: str | None


def clauses(sentence: Sentence) -> list[Clause]:
    """The parts of a sentence; one that says nothing itself takes what was said before it, else after it."""
    pieces = _pieces(sentence.text)
    said = [_asks(text, sentence.part) for text, _ in pieces]
    for at in range(1, len(said)):
        said[at] = said[at] or said[at - 1]
    first = next((one for one in said if one), None)
    usual = {Part.MUST: "must", Part.NICE: "nice"}.get(sentence.part)
    return [Clause(text, start, one or first or usual) for (text, start), one in zip(pieces, said, strict=True)]


def clause_at(parts: list[Clause], position: int) -> Clause:
    """The clause a position of the sentence lies in."""
    return parts[max(0, bisect_right([one.start for one in parts], position) - 1)]


def _pieces(text: str) -> list[tuple[str, int]]:
    ends = [found.end() for found in _CLAUSE.finditer(text)]
    starts = [0, *ends]
    return [(text[start:end], start) for start, end in zip(starts, [*ends, len(text)], strict=True)]


def _asks(text: str, part: Part) -> str | None:
    """The gravest word decides: "not required" is no requirement, "not a must" is a plus."""
    if has("not", text):
        return "not"
    if has("nice", text):
        return "nice"
    if has("must", text):
        return "must"
    return "must" if part is not Part.NICE and has("strong", text) else None


def has(kind: str, text: str) -> bool:
    """Whether a text holds a cue of this kind."""
    return _cue(kind).search(text) is not None


@cache
def _cue(kind: str) -> re.Pattern[str]:
    longest = sorted(words()["cues"][kind], key=len, reverse=True)
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")


def years(text: str) -> list[int]:
    """The years of experience a text asks, the lower end of ranges."""
    found = [_number(one["low"]) for one in _YEARS.finditer(text)]
    return [number for number in found if 0 < number <= _MOST_YEARS]


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _NUMBERS.index(written.lower()) + 1
