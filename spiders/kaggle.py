"""People on Kaggle through its official API: ranked users, members of winning teams, and what they published.

The night goes in phases: user searches; leaderboards of finished competitions, each read once; people known from
earlier nights who were not met for a week; then notebooks, datasets and models of the best ranked whose document
changed. One request at a time, and the night is over after three refusals in a row.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from scrapy import Request

from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._kaggle import calls
from spiders._kaggle import lanes as targets
from spiders._kaggle.boards import Boards
from spiders._kaggle.reading import PublishedWork
from spiders._kaggle.searching import REFRESH, Searching
from storage.records import Lane


class Kaggle(Searching, Boards, PublishedWork):
    """Kaggle: its official API only, with the operator's own token."""

    name = "kaggle"
    site = "https://www.kaggle.com"
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
        return [*(_work(lane, options) for lane in lanes), Work(REFRESH, first=0, due=due, each=1 / calls.PAGE)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases: deque[Callable[[], Iterable[Request]]] = deque((self.boards, self.refresh, self.owners))

    def first(self) -> Iterable[Request]:
        """The first page of every search lane."""
        self.recall_people()
        return self.searches()

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask."""
        while self.phases:
            if requests := list(self.phases.popleft()()):
                return requests
        return ()


def _work(lane: Lane, options: Options) -> Work:
    # A search lane brings some hundred people; a competition some two hundred medallists, half of them unknown.
    wanted = targets.boards(lane.target) if lane.kind == "leaderboards" else None
    if wanted is None:
        return Work(lane.id, first=10 + len(calls.WORK) * min(options.max_profiles, 100), light=2)
    boards = max(1, wanted.latest)
    return Work(lane.id, first=2 * boards + min(100 * boards, getattr(options, "max_lookups", 300)), light=1)
