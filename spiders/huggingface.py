"""People on the Hugging Face Hub: owners of models, Spaces and data sets per task, and confirmed authors of papers.

There is no search over people, so the way leads over work. The night goes in phases: lists per task, the most
recently changed first, down to what was seen before, and papers; overviews and own work of the owners of most
interest and of people not read for a month; then people whom accounts of other sources name. Work of people known is
kept as the lists show it, without another request.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from scrapy import Request

from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._huggingface.api import HuggingFaceOptions
from spiders._huggingface.lanes import KINDS
from spiders._huggingface.reading import REFRESH, Reading
from spiders._lookup import KIND as LINKED
from storage.records import Lane

OVERVIEW_AND_LISTS = 3  # requests per person: few own models, data sets and Spaces alike
NEW_OWNERS = 25  # people a lane shows whom no other does, about


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
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of lists, a few requests per owner nobody else showed, and people known who are due."""
        if not isinstance(options, HuggingFaceOptions):
            raise TypeError("the forecast of Hugging Face needs its options")
        due = past.due(options.refresh_days, "read")
        return [*(_work(one, options) for one in lanes), Work(REFRESH, first=0, due=due, each=OVERVIEW_AND_LISTS)]


def _work(lane: Lane, options: HuggingFaceOptions) -> Work:
    if lane.kind == LINKED:
        return Work(lane.id, first=10)
    # A page of a hundred has some 25 people among its owners whom no other lane has shown.
    people = OVERVIEW_AND_LISTS * min(NEW_OWNERS, options.max_profiles)
    if lane.kind == "papers":
        return Work(lane.id, first=options.paper_days + people, light=1)
    first = options.fresh_pages + options.best_pages + people
    # The best liked work brings somebody new now and then.
    return Work(lane.id, first=first, full=1 + options.best_pages + 1, light=1, every=options.best_days)
