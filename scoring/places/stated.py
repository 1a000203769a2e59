"""Where somebody says they are, over all their accounts."""

from collections.abc import Iterable, Sequence

from scoring.places.gazetteer import shipped_gazetteer
from storage.records import Account


def country_of(accounts: Sequence[Account]) -> str | None:
    """The country the first account states that can be told."""
    return country_in(a.location for a in sorted(accounts, key=lambda a: a.key))


def country_in(locations: Iterable[str | None]) -> str | None:
    """The country the first of these texts tells."""
    read = shipped_gazetteer().parse
    places = (read(text) for text in locations if text)
    return next((place.country for place in places if place is not None and place.country), None)
