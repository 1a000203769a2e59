"""People who publish research: leading authors of papers on a role's topics, at its venues, and new at arXiv.

The night goes in phases: lanes list works; the most interesting authors among them are chosen; Crossref says whose
ORCID was confirmed by its owner and Semantic Scholar knows some homepages; then the chosen are read in full, fifty to
the call. arXiv knows names only, so its papers are joined to authors through OpenAlex by their DOI.
"""

from collections.abc import Callable, Iterable
from typing import Any

from scrapy import Request

from spiders._research.about import AboutResearch
from spiders._research.authors import Authors
from spiders._research.lanes import KINDS, ArxivLane, WorkLanes


class Research(AboutResearch, WorkLanes, ArxivLane, Authors):
    """OpenAlex, with arXiv, Crossref and Semantic Scholar around it."""

    site = "https://openalex.org"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases: list[Callable[[], Iterable[Request]]] = [self.choose, self.authors]

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
