"""The component about place: shared working hours, never nationality."""

import re

from scoring.features.base import Seen, seen, unknown
from scoring.places import Place, overlap_hours, same_clock
from scoring.reading import Reading

_IN_PROSE = re.compile(r"(?:based|living|located|live|work(?:ing)?) (?:in|from|near) ([^.;|\n]{2,60})")
_TELLING = 0.5  # confidence of the gazetteer from which a place counts as stated
_FROM_PROSE = 0.5


def location(reading: Reading) -> Seen:
    """How many working hours the stated place or time zone shares with the asked ones."""
    found = reading.person.once(("place", reading.setting.now.year), lambda: _told(reading))
    if found is None:
        return unknown("place or time zone", reason="place not stated, or not one that can be told")
    return _judged(reading, *found)


def _told(reading: Reading) -> tuple[Place, str, float] | None:
    """Where somebody is, the account that says so, and what that is worth."""
    stated = _places(reading, [(account.location, str(account.key)) for account in reading.accounts])
    prose = [] if stated else _places(reading, [(_prose(a.bio), str(a.key)) for a in reading.accounts])
    if not stated and not prose:
        return None
    place, account = (stated or prose)[0]
    worth = 1.0 if stated else _FROM_PROSE
    clash = not same_clock(tuple(p.zones[0] for p, _ in stated or prose), reading.setting.now.year)
    return place, account, worth * (0.5 if clash else 1.0)


def _places(reading: Reading, texts: list[tuple[str | None, str]]) -> list[tuple[Place, str]]:
    """The places that can be told, those with one clear clock first; how clear beyond that says nothing of hours."""
    found = [(place, key) for text, key in texts if text and (place := reading.setting.gazetteer.parse(text))]
    return sorted(found, key=lambda item: (len(item[0].zones) > 1 or item[0].confidence < _TELLING, item[1]))


def _prose(bio: str | None) -> str | None:
    found = _IN_PROSE.search(bio) if bio else None
    return found[1] if found is not None else None


def _judged(reading: Reading, place: Place, account: str, worth: float) -> Seen:
    asked = reading.role.location
    if place.country in asked.countries:
        return seen(1.0, worth, f"in {place.country}, as asked", [account])
    if not asked.time_zones or (asked.countries and not asked.remote):
        known = place.country is not None
        return seen(0.0, worth if known else 0.0, f"{_name(place)}, outside the countries asked", [account])
    hours = [overlap_hours(zone, asked.zones_asked, reading.setting.now.year, asked.team) for zone in place.zones]
    shares = [min(1.0, overlap.least / asked.min_overlap_hours) for overlap in hours]
    reason = f"{_name(place)}: {hours[0]} shared of {asked.min_overlap_hours:g} h asked"
    if len(hours) > 1:
        least, most = min(o.least for o in hours), max(o.least for o in hours)
        reason = f"{_name(place)}: {least:g} to {most:g} h shared of {asked.min_overlap_hours:g} h asked"
    return seen(sum(shares) / len(shares), worth * _sureness(place, shares), reason, [account])


def _sureness(place: Place, shares: list[float]) -> float:
    """One clock is certain whichever city it was read from; several are as sure as their answers agree."""
    if len(shares) == 1:
        return 1.0 if place.confidence >= _TELLING else 0.5
    return max(0.25, 0.9 * (1 - (max(shares) - min(shares))))


def _name(place: Place) -> str:
    named = ", ".join(part for part in (place.city, place.country) if part)
    return named or " or ".join(place.zones)
