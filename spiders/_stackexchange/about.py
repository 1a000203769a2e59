"""What Stack Exchange says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

PEOPLE = "stackexchange/people/profiles"
ANSWERERS = 30  # people a list of top answerers brings, about


class StackExchangeOptions(Options):
    """Settings of the Stack Exchange source."""

    token_env: str = Field(
        "STACKEXCHANGE_KEY", description="environment variable that holds the key; 300 a day without"
    )
    api: str = Field("https://api.stackexchange.com/2.3", description="base address of the API with its version")
    delay: float = Field(1.0, ge=0, description="seconds between two requests of one method")
    # The API asks not to repeat a request within a minute.
    back_off: float = Field(60.0, ge=0, description="seconds before a failed request is asked again, doubling")
    filter: str = Field("", description="filter of profile answers; empty: one is created once and remembered")
    quota_floor: int = Field(500, ge=0, description="requests of the daily quota left untouched")
    answerer_pages: int = Field(1, ge=1, description="pages of 100 top answerers read per tag and period")
    all_time_every_days: int = Field(7, ge=1, description="days until the answerers of all time are listed again")
    refresh_days: int = Field(30, ge=1, description="days until a profile is read again")
    max_idle_days: int = Field(730, ge=1, description="days since the last visit after which somebody is left out")
    tag_pages: int = Field(10, ge=0, description="pages of 100 tags read per hundred people")
    tag_posts: int = Field(5, ge=1, description="posts with a tag from which it is read")
    network_pages: int = Field(10, ge=1, description="pages of 100 sites read per hundred people")
    linked: bool = Field(True, description="look up people whose accounts elsewhere name one of the network")


class AboutStackExchange(Follows):
    """Stack Exchange: its API only, with the operator's own key or, slower, without one."""

    name = "stackexchange"
    options_model: ClassVar[type[Options]] = StackExchangeOptions
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
