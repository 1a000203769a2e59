"""Whether a hit of the automaton is a skill: word boundaries, case, context, the longest of several."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scoring.skills.vocabulary import Alias, Skill

_WORDS_NEAR = 30


class Pattern(NamedTuple):
    """One spelling to look for, with the skill it stands for and the words that must be near."""

    skill: str
    alias: Alias
    text: str
    near: re.Pattern[str] | None


def patterns(skills: Iterable[Skill]) -> Iterator[Pattern]:
    """Every spelling of every alias."""
    for skill in skills:
        for alias in skill.parsed():
            near = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, alias.context))})") if alias.context else None
            for text in _variants(alias):
                yield Pattern(skill.id, alias, text, near)


def _variants(alias: Alias) -> list[str]:
    """A hyphen and a space are one: "object-detection" is "object detection"."""
    plain = [alias.text, alias.text.replace("-", " "), alias.text.replace(" ", "-")]
    plurals = [f"{text}s" for text in plain] if alias.common and not alias.text.endswith("s") else []
    return list(dict.fromkeys(plain + plurals))


def same_length_lower(text: str) -> str:
    """Lower case of the same length, so that positions stay true (a few letters would grow)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def stands(text: str, lowered: str, start: int, end: int, pattern: Pattern) -> bool:
    """Whether a hit is a word of its own, in the right case, with its context near."""
    if not _bounded(lowered, start, end):
        return False
    if pattern.alias.exact and text[start:end] != pattern.text:
        return False
    return pattern.near is None or pattern.near.search(_around(lowered, start, end)) is not None


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether the hit is a word of its own: "C" is not in "C++", "Java" not in "JavaScript"."""
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return False
    if end == len(text):
        return True
    after = text[end]
    return not (after.isalnum() or after in "_#" or (after == "+" and text[end : end + 2] == "++"))


def _around(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 400) : start].split()[-_WORDS_NEAR:]
    after = text[end : end + 400].split()[:_WORDS_NEAR]
    return f"{' '.join(before)} {' '.join(after)}"


def longest(hits: list[tuple[int, int, Pattern]]) -> list[tuple[int, int, Pattern]]:
    """Without hits that lie inside a longer one: "Triton" inside "Triton Inference Server"."""
    if len(hits) < 2:
        return hits
    kept = []
    reach_start, reach = -1, -1
    for start, end, pattern in sorted(hits, key=lambda hit: (hit[0], -hit[1], hit[2].skill)):
        if end <= reach and (start, end) != (reach_start, reach):
            continue
        kept.append((start, end, pattern))
        reach_start, reach = start, end
    return kept
