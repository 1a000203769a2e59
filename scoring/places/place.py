"""A place as it was read, and what places said side by side have in common."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from scoring.places.zones import fixed_zone, minutes_east, same_clock

_YEAR = 2026  # any recent year: only to see which zones share a clock

OFFSET = re.compile(r"(?i)\b(?:UTC|GMT)\s*[+\-−±]?\s*\d{1,2}(?::?[0-5]\d)?\b|\b(?:UTC|GMT)\b")


class Place(BaseModel):
    """Where somebody says they are. `confidence` is in (0,1]; several zones mean that it could be any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    city: str | None = None
    country: str | None = None  # ISO 3166 code
    zones: tuple[str, ...]  # IANA names or "UTC+02:00"; most likely first
    confidence: float
    why: str  # how it was read, for the reader


def stated_zone(text: str) -> str | None:
    """The one offset from UTC a text states, if it states exactly one."""
    zones = {zone for written in OFFSET.findall(text) if (zone := fixed_zone(written.replace("±", "+"))) is not None}
    return zones.pop() if len(zones) == 1 else None


def with_stated(zone: str, found: Place | None) -> Place:
    """An offset beside a place: the place's zone if both can be true, else the offset with less trust."""
    if found is None:
        return Place(zones=(zone,), confidence=1.0, why=f"states {zone}")
    agreeing = tuple(known for known in found.zones if _agrees(known, zone))
    if agreeing:
        return found.model_copy(update={"zones": agreeing, "confidence": 1.0, "why": f"{found.why}; states {zone}"})
    return Place(country=found.country, zones=(zone,), confidence=0.5, why=f"states {zone}, but {found.why}")


def _agrees(zone: str, fixed: str) -> bool:
    return minutes_east(fixed, _YEAR, 1) in (minutes_east(zone, _YEAR, 1), minutes_east(zone, _YEAR, 7))


def merged(found: Sequence[Place]) -> Place:
    """What several places said side by side have in common."""
    if any(place.country for place in found):  # "Austria / Europe"
        found = [place for place in found if place.country or len(place.zones) == 1]
    # "Tokyo / Japan": a country beside a city in it adds nothing.
    clocks = {(place.country, place.zones[0]) for place in found if place.city}
    found = [p for p in found if p.city or not any((p.country, zone) in clocks for zone in p.zones)]
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
    )
