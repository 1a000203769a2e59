"""A place as it was read, and what places said side by side have in common."""

import re
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from scoring.places.zones import fixed_zone, minutes_east, same_clock

_YEAR = 2026  # any recent year: only to see which zones share a clock
_SECTION = 5  # times as many people as a part of it that the gazetteer lists as a city of its own

OFFSET = re.compile(r"(?i)\b(?:UTC|GMT)\s*[+\-−±]?\s*\d{1,2}(?::?[0-5]\d)?\b|\b(?:UTC|GMT)\b")


class Candidate(BaseModel):
    """One place that may be meant; the shares of all candidates of a text sum to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    city: str | None = None
    country: str | None = None  # ISO 3166 code
    zone: str
    share: float  # in (0,1]


class Place(BaseModel):
    """Where somebody says they are. `confidence` is in (0,1]; several zones mean that it could be any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    city: str | None = None
    country: str | None = None  # ISO 3166 code
    zones: tuple[str, ...]  # IANA names or "UTC+02:00"; most likely first
    confidence: float
    why: str  # how it was read, for the reader
    candidates: tuple[Candidate, ...] = ()  # what may be meant, likeliest first; empty where only a clock is said
    people: float = 0  # inhabitants of the city, 0 where none is named


def stated_zone(text: str) -> str | None:
    """The one offset from UTC a text states, if it states exactly one."""
    zones = {zone for written in OFFSET.findall(text) if (zone := fixed_zone(written.replace("±", "+"))) is not None}
    return zones.pop() if len(zones) == 1 else None


def with_stated(zone: str, found: Place | None) -> Place:
    """An offset or zone beside a place: the place's zone if both can be true, else what is stated with less trust."""
    if found is None:
        return Place(zones=(zone,), confidence=1.0, why=f"states {zone}")
    agreeing = tuple(known for known in found.zones if _agrees(known, zone))
    if agreeing:
        return found.model_copy(update={"zones": agreeing, "confidence": 1.0, "why": f"{found.why}; states {zone}"})
    return Place(country=found.country, zones=(zone,), confidence=0.5, why=f"states {zone}, but {found.why}")


def _agrees(zone: str, other: str) -> bool:
    here = (minutes_east(zone, _YEAR, 1), minutes_east(zone, _YEAR, 7))
    stated = (minutes_east(other, _YEAR, 1), minutes_east(other, _YEAR, 7))
    return here == stated or (stated[0] == stated[1] and stated[0] in here)


def merged(found: Sequence[Place]) -> Place:
    """What several places said side by side have in common."""
    if any(place.country for place in found):  # "Austria / Europe"
        found = [place for place in found if place.country or len(place.zones) == 1]
    found = _without_wider(_without_sections(found))
    if len({(place.city, place.country, place.zones) for place in found}) == 1:
        return found[0]
    zones = tuple(dict.fromkeys(zone for place in found for zone in place.zones))
    countries = {place.country for place in found}
    cities = {place.city for place in found}
    one_clock = same_clock(zones, _YEAR)
    return Place(
        city=cities.pop() if len(cities) == 1 else None,
        country=countries.pop() if len(countries) == 1 else None,
        zones=zones[:1] if one_clock else zones,
        confidence=min(place.confidence for place in found) * (1.0 if one_clock else 0.5),
        why=" or ".join(place.why for place in found),
        candidates=shared_out([(one, one.share) for place in found for one in place.candidates]),
    )


def _without_wider(found: Sequence[Place]) -> list[Place]:
    """ "Tokyo / Japan": a country beside a city in it adds nothing."""
    clocks = {(place.country, place.zones[0]) for place in found if place.city}
    return [p for p in found if p.city or not any((p.country, zone) in clocks for zone in p.zones)]


def _without_sections(found: Sequence[Place]) -> list[Place]:
    """ "Kreuzberg, Berlin": the gazetteer lists parts of large cities as cities; the large one is meant."""
    cities = [place for place in found if place.city]
    parts = [
        small
        for small in cities
        for large in cities
        if (small.country, small.zones) == (large.country, large.zones) and large.people > _SECTION * small.people
    ]
    return [place for place in found if place not in parts]


def shared_out(weighed: Iterable[tuple[Candidate, float]]) -> tuple[Candidate, ...]:
    """Candidates with these weights, likeliest first, their shares brought to a sum of 1."""
    weights: dict[tuple[str | None, str | None, str], float] = {}
    for one, weight in weighed:
        key = (one.city, one.country, one.zone)
        weights[key] = weights.get(key, 0.0) + weight
    total = sum(weights.values())
    ordered = sorted(weights.items(), key=lambda item: (-item[1], str(item[0])))
    return tuple(Candidate(city=c, country=n, zone=z, share=weight / total) for (c, n, z), weight in ordered)
