"""What a role asks about place, and the base of all parts of a profile."""

from difflib import get_close_matches
from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from scoring.places import Presets, asked_zones, country_zones, overlap_hours, shipped_presets, team_hours
from scoring.places.zones import WORKDAY

_ANY_YEAR = 2026  # only to see which zones can share hours


class Profile(BaseModel):
    """Base of the profile's parts: frozen, no unknown keys, no infinite numbers."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ignored_types=(cached_property,), defer_build=True
    )


class Location(Profile):
    """Working hours to share, or countries. Nothing asked: place does not count.

    A region of the presets stands for its time zones and hours; own regions come in as `context["presets"]`.
    """

    region: str = ""  # "latam-near-shore"
    time_zones: tuple[str, ...] = ()  # "UTC-8..UTC-3", "UTC+1", "Europe/Berlin"
    min_overlap_hours: float = Field(default=4, gt=0, le=8)
    team_hours: str = ""  # "10:00-18:00" in the zones asked; 9 to 5 if empty
    countries: tuple[str, ...] = ()  # ISO codes
    remote: bool = True

    @model_validator(mode="before")
    @classmethod
    def _region_spelled_out(cls, given: object, info: ValidationInfo) -> object:
        name = given.get("region") if isinstance(given, dict) else None
        if not isinstance(given, dict) or not isinstance(name, str) or not name:
            return given
        presets: Presets = (info.context or {}).get("presets") or shipped_presets()
        preset = presets.get(name)
        if preset is None and not given.get("time_zones"):
            raise ValueError(_no_region(name, presets))
        if preset is None:  # spelled out before, where the installation's own regions were known
            return given
        if given.get("time_zones") and tuple(given["time_zones"]) != preset.time_zones:
            raise ValueError(f"region {name!r} and time_zones contradict each other: keep one of them")
        return {"min_overlap_hours": preset.min_overlap_hours, **given, "time_zones": preset.time_zones}

    @field_validator("team_hours")
    @classmethod
    def _known_hours(cls, text: str) -> str:
        if text:
            team_hours(text)
        return text

    @field_validator("countries")
    @classmethod
    def _known_countries(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        for code in codes:
            if code not in country_zones():
                hint = "GB" if code.upper() == "UK" else code.upper()
                way = f"did you mean {hint!r}?" if hint in country_zones() else "write its two ISO letters, as DE"
                raise ValueError(f"no country {code!r}: {way}")
        return codes

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        zones = [zone for code in self.countries for zone in country_zones()[code]]
        if self.time_zones and zones and not any(self._shares_enough(zone) for zone in zones):
            raise ValueError(
                f"time_zones {', '.join(self.time_zones)} and countries {', '.join(self.countries)} contradict each "
                f"other: nowhere there are {self.min_overlap_hours:g} of the hours shared; keep one of them"
            )
        return self

    def _shares_enough(self, zone: str) -> bool:
        return overlap_hours(zone, self.zones_asked, _ANY_YEAR, self.team).least >= self.min_overlap_hours

    @cached_property
    def zones_asked(self) -> tuple[str, ...]:
        """Single zones out of everything asked, each once."""
        return tuple(dict.fromkeys(zone for written in self.time_zones for zone in asked_zones(written)))

    @property
    def team(self) -> tuple[int, int]:
        """When the team works, in minutes of its day."""
        return team_hours(self.team_hours) if self.team_hours else WORKDAY

    @field_validator("time_zones")
    @classmethod
    def _known_zones(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for zone in zones:
            asked_zones(zone)
        return zones

    @property
    def asked(self) -> bool:
        """Whether the role asks anything about place."""
        return bool(self.time_zones or self.countries)


def _no_region(name: str, presets: Presets) -> str:
    near = get_close_matches(name, presets, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"no region {name!r}: {hint}there are {', '.join(presets)}; or write time_zones"
