"""People on GitHub: lanes show who builds things, GraphQL reads them in full.

The night goes in phases. Lanes (contributor lists, merged changes, user search, people named by hand) show
candidates; people known from earlier nights are probed a hundred to the point; new ones are triaged the same way;
then new and changed people are read in full, the most interesting first, in batches whose size adapts to what GitHub
answers in time. People whom other sources name follow, once these have found whom they will find. REST, search and
GraphQL have separate budgets, so they run side by side.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scrapy import Request

from spiders._github.about import AboutGitHub, GitHubOptions
from spiders._github.batches import BatchSize
from spiders._github.lanes import MergedChangeLane, PeopleLane, SearchLane
from spiders._github.reading import Reading
from storage.records import Lane

REPOSITORY_KINDS = frozenset({"contributors", "merged_authors"})


class GitHub(AboutGitHub, MergedChangeLane, SearchLane, PeopleLane, Reading):
    """GitHub through its documented REST and GraphQL interfaces, one token."""

    version = 1
    options: GitHubOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._phases: list[Callable[[], Iterable[Request]]] = [self.triage, self.choose, self.work]

    def first(self) -> Iterator[Request]:
        """The first requests of all lanes, and the probe of everybody known."""
        self.size = BatchSize(self.options.profiles_at_once, 50)
        self.window_size = BatchSize(self.options.contributions_at_once, 25)
        self.known = {known.account.source_id: known for known in self.store.known(self.name)}
        kinds: dict[str, Callable[[Lane], Iterable[Request]]] = {"search": self.search, "people": self.person}
        yield from self.repositories(lane for lane in self.lanes if lane.kind in REPOSITORY_KINDS)
        for lane in self.lanes:
            if lane.kind in kinds:
                yield from kinds[lane.kind](lane)
            elif lane.kind not in REPOSITORY_KINDS:
                self.ledger.skip(f"unknown_lane:{lane.kind}")
        yield from self.probe()

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask; after the last, people other sources name by then."""
        requests = self._next_phase()
        if not requests:
            self.wait_for_others()
            self._phases = [self.linked, self.choose, self.work]
            requests = self._next_phase()
        return requests

    def _next_phase(self) -> list[Request]:
        """What the next phase asks; each is asked again until it has nothing."""
        while self._phases:
            if requests := list(self._phases[0]()):
                return requests
            self._phases.pop(0)
        return []
