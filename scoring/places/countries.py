"""Countries by their ISO codes and the zones clocks show there, as the time zone database lists them."""

from functools import cache
from importlib.resources import files

_TABLES = files("tzdata") / "zoneinfo"
_KOSOVO = ("XK", "Europe/Belgrade")  # in use everywhere, though ISO has not assigned it


@cache
def country_zones() -> dict[str, tuple[str, ...]]:
    """Zones by country code, most people first; a country without one of its own has none."""
    zones: dict[str, list[str]] = {code: [] for code, _ in _rows("iso3166.tab")} | {_KOSOVO[0]: [_KOSOVO[1]]}
    for code, _, zone in ((row[0], row[1], row[2]) for row in _rows("zone.tab")):
        zones[code].append(zone)
    return {code: tuple(held) for code, held in zones.items()}


def _rows(name: str) -> list[list[str]]:
    lines = (_TABLES / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
