"""Region presets: named sets of hours a role may ask for, and the band a country belongs to."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from scoring.places.zones import asked_zones
from scoring.shipped import shipped_table

_SHIPPED = Path(__file__).with_name("presets.yaml")
ELSEWHERE = "elsewhere"  # the band of a country that no preset names


class Preset(BaseModel):
    """One region as a role may ask for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    time_zones: tuple[str, ...] = Field(min_length=1)
    min_overlap_hours: float = Field(default=7, gt=0, le=8)
    countries: tuple[str, ...] = ()

    @field_validator("time_zones")
    @classmethod
    def _known_zones(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for zone in zones:
            asked_zones(zone)
        return zones


Presets = Mapping[str, Preset]


_READER = TypeAdapter(dict[str, Preset], config=ConfigDict(defer_build=True))


def read_presets(content: object) -> Presets:
    """Presets out of plain data; pydantic's ValidationError, a ValueError, names entry and fault."""
    return _READER.validate_python(content)


@cache
def shipped_presets() -> Presets:
    """The regions this version ships, read once."""
    return read_presets(shipped_table(_SHIPPED))


def band(country: str | None, presets: Presets | None = None) -> str | None:
    """The first region that lists a country, `elsewhere` if none does; None for an unknown country."""
    if country is None:
        return None
    regions = shipped_presets() if presets is None else presets
    return next((name for name, preset in regions.items() if country in preset.countries), ELSEWHERE)
