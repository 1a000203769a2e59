"""What Kaggle says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._kaggle import lanes as targets
from storage.records import Lane

REFRESH = "kaggle/refresh/known"
PAGE = 50

LISTS = 3  # of what a person published: notebooks, datasets, models


class KaggleOptions(Options):
    """Settings of the Kaggle source."""

    token_env: str = Field("KAGGLE_API_TOKEN", description="environment variable that holds the API token")
    api: str = Field("https://api.kaggle.com/v1", description="base address of the official API")
    site: str = Field("https://www.kaggle.com", description="where people read the profiles")
    delay: float = Field(2.0, ge=0, description="seconds between two requests; Kaggle publishes no limit")
    max_found: int = Field(5_000, ge=1, description="people listed per search lane")
    max_lookups: int = Field(300, ge=0, description="team members looked up by name per night")
    work_pages: int = Field(2, ge=1, description="pages of 50 notebooks, datasets or models read per person")
    settle_days: int = Field(7, ge=0, description="days after its deadline until a leaderboard counts as final")
    refresh_days: int = Field(7, ge=1, description="days until somebody no lane showed is looked for again")


class AboutKaggle(About):
    """Kaggle: its official API."""

    name = "kaggle"
    options_model: ClassVar[type[Options]] = KaggleOptions
    card = Card(
        title="Kaggle",
        method="official API (user search, lists of public work, leaderboard downloads) with the operator's own token",
        terms="https://www.kaggle.com/terms",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "location", "company", "created_at", "tier", "rankings", "points"),
            *("notebooks", "datasets", "models", "competition results: rank, medal, team size"),
        ),
        limits="not published; one request at a time, one in two seconds, the night ends after three refusals in a row",
        yields="some hundred people per search lane, some hundred medallists per finished competition",
        expected_accounts=50,
        fresh_days=7,
        exposes=("nothing: its answers hold no links; other sites' accounts name Kaggle profiles",),
        needs_token=True,
        # The API is made for programs and speaks for itself; profile pages are never asked.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of search results and three lists per person, or one download and a look-up per unknown medallist."""
        due = past.due(getattr(options, "refresh_days", 7))
        return [*(_work(lane, options) for lane in lanes), Work(REFRESH, first=0, due=due, each=1 / PAGE)]


def _work(lane: Lane, options: Options) -> Work:
    # A search lane brings some hundred people; a competition some two hundred medallists, half of them unknown.
    wanted = targets.boards(lane.target) if lane.kind == "leaderboards" else None
    if wanted is None:
        return Work(lane.id, first=10 + LISTS * min(options.max_profiles, 100), light=2)
    boards = max(1, wanted.latest)
    return Work(lane.id, first=2 * boards + min(100 * boards, getattr(options, "max_lookups", 300)), light=1)
