"""Where papers are looked for: topics and venues at OpenAlex, new papers at arXiv."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._events.targets import Target, read
from spiders._reading.clean import each
from spiders._research import arxiv, openalex
from spiders._research.about import OPENALEX_AT_ONCE
from spiders._research.api import ARXIV, ResearchApi
from spiders._research.openalex import Listed, Named, Work
from spiders._research.people import bare_doi
from storage.errors import Unreadable
from storage.records import Lane
from storage.text import match_key

# Lane kind → the list its names stand in, and the filter of works.
KINDS = {"topics": ("topics", "topics.id"), "venues": ("sources", "primary_location.source.id")}


@dataclass(slots=True)
class Category:
    """One arXiv category during a night."""

    lane: str
    name: str
    since: datetime
    newest: datetime
    pending: dict[str, dict[str, Any]]  # DOI → when first met, addresses of code
    outstanding: int = 0
    found: set[str] = field(default_factory=set)


class WorkLanes(ResearchApi):
    """Works of a topic or venue, newest first."""

    def works_of(self, lane: Lane) -> Iterator[Request]:
        """Look up the id of a name once, then ask for works."""
        target, state = read(lane.target), self.recall(lane.id)
        own = openalex.short_id(target.where) or state.get("id")
        if own:
            yield from self.works_page(lane, target, own, "*", 1)
        elif target.where:
            query = openalex.named(KINDS[lane.kind][0], target.where)
            yield from self.list_call(query, self.named, lane=lane.id, of=lane, target=target)
        else:
            self.ledger.skip("lane_not_understood")

    def named(self, response: Response, of: Lane, target: Target) -> Iterator[Yielded]:
        """The topic or venue of exactly this name; Unreadable where there is none."""
        rows = each(Named, self.read(response, Listed).results, self.ledger.skip)
        wanted = match_key(target.where)
        own = next((openalex.short_id(row.id) for row in rows if match_key(row.display_name or "") == wanted), None)
        if own is None:
            raise Unreadable("unknown_name", f"OpenAlex knows no {of.kind.removesuffix('s')} {target.where!r}")
        yield self.remember(of.id, {"id": own})
        yield from self.works_page(of, target, own, "*", 1)

    def works_page(self, lane: Lane, target: Target, own: str, cursor: str, page: int) -> Iterator[Request]:
        """One page of works."""
        filters = [f"{KINDS[lane.kind][1]}:{own}", f"from_publication_date:{self.since(lane, target)}"]
        filters.append(f"to_publication_date:{self.now().date()}")
        if countries := target.setting("countries"):
            filters.append(f"authorships.institutions.country_code:{countries}")
        query = openalex.works(filters, cursor)
        yield from self.list_call(query, self.listed, lane=lane.id, of=lane, target=target, own=own, page=page)

    def since(self, lane: Lane, target: Target) -> date:
        """From when on works are asked for."""
        read_to, days = self.recall(lane.id).get("read_to"), target.setting("days")
        if read_to:
            return date.fromisoformat(read_to) - timedelta(days=self.options.overlap_days)
        return self.now().date() - timedelta(days=int(days) if days.isdigit() else self.options.days)

    def listed(self, response: Response, of: Lane, target: Target, own: str, page: int) -> Iterator[Yielded]:
        """Meet the authors of one page; nothing at all on a new lane is a finding."""
        answer = self.read(response, Listed)
        rows = list(each(Work, answer.results, self.ledger.skip))
        if page == 1:
            self.ledger.bill(of.id).promised = answer.meta.count
            if not rows and not self.recall(of.id).get("read_to"):
                raise Unreadable("no_works", f"OpenAlex shows no work of {target.where!r}")
        self.ledger.bill(of.id).found = (self.ledger.bill(of.id).found or 0) + len(rows)
        for work in rows:
            yield from self.meet(work, of.id)
        if answer.meta.next_cursor and len(rows) >= openalex.PAGE and page < self.options.work_pages:
            yield from self.works_page(of, target, own, answer.meta.next_cursor, page + 1)
        else:
            self.remember_at_the_end(of.id, {"id": own, "read_to": self.now().date().isoformat()})


class ArxivLane(ResearchApi):
    """New papers of a category, joined to authors through OpenAlex."""

    def category(self, lane: Lane) -> Iterator[Request]:
        """The newest papers since the last night."""
        if not arxiv.CATEGORY.fullmatch(lane.target):
            self.ledger.skip("lane_not_understood")
            return
        state = self.recall(lane.id)
        newest = state.get("newest") or (self.now() - timedelta(days=self.options.arxiv_days)).isoformat()
        since = datetime.fromisoformat(newest)
        yield self.feed(Category(lane.id, lane.target, since, since, dict(state.get("pending", {}))), 0)

    def feed(self, category: Category, page: int) -> Request:
        """One page of a category."""
        url = f"{self.options.arxiv}/{arxiv.query(category.name, page * arxiv.PAGE)}"
        return self.ask(url, self.fed, lane=category.lane, resource=ARXIV, category=category, page=page)

    def fed(self, response: Response, category: Category, page: int) -> Iterator[Yielded]:
        """Keep what is new; ask OpenAlex who wrote it once all is seen."""
        feed = arxiv.read(response.body)
        if page == 0 and not feed.papers:
            raise Unreadable("no_papers", f"arXiv shows no paper of {category.name}")
        new = [paper for paper in feed.papers if paper.published > category.since]
        self.ledger.bill(category.lane).found = (self.ledger.bill(category.lane).found or 0) + len(new)
        for paper in new:
            category.newest = max(category.newest, paper.published)
            category.pending.setdefault(paper.doi, {"met": self.now().isoformat(), "code": list(paper.code)})
        if len(new) == len(feed.papers) and page + 1 < self.options.arxiv_pages:
            yield self.feed(category, page + 1)
        else:
            yield from self.who_wrote(category)

    def who_wrote(self, category: Category) -> Iterator[Yielded]:
        """Ask OpenAlex for all papers not found yet; those that never come are let go."""
        oldest = (self.now() - timedelta(days=self.options.pending_days)).isoformat()
        let_go = [doi for doi, held in category.pending.items() if held["met"] < oldest]
        for doi in let_go:
            del category.pending[doi]
        self.ledger.skip("paper_never_found", len(let_go))
        for dois in openalex.batched(sorted(category.pending, reverse=True), OPENALEX_AT_ONCE):
            query = openalex.works_by_doi(dois)
            for request in self.list_call(query, self.by_doi, lane=category.lane, category=category):
                category.outstanding += 1
                yield request
        if not category.outstanding:
            self.category_state(category)

    def by_doi(self, response: Response, category: Category) -> Iterator[Yielded]:
        """Meet the authors of papers that OpenAlex has by now."""
        category.outstanding -= 1
        for work in each(Work, self.read(response, Listed).results, self.ledger.skip):
            doi = bare_doi(work.doi)
            held = category.pending.pop(doi, None)
            if held is not None:
                self.code[doi] = tuple(held.get("code", ()))
                yield from self.meet(work, category.lane)
        if not category.outstanding:
            self.ledger.skip("paper_not_at_openalex_yet", len(category.pending))
            self.category_state(category)

    def category_state(self, category: Category) -> None:
        """What the lane knows, once the authors its papers led to were read."""
        self.remember_at_the_end(category.lane, {"newest": category.newest.isoformat(), "pending": category.pending})
