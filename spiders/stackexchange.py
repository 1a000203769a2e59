"""People who answer questions at Stack Overflow and its sister sites, through the network's official API.

The night goes in phases: the top answerers of every lane's tag; profiles of those met for the first time or read
long ago, a hundred at once; the sites each of them writes at; their tags; then people whom accounts elsewhere name.
One quota holds for the day, every method has its own pause, and both are told by the answers themselves.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from scrapy import Request

from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._stackexchange.api import StackExchangeOptions
from spiders._stackexchange.reading import PEOPLE, Reading
from storage.records import Lane

ANSWERERS = 30  # people a list of top answerers brings, about


class StackExchange(Reading):
    """Stack Exchange: its API only, with the operator's own key or, slower, without one."""

    name = "stackexchange"
    varying = frozenset({"event_at"})  # lists of the last month are read every night, those of all time are undated
    site = "https://stackexchange.com"
    card = Card(
        title="Stack Exchange",
        method="official API (top answerers of tags, profiles, tags, network accounts) with the operator's own key",
        terms="https://stackoverflow.com/legal/api-terms-of-use",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "location", "bio", "links", "created_at", "reputation", "badges"),
            *("answers per tag: number and score", "posts per tag", "sites of the network"),
        ),
        export_note="posts are under CC BY-SA: quote them with a link and the author only",
        limits="10,000 requests a day with a key, 300 without; one a second and method; `backoff` of answers obeyed",
        yields="20 to 30 people per tag, half of them new in the first weeks, then a few a night",
        expected_accounts=10,
        fresh_days=7,
        exposes=(
            "the other sites of the network (verified by the site)",
            "website: GitHub, personal sites, LinkedIn (claimed)",
            "addresses in the profile text: GitHub, employer (mentioned)",
        ),
        # The API is made for programs and speaks for itself; the web pages are never asked.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One or two lists per tag, and what reading the people takes: some twenty requests per hundred."""
        if not isinstance(options, StackExchangeOptions):
            raise TypeError("the forecast of Stack Exchange needs its options")
        tags = [lane for lane in lanes if lane.kind == "answerers"]
        people = min(options.max_profiles, max(ANSWERERS, len(tags) * ANSWERERS))
        due = past.due(options.refresh_days, "read", unmarked=False)
        lists = [Work(one.id, first=2, full=2, light=1, every=options.all_time_every_days) for one in tags]
        linked = [Work(lane.id) for lane in lanes if lane.kind != "answerers"]
        return [*lists, *linked, Work(PEOPLE, first=2 + people / 5, light=2, due=due, each=1 / 5)]

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
