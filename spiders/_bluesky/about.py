"""What Bluesky says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

REFRESH = "bluesky/refresh/known"
AT_ONCE = 25  # the most getProfiles takes


class BlueskyOptions(Options):
    """Settings of the Bluesky source."""

    api: str = Field("https://public.api.bsky.app/xrpc", description="base address of the public interface")
    site: str = Field("https://bsky.app", description="where people read the profiles")
    delay: float = Field(0.5, ge=0, description="seconds between two requests")
    refresh_days: int = Field(7, ge=1, description="days until known profiles are looked up again")
    hosted: tuple[str, ...] = Field(
        ("bsky.social", "brid.gy", "bsky.network"),
        description="endings of handles that are given out by a service and prove no domain",
    )


class AboutBluesky(Follows):
    """Bluesky: profiles of people named elsewhere."""

    name = "bluesky"
    options_model: ClassVar[type[Options]] = BlueskyOptions
    card = Card(
        title="Bluesky",
        method="public interface of the network (AppView), look-ups of handles found elsewhere, no token",
        terms="https://docs.bsky.app/docs/support/developer-guidelines",
        terms_read=date(2026, 11, 22),
        fields=("handle", "name", "bio", "links", "created_at", "followers"),
        limits="about 3,000 requests in five minutes and address; two a second at most",
        yields="as many people as others name, less those hidden from visitors",
        fresh_days=7,
        exposes=(
            "the domain that is the handle (verified through DNS)",
            "the website (claimed)",
            "any address in the biography (claimed where it stands alone, else mentioned)",
        ),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One request per 25 handles, and the same for people known who are due."""
        due = past.due(getattr(options, "refresh_days", 7))
        return [*(Work(lane.id, first=2) for lane in lanes), Work(REFRESH, first=0, due=due, each=1 / AT_ONCE)]
