"""Places: free text to city, country and time zone, and the working hours two zones share."""

from scoring.places.countries import country_zones
from scoring.places.gazetteer import Gazetteer, shipped_gazetteer
from scoring.places.names import places_digest
from scoring.places.place import Candidate, Place
from scoring.places.presets import Preset, Presets, band, read_presets, shipped_presets
from scoring.places.zones import Overlap, asked_zones, fixed_zone, overlap_hours, same_clock, team_hours

__all__ = [
    "Candidate",
    "Gazetteer",
    "Overlap",
    "Place",
    "Preset",
    "Presets",
    "asked_zones",
    "band",
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
