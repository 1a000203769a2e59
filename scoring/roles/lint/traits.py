"""Words that stand for who somebody is: protected traits and obvious proxies refuse a role file, softer ones warn."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from scoring.places.names import place_key
from scoring.roles.lined import Lined, Word
from scoring.shipped import shipped_table

_SHIPPED = Path(__file__).with_name("words.yaml")
# The names of repositories and packages are names: "christian/parser" asks for no religion.
_NAMED_BY_OTHERS = frozenset({"contributors", "merged_authors", "owners"})


class Trait(NamedTuple):
    """A word found: the trait it stands for, as it was written, and how plainly."""

    trait: str
    word: str
    grade: Literal["protected", "soft"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    version: int
    keys: tuple[str, ...]
    protected: Mapping[str, tuple[str, ...]]
    soft: Mapping[str, tuple[str, ...]]
    fine: tuple[str, ...]


def traits_in(text: str) -> list[Trait]:
    """Every word of a text that stands for a protected trait or leans towards one, in the order of the text."""
    words = _patterns()
    rest = words.fine.sub(" ", place_key(text))
    found = [
        (match.start(), Trait(trait, match[0], grade))
        for grade, trait, pattern in words.traits
        for match in pattern.finditer(rest)
    ]
    return [trait for _, trait in sorted(found)]


def refused(file: Lined) -> tuple[Word, Trait] | None:
    """The first key or text of a role file that asks for a protected trait or an obvious proxy."""
    for word in file.words:
        if word.is_key:
            if word.text.lower() in _patterns().keys:
                return word, Trait(word.text, word.text, "protected")
        elif not _is_name(file, word):
            plain = next((trait for trait in traits_in(word.text) if trait.grade == "protected"), None)
            if plain is not None:
                return word, plain
    return None


def _is_name(file: Lined, word: Word) -> bool:
    """Whether a text is a target named by somebody else, such as a repository."""
    if word.path[:1] != ("lanes",) or "targets" not in word.path or not isinstance(file.content, dict):
        return False
    lanes = file.content.get("lanes")
    at = word.path[1] if len(word.path) > 1 else None
    lane = lanes[at] if isinstance(lanes, list) and isinstance(at, int) and at < len(lanes) else None
    return isinstance(lane, dict) and lane.get("kind") in _NAMED_BY_OTHERS


class _Patterns(NamedTuple):
    keys: frozenset[str]
    traits: tuple[tuple[Literal["protected", "soft"], str, re.Pattern[str]], ...]
    fine: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    table = _Table.model_validate(shipped_table(_SHIPPED))
    return _Patterns(keys=frozenset(table.keys), traits=tuple(_graded(table)), fine=re.compile(_any_of(table.fine)))


def _graded(table: _Table) -> Iterator[tuple[Literal["protected", "soft"], str, re.Pattern[str]]]:
    for trait, words in table.protected.items():
        yield "protected", trait, re.compile(_any_of(words))
    for trait, words in table.soft.items():
        yield "soft", trait, re.compile(_any_of(words))


def _any_of(words: Sequence[str]) -> str:
    return rf"\b(?:{'|'.join(_pattern(word) for word in words)})\b"


def _pattern(word: str) -> str:
    """A word of the table as a pattern over keys: no case, no punctuation."""
    ending = r"\w*" if word.endswith("*") else ""
    parts = (r"\d+" if part == "#" else re.escape(place_key(part)) for part in word.rstrip("*").split())
    return " ".join(parts) + ending
