"""An advert as sentences: which line, under which heading, in what part of the advert."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from scoring.plain_yaml import plain_yaml

TABLE = Path(__file__).with_name("words.yaml")

_MARKED = re.compile(r"^\s*(?:#{1,6}\s+(?P<hash>.+?)\s*#*|(?:\*\*|__)(?P<bold>[^*_]+)(?:\*\*|__)\s*:?)\s*$")
_BULLET = re.compile(r"^\s*(?:[-*•·–—▪◦●○■‣✓✔➔]|\d{1,2}[.)])\s+")
_STOPS = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜÀ-Ý¿¡•\d])")
_ABBREVIATED = re.compile(
    r"(?i)\b(?:e\.g|i\.e|etc|incl|approx|min|max|z\.b|bzw|ca|ggf|inkl|usw|p\.\s?ej|vs|sr|jr|no)\.$"
)
_MOST_HEADING = 60  # characters
_MOST_HEADING_WORDS = 8
_MOST_LETTERS = 600  # of one sentence; a longer one is a table or a wall of text and is cut at a space
_MOST_SENTENCES = 3_000


class Part(StrEnum):
    """What a section of an advert is about."""

    MUST = "must"
    NICE = "nice"
    DUTIES = "duties"
    OFFER = "offer"
    ABOUT = "about"
    HEAD = "head"  # before any heading


class Sentence(NamedTuple):
    """One sentence; `start` is its place in the text, `line` counts from 1."""

    text: str
    start: int
    line: int
    part: Part
    heading: str


@dataclass(frozen=True, slots=True)
class Said:
    """One fact with the sentence that says it."""

    value: str
    sentence: str
    line: int


class Line(NamedTuple):
    """One line without its list mark and Markdown marks."""

    text: str
    start: int
    number: int
    heading: bool
    listed: bool = False


def sentences(text: str) -> list[Sentence]:
    """The sentences of an advert in order, headings among them; lines wrapped in the middle are joined."""
    found: list[Sentence] = []
    part, heading = Part.HEAD, ""
    for line in _joined(text):
        said = _part_of(line.text) if line.heading else None
        if line.heading:
            part, heading = said or (part if part is Part.HEAD else Part.ABOUT), line.text.rstrip(":")
        found += _split(line, part, heading)
        if len(found) >= _MOST_SENTENCES:
            break
    return found


def _joined(text: str) -> Iterator[Line]:
    """Lines; one that begins in lower case goes on the one before, as PDFs break them."""
    held: Line | None = None
    for line in _lines(text):
        if held is not None and _goes_on(held, line, text):
            held = held._replace(text=text[held.start : line.start + len(line.text)].replace("\n", " "))
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _goes_on(held: Line, line: Line, text: str) -> bool:
    if (
        held.heading
        or line.heading
        or line.listed
        or not line.text[:1].islower()
        or held.text.endswith((".", ":", ";", "!", "?"))
    ):
        return False
    between = text[held.start + len(held.text) : line.start]
    return between.count("\n") == 1 and not between.strip()


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        marked = _MARKED.match(raw)
        if marked is not None:
            group = "hash" if marked["hash"] else "bold"
            yield Line(marked[group].strip(), at + marked.start(group), number, True)
        elif raw.strip():
            bullet = _BULLET.match(raw)
            skip = bullet.end() if bullet else len(raw) - len(raw.lstrip())
            clean = raw[skip:].rstrip()
            if clean:
                heading = bullet is None and _looks_like_heading(clean)
                yield Line(clean, at + skip, number, heading, bullet is not None)
        at += len(raw) + 1


def _looks_like_heading(line: str) -> bool:
    """A short line that ends with a colon, or that names a part of adverts and nothing else."""
    if len(line) > _MOST_HEADING:
        return False
    return line.endswith(":") or (not line.endswith((".", ",", ";")) and _part_of(line) is not None)


@lru_cache(maxsize=1_000)
def _part_of(line: str) -> Part | None:
    """The part a heading opens, by the longest known heading in it; a long line opens none."""
    plain = line.casefold().strip(" :*#_").replace("’", "'")
    if len(plain.split()) > _MOST_HEADING_WORDS:
        return None
    known = [(len(name), part) for name, part in _headings().items() if name in plain and _named(name, plain)]
    return max(known)[1] if known else None


def _named(name: str, plain: str) -> bool:
    """A heading of one word stands alone or nearly so: "Requirements", "Your profile", not "Profile of the bank"."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain)
    return found is not None and len(plain.split()) <= len(name.split()) + (4 if " " in name else 2)


@cache
def _headings() -> dict[str, Part]:
    return {name: Part(part) for part, names in words()["headings"].items() for name in names}


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """The tables of words adverts are read by."""
    table = plain_yaml(TABLE.read_text("utf-8"))
    if not isinstance(table, dict):
        raise TypeError(f"{TABLE}: holds no tables")
    return table


def _split(line: Line, part: Part, heading: str) -> Iterator[Sentence]:
    start = 0
    for stop in (*_STOPS.finditer(line.text), None):
        end = stop.start() if stop else len(line.text)
        if stop and _ABBREVIATED.search(line.text[max(0, end - 12) : end]):
            continue
        for first, last in _cut(line.text, start, end):
            yield Sentence(line.text[first:last], line.start + first, line.number, part, heading)
        start = stop.end() if stop else end


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence in pieces of bounded length, empty ones left out."""
    while end - start > _MOST_LETTERS:
        space = text.rfind(" ", start + 1, start + _MOST_LETTERS)
        stop = space if space > 0 else start + _MOST_LETTERS
        if text[start:stop].strip():
            yield start, stop
        start = stop
    if text[start:end].strip():
        yield start, end
