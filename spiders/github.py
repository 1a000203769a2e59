"""People on GitHub: lanes show who builds things, GraphQL reads them in full.

The night goes in phases. Lanes (contributor lists, merged changes, user search, people named by hand) show
candidates; people known from earlier nights are probed a hundred to the point; new ones are triaged the same way;
then new and changed people are read in full, the most interesting first, in batches whose size adapts to what GitHub
answers in time. People whom other sources name follow, once these have found whom they will find. REST, search and
GraphQL have separate budgets, so they run side by side.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from scrapy import Request

from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._github.batches import BatchSize
from spiders._github.graph import GitHubOptions
from spiders._github.lanes import MergedChangeLane, PeopleLane, SearchLane
from spiders._github.reading import Reading
from storage.records import Forecast, Lane

REPOSITORY_KINDS = frozenset({"contributors", "merged_authors"})


class GitHub(MergedChangeLane, SearchLane, PeopleLane, Reading):
    """GitHub through its documented REST and GraphQL interfaces, one token."""

    name = "github"
    version = 1
    options_model: ClassVar[type[Options]] = GitHubOptions
    options: GitHubOptions
    card = Card(
        title="GitHub",
        method="REST and GraphQL API with the operator's own token",
        terms="https://docs.github.com/site-policy/acceptable-use-policies/github-acceptable-use-policies",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "bio", "company", "location", "links", "open_to_work", "created_at"),
            *("followers", "public repositories", "merged changes", "contributions of a year", "profile README"),
        ),
        export_note="not to be sold, nor used for unsolicited mail (Acceptable Use Policies 7 and 8)",
        limits="REST 5,000 requests, GraphQL 5,000 points an hour, search 30 a minute; serial requests",
        yields="about 4,000 people read in full per hour",
        expected_accounts=100,
        exposes=(
            "website: claimed",
            "accounts at other sites, at most four: claimed",
            "X (Twitter): claimed",
            "addresses in the biography: mentioned",
        ),
        needs_token=True,
        robots=False,
    )

    @classmethod
    def needs(cls, rows: Sequence[Forecast]) -> Mapping[str, int]:
        """Points of GraphQL, searches, and the requests of REST."""
        search = sum(row.requests for row in rows if row.lane.startswith("github/search/"))
        rest = sum(row.requests for row in rows if not row.points) - search
        return {"graphql": sum(row.points for row in rows), "search": search, "core": rest}

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

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One request per page at first, and the published price of documents."""
        if not isinstance(options, GitHubOptions):
            raise TypeError("GitHub's forecast needs GitHub's options")
        works = _lanes(lanes, options)
        # A lane shows some thirty people whom no other has shown.
        people = min(options.max_profiles, 30 * len(lanes))
        probes, hundreds = -(-len(past.known) // 100), -(-people // 100)
        works.append(Work("github/probe", first=probes, light=probes, points=1))
        works.append(Work("github/triage", first=hundreds, light=1, points=1))
        works.append(Work("github/linked", first=1, light=1, points=1))
        works.append(_documents("github/profiles", people, options.profiles_at_once, 70))
        works.append(_documents("github/contributions", people, options.contributions_at_once, 60))
        return works


def _lanes(lanes: Sequence[Lane], options: GitHubOptions) -> list[Work]:
    """Lists and searches are asked again after some days; merged changes of many repositories at once."""
    works, merged = [], 0
    for lane in lanes:
        if lane.kind == "contributors":
            works.append(Work(lane.id, first=options.contributor_pages, every=options.contributors_every_days))
        elif lane.kind == "search":
            works.append(Work(lane.id, first=10, every=options.search_every_days))
        else:
            asks = lane.kind != "merged_authors" or merged % options.repositories_at_once == 0
            merged += lane.kind == "merged_authors"
            works.append(Work(lane.id, first=float(asks), light=float(asks), points=1))
    return works


def _documents(lane: str, people_count: int, at_once: int, connections: int) -> Work:
    requests = -(-people_count // at_once)
    points = people_count * connections / 100 / max(1, requests)
    return Work(lane, first=requests, light=1, each=1 / at_once, points=points)
