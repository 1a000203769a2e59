"""Free text to place: city, country, time zones and how sure, or an honest unknown."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from scoring.places import prose
from scoring.places.areas import Areas, city_place
from scoring.places.choice import Choice, without_ending
from scoring.places.names import Names, place_key
from scoring.places.place import OFFSET, Place, merged, stated_zone, with_stated
from scoring.places.zones import named_zone

_CODE = re.compile(r"[A-Z]{2}")
_INITIALS = re.compile(r"(?:[a-z] )+[a-z]")
_SIDES = (
    "north",
    "south",
    "east",
    "west",
    "central",
    "northern",
    "southern",
    "eastern",
    "western",
    "downtown",
    "inner",
)
_UNSURE = 0.7  # what is left of the confidence when only part of a text was read


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
            self.areas = Areas(self._names)
            self.choice = Choice(self.areas)
        return self._names

    def _parse(self, text: str) -> Place | None:
        """The place a text names, or None if it names none that can be told."""
        text = text[: prose.LIMIT]
        if "://" in text:
            return None
        if (written := prose.zone_name(text)) is not None and (named := named_zone(written)) is not None:
            return Place(zones=(named,), confidence=1.0, why=f"the time zone {named}")
        assert self.names is not None  # loads the tables
        stated = stated_zone(text)
        found = self._one_of(prose.present(prose.flags_named(OFFSET.sub(" ", text))))
        return found if stated is None else with_stated(stated, found)

    def _one_of(self, text: str) -> Place | None:
        """A place out of alternatives: "Berlin / Lisbon". A bracket says where: "Paris (France)"."""
        flat = prose.flat(text)
        found = [place for piece in prose.alternatives(flat) if (place := self._single(piece)) is not None]
        return merged(found) if found else self._single(flat)

    def _single(self, text: str) -> Place | None:
        """A place in parts from narrow to wide, "Cambridge, MA, USA"."""
        bare = [part for part in (self._bare(piece) for piece in prose.parts(text)) if part]
        parts = list(dict.fromkeys(part for piece in bare for part in self._country_apart(piece)))
        if not parts:
            return None
        whole = " ".join(parts)
        if (known := self.areas.known(whole)) is not None:
            return known
        if len(parts) > 1 and whole in self.names.countries:
            return self.areas.place(whole)
        clocks = [part for part in parts if part in self.names.abbreviations]
        rest = [part for part in parts if part not in clocks]
        # "Slovenia, Europe": a continent beside anything narrower adds nothing.
        rest = [part for part in rest if not self.areas.is_continent(part)] or rest[:1]
        found = self._qualified(rest) if rest else None
        return with_stated(self.names.abbreviations[clocks[0]], found) if clocks else found

    def _country_apart(self, part: str) -> list[str]:
        """ "co usa" is "co" and "usa"; "new south wales" stays whole."""
        rest, _, last = part.rpartition(" ")
        names = self.names
        whole = not rest or part in names.cities or part in names.regions or bool(self.areas.of(part))
        return [part] if whole or last not in names.countries or len(last) <= 2 else [rest, last]

    def _bare(self, piece: str) -> str:
        """The key of a part without filler and without words that are no place."""
        key = place_key(piece)
        if _INITIALS.fullmatch(key):  # "N.Y.C."
            key = key.replace(" ", "") if key.replace(" ", "") not in self.names.nowhere else key
        if _CODE.fullmatch(piece.strip()):  # "IN" is a state, though "in" is filler
            return key if key not in self.names.nowhere else ""
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

    def _qualified(self, parts: Sequence[str]) -> Place | None:
        """Narrow and wide parts: a city in an area in any order, a part of a country, else what is known of them."""
        if len(parts) == 1:
            return self._alone(parts[0])
        others = [(part, [*parts[:at], *parts[at + 1 :]]) for at, part in enumerate(parts)]
        narrowed = next((found for part, rest in others if (found := self.choice.within(part, rest))), None)
        return narrowed or self._inside(parts) or self._widest(parts)

    def _inside(self, parts: Sequence[str]) -> Place | None:
        """A first part that is known by itself and lies in what follows: "California, USA", "Seattle WA, USA"."""
        wider = {country for part in parts[1:] for country, _ in self.areas.of(part)}
        states = [(country, state) for country, state in self.areas.of(parts[0]) if state and country in wider]
        if states:
            return self.areas.joined(states[:1], parts[0])
        place = self.areas.known(parts[0]) or self.choice.run_together(parts[0])
        return place if place is not None and place.country in wider else None

    def _widest(self, parts: Sequence[str]) -> Place | None:
        """The country or region said last, "Kleinstadt, Germany"; of several places side by side what they share."""
        if (places := self._list(parts)) is not None:
            return places
        wide = [part for part in parts[1:] if self.areas.of(part)]
        areas = [area for part in wide if (area := self.areas.after_unknown(part)) is not None]
        first = self.areas.place(parts[0], codes=False) if self.areas.of(parts[0]) else None
        if areas and (first is None or first.country == areas[-1].country):
            return self._against(parts[0], areas[-1], wide[-1])
        found = [place for part in parts if (place := self._alone(part)) is not None]
        if not found:
            return None
        place = merged(found)
        some_unknown = len(found) < len(parts)
        return place.model_copy(update={"confidence": place.confidence * (_UNSURE if some_unknown else 1.0)})

    def _list(self, parts: Sequence[str]) -> Place | None:
        """What "London, Paris, New York" share: well-known cities of several countries are no narrow and wide parts."""
        cities = [city for part in parts if (city := self.choice.well_known(part)) is not None]
        if len({city.country for city in cities}) < 2:
            return None
        return merged([city_place(city, 0.9, f"the city {city.name}") for city in cities])

    def _against(self, name: str, area: Place, said: str) -> Place:
        """An area said after a name that is a large city elsewhere: a state of the USA is taken at its word."""
        city = self.choice.well_known(name, elsewhere_than=area)
        if city is None:
            return area
        state = area.country == "US" and any(country == "US" and state for country, state in self.areas.of(said))
        if state and (len(said) == 2 or said not in self.names.cities):
            return area.model_copy(update={"confidence": area.confidence * _UNSURE})
        return merged([city_place(city, 0.5, f"the city {city.name}"), area])

    def _alone(self, name: str) -> Place | None:
        """One name without anything wider."""
        if (known := self.areas.known(name)) is not None:
            return known
        cities = self.choice.alone(name)
        area = self.areas.place(name, codes=False)
        if area is not None:
            rival = self.choice.well_known(name, elsewhere_than=area) or self.choice.capital_rival(name, area)
            return area if rival is None else merged([area, city_place(rival, 0.3, f"the city {rival.name}")])
        if cities:
            return self.choice.most_likely(name, cities, said=name, sure=0.9)
        if name in self.names.words:
            return None
        return self.choice.run_together(name) or self._part_of(name) or self.choice.misspelt(name)

    def _part_of(self, name: str) -> Place | None:
        """ "south london", "福岡県": the name without a side or an ending, a little less sure."""
        side, _, rest = name.partition(" ")
        shorter = rest if side in _SIDES else without_ending(name)
        if not shorter or shorter == name:
            return None
        found = self._alone(shorter)
        return found and found.model_copy(update={"confidence": found.confidence * 0.9})


@cache
def shipped_gazetteer() -> Gazetteer:
    """The gazetteer all scorers of a process share."""
    return Gazetteer()
