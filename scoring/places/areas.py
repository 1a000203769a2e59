"""Countries, states and regions: what a wider name can mean, and the place it is by itself."""

from collections.abc import Sequence

from scoring.places.names import City, Names, Zones
from scoring.places.place import Candidate, Place, shared_out
from scoring.places.prose import COUNTRY_MARK

Area = tuple[str, str | None]  # country, state

_EUROPE = "EU"  # a flag, though no country


class Areas:
    """Reads the names of areas."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def of(self, part: str) -> list[Area]:
        """What a wider name can mean: (country, None) or (country, state); "CA" is both."""
        names = self.names
        if part.startswith(COUNTRY_MARK):
            return [(part[-2:].upper(), None)] if part[-2:].upper() in names.official else []
        areas: list[Area] = list(names.states.get(part, []))
        if (country := names.countries.get(part)) is not None:
            areas.append((country, None))
        if len(part) == 2 and part.upper() in names.official:
            areas.append((part.upper(), None))
        if (region := names.regions.get(part)) is not None and region.country is not None:
            areas.append((region.country, None))
        return areas

    def beside_a_city(self, part: str) -> list[Area]:
        """The same with short forms of regions, which say something only beside a city: "Pune, MH"."""
        return [*self.of(part), *((country, None) for country in self.names.codes.get(part, ()))]

    def is_continent(self, part: str) -> bool:
        """Whether this is a region of several countries."""
        region = self.names.regions.get(part)
        return (region is not None and region.country is None) or part == f"{COUNTRY_MARK} {_EUROPE.lower()}"

    def place(self, part: str, *, codes: bool = True) -> Place | None:
        """A country or region by itself. Two letters alone are too little unless they follow a name."""
        found = self.of(part)
        areas = found if codes or len(part) > 2 or part in self.names.countries else []
        return self.joined(areas, part) if areas else self.known(part)

    def after_unknown(self, part: str) -> Place | None:
        """The area said after a name nobody knows: of a state of the USA and a country with one code, the state."""
        areas = self.of(part)
        if len(part) == 2 and part not in self.names.open_codes:
            areas = [area for area in areas if area[0] == "US" and area[1]] or areas
        return self.joined(areas, part) if areas else self.known(part)

    def known(self, key: str) -> Place | None:
        """A name that stands for one thing: nickname, region, abbreviation of a zone, a country in two words."""
        names = self.names
        if (city := names.nicknames.get(key)) is not None:
            return city_place(city, 0.9, f"{key} is {city.name}")
        if key == f"{COUNTRY_MARK} {_EUROPE.lower()}":
            key = "european union"
        if (region := names.regions.get(key)) is not None:
            sure = 0.9 if len(region.zones) == 1 else 0.4
            return _area(region.country, region.zones, sure, f"the region {key}")
        if (zone := names.abbreviations.get(key)) is not None:
            return Place(zones=(zone,), confidence=0.9, why=f"the time zone {key.upper()}")
        return None

    def joined(self, areas: Sequence[Area], said: str) -> Place | None:
        """One place out of everything a wider name can mean."""
        zones = tuple(dict.fromkeys(zone for country, state in areas for zone in self.names.zones(country, state)))
        if not zones:
            return None
        countries = {country for country, _ in areas}
        one = countries.pop() if len(countries) == 1 else None
        candidates = [
            Candidate(country=country, zone=zone, share=1.0)
            for country, state in areas
            for zone in self.names.zones(country, state)
        ]
        place = _area(one, zones, _sureness(zones) if one else 0.3, f"{said} as a country or region")
        return place.model_copy(update={"candidates": shared_out((c, c.share) for c in candidates)})


def city_place(city: City, sure: float, why: str) -> Place:
    """The place of one city."""
    only = Candidate(city=city.name, country=city.country, zone=city.zone, share=1.0)
    return Place(
        city=city.name,
        country=city.country,
        zones=(city.zone,),
        confidence=sure,
        why=why,
        candidates=(only,),
        people=city.worth,
    )


def lies_in(city: City, area: Area) -> bool:
    """Whether a city is in this country, or in this state of it."""
    return city.country == area[0] and area[1] in (None, city.state)


def _area(country: str | None, zones: Zones, sure: float, why: str) -> Place:
    candidates = shared_out((Candidate(country=country, zone=zone, share=1.0), 1.0) for zone in zones)
    return Place(country=country, zones=zones, confidence=sure, why=why, candidates=candidates)


def _sureness(zones: Zones) -> float:
    """A country of one clock is as good as a city; one of four says little about hours."""
    return 0.9 if len(zones) == 1 else max(0.3, 0.8 / len(zones))
