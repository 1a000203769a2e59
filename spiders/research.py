"""People who publish research: leading authors of papers on a role's topics, at its venues, and new at arXiv.

The night goes in phases: lanes list works; the most interesting authors among them are chosen; Crossref says whose
ORCID was confirmed by its owner and Semantic Scholar knows some homepages; then the chosen are read in full, fifty to
the call. arXiv knows names only, so its papers are joined to authors through OpenAlex by their DOI.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from scrapy import Request

from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._research import authors, crossref, openalex
from spiders._research.api import ResearchOptions
from spiders._research.authors import Authors
from spiders._research.lanes import KINDS, ArxivLane, WorkLanes
from storage.records import Lane


class Research(WorkLanes, ArxivLane, Authors):
    """OpenAlex, with arXiv, Crossref and Semantic Scholar around it."""

    name = "research"
    site = "https://openalex.org"
    card = Card(
        title="Research",
        method="public interfaces of OpenAlex (free key), arXiv, Crossref and Semantic Scholar (only with a key)",
        terms="https://developers.openalex.org/api-reference/authentication",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline: topics", "company: last institution", "location: its country", "links"),
            *("h-index", "papers", "citations"),
            "papers: title, venue, date, place among the authors, topics, citations, percentile, addresses of code",
        ),
        limits="OpenAlex $1 a day with a free key = 10,000 lists; arXiv one request in 3 s; Crossref 5 a second",
        yields="100 works a list call, of which some 150 leading authors",
        expected_accounts=50,
        fresh_days=14,
        exposes=(
            "orcid: claimed by OpenAlex, verified where Crossref says its owner confirmed it on a paper",
            "homepage: claimed, from Semantic Scholar, for few",
        ),
        # All four are made for programs and governed by their terms.
        robots=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases: list[Callable[[], Iterable[Request]]] = [self.choose, self.authors]

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of works per lane, then authors fifty to the call."""
        del past
        if not isinstance(options, ResearchOptions):
            raise TypeError("the forecast of research needs its options")
        # Some 150 leading authors a page of works; most stand on several.
        pages = {lane.id: _pages(lane, options) for lane in lanes}
        people = min(options.max_profiles, 50 * sum(pages.values()))
        confirmed = min(options.confirmations, -(-people // crossref.AT_ONCE))
        works = [Work(lane, first=count, light=1) for lane, count in pages.items()]
        if lanes:
            works.append(Work(authors.AUTHORS, first=-(-people // openalex.AT_ONCE), light=1))
            works.append(Work(authors.CONFIRMED, first=confirmed, light=1))
        return works

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """One request a second, of arXiv one in three."""
        slow = sum(lane.kind == "arxiv" for lane in lanes) / max(1, len(lanes))
        return max(options.delay, 1.0) * (1 - slow) + slow * float(getattr(options, "arxiv_delay", 3.0))

    def first(self) -> Iterable[Request]:
        """The first request of every lane."""
        self.known = {known.account.source_id: known for known in self.store.known(self.name)}
        for lane in self.lanes:
            if lane.kind in KINDS:
                yield from self.works_of(lane)
            elif lane.kind == "arxiv":
                yield from self.category(lane)
            else:
                self.ledger.skip(f"unknown_lane:{lane.kind}")

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask."""
        while self.phases:
            if requests := list(self.phases.pop(0)()):
                return requests
        return ()


def _pages(lane: Lane, options: ResearchOptions) -> int:
    if lane.kind == "arxiv":
        return options.arxiv_pages + -(-options.arxiv_pages * 200 // openalex.AT_ONCE)
    return options.work_pages
