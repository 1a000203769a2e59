"""Finding people by their work: lists of models, Spaces and data sets per task, and papers."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._huggingface import lanes, people, work
from spiders._huggingface.answers import Repo, Rows, Writer
from spiders._huggingface.api import HubApi
from spiders._huggingface.lanes import Candidate, LaneMemory, Walk
from spiders._reading.clean import each
from spiders._reading.paging import next_page
from storage.errors import Unreadable
from storage.records import AccountKey, Evidence, Lane, Sighting
from storage.text import handle_key

AUTHOR = 5.0  # interest in a confirmed author; a like of a work counts its logarithm


class Listing(HubApi):
    """Lists of work and lists of papers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memories: dict[str, LaneMemory] = {}

    # --- models, Spaces, data sets ---------------------------------------------------------------------------

    def lists_of(self, lane: Lane) -> Iterator[Request]:
        """The first page of what changed, and now and then of what is liked best."""
        query = lanes.wanted(lane.kind, lane.target, self.options.queries)
        if query is None:
            self.ledger.skip("lane_not_understood")
            return
        memory = self.memories[lane.id] = LaneMemory.of(self.recall(lane.id))
        yield self.first_page(Walk(lane.id, lane.kind, "fresh", memory.mark, self.options.fresh_pages), query)
        if self.options.best_pages and memory.best_at <= self.days_ago(self.options.best_days):
            yield self.first_page(Walk(lane.id, lane.kind, "best", None, self.options.best_pages), query)

    def first_page(self, walk: Walk, query: lanes.Query, *, conditional: bool = True) -> Request:
        """Ask for the first page of a list; unchanged, the list ends there if it was read to its end last time."""

        def unchanged(_: object) -> Iterator[Yielded]:
            if walk.order == "fresh" and not self.memories[walk.lane].complete:
                yield self.first_page(walk, query, conditional=False)
            else:
                yield from self.listed_all(walk)

        return self.ask(
            self.list_address(walk.kind, query, walk.order),
            self.listed,
            lane=walk.lane,
            conditional=conditional and walk.order == "fresh",
            on_unchanged=unchanged,
            on_missing=lambda _, **__: self.listed_nothing(walk),
            walk=walk,
        )

    def list_address(self, kind: str, query: lanes.Query, order: str) -> str:
        """The first page of a list."""
        options = self.options
        return lanes.listing(
            options.api,
            kind,
            query,
            order=order,
            fields=options.fields_of(kind),
            page=options.page,
            descending=options.descending,
        )

    def listed(self, response: Response, walk: Walk) -> Iterator[Yielded]:
        """One page: work of people known is kept, owners not known are candidates."""
        walk.pages -= 1
        fresh, bill = True, self.ledger.bill(walk.lane)
        repos = list(each(Repo, self.read(response, Rows).root, self.ledger.skip))
        if walk.order == "fresh" and lanes.is_ascending(repos):
            raise Unreadable("ascending_list", "what changed first stands first; see the option `descending`")
        for repo in repos:
            if not walk.saw(repo.last_modified):
                fresh = False
                continue
            bill.found = (bill.found or 0) + 1
            yield from self.met(repo, walk)
        following = next_page(response, within=self.options.api)
        if not fresh or following is None:
            yield from self.listed_all(walk)
        elif walk.pages > 0:
            yield from self.listed_in_part(walk)
            yield self.ask(following, self.listed, lane=walk.lane, walk=walk)
        else:
            self.ledger.skip("list_cut")
            yield from self.listed_all(walk)

    def listed_in_part(self, walk: Walk) -> Iterator[Yielded]:
        """Until the last page came, an unchanged first page must not end the list."""
        memory = self.memories[walk.lane]
        if walk.order == "fresh" and memory.complete:
            memory.complete = False
            yield self.remember(walk.lane, memory.state())

    def listed_all(self, walk: Walk) -> Iterator[Yielded]:
        """Remember how far the list was read."""
        memory = self.memories[walk.lane]
        yield self.waiting_list()
        if walk.order == "best":
            memory.best_at = self.now().isoformat()
        else:
            memory.complete = True
            memory.fresh = walk.newest.isoformat() if walk.newest else memory.fresh
        yield self.remember(walk.lane, memory.state())

    def listed_nothing(self, walk: Walk) -> Iterator[Yielded]:
        """The Hub knows no such list: the lane finds nobody, which the morning must say."""
        self.ledger.skip(f"list_missing:{walk.kind}")
        yield from ()

    def met(self, repo: Repo, walk: Walk) -> Iterator[Yielded]:
        """One work of a list."""
        owner = handle_key(repo.owner)
        known = self.by_handle.get(owner)
        if repo.private or repo.disabled or not owner:
            self.ledger.skip("work_not_public" if owner else "work_without_owner")
        elif known is not None:
            yield from self.sighting(owner, walk.lane)
            yield self.own(repo, walk.kind, known.account)
        elif owner in self.nobody:
            self.ledger.skip("owner_is_no_person")
        elif work.is_copy(repo):
            self.ledger.skip("copy_of_others")
        else:
            self.candidate(repo.owner, walk.lane, 1.0 + math.log1p(repo.likes or 0))

    def own(self, repo: Repo, kind: str, owner: AccountKey) -> Evidence:
        """One work of its owner."""
        page = work.address(repo, kind, self.options.site)
        return work.evidence(repo, kind, owner, self.options.site, self.stamp(page))

    def candidate(self, handle: str, lane: str, interest: float, number: str = "") -> None:
        """Take note of somebody to be asked about; interest adds up."""
        found = self.candidates.setdefault(handle_key(handle), Candidate(handle, lane))
        if lane not in (found.lane, *found.also_in):
            found.also_in.append(lane)
        found.interest += interest
        found.number = found.number or number

    def sighting(self, owner: str, lane: str) -> Iterator[Sighting]:
        """Somebody known was met, once a night."""
        known = self.by_handle[owner]
        self.ledger.met(lane, known.account)
        if known.account not in self.sighted:
            self.sighted.add(known.account)
            yield Sighting(account=known.account, handle=known.handle, seen_at=self.now())

    # --- papers ----------------------------------------------------------------------------------------------

    def papers(self, lane: Lane) -> Iterator[Request]:
        """ "daily": the papers of each day since the last night; anything else is searched for."""
        api = self.options.api
        if lane.target.strip() != "daily":
            url = f"{api}/papers/search?q={quote(lane.target.strip())}"
            yield self.ask(url, self.authors, lane=lane.id, conditional=True)
            return
        for day in self.days(str(self.recall(lane.id).get("day", ""))):
            url = f"{api}/daily_papers?date={day.isoformat()}&limit=100"
            yield self.ask(url, self.authors, lane=lane.id, conditional=True, day=day.isoformat())

    def days(self, last: str) -> Iterator[date]:
        """The last day read (it may have grown) and those after it, at most `paper_days` of them on a first night."""
        today = self.now().date()
        oldest = today - timedelta(days=self.options.paper_days - 1)
        day = max(oldest, date.fromisoformat(last)) if last else oldest
        while day <= today:
            yield day
            day += timedelta(days=1)

    def authors(self, response: Response, day: str = "") -> Iterator[Yielded]:
        """Authors of papers who confirmed that the account is theirs."""
        lane, found = response.meta["lane"], 0
        for paper in people.papers(self.read(response, Rows).root, self.ledger.skip):
            found += 1
            for position, writer in people.confirmed(paper, self.ledger.skip):
                page = self.stamp(f"{self.options.site}/papers/{paper.id}")
                owner = people.key(writer.number)
                yield from self.author(writer, work.paper(paper, position, owner, self.options.site, page), lane)
        self.ledger.bill(lane).found = (self.ledger.bill(lane).found or 0) + found
        yield self.waiting_list()
        if day:
            yield self.remember(lane, {"day": max(day, str(self.recall(lane).get("day", "")))})

    def author(self, writer: Writer, written: Evidence, lane: str) -> Iterator[Yielded]:
        """Keep the paper of somebody known; it waits for the account of somebody new."""
        if writer.number in self.known:
            yield written
            return
        self.papers_of.setdefault(writer.number, []).append(written)
        self.candidate(writer.login, lane, AUTHOR, writer.number)
