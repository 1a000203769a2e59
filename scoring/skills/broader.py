"""The broader vocabulary: curated GitHub topics and ESCO's digital skills, for adverts, search and display.

It never scores by itself: what a role asks is scored by the shipped skills, and by those its own file names under
`skills:`. The file is made by `python -m bench.scoring.vocabulary`; docs/adverts.md says how terms are judged.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scoring.skills.matcher import Matcher
from scoring.skills.vocabulary import NO_SKILL, Skill, Vocabulary

FILE = Path(__file__).with_name("broader.tsv")
BETWEEN = " | "  # between spellings in one cell
# Phrases in which a name is none: they are looked for as well, and what lies inside them does not count.
PHRASES = (
    *("go to market", "go live", "go getter", "ready to go", "C level", "C suite", "class C", "vitamin C", "plan B"),
    *("swift response", "Spring term", "spring break", "R&D", "Series A", "Series B", "Series C", "Series D"),
)
COLUMNS = ("id", "name", "origin", "used", "left_out", "tags")


class Term(NamedTuple):
    """One entry: the spellings that may be looked for, in alias notation, and those too unsure to be."""

    id: str
    name: str
    origin: str  # "github" or "esco"
    used: tuple[str, ...]
    left_out: tuple[str, ...]
    tags: tuple[str, ...]

    def skill(self) -> Skill:
        """The entry as a skill, as a role file may hold it under `skills:`."""
        return Skill(id=self.id, aliases=self.used, tags=self.tags)


@cache
def broader_terms() -> tuple[Term, ...]:
    """All entries, in the order of the file."""
    return tuple(_read(FILE.read_text("utf-8")))


@cache
def broader_vocabulary() -> Vocabulary:
    """The entries with at least one spelling that passed the filter."""
    phrases = Skill(id=NO_SKILL, aliases=PHRASES)
    return Vocabulary(version=1, skills=(phrases, *(term.skill() for term in broader_terms() if term.used)))


@cache
def broader_matcher() -> Matcher:
    """The matcher of the broader vocabulary, built once; ids are never those of shipped skills."""
    return Matcher(broader_vocabulary())


def _read(text: str) -> Iterator[Term]:
    rows = csv.reader((line for line in text.splitlines() if not line.startswith("# ")), delimiter="\t")
    if tuple(next(rows)) != COLUMNS:
        raise ValueError(f"{FILE}: its first row is not {', '.join(COLUMNS)}; make the file anew")
    for name, title, origin, used, left_out, tags in rows:
        yield Term(name, title, origin, _cells(used), _cells(left_out), _cells(tags))


def _cells(written: str) -> tuple[str, ...]:
    return tuple(written.split(BETWEEN)) if written else ()
