"""Free text to place: city, country, time zones and how sure, or an honest unknown."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict

from scoring.places.names import City, Names, Zones, place_key
from scoring.places.zones import fixed_zone, minutes_east, same_clock

_LIMIT = 200  # code points read; the limit of a location field
_CLEAR = 0.8  # share of the people of all cities of a name from which one of them is meant
_YEAR = 2026

_OFFSET = re.compile(r"(?i)\b(?:UTC|GMT)\s*[+\-−±]?\s*\d{1,2}(?::?[0-5]\d)?\b|\b(?:UTC|GMT)\b")
_FLAG = re.compile(r"([\U0001F1E6-\U0001F1FF])([\U0001F1E6-\U0001F1FF])")
_ALTERNATIVES = re.compile(
    r"\s*(?:[/|;&•·→↔⇄➡✈\n]|<-*>|-+>|\s-+\s|\s–\s|\s—\s|\band\b|\bor\b|\+|\bvia\b)\s*", re.IGNORECASE
)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_POSTCODE = re.compile(r"\b\d{4,6}\b")


class Place(BaseModel):
    """Where somebody says they are. `confidence` is in (0,1]; several zones mean that it could be any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    city: str | None = None
    country: str | None = None  # ISO 3166 code
    zones: tuple[str, ...]  # IANA names or "UTC+02:00"; most likely first
    confidence: float
    why: str  # how it was read, for the reader


class Gazetteer:
    """Reads places. Build one and keep it; its tables load on the first question."""

    def __init__(self) -> None:
        self._names: Names | None = None
        self.parse = lru_cache(maxsize=50_000)(self._parse)

    @property
    def names(self) -> Names:
        """All names, loaded on first use."""
        if self._names is None:
            self._names = Names()
        return self._names

    def _parse(self, text: str) -> Place | None:
        """The place a text names, or None if it names none that can be told."""
        text = text[:_LIMIT]
        stated = _stated(text)
        rest = _FLAG.sub(self._flag, _OFFSET.sub(" ", text))
        found = self._one_of(rest)
        if stated is None:
            return found
        return _with_stated(stated, found)

    def _flag(self, found: re.Match[str]) -> str:
        """A flag emoji is the name of its country."""
        code = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in found.groups())
        return f", {self.names.official.get(code, '')} "

    def _one_of(self, text: str) -> Place | None:
        """A place out of alternatives: "Berlin / Lisbon", "Paris (Remote)"."""
        whole = self._single(_BRACKETS.sub(r", \1", text))
        if whole is not None and whole.confidence > 0.3:
            return whole
        pieces = _ALTERNATIVES.split(_BRACKETS.sub(r" / \1 ", text))
        found = [place for piece in pieces if (place := self._single(piece)) is not None]
        return _merged(found) if found else whole

    def _single(self, text: str) -> Place | None:
        """A place in parts from narrow to wide, "Cambridge, MA, USA"."""
        parts = [part for part in (self._bare(piece) for piece in re.split(r"[,，、]", text)) if part]
        if not parts:
            return None
        return self._known(" ".join(parts)) or self._qualified(parts)

    def _bare(self, piece: str) -> str:
        """The key of a part without filler and without words that are no place."""
        key = place_key(_POSTCODE.sub(" ", piece))
        while key not in self.names.nowhere and key:
            shorter = self._without_filler(key)
            if shorter == key:
                return key
            key = shorter
        return ""

    def _without_filler(self, key: str) -> str:
        if key in self.names.regions:
            return key
        for word in (*self.names.filler, "remote"):
            if key.startswith(f"{word} "):
                return key[len(word) + 1 :]
            if key.endswith(f" {word}"):
                return key[: -len(word) - 1]
        return "" if key in self.names.filler else key

    def _known(self, key: str) -> Place | None:
        """A name that stands for one thing: nickname, region, abbreviation of a zone."""
        names = self.names
        if (city := names.nicknames.get(key)) is not None:
            return _city(city, 0.9, f"{key} is {city.name}")
        if (region := names.regions.get(key)) is not None:
            sure = 0.9 if len(region.zones) == 1 else 0.4
            return Place(country=region.country, zones=region.zones, confidence=sure, why=f"the region {key}")
        if (zone := names.abbreviations.get(key)) is not None:
            return Place(zones=(zone,), confidence=0.9, why=f"the time zone {key.upper()}")
        return None

    def _qualified(self, parts: Sequence[str]) -> Place | None:
        if len(parts) == 1:
            return self._alone(parts[0])
        return self._narrowed(parts[0], parts[1:]) or self._widest(parts)

    def _widest(self, parts: Sequence[str]) -> Place | None:
        """The country or region said last, when the narrower name is not known: "Kleinstadt, Germany"."""
        for part in reversed(parts[1:]):
            place = self._area(part)
            if place is not None:
                return place
        first = self._known(parts[0]) or self._alone(parts[0])
        return first and first.model_copy(update={"confidence": first.confidence * 0.7})

    def _narrowed(self, name: str, wider: Sequence[str]) -> Place | None:
        """The city of this name inside what is said after it."""
        nick = self.names.nicknames.get(name)
        cities = [nick] if nick is not None else self.names.cities.get(name, [])
        areas = [area for part in wider for area in self._areas(part)]
        inside = [city for city in cities if any(_lies_in(city, area) for area in areas)]
        if not inside:
            return None
        both = [city for city in inside if all(self._fits(city, part) for part in wider)]
        return self._choose(name, both or inside, said=f"{name}, {', '.join(wider)}", sure=1.0)

    def _fits(self, city: City, part: str) -> bool:
        areas = self._areas(part)
        return not areas or any(_lies_in(city, area) for area in areas)

    def _areas(self, part: str) -> list[tuple[str, str | None]]:
        """What a wider name can mean: (country, None) or (country, state); "CA" is both."""
        names = self.names
        areas: list[tuple[str, str | None]] = list(names.states.get(part, []))
        if (country := names.countries.get(part)) is not None:
            areas.append((country, None))
        if len(part) == 2 and part.upper() in names.official:
            areas.append((part.upper(), None))
        if (region := names.regions.get(part)) is not None and region.country is not None:
            areas.append((region.country, None))
        return areas

    def _area(self, part: str, *, codes: bool = True) -> Place | None:
        """A country or region by itself. Two letters alone are too little unless they follow a name."""
        areas = [area for area in self._areas(part) if codes or len(part) > 2 or part in self.names.countries]
        if not areas:
            return self._known(part)
        zones = tuple(dict.fromkeys(zone for country, state in areas for zone in self.names.zones(country, state)))
        if not zones:
            return None
        countries = {country for country, _ in areas}
        country = countries.pop() if len(countries) == 1 else None
        sure = _sureness(zones) if country else 0.3
        return Place(country=country, zones=zones, confidence=sure, why=f"{part} as a country or region")

    def _alone(self, name: str) -> Place | None:
        """One name without anything wider."""
        cities = self.names.cities.get(name, [])
        area = self._area(name, codes=False)
        if area is not None:
            rival = cities[0] if cities and cities[0].worth > 500_000 and cities[0].country != area.country else None
            rival = rival or self._capital_rival(name, cities, area)
            return area if rival is None else _merged([area, _city(rival, 0.3, f"the city {rival.name}")])
        if cities:
            return self._choose(name, cities, said=name, sure=0.9)
        return self._run_together(name)

    def _capital_rival(self, name: str, cities: Sequence[City], area: Place) -> City | None:
        """A large city that shares a state's name but not its clock: Washington."""
        if name not in self.names.states or not cities or cities[0].worth < 500_000:
            return None
        return None if same_clock((cities[0].zone, *area.zones), _YEAR) else cities[0]

    def _run_together(self, name: str) -> Place | None:
        """ "austin tx", "berlin germany": the last words are the wider name."""
        words = name.split()
        for cut in range(1, len(words)):
            first, last = " ".join(words[:cut]), " ".join(words[cut:])
            found = self._narrowed(first, [last]) if self._areas(last) else None
            if found is not None:
                return found
        if len(words) > 1 and len(words[-1]) > 2:
            area = self._area(words[-1])
            return area and area.model_copy(update={"confidence": area.confidence * 0.7})
        return None

    def _choose(self, name: str, cities: Sequence[City], *, said: str, sure: float) -> Place:
        """The city meant, if one outweighs the rest; else only what all of them share."""
        share = cities[0].worth / sum(city.worth for city in cities)
        if share >= _CLEAR:
            return _city(cities[0], sure * share if len(cities) > 1 else sure, f"{said} is {cities[0].name}")
        likely = [city for city in cities if city.worth >= 0.1 * cities[0].worth]
        zones = tuple(dict.fromkeys(city.zone for city in likely))
        countries = sorted({city.country for city in likely})
        one_clock = same_clock(zones, _YEAR)
        return Place(
            country=countries[0] if len(countries) == 1 else None,
            zones=zones[:1] if one_clock else zones,
            confidence=0.7 * sure if one_clock else 0.3 * sure,
            why=f"{name} can be in {', '.join(countries)}",
        )


@cache
def shipped_gazetteer() -> Gazetteer:
    """The gazetteer all scorers of a process share."""
    return Gazetteer()


def _city(city: City, sure: float, why: str) -> Place:
    return Place(city=city.name, country=city.country, zones=(city.zone,), confidence=sure, why=why)


def _lies_in(city: City, area: tuple[str, str | None]) -> bool:
    return city.country == area[0] and area[1] in (None, city.state)


def _sureness(zones: Zones) -> float:
    """A country of one clock is as good as a city; one of four says little about hours."""
    return 0.9 if len(zones) == 1 else max(0.3, 0.8 / len(zones))


def _stated(text: str) -> str | None:
    """The one offset from UTC a text states, if it states exactly one."""
    zones = {zone for written in _OFFSET.findall(text) if (zone := fixed_zone(written.replace("±", "+"))) is not None}
    return zones.pop() if len(zones) == 1 else None


def _with_stated(zone: str, found: Place | None) -> Place:
    """An offset beside a place: the place's zone if both can be true, else the offset with less trust."""
    if found is None:
        return Place(zones=(zone,), confidence=1.0, why=f"states {zone}")
    agreeing = tuple(known for known in found.zones if _agrees(known, zone))
    if agreeing:
        return found.model_copy(update={"zones": agreeing, "confidence": 1.0, "why": f"{found.why}; states {zone}"})
    return Place(country=found.country, zones=(zone,), confidence=0.5, why=f"states {zone}, but {found.why}")


def _agrees(zone: str, fixed: str) -> bool:
    return minutes_east(fixed, _YEAR, 1) in (minutes_east(zone, _YEAR, 1), minutes_east(zone, _YEAR, 7))


def _merged(found: Sequence[Place]) -> Place:
    """What several places said side by side have in common."""
    if len(found) == 1:
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
