"""Many patterns over one text: only those are tried of which something that every match holds was met.

What a match must hold is read off the parsed pattern: the longest texts of which one occurs in whatever it matches (as
in Cox, "Regular Expression Matching with a Trigram Index", 2012). One pass of an automaton finds which of them occur.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick

# The parser has no public door since Python 3.11.
ops: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

MOST = 300  # texts told apart within one pattern
LEAST = 2  # letters of a text worth looking for

Texts = frozenset[str]


class _Part(NamedTuple):
    """Part of a pattern: all it can match, where those are few, and else texts of which one is in every match."""

    all: Texts | None
    one_of: Texts | None = None

    @property
    def needs(self) -> Texts | None:
        return self.all if self.all is not None else self.one_of


_ANYTHING = _Part(None)
_NOTHING = _Part(frozenset({""}))
_WITHOUT_WIDTH = frozenset({ops.AT, ops.ASSERT, ops.ASSERT_NOT})
_REPEATS = frozenset({ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT})


def needed(pattern: str) -> Texts | None:
    """Texts in lower case of which every match, in lower case, holds at least one; None where that is not known."""
    found = _better(_in_a_row(parser.parse(pattern)).needs, None)
    return found and frozenset(text.lower() for text in found)


def _in_a_row(parts: Iterable[tuple[Any, Any]]) -> _Part:
    run: Texts = frozenset({""})
    best: Texts | None = None
    whole = True
    for op, argument in parts:
        part = _part(op, argument)
        if part.all is not None and len(run) * len(part.all) <= MOST:
            run = frozenset(map("".join, product(run, part.all)))
            continue
        whole, best = False, _better(_better(run, best), part.one_of)
        run = part.all if part.all is not None else frozenset({""})
    return _Part(run) if whole else _Part(None, _better(run, best))


def _better(one: Texts | None, other: Texts | None) -> Texts | None:
    """The set whose shortest text is longer; sets with a text too short to look for say nothing."""
    known = [some for some in (one, other) if some and _shortest(some) >= LEAST]
    return max(known, key=lambda some: (_shortest(some), -len(some)), default=None)


def _shortest(texts: Texts) -> int:
    return min(len(text.replace(" ", "")) for text in texts)


def _part(op: Any, argument: Any) -> _Part:
    if op is ops.LITERAL:
        return _Part(frozenset({chr(argument)}))
    if op in _WITHOUT_WIDTH:
        return _NOTHING
    if op is ops.SUBPATTERN:
        return _in_a_row(argument[3])
    if op is ops.ATOMIC_GROUP:
        return _in_a_row(argument)
    if op is ops.BRANCH:
        return _either([_in_a_row(way) for way in argument[1]])
    if op in _REPEATS:
        return _repeated(argument[0], argument[1], _in_a_row(argument[2]))
    if op is ops.IN and all(kind is ops.LITERAL for kind, _ in argument):
        return _Part(frozenset(chr(code) for _, code in argument))
    return _ANYTHING


def _either(ways: Sequence[_Part]) -> _Part:
    found: set[str] = set()
    for way in ways:
        if way.needs is None:
            return _ANYTHING
        found |= way.needs
    whole = len(found) <= MOST and all(way.all is not None for way in ways)
    return _Part(frozenset(found)) if whole else _Part(None, _better(frozenset(found), None))


def _repeated(least: int, most: int, inner: _Part) -> _Part:
    if inner.all is not None and most == 1:
        return _Part(inner.all | {""} if least == 0 else inner.all)
    return _Part(None, inner.needs if least else None)


class Patterns:
    """Patterns asked as one: whether any of them is found in a text that is in lower case."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)
        self._compiled = cache(re.compile)

    def found_in(self, text: str) -> bool:
        """Whether any pattern is found."""
        return any(self._compiled(pattern).search(text) for pattern in self._possible(text))

    def sub(self, put: str, text: str) -> str:
        """The text with everything found replaced, as by one pattern of them all."""
        return self._union.sub(put, text) if self._possible(text) else text

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """What is found, one after the other, as by one pattern of them all."""
        return self._union.finditer(text) if self._possible(text) else iter(())

    @cached_property
    def _union(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern})" for pattern in self._patterns) or r"(?!)")

    def _possible(self, text: str) -> Iterable[str]:
        try:
            met = self._automaton.find_matches_as_indexes(text, overlapping=True) if self._automaton else ()
        except UnicodeEncodeError:  # halves of pairs
            return self._patterns
        always, by_text = self._tables
        return always if not met else dict.fromkeys([*always, *(one for at, _, _ in met for one in by_text[at])])

    @cached_property
    def _needs(self) -> dict[str, Texts | None]:
        return {pattern: needed(pattern) for pattern in self._patterns}

    @cached_property
    def _texts(self) -> list[str]:
        return sorted({text for some in self._needs.values() for text in some or ()})

    @cached_property
    def _tables(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        always = tuple(pattern for pattern, some in self._needs.items() if some is None)
        by_text: dict[str, list[str]] = {text: [] for text in self._texts}
        for pattern, some in self._needs.items():
            for text in some or ():
                by_text[text].append(pattern)
        return always, [tuple(by_text[text]) for text in self._texts]

    @cached_property
    def _automaton(self) -> AhoCorasick | None:
        return AhoCorasick(self._texts) if self._texts else None
