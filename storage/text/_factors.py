"""Many patterns over one text: only those are tried of which something that every match holds was met.

What a match must hold is read off the parsed pattern: the longest texts of which one occurs in whatever it matches (as
in Cox, "Regular Expression Matching with a Trigram Index", 2012). One pass of an automaton finds which of them occur.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick

# The parser has no public door since Python 3.11.
ops: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

MOST = 300  # texts told apart within one pattern
LEAST = 2  # letters of a text worth looking for
# What so many people here call themselves that looking for it leaves nobody out.
EVERYWHERE = frozenset({"dev", "developer", "engineer", "programmer", "coder", "scientist", "researcher", "student"})

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
    """The set whose shortest text is longer, without texts that are everywhere; too short ones say nothing."""
    known = [some for some in (one, other) if some and _shortest(some) >= LEAST]
    return max(known, key=lambda some: (some.isdisjoint(EVERYWHERE), _shortest(some), -len(some)), default=None)


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

    def may_be_in(self, text: str) -> bool:
        """Whether any pattern may be found: where this says no, none is."""
        return bool(self._possible(text))

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

    @property
    def tried_always(self) -> bool:
        """Whether some pattern holds nothing that could be looked for."""
        return bool(self._tables[0])

    @cached_property
    def _needs(self) -> dict[str, Texts | None]:
        return {pattern: needed(pattern) for pattern in self._patterns}

    @cached_property
    def texts(self) -> list[str]:
        """What is looked for."""
        return sorted({text for some in self._needs.values() for text in some or ()})

    @cached_property
    def _tables(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        always = tuple(pattern for pattern, some in self._needs.items() if some is None)
        by_text: dict[str, list[str]] = {text: [] for text in self.texts}
        for pattern, some in self._needs.items():
            for text in some or ():
                by_text[text].append(pattern)
        return always, [tuple(by_text[text]) for text in self.texts]

    @cached_property
    def _automaton(self) -> AhoCorasick | None:
        return AhoCorasick(self.texts) if self.texts else None


class AnyOf:
    """Several sets of patterns, asked in one pass of one automaton which of them may be found."""

    def __init__(self, sets: Iterable[Patterns]) -> None:
        self._sets = tuple(sets)

    def may_be_in(self, text: str) -> bool:
        """Whether any pattern of any set may be found in a text in lower case: where this says no, none is."""
        return bool(self.met_in(text))

    def met_in(self, text: str) -> Collection[Patterns]:
        """The sets of which a pattern may be found in a text in lower case: none of the others is."""
        try:
            met = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # halves of pairs
            return self._sets
        return {*self._always, *(one for at, _, _ in met for one in self._by_text[at])} if met else self._always

    @cached_property
    def _always(self) -> tuple[Patterns, ...]:
        return tuple(one for one in self._sets if one.tried_always)

    @cached_property
    def _tables(self) -> Mapping[str, list[Patterns]]:
        found: dict[str, list[Patterns]] = {}
        for one in self._sets:
            for text in one.texts:
                found.setdefault(text, []).append(one)
        return found

    @cached_property
    def _by_text(self) -> Sequence[Sequence[Patterns]]:
        return list(self._tables.values())

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(list(self._tables))


class Spelling:
    """Letters written in other ways, put into one; most texts hold none, and looking for them costs a tenth."""

    def __init__(self, letters: Mapping[str, str | None]) -> None:
        self._table = str.maketrans(dict(letters))
        self._letters = re.compile(f"[{re.escape(''.join(letters))}]")

    def __call__(self, text: str) -> str:
        """The text in one spelling."""
        return text.translate(self._table) if self._letters.search(text) else text


def whole(text: str, spelling: Spelling) -> str | None:
    """A text folded as its sentences are, one by one: none holds what it does not. None where that is not sure.

    Folding goes letter by letter but for compatibility forms, and parts of a text that is in that form are so, too
    (Unicode Standard Annex 15, section 1.3).
    """
    if text.isascii():  # no sign of these that a spelling changes is white space, or goes
        return spelling(_in_one_case(text))
    if not unicodedata.is_normalized("NFKC", text):
        return None
    return " ".join(spelling(text.casefold()).split())


@lru_cache(maxsize=1024)
def _in_one_case(text: str) -> str:
    """A text as it is looked through, by several one after the other."""
    return " ".join(text.casefold().split())
