"""People on the Hugging Face Hub: owners of models, Spaces and data sets per task, and confirmed authors of papers.

There is no search over people, so the way leads over work. The night goes in phases: lists per task, the most
recently changed first, down to what was seen before, and papers; overviews and own work of the owners of most
interest and of people not read for a month; then people whom accounts of other sources name. Work of people known is
kept as the lists show it, without another request.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from scrapy import Request

from spiders._about import LINKED
from spiders._huggingface.about import AboutHuggingFace
from spiders._huggingface.lanes import KINDS
from spiders._huggingface.reading import Reading


class HuggingFace(AboutHuggingFace, Reading):
    """Hugging Face: the documented interface of the Hub, with or without a token."""

    site = "https://huggingface.co"

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
