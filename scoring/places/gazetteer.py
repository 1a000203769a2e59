"""Free text to place: city, country, time zones and how sure, or an honest unknown."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from scoring.places.names import City, Names, Zones, place_key
from scoring.places.place import OFFSET, Place, merged, stated_zone, with_stated
from scoring.places.zones import named_zone, same_clock

_LIMIT = 200  # code points read; the limit of a location field
_CLEAR = 0.8  # share of the people of all cities of a name from which one of them is meant
_YEAR = 2026
_LARGE = 500_000  # inhabitants of a city nobody overlooks

_FLAG = re.compile(r"([\U0001F1E6-\U0001F1FF])([\U0001F1E6-\U0001F1FF])")
_ALTERNATIVES = re.compile(
    r"\s*(?:[/|;&•·→↔⇄➡✈\n]|<-*>|-+>|\s-+\s|\s–\s|\s—\s|\band\b|\bor\b|\+|\bvia\b)\s*", re.IGNORECASE
)
_IANA = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z_/+-]+[a-z]")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_POSTCODE = re.compile(r"\b\d{4,6}\b")


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
        if "://" in text:
            return None
        if _IANA.fullmatch(text.strip()) and (named := named_zone(text.strip())) is not None:
            return Place(zones=(named,), confidence=1.0, why=f"the time zone {named}")
        stated = stated_zone(text)
        rest = _FLAG.sub(self._flag, OFFSET.sub(" ", text))
        found = self._one_of(rest)
        if stated is None:
            return found
        return with_stated(stated, found)

    def _flag(self, found: re.Match[str]) -> str:
        """A flag emoji is the name of its country."""
        code = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in found.groups())
        return f", {self.names.official.get(code, '')} "

    def _one_of(self, text: str) -> Place | None:
        """A place out of alternatives: "Berlin / Lisbon". A bracket says where: "Paris (France)"."""
        flat = _BRACKETS.sub(r", \1", text)
        found = [place for piece in _ALTERNATIVES.split(flat) if (place := self._single(piece)) is not None]
        return merged(found) if found else self._single(flat)

    def _single(self, text: str) -> Place | None:
        """A place in parts from narrow to wide, "Cambridge, MA, USA"."""
        bare = [part for part in (self._bare(piece) for piece in re.split(r"[,，、]", text)) if part]
        parts = [part for piece in bare for part in self._country_apart(piece)]
        if not parts:
            return None
        # "Slovenia, Europe": a continent beside anything narrower adds nothing.
        parts = [part for part in parts if not self._continent(part)] or parts[:1]
        return self._known(" ".join(parts)) or self._qualified(parts)

    def _continent(self, part: str) -> bool:
        region = self.names.regions.get(part)
        return region is not None and region.country is None

    def _country_apart(self, part: str) -> list[str]:
        """ "co usa" is "co" and "usa"; "new south wales" stays whole."""
        rest, _, last = part.rpartition(" ")
        names = self.names
        whole = not rest or part in names.cities or part in names.regions or bool(self._areas(part))
        return [part] if whole or last not in names.countries else [rest, last]

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
        """Narrow and wide parts: a city in an area in any order, a part of a country, else what is known of them."""
        if len(parts) == 1:
            return self._alone(parts[0])
        others = [(part, [*parts[:at], *parts[at + 1 :]]) for at, part in enumerate(parts)]
        narrowed = next((found for part, rest in others if (found := self._narrowed(part, rest)) is not None), None)
        return narrowed or self._inside(parts) or self._widest(parts)

    def _inside(self, parts: Sequence[str]) -> Place | None:
        """A first part that is known by itself and lies in what follows: "California, USA", "Seattle WA, USA"."""
        wider = {country for part in parts[1:] for country, _ in self._areas(part)}
        states = [(country, state) for country, state in self._areas(parts[0]) if state and country in wider]
        if states:
            return self._region(states[:1], parts[0])
        place = self._known(parts[0]) or self._run_together(parts[0])
        return place if place is not None and place.country in wider else None

    def _widest(self, parts: Sequence[str]) -> Place | None:
        """The country or region said last, "Kleinstadt, Germany"; of several places side by side what they share."""
        areas = [area for part in parts[1:] if self._areas(part) and (area := self._area(part)) is not None]
        first = self._area(parts[0], codes=False) if self._areas(parts[0]) else None
        if areas and (first is None or first.country == areas[-1].country):
            city = self._well_known(parts[0], elsewhere_than=areas[-1])
            return areas[-1] if city is None else merged([_city(city, 0.5, f"the city {city.name}"), areas[-1]])
        found = [place for part in parts if (place := self._alone(part)) is not None]
        if not found:
            return None
        place = merged(found)
        some_unknown = len(found) < len(parts)
        return place.model_copy(update={"confidence": place.confidence * (0.7 if some_unknown else 1.0)})

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
        return self._region(areas, part)

    def _region(self, areas: Sequence[tuple[str, str | None]], said: str) -> Place | None:
        zones = tuple(dict.fromkeys(zone for country, state in areas for zone in self.names.zones(country, state)))
        if not zones:
            return None
        countries = {country for country, _ in areas}
        country = countries.pop() if len(countries) == 1 else None
        sure = _sureness(zones) if country else 0.3
        return Place(country=country, zones=zones, confidence=sure, why=f"{said} as a country or region")

    def _alone(self, name: str) -> Place | None:
        """One name without anything wider."""
        cities = self.names.cities.get(name, [])
        area = self._area(name, codes=False)
        if area is not None:
            rival = self._well_known(name, elsewhere_than=area) or self._capital_rival(name, cities, area)
            return area if rival is None else merged([area, _city(rival, 0.3, f"the city {rival.name}")])
        if cities:
            return self._choose(name, cities, said=name, sure=0.9)
        return self._run_together(name)

    def _well_known(self, name: str, *, elsewhere_than: Place) -> City | None:
        """A large city of this name in another country."""
        cities = self.names.cities.get(name, [])
        known = cities and cities[0].worth > _LARGE and cities[0].country != elsewhere_than.country
        return cities[0] if known else None

    def _capital_rival(self, name: str, cities: Sequence[City], area: Place) -> City | None:
        """A large city that shares a state's name but not its clock: Washington."""
        if name not in self.names.states or not cities or cities[0].worth < _LARGE:
            return None
        return None if same_clock((cities[0].zone, *area.zones), _YEAR) else cities[0]

    def _run_together(self, name: str) -> Place | None:
        """Without commas, "austin tx" or "japan tokyo": one end is the wider name."""
        words = name.split()
        for cut in range(1, len(words)):
            first, last = " ".join(words[:cut]), " ".join(words[cut:])
            for city, area in ((first, last), (last, first)):
                found = self._narrowed(city, [area]) if self._areas(area) else None
                if found is not None:
                    return found
        if len(words) > 1 and len(words[-1]) > 2 and self._areas(words[-1]):
            area_only = self._area(words[-1])
            return area_only and area_only.model_copy(update={"confidence": area_only.confidence * 0.7})
        return None

    def _choose(self, name: str, cities: Sequence[City], *, said: str, sure: float) -> Place:
        """The city meant, if one outweighs the rest; else only what all of them share."""
        likely = [city for city in cities if city.worth >= 0.1 * cities[0].worth]
        share = cities[0].worth / sum(city.worth for city in likely)
        if share >= _CLEAR:
            return _city(cities[0], sure * share, f"{said} is {cities[0].name}")
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
