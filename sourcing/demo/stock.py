"""What the invented world is made of, read once from the data files beside this module."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Place:
    """A real city; `other` is a second spelling people use."""

    city: str
    region: str
    country: str
    zone: str  # IANA name
    flag: str
    other: str

    @property
    def full(self) -> str:
        """City, region, country: the spelling Kaggle uses."""
        return f"{self.city}, {self.region}, {self.country}"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a name in its own script and in Latin letters."""

    native: str
    latin: str


@dataclass(frozen=True, slots=True)
class Region:
    """Where a name comes from."""

    id: str
    share: float
    order: str
    given: tuple[Part, ...]
    first: tuple[Part, ...]
    last: tuple[Part, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """What one repository or notebook is about and what it proves."""

    id: str
    names: tuple[str, ...]
    about: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[tuple[str, int], ...]
    packages: tuple[str, ...]
    files: tuple[str, ...]
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """What somebody does; `role` is empty for people no role profile looks for."""

    id: str
    role: str
    share: float
    titles: tuple[str, ...]
    claims: tuple[str, ...]
    themes: tuple[Theme, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """A well-known repository; only its name is real."""

    id: int
    name: str
    stars: int
    language: str
    topics: tuple[str, ...]
    fields: tuple[str, ...]
    about: str
    former: str


@dataclass(frozen=True, slots=True)
class Contest:
    """An invented competition."""

    slug: str
    title: str
    category: str
    tags: tuple[str, ...]
    metric: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything read from the data files."""

    regions: tuple[Region, ...]
    fields: tuple[Field, ...]
    hosts: tuple[Host, ...]
    contests: tuple[Contest, ...]
    labels: dict[str, str]  # skill id → how people write it
    topic_skill: dict[str, str]


@cache
def stock() -> Stock:
    """The material, read on first use."""
    fields, hosts = _read("fields"), _read("hosts")
    themes = {name: _theme(name, row) for name, row in fields["theme"].items()}
    return Stock(
        regions=_regions(),
        fields=tuple(_field(row, themes) for row in fields["field"]),
        hosts=tuple(_host(row) for row in hosts["repositories"]),
        contests=tuple(_contest(row) for row in hosts["competitions"]),
        labels=fields["label"],
        topic_skill=fields["topic_skill"],
    )


def _read(name: str) -> dict[str, Any]:
    with (_DATA / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _regions() -> tuple[Region, ...]:
    places = {key: Place(*row) for key, row in _read("places").items()}
    return tuple(_region(row, places) for row in _read("names")["region"])


def _region(row: dict[str, Any], places: dict[str, Place]) -> Region:
    given, first, last = (tuple(map(_part, row[key])) for key in ("given", "first", "last"))
    there = tuple(places[key] for key in row["places"])
    return Region(row["id"], row["share"], row["order"], given, first, last, there)


def _part(text: str) -> Part:
    native, _, latin = text.partition("|")
    return Part(native, latin or native.lower())


def _theme(name: str, row: dict[str, Any]) -> Theme:
    languages = tuple((text.rpartition(":")[0], int(text.rpartition(":")[2])) for text in row["langs"])
    names, about, topics, packages, files, skills = (
        tuple(row[key]) for key in ("names", "about", "topics", "packages", "files", "skills")
    )
    return Theme(name, names, about, topics, languages, packages, files, skills)


def _field(row: dict[str, Any], themes: dict[str, Theme]) -> Field:
    shown = tuple(themes[name] for name in row["themes"])
    return Field(row["id"], row.get("role", ""), row["share"], tuple(row["titles"]), tuple(row["claims"]), shown)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _host(row: list[Any]) -> Host:
    number, name, stars, language, topics, fields, about, former = row
    return Host(number, name, stars, language, _words(topics), _words(fields), about, former)


def _contest(row: list[Any]) -> Contest:
    slug, title, category, tags, metric, fields = row
    return Contest(slug, title, category, _words(tags), metric, _words(fields))
