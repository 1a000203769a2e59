"""Where somebody says they are, over all their accounts."""

from collections.abc import Sequence

from scoring.places.gazetteer import shipped_gazetteer
from storage.records import Account


def country_of(accounts: Sequence[Account]) -> str | None:
    """The country the first account states that can be told."""
    read = shipped_gazetteer().parse
    places = (read(a.location) for a in sorted(accounts, key=lambda a: a.key) if a.location)
    return next((place.country for place in places if place is not None and place.country), None)
