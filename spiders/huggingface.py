"""People on the Hugging Face Hub: owners of models, Spaces and data sets per task, and confirmed authors of papers.

There is no search over people, so the way leads over work. The night goes in phases: lists per task, the most
recently changed first, down to what was seen before, and papers; overviews and own work of the owners of most
interest and of people not read for a month; then people whom accounts of other sources name. Work of people known is
kept as the lists show it, without another request.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from scrapy import Request

from spiders._card import Card, Options, past_forecast
from spiders._huggingface.api import HuggingFaceOptions
from spiders._huggingface.lanes import KINDS
from spiders._huggingface.reading import REFRESH, Reading
from spiders._lookup import KIND as LINKED
from storage.records import Forecast, Lane, LaneBill

OVERVIEW_AND_LISTS = 3  # requests per person: few own models, data sets and Spaces alike


class HuggingFace(Reading):
    """Hugging Face: the documented interface of the Hub, with or without a token."""

    name = "huggingface"
    site = "https://huggingface.co"
    card = Card(
        title="Hugging Face",
        method="documented interface of the Hub, with the operator's own read token where there is one",
        terms="https://huggingface.co/terms-of-service",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline", "bio", "links", "created_at", "followers"),
            *(
                "models, data sets, Spaces: task, library, tags, likes, downloads, telling file names",
                "confirmed papers",
            ),
        ),
        limits="500 requests in five minutes without a token, 1,000 with a free one; two a second at most",
        yields="20 to 200 new owners per task and night, a dozen confirmed authors a day",
        expected_accounts=50,
        fresh_days=2,
        exposes=("any address in the biography (claimed where it stands alone, else mentioned)",),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases.append(self.shortlist)

    def first(self) -> Iterator[Request]:
        """The first page of every list."""
        self.recall_people()
        self.recall_waiting()
        # Roles share tasks; a list is read once for all of them.
        for lane in {lane.id: lane for lane in self.lanes}.values():
            if lane.kind in KINDS:
                yield from self.lists_of(lane)
            elif lane.kind == "papers":
                yield from self.papers(lane)
            elif lane.kind != LINKED:
                self.ledger.skip("lane_not_understood")

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask."""
        self.keep_people()
        return super().when_idle()

    @classmethod
    def forecast(
        cls, lanes: Sequence[Lane], options: Options, past: Mapping[str, LaneBill], known: int
    ) -> list[Forecast]:
        """As the last night; else pages of lists and a few requests per new owner, and a thirtieth of those known."""
        if not isinstance(options, HuggingFaceOptions):
            raise TypeError("the forecast of Hugging Face needs its options")
        guesses = {lane.id: _first_guess(lane, options, len(lanes)) for lane in lanes}
        if known:
            guesses[REFRESH] = OVERVIEW_AND_LISTS * -(-known // options.refresh_days)
        pause = options.delay / 60
        rows = (
            past_forecast(lane, past) or Forecast(lane=lane, requests=requests, minutes=0, basis="first guess")
            for lane, requests in guesses.items()
        )
        return [row.model_copy(update={"minutes": row.requests * pause}) for row in rows]


def _first_guess(lane: Lane, options: HuggingFaceOptions, lanes: int) -> int:
    if lane.kind == LINKED:
        return 10
    people = min(100, max(1, options.max_profiles // lanes))
    pages = options.paper_days if lane.kind == "papers" else options.fresh_pages + options.best_pages
    return pages + OVERVIEW_AND_LISTS * people
