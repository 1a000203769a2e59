"""Places: free text to city, country and time zone, and the working hours two zones share."""

from scoring.places.gazetteer import Gazetteer, shipped_gazetteer
from scoring.places.names import places_digest
from scoring.places.place import Place
from scoring.places.zones import Overlap, asked_zones, fixed_zone, overlap_hours, same_clock

__all__ = [
    "Gazetteer",
    "Overlap",
    "Place",
    "asked_zones",
    "fixed_zone",
    "overlap_hours",
    "places_digest",
    "same_clock",
    "shipped_gazetteer",
]
