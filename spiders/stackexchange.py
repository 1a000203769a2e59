"""People who answer questions at Stack Overflow and its sister sites, through the network's official API.

The night goes in phases: the top answerers of every lane's tag; profiles of those met for the first time or read
long ago, a hundred at once; the sites each of them writes at; their tags; then people whom accounts elsewhere name.
One quota holds for the day, every method has its own pause, and both are told by the answers themselves.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from scrapy import Request

from spiders._stackexchange.about import AboutStackExchange
from spiders._stackexchange.reading import Reading


class StackExchange(AboutStackExchange, Reading):
    """Stack Exchange: its API only, with the operator's own key or, slower, without one."""

    varying = frozenset({"event_at"})  # lists of the last month are read every night, those of all time are undated
    site = "https://stackexchange.com"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases.extend((self.profiles, self.networks))

    def first(self) -> Iterable[Request]:
        """The lists of every lane."""
        self.recall_people()
        yield from self.prepare()
        yield from self.lists()

    def look_up_all(self, handles: Sequence[str]) -> Iterable[Request]:
        """Ask for profiles of people named elsewhere, then for the sites they write at."""
        self.phases.append(self.networks)
        return self.profiles_of(self.linked(handles))
