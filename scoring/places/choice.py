"""Which city a name means: by its people, by what stands beside it, by how it is likely misspelt."""

from collections.abc import Sequence

from scoring.places.areas import Area, Areas, city_place, lies_in
from scoring.places.names import City
from scoring.places.place import Candidate, Place, shared_out
from scoring.places.zones import same_clock

_CLEAR = 0.8  # share of the people of all cities of a name from which one of them is meant
_LIKELY = 0.1  # of the people of the largest; smaller ones are not what anybody means without saying where
_YEAR = 2026
LARGE = 500_000  # inhabitants of a city nobody overlooks
_SHORT, _SHORT_KNOWN = 3, 1_000_000  # letters of a name that is taken for a city only if it is very large
_LONG_ENOUGH = 7  # letters from which one wrong letter leaves no doubt
_GUESSED = 0.6  # confidence of a name one letter off
_ENDINGS = "市都府県县省区區시"


class Choice:
    """Chooses among cities of one name."""

    def __init__(self, areas: Areas) -> None:
        self.areas = areas
        self.names = areas.names

    def alone(self, name: str) -> list[City]:
        """The cities a bare name may mean: none if it is an ordinary word or a short name of a small one."""
        cities = self.names.cities.get(name, [])
        short = len(name) <= _SHORT and name.isascii() and cities and cities[0].worth < _SHORT_KNOWN
        return [] if short or name in self.names.words else cities

    def within(self, name: str, wider: Sequence[str]) -> Place | None:
        """The city of this name inside what is said after it; None if none lies there."""
        nick = self.names.nicknames.get(name)
        cities = [*([nick] if nick is not None else []), *self.names.cities.get(name, [])]
        inside = _inside(cities, [area for part in wider for area in self.areas.of(part)])
        # "Venice, CA" is in California: short forms of Italian provinces are asked only where nothing else fits.
        inside = inside or _inside(cities, [area for part in wider for area in self.areas.beside_a_city(part)])
        if not inside:
            return None
        both = [city for city in inside if all(self._fits(city, part) for part in wider)]
        chosen = [nick] if nick in inside and nick is not None else both or inside
        return self.most_likely(name, chosen, said=f"{name}, {', '.join(wider)}", sure=1.0)

    def _fits(self, city: City, part: str) -> bool:
        areas = self.areas.beside_a_city(part)
        return not areas or any(lies_in(city, area) for area in areas)

    def most_likely(self, name: str, cities: Sequence[City], *, said: str, sure: float) -> Place:
        """The city meant, if one outweighs the rest; else only what all of them share."""
        likely = [city for city in cities if city.worth >= _LIKELY * cities[0].worth]
        share = cities[0].worth / sum(city.worth for city in likely)
        if share >= _CLEAR:
            return city_place(cities[0], sure * share, f"{said} is {cities[0].name}")
        zones = tuple(dict.fromkeys(city.zone for city in likely))
        countries = sorted({city.country for city in likely})
        one_clock = same_clock(zones, _YEAR)
        weighed = ((_candidate(city), city.worth) for city in likely)
        return Place(
            country=countries[0] if len(countries) == 1 else None,
            zones=zones[:1] if one_clock else zones,
            confidence=0.7 * sure if one_clock else 0.3 * sure,
            why=f"{name} can be in {', '.join(countries)}",
            candidates=shared_out(weighed),
        )

    def well_known(self, name: str, *, elsewhere_than: Place | None = None) -> City | None:
        """A large city of this name, in another country than the one given."""
        cities = self.alone(name)
        elsewhere = cities and (elsewhere_than is None or cities[0].country != elsewhere_than.country)
        return cities[0] if elsewhere and cities[0].worth > LARGE else None

    def capital_rival(self, name: str, area: Place) -> City | None:
        """A large city that shares a state's name but not its clock: Washington."""
        cities = self.alone(name)
        if name not in self.names.states or not cities or cities[0].worth < LARGE:
            return None
        return None if same_clock((cities[0].zone, *area.zones), _YEAR) else cities[0]

    def run_together(self, name: str) -> Place | None:
        """Without commas, "austin tx", "japan tokyo" or "中国北京": one end is the wider name."""
        for first, last in _cuts(name):
            for city, area in ((first, last), (last, first)):
                found = self.within(city, [area]) if self.areas.of(area) else None
                if found is not None:
                    return found
        return self._same_twice(name) or self._country_last(name)

    def _same_twice(self, name: str) -> Place | None:
        """ "beijing 北京", "berlin kreuzberg": two names of one city, or a city and a part of it."""
        for first, last in _cuts(name):
            ours, theirs = self.alone(first)[:1], self.alone(last)[:1]
            if ours and theirs and (ours[0].country, ours[0].state) == (theirs[0].country, theirs[0].state):
                return city_place(max(ours[0], theirs[0], key=lambda c: c.worth), 0.7, f"{first} and {last}")
        return None

    def _country_last(self, name: str) -> Place | None:
        last = name.rpartition(" ")[2]
        if last == name or len(last) <= 2 or not self.areas.of(last):
            return None
        area_only = self.areas.place(last)
        return area_only and area_only.model_copy(update={"confidence": area_only.confidence * 0.7})

    def misspelt(self, name: str) -> Place | None:
        """The one very large city or country a name is one letter away from."""
        if len(name) < _LONG_ENOUGH or not name.isascii():
            return None
        near_cities = [city for key, city in self.names.large.items() if _one_off(name, key)]
        near_countries = {code for key, code in self.names.official_keys.items() if _one_off(name, key)}
        if len(near_cities) + len(near_countries) != 1:
            return None
        if near_cities:
            return city_place(near_cities[0], _GUESSED, f"{name} read as {near_cities[0].name}")
        area: Area = (near_countries.pop(), None)
        found = self.areas.joined([area], f"{name} read as {self.names.official[area[0]]},")
        return found and found.model_copy(update={"confidence": min(_GUESSED, found.confidence)})


def _inside(cities: Sequence[City], areas: Sequence[Area]) -> list[City]:
    return [city for city in cities if any(lies_in(city, area) for area in areas)]


def without_ending(name: str) -> str:
    """ "福岡県" is Fukuoka: the word for city, district or prefecture cut from the end."""
    for ending in ("특별시", "광역시", *_ENDINGS):
        if len(name) > len(ending) + 1 and name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _cuts(name: str) -> list[tuple[str, str]]:
    """Every way to cut a name in two: between words, or between signs where words have no spaces."""
    words = name.split()
    if len(words) == 1 and not name.isascii() and len(name) <= 8:
        return [(name[:at], name[at:]) for at in range(2, len(name) - 1)]
    return [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]


def _one_off(left: str, right: str) -> bool:
    """One letter wrong, missing, added, or two swapped; the first letter is right."""
    if left[0] != right[0] or abs(len(left) - len(right)) > 1:
        return False
    from rapidfuzz.distance import OSA  # a tenth of a short command, most of which meet no such name

    return OSA.distance(left, right, score_cutoff=1) == 1


def _candidate(city: City) -> Candidate:
    return Candidate(city=city.name, country=city.country, zone=city.zone, share=1.0)
