"""What a system must answer to be pushed to."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from sourcing.config import PushSection
from sourcing.export.push.client import Client, LostError, StopError
from sourcing.ranking import Row
from storage.text import link_key, match_key, web_address

CLOCKS = timedelta(minutes=10)  # how far the system's clock may be behind ours
TAG = "sourcing"  # on everybody handed over, so that the system's users see where somebody came from
MOST_PAGES = 500  # of a listing


class There(NamedTuple):
    """Somebody the system has: its id, name and the addresses it knows, both in the form they are compared in."""

    id: str
    name: str
    keys: frozenset[str]

    @classmethod
    def of(cls, id: str, name: str, urls: list[str]) -> "There":  # noqa: A002  # the record's own word
        """Somebody as the system tells it."""
        return cls(id, match_key(name), keys_of(urls))

    def is_(self, row: Row) -> bool:
        """Whether a row was handed over as this: an address alone may be a page of several people."""
        return self.name == match_key(row.name) and not self.keys.isdisjoint(keys_of(addresses(row)))


class System(ABC):
    """One applicant tracking system. Its paths and fields are from memory: settings name what may differ."""

    name: ClassVar[str]

    def __init__(self, settings: PushSection) -> None:
        self.settings = settings

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """Sent with every request."""

    @abstractmethod
    def body(self, row: Row) -> Mapping[str, Any]:
        """The request that creates somebody: never a mail address or telephone number, since none is kept."""

    @abstractmethod
    def there(self, client: Client, since: datetime | None) -> Iterator[There]:
        """Who was handed over before: at least those created since a moment, if one is given."""

    def params(self) -> Mapping[str, str]:
        """Sent with what creates somebody."""
        return {}

    def created(self, answer: Any) -> str:
        """The id of somebody created; LostError if the answer names none."""
        found = answer.get("id") if isinstance(answer, dict) else None
        if not found:
            raise LostError("the answer names no id; push again later")
        return str(found)

    def why_not(self, row: Row) -> str:
        """Why somebody cannot be handed over; empty if they can."""
        return "" if keys_of(addresses(row)) else "no address to recognise them by after a lost answer"


def addresses(row: Row) -> list[str]:
    """A row's profiles and own pages, in normal form, each once."""
    found = (web_address(url) for url in (*row.profiles, *row.links))
    return list(dict.fromkeys(url for url in found if url))


def keys_of(urls: list[str]) -> frozenset[str]:
    """Addresses in the form they are compared in."""
    return frozenset(key for url in urls if (key := link_key(url)))


def too_many() -> StopError:
    """A listing without an end: whoever is not seen in it might be sent twice."""
    return StopError(f"the list of people has more than {MOST_PAGES} pages; look there who was sent, push fewer")
