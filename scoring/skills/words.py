"""Where spellings stand in a text: one pass of an automaton over flattened text, then case, context and length."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from scoring.skills.flat import flat
from scoring.skills.vocabulary import NO_SKILL, Alias, Skill

WORDS_NEAR = 30
_LETTERS_NEAR = 400  # characters searched for those words: a text without spaces costs no more

_BLOCK = 1 << 15  # characters joined for one pass: what fits beside the automaton in a cache
_BETWEEN = "  _  "  # between texts of a block; no spelling holds a lone "_", so none reaches over it


class Pattern(NamedTuple):
    """One spelling to look for, with the skill it stands for."""

    skill: str
    alias: Alias
    text: str


class Hit(NamedTuple):
    """One spelling that stands in a text, by character positions."""

    start: int
    end: int
    pattern: Pattern


def patterns(skills: Iterable[Skill]) -> Iterator[Pattern]:
    """Every spelling of every alias."""
    for skill in skills:
        for alias in skill.parsed():
            for text in _variants(alias):
                yield Pattern(skill.id, alias, text)


@cache
def _near(context: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these words, at the beginning of a word; made when first needed, few of them ever are."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, context))})")


def _variants(alias: Alias) -> list[str]:
    """A hyphen and a space are one: "object-detection" is "object detection"."""
    plain = [alias.text, alias.text.replace("-", " "), alias.text.replace(" ", "-")]
    plurals = [f"{text}s" for text in plain] if alias.common and not alias.text.endswith("s") else []
    return list(dict.fromkeys(plain + plurals))


class _Test(NamedTuple):
    """What is left to look at where the automaton found a flattened spelling."""

    lowered: str | None  # the spelling itself, where its separators matter: "ci/cd" is not "ci cd"
    exact: str | None
    context: tuple[str, ...]
    pattern: Pattern


Place = tuple[int, int, Pattern]


class Spellings:
    """Finds spellings in texts. Word boundaries are spaces of the flattened text, so no hit is tested for them."""

    def __init__(self, wanted: Iterable[Pattern]) -> None:
        grouped: dict[str, list[Pattern]] = {}
        for pattern in wanted:
            grouped.setdefault(f" {flat(pattern.text)} ", []).append(pattern)
        self._tests = [[_test(pattern) for pattern in same] for same in grouped.values()]
        self._phrases = any(pattern.skill == NO_SKILL for same in grouped.values() for pattern in same)
        self._automaton = AhoCorasick(list(grouped), implementation=Implementation.DFA, store_patterns=False)

    def find(self, texts: Sequence[str]) -> Iterator[tuple[int, list[Hit]]]:
        """The texts in which something stands, by index in order, with the hits in each."""
        for at, places in self.places(texts):
            yield at, [Hit(*place) for place in places]

    def places(self, texts: Sequence[str]) -> Iterator[tuple[int, list[Place]]]:
        """The same as plain tuples, which cost less than anything named."""
        for first, block, starts in _blocks(texts):
            yield from self._in_block(texts, first, flat(block), starts)

    def _in_block(
        self, texts: Sequence[str], first: int, block: str, starts: list[int]
    ) -> Iterator[tuple[int, list[Place]]]:
        at, places, tests = 0, list[Place](), self._tests
        following = [*starts[1:], len(block) + 1]
        for index, before, behind in self._automaton.find_matches_as_indexes(block, overlapping=True):
            if following[at] < behind:  # hits come by their ends: this text is done
                if places:
                    yield first + at, self._kept(places)
                    places = []
                while following[at] < behind:
                    at += 1
            start, end = before + 1 - starts[at], behind - 1 - starts[at]
            for lowered, exact, context, pattern in tests[index]:
                if (lowered or exact or context) and not _stands(
                    texts[first + at], start, end, lowered, exact, context
                ):
                    continue
                places.append((start, end, pattern))
        if places:
            yield first + at, self._kept(places)

    def _kept(self, places: list[Place]) -> list[Place]:
        """The longest of places that overlap, by their beginnings; most texts have none that do."""
        if not self._phrases and all(left[1] <= right[0] for left, right in pairwise(places)):
            return places
        return _longest(places)


def _test(pattern: Pattern) -> _Test:
    """A spelling of letters and digits alone is met in any case as soon as its flattened form is."""
    lowered, exact = pattern.text.lower(), pattern.text if pattern.alias.exact else None
    return _Test(None if flat(pattern.text) == lowered else lowered, exact, pattern.alias.context, pattern)


def _stands(text: str, start: int, end: int, lowered: str | None, exact: str | None, context: tuple[str, ...]) -> bool:
    """Whether the spelling is written here, in its case and context."""
    written = text[start:end]
    if (exact is not None and written != exact) or (lowered is not None and written.lower() != lowered):
        return False
    return not context or _near(context).search(around(text, start, end)) is not None


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, str, list[int]]]:
    """Runs of texts joined: index of the first, the joined text, where each begins."""
    first, size, starts = 0, len(_BETWEEN), list[int]()
    for at, text in enumerate(texts):
        starts.append(size)
        size += len(text) + len(_BETWEEN)
        if size >= _BLOCK:
            yield first, f"{_BETWEEN}{_BETWEEN.join(texts[first : at + 1])}{_BETWEEN}", starts
            first, size, starts = at + 1, len(_BETWEEN), []
    if starts:
        yield first, f"{_BETWEEN}{_BETWEEN.join(texts[first:])}{_BETWEEN}", starts


def around(text: str, start: int, end: int) -> str:
    """The thirty words before and after a place, in lower case."""
    before = text[max(0, start - _LETTERS_NEAR) : start].split()[-WORDS_NEAR:]
    after = text[end : end + _LETTERS_NEAR].split()[:WORDS_NEAR]
    return f"{' '.join(before)} {' '.join(after)}".lower()


def _longest(places: list[Place]) -> list[Place]:
    """Without phrases, and hits inside a longer one: "Triton" in "Triton Inference Server", "Go" in "go to market"."""
    kept = []
    reach_start, reach = -1, -1
    for start, end, pattern in sorted(places, key=lambda place: (place[0], -place[1], place[2].skill)):
        if end <= reach and (start, end) != (reach_start, reach):
            continue
        if pattern.skill != NO_SKILL:
            kept.append((start, end, pattern))
        reach_start, reach = start, end
    return kept
