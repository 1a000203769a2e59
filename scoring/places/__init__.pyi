from .countries import country_zones
from .gazetteer import Gazetteer, shipped_gazetteer
from .names import places_digest
from .place import Candidate, Place
from .presets import Preset, Presets, band, read_presets, shipped_presets
from .stated import country_in, country_of
from .zones import Overlap, asked_zones, fixed_zone, overlap_hours, same_clock, team_hours

__all__ = [
    "Candidate",
    "Gazetteer",
    "Overlap",
    "Place",
    "Preset",
    "Presets",
    "asked_zones",
    "band",
    "country_in",
    "country_of",
    "country_zones",
    "fixed_zone",
    "overlap_hours",
    "places_digest",
    "read_presets",
    "same_clock",
    "shipped_gazetteer",
    "shipped_presets",
    "team_hours",
]
