"""What Hacker News says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane


class HackerNewsOptions(Options):
    """Settings of the Hacker News source."""

    algolia: str = Field("https://hn.algolia.com/api/v1", description="base address of the search interface")
    firebase: str = Field("https://hacker-news.firebaseio.com/v0", description="base address of the item interface")
    site: str = Field("https://news.ycombinator.com", description="where people read the posts")
    delay: float = Field(0.4, ge=0, description="seconds between two requests to one host; 10,000 an hour are allowed")


class AboutHackerNews(About):
    """Hacker News: candidates' threads."""

    name = "hackernews"
    options_model: ClassVar[type[Options]] = HackerNewsOptions
    card = Card(
        title="Hacker News",
        method="public search interface (Algolia) and public item interface (Firebase), no token",
        terms="https://github.com/HackerNews/API",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "headline", "location", "links", "open_to_work", "created_at", "bio", "karma"),
            *("posts: month, excerpt without contacts, technologies", "remote", "relocation"),
        ),
        limits="10,000 requests an hour and address; no limit stated for the item interface",
        yields="150 to 300 candidates a month, most of them in its first week",
        expected_accounts=50,
        fresh_days=31,
        exposes=(
            "sites and accounts a post names after a label (Website:, GitHub:, Résumé: …): claimed",
            "addresses elsewhere in posts and in the profile text: mentioned",
        ),
        # Both are documented interfaces for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """The address of the search interface; no token belongs to it."""
        return str(getattr(options, "algolia", ""))

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One search, one request per thread, one per new candidate."""
        del past
        understood = [lane for lane in lanes if lane.kind == "threads" and lane.target.isdigit()]
        # The widest lane holds all others. Threads name about 200 candidates each, most of them in the first night.
        widest = max((min(int(lane.target), 4) for lane in understood), default=0)
        guess = 1 + widest + min(options.max_profiles, 200 * widest)
        asked = max(understood, key=lambda lane: int(lane.target), default=None)
        return [Work(one.id, first=guess if one is asked else 0, light=1 + widest) for one in understood]
