"""Answers to what an advert leaves open, as a person types them."""

from collections.abc import Callable, Iterator
from typing import get_args

from scoring.advert.drafting import Draft, questions
from scoring.advert.sentences import Said
from scoring.advert.speech import Spoken, language_code
from scoring.advert.where import Where
from scoring.places import asked_zones, shipped_gazetteer
from scoring.roles.model import Seniority

SENIORITIES: tuple[str, ...] = get_args(Seniority.model_fields["target"].annotation)
_ANSWER = "your answer"


def answerable(draft: Draft) -> Iterator[tuple[str, str]]:
    """What can be answered in a word, as (key, question)."""
    if not draft.titles:
        yield "titles", "Job title"
    if draft.seniority is None:
        yield "seniority", f"Level ({', '.join(SENIORITIES)})"
    if draft.where is None:
        yield "location", "Place or working hours (Berlin, UTC-8..UTC-3; empty: anywhere)"
    if not draft.languages:
        yield "languages", "Working language (English; empty: none asked)"


def answered(draft: Draft, key: str, given: str) -> Draft:
    """The draft with an answer; ValueError with what can be answered instead."""
    held = draft.model_copy(update=_READERS[key](given))
    return held.model_copy(update={"questions": tuple(questions(held))})


def _title(given: str) -> dict[str, object]:
    return {"titles": (Said(given, _ANSWER, 0),)}


def _seniority(given: str) -> dict[str, object]:
    level = given.casefold()
    if level not in SENIORITIES:
        raise ValueError(f"no level {given!r}; there are {', '.join(SENIORITIES)}")
    return {"seniority": Said(level, _ANSWER, 0)}


def _location(given: str) -> dict[str, object]:
    place = shipped_gazetteer().parse(given)
    if place is not None and ".." not in given:
        return {"where": Where(place.zones, place, _ANSWER, 0)}
    asked_zones(given)
    return {"where": Where((given,), None, _ANSWER, 0)}


def _language(given: str) -> dict[str, object]:
    code = language_code(given)
    if code is None:
        raise ValueError(f"no language {given!r} is known here; write its English name, or add it to the file")
    return {"languages": (Spoken(code, "working", _ANSWER, 0),)}


_READERS: dict[str, Callable[[str], dict[str, object]]] = {
    "titles": _title,
    "seniority": _seniority,
    "location": _location,
    "languages": _language,
}
