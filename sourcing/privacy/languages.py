"""In which languages somebody is told: that of their profile's text, else English with their country's.

A small rule that says "unknown" rather than guess: function words are counted, and a language is taken only if it has
at least two different ones and more than any other. Nothing is inferred from names.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from storage.records import Lead

FOLDER = Path(__file__).parent / "texts"
ENGLISH = "en"
LEAST = 2  # different function words
_WORD = re.compile(r"[^\W\d_]+")


def languages_of(lead: Lead) -> tuple[str, ...]:
    """The languages a lead's notice is written in, first the one they are most likely to read."""
    spoken = language_of([text for one in lead.accounts for text in (one.bio, one.headline) if text])
    if spoken and spoken != ENGLISH:
        return (spoken,)
    from scoring.places import country_of  # whose language shows needs no tables of places

    at_home = _marks()["countries"].get(country_of(lead.accounts) or "", "")
    return (ENGLISH, at_home) if at_home and at_home != ENGLISH else (ENGLISH,)


def language_of(texts: Sequence[str]) -> str:
    """The language texts are written in, of those we have a notice in; "" if that cannot be told."""
    words = {word for text in texts for word in _WORD.findall(text.casefold())}
    hits = {name: len(words.intersection(marks)) for name, marks in _marks()["words"].items()}
    first, second = sorted(hits, key=lambda name: (-hits[name], name))[:2]
    return first if hits[first] >= LEAST and hits[first] > hits[second] else ""


def known() -> list[str]:
    """The languages there is a notice in."""
    return sorted(path.stem for path in FOLDER.glob("??.toml"))


@lru_cache(maxsize=1)
def _marks() -> Mapping[str, Mapping[str, str]]:
    read = tomllib.loads((FOLDER / "languages.toml").read_text("utf-8"))
    return {"words": {name: text.split() for name, text in read["words"].items()}, "countries": _countries(read)}


def _countries(read: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {code: name for name, codes in read["countries"].items() for code in codes.split()}
