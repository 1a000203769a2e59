"""The lanes: contributor lists, merged changes, user search and people named by hand. Each shows candidates."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._github import documents, people
from spiders._github.answers import (
    Contributor,
    FoundUsers,
    GraphAnswer,
    PullRequest,
    RestProfile,
    WatchedRepository,
    present,
)
from spiders._github.graph import REST_HEADERS, GraphSpider
from spiders._github.paging import next_page
from spiders._github.shards import CAP, Shard, settle
from storage.errors import Unreadable
from storage.records import Kind, Lane

CONTRIBUTORS = TypeAdapter(list[Contributor])


class ContributorLane(GraphSpider):
    """Who builds a repository, through REST; unchanged pages cost nothing of the budget."""

    def _contributors_url(self, lane: Lane) -> str:
        return f"{self.options.api}/repos/{lane.target}/contributors?per_page=100"

    def contributor_page(self, lane: Lane, url: str, page: int = 1) -> Request:
        """One page of a repository's contributors; unchanged pages cost nothing of the budget."""
        return self.ask(
            url,
            self.contributors,
            lane=lane.id,
            resource="core",
            headers=REST_HEADERS,
            conditional=True,
            on_unchanged=lambda note: self._next_contributors(lane, note.get("next"), page),
            on_missing=self.repository_missing,
            of=lane,
            page=page,
        )

    def contributors(self, response: Response, of: Lane, page: int) -> Iterator[Yielded]:
        """Rows of the list: each a candidate with the place it holds."""
        if response.status != 200:  # 204: empty repository, 202: being counted
            self.ledger.skip(f"contributors_status_{response.status}")
            return
        for rank, row in enumerate(self._rows(response), start=1 + 100 * (page - 1)):
            if row.id is None or row.login is None or row.node_id is None:
                self.ledger.skip("anonymous_contributor")
                continue
            interest = row.contributions**0.5
            yield self.meet(row.login, row.id, row.node_id, row.type, interest, response)
            if people.kind_of(row.type, row.login) is Kind.PERSON:
                yield people.contributor(self.key(row.id), row, of.target, rank, self.seen(response), self.options.site)
        following = next_page(response)
        response.meta["note"] = {"next": following}
        yield from self._next_contributors(of, following, page)

    def _rows(self, response: Response) -> list[Contributor]:
        try:
            return CONTRIBUTORS.validate_json(response.body)
        except ValidationError as error:
            raise Unreadable("unexpected_shape", f"contributors: {error.error_count()} problem(s)") from error

    def _next_contributors(self, lane: Lane, url: object, page: int) -> Iterator[Request]:
        if isinstance(url, str) and page < self.options.contributor_pages:
            yield self.contributor_page(lane, url, page + 1)

    def repository_missing(self, response: Response, of: Lane, page: int) -> Iterator[Yielded]:
        """A lane whose repository is gone: reported, not guessed at."""
        del response, page
        self.ledger.skip(f"no_such_repository:{of.target}")
        return iter(())


class MergedChangeLane(GraphSpider):
    """Whose changes a repository took, through GraphQL: ten repositories to the document."""

    def merged_pages(self, wanted: Sequence[tuple[Lane, str | None, int]]) -> Iterator[Request]:
        """Merged changes of up to ten repositories per document: one point for a hundred each."""
        for start in range(0, len(wanted), 10):
            group = wanted[start : start + 10]
            variables: dict[str, object] = {}
            for n, (lane, cursor, _page) in enumerate(group):
                owner, _, name = lane.target.partition("/")
                variables |= {f"o{n}": owner, f"n{n}": name, f"a{n}": cursor}
            yield self.graph(
                documents.merged_changes(len(group)),
                variables,
                self.merged_changes,
                lane=group[0][0].id,
                cost=documents.points(repositories=len(group)),
                of=list(group),
            )

    def merged_changes(self, response: Response, of: list[tuple[Lane, str | None, int]]) -> Iterator[Yielded]:
        """New merged changes of each repository, down to the newest one of the last night."""
        answer = self.answer(response)
        more: list[tuple[Lane, str | None, int]] = []
        for n, (lane, cursor, page) in enumerate(of):
            repo = self._watched(answer, f"r{n}", lane)
            if repo is None:
                continue
            newest = str(self.recall(lane.id).get("newest", ""))
            fresh = [c for c in present(repo.pull_requests.nodes) if c.updated_at.isoformat() > newest]
            for change in fresh:
                yield from self._change(change, repo, response)
            pages = repo.pull_requests.page_info
            older_left = len(fresh) == len(repo.pull_requests.nodes or ()) and pages.has_next_page
            if older_left and page < self.options.merged_pages:
                more.append((lane, pages.end_cursor, page + 1))
            if fresh and cursor is None:
                yield self.remember(lane.id, {"newest": fresh[0].updated_at.isoformat()})
        yield from self.merged_pages(more)

    def _watched(self, answer: GraphAnswer, alias: str, lane: Lane) -> WatchedRepository | None:
        node = (answer.data or {}).get(alias)
        if node is None or answer.lost(alias) or answer.lost(alias, "pullRequests"):
            error = answer.lost(alias) or answer.lost(alias, "pullRequests")
            name = "no_such_repository" if error and error.type == "NOT_FOUND" else "not_returned"
            self.ledger.skip(f"{name}:{lane.target}")
            return None
        return self.shape(WatchedRepository, node, f"merged changes of {lane.target}")[0]

    def _change(self, change: PullRequest, repo: WatchedRepository, response: Response) -> Iterator[Yielded]:
        author = change.author
        if author is None or author.database_id is None or author.id is None:
            self.ledger.skip("change_without_account")
            return
        if people.kind_of(author.typename, author.login) is not Kind.PERSON:
            self.ledger.skip("change_by_bot")
            return
        yield self.meet(author.login, author.database_id, author.id, "User", 2.0, response)
        yield people.merged_change(self.key(author.database_id), change, repo, self.seen(response, change.url))


class SearchLane(GraphSpider):
    """User search, split into shards past the first thousand results; shards are kept and resumed."""

    def search(self, lane: Lane) -> Iterator[Request]:
        """Go on with the open shards of a search, or begin it anew when its time has come."""
        state = self.recall(lane.id)
        shards = [Shard.model_validate(shard) for shard in state.get("shards", [])]
        if shards and all(shard.closed for shard in shards):
            done = datetime.fromisoformat(str(state["done_at"]))
            if self.now() - done < timedelta(days=self.options.search_every_days):
                self.ledger.skip("search_not_due")
                return
            shards = []
        yield from self._next_shard(lane, shards or [Shard()])

    def _next_shard(self, lane: Lane, shards: list[Shard]) -> Iterator[Request]:
        position = next((n for n, shard in enumerate(shards) if not shard.closed), None)
        enough = sum(shard.found for shard in shards) >= self.options.search_results
        if position is None or enough:
            return
        shard = shards[position]
        first = {"q": shard.query(lane.target), "per_page": "100"}
        url = shard.next_page or f"{self.options.api}/search/users?{urlencode(first, quote_via=quote)}"
        yield self.ask(
            url,
            self.search_page,
            lane=lane.id,
            resource="search",
            headers=REST_HEADERS,
            of=lane,
            shards=shards,
            position=position,
        )

    def search_page(self, response: Response, of: Lane, shards: list[Shard], position: int) -> Iterator[Yielded]:
        """One page of a shard: its people, or its split when it promises more than can be had."""
        page, shard = self.read(response, FoundUsers), shards[position]
        parts = shard.split(self.now().date()) if page.total_count > CAP or page.incomplete_results else []
        if parts and shard.next_page is None and (page.total_count > CAP or shard.since is None):
            shards = [*shards[:position], *parts, *shards[position + 1 :]]
        else:
            for row in page.items:
                if row.node_id is None:
                    self.ledger.skip("found_without_node_id")
                    continue
                yield self.meet(row.login, row.id, row.node_id, row.type, 1.0, response)
            settled = settle(shard, page.total_count, len(page.items), next_page(response))
            shards = [*shards[:position], settled, *shards[position + 1 :]]
        self._promise(of, shards)
        kept: dict[str, object] = {"shards": [s.model_dump(mode="json") for s in shards]}
        yield self.remember(of.id, kept | {"done_at": self.now().isoformat()})
        yield from self._next_shard(of, shards)

    def _promise(self, lane: Lane, shards: list[Shard]) -> None:
        bill = self.ledger.bill(lane.id)
        bill.promised = sum(shard.promised or 0 for shard in shards)
        bill.found = sum(shard.found for shard in shards)


class PeopleLane(GraphSpider):
    """People named by hand, by login or number."""

    def person(self, lane: Lane) -> Request:
        """One profile by login or number through REST; unchanged ones cost nothing."""
        path = f"user/{lane.target}" if lane.target.isdigit() else f"users/{quote(lane.target)}"
        return self.ask(
            f"{self.options.api}/{path}",
            self.profile,
            lane=lane.id,
            resource="core",
            headers=REST_HEADERS,
            conditional=True,
            on_missing=self.person_missing,
            of=lane,
        )

    def profile(self, response: Response, of: Lane) -> Iterator[Yielded]:
        """A profile read through REST; GraphQL reads the rest of it later."""
        del of
        seen = self.read_tolerant(response, RestProfile)
        yield people.rest_account(seen, self.seen(response), self.options.site)
        if seen.node_id is not None and people.kind_of(seen.type, seen.login) is Kind.PERSON:
            yield self.meet(seen.login, seen.id, seen.node_id, seen.type, 1000.0, response)

    def person_missing(self, response: Response, of: Lane) -> Iterator[Yielded]:
        """Nobody of that name: said, not guessed at."""
        del response
        self.ledger.skip(f"no_such_person:{of.target}")
        return iter(())
