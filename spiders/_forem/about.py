"""What DEV (Forem) says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

REFRESH = "forem/refresh/known"


class ForemOptions(Options):
    """Settings of the Forem source."""

    api: str = Field("https://dev.to/api", description="base address of the interface")
    site: str = Field("https://dev.to", description="where people read the profiles")
    delay: float = Field(0.5, ge=0, description="seconds between two requests; three a second are allowed")
    refresh_days: int = Field(14, ge=1, description="days until known profiles are read again")


class AboutForem(Follows):
    """DEV: writers named elsewhere."""

    name = "forem"
    options_model: ClassVar[type[Options]] = ForemOptions
    card = Card(
        title="DEV (Forem)",
        method="documented interface (version 1), look-ups of names found elsewhere, no key",
        terms="https://dev.to/terms",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "bio", "location", "links", "created_at"),
            "articles: title, summary, tags, reactions, comments",
        ),
        limits="three requests a second and address",
        yields="as many writers as others name, thirty articles each",
        fresh_days=14,
        exposes=(
            "github and twitter (verified by signing in)",
            "the website (claimed)",
            "addresses in the summary (claimed where they stand alone, else mentioned)",
        ),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Two requests a writer: those named elsewhere, and those known who are due."""
        due = past.due(getattr(options, "refresh_days", 14))
        return [*(Work(lane.id, first=10) for lane in lanes), Work(REFRESH, first=0, due=due, each=2)]
