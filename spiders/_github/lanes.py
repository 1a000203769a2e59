"""The lanes: contributor lists, merged changes, user search and people named by hand. Each shows candidates."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._github import documents, people, work
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
from spiders._reading.shape import checked
from storage.errors import Unreadable
from storage.records import Kind, Lane

CONTRIBUTORS = TypeAdapter(list[Contributor])


class RepositoryLane(GraphSpider):
    """What lanes of repositories share: one that is not there is said so, and looked for again after a week."""

    def still_missing(self, lane: Lane) -> bool:
        """Whether the repository was not there a few days ago."""
        since = self.recall(lane.id).get("missing_since")
        wait = timedelta(days=self.options.recheck_gone_days)
        missing = since is not None and self.now() - datetime.fromisoformat(str(since)) < wait
        if missing:
            self.ledger.skip("repository_still_missing")
        return missing

    def missing(self, lane: Lane) -> Yielded:
        """Report a repository that is not there, and remember it."""
        self.ledger.skip(f"no_such_repository:{lane.target}")
        return self.remember(lane.id, {**self.recall(lane.id), "missing_since": self.now().isoformat()})


class ContributorLane(RepositoryLane):
    """Who builds a repository, through REST. The list changes with every commit but its people seldom do, so it
    is read once a week; merged changes bring the new ones in between."""

    def contributor_lists(self, lanes: Iterable[Lane]) -> Iterator[Request]:
        """The first page of every list that is due."""
        for lane in lanes:
            if self._list_is_due(lane) and not self.still_missing(lane):
                yield self.contributor_page(lane, f"{self.options.api}/repos/{lane.target}/contributors?per_page=100")

    def _list_is_due(self, lane: Lane) -> bool:
        read_at = self.recall(lane.id).get("read_at")
        wait = timedelta(days=self.options.contributors_every_days)
        due = read_at is None or self.now() - datetime.fromisoformat(str(read_at)) >= wait
        if not due:
            self.ledger.skip("contributors_not_due")
        return due

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
            on_missing=lambda _response, of, **_: iter((self.missing(of),)),
            of=lane,
            page=page,
        )

    def contributors(self, response: Response, of: Lane, page: int) -> Iterator[Yielded]:
        """Rows of the list: each a candidate with the place it holds."""
        if response.status != 200:  # 204: empty repository, 202: being counted, so asked again next night
            self.ledger.skip(f"contributors_status_{response.status}")
            return
        for rank, row in enumerate(self._rows(response), start=1 + 100 * (page - 1)):
            if row.id is None or row.login is None or row.node_id is None:
                self.ledger.skip("anonymous_contributor")
                continue
            interest = row.contributions**0.5
            yield self.meet(row.login, row.id, row.node_id, row.type, interest, response)
            if people.kind_of(row.type, row.login) is Kind.PERSON:
                yield work.contributor(self.key(row.id), row, of.target, rank, self.seen(response), self.options.site)
        following = next_page(response)
        self.note(response, {"next": following})
        yield from self._next_contributors(of, following, page)

    def _rows(self, response: Response) -> list[Contributor]:
        try:
            return CONTRIBUTORS.validate_json(checked(response.body))
        except ValidationError as error:
            misread = Unreadable("unexpected_shape", f"contributors: {error.error_count()} problem(s)")
            raise self.patience.misread(response, misread) from error

    def _next_contributors(self, lane: Lane, url: object, page: int) -> Iterator[Yielded]:
        if isinstance(url, str) and page < self.options.contributor_pages:
            yield self.contributor_page(lane, url, page + 1)
        else:
            yield self.remember(lane.id, {"read_at": self.now().isoformat()})


Pages = list[tuple[Lane, str | None, int]]  # lane, cursor of the page, its number


class MergedChangeLane(ContributorLane):
    """Whose changes a repository took, through GraphQL: many repositories to the document.

    It knows first which repositories are there, so the list of contributors of the same repository follows it.
    """

    def repositories(self, lanes: Iterable[Lane]) -> Iterator[Request]:
        """Merged changes of every repository, then the contributors of those that are there."""
        lanes = list(lanes)
        watched = [lane for lane in lanes if lane.kind == "merged_authors"]
        targets = {lane.target for lane in watched}
        lists = [lane for lane in lanes if lane.kind == "contributors"]
        self.lists = {lane.target: lane for lane in lists if lane.target in targets}
        yield from self.merged_pages([(lane, None, 1) for lane in watched if not self.still_missing(lane)])
        yield from self.contributor_lists(lane for lane in lists if lane.target not in targets)

    def merged_pages(self, wanted: Pages) -> Iterator[Request]:
        """Merged changes, a page of each of several repositories per document: one point for a hundred pages."""
        size = self.options.repositories_at_once
        return (self._merged_document(wanted[start : start + size]) for start in range(0, len(wanted), size))

    def _merged_document(self, group: Pages) -> Request:
        variables: dict[str, object] = {}
        for n, (lane, cursor, _page) in enumerate(group):
            owner, _, name = lane.target.partition("/")
            variables |= {f"o{n}": owner, f"n{n}": name, f"a{n}": cursor}
        return self.graph(
            documents.merged_changes(len(group)),
            variables,
            self.merged_changes,
            lane=group[0][0].id,
            credited=False,
            cost=documents.points(repositories=len(group)),
            on_failure=lambda reason: self._smaller_document(group, reason),
            of=group,
        )

    def _smaller_document(self, group: Pages, reason: str) -> Iterator[Yielded]:
        middle = len(group) // 2
        if middle == 0:
            self.ledger.skip(f"merged_changes_failed:{reason}")
            yield from self._contributors_of(group[0][0])
            return
        yield self._merged_document(group[:middle])
        yield self._merged_document(group[middle:])

    def _contributors_of(self, lane: Lane) -> Iterator[Request]:
        held = self.lists.pop(lane.target, None)
        return self.contributor_lists([held] if held else [])

    def merged_changes(self, response: Response, of: Pages) -> Iterator[Yielded]:
        """New merged changes of each repository, down to the newest one of the last night."""
        answer = self.answer(response)
        more: Pages = []
        for n, (lane, cursor, page) in enumerate(of):
            repo, gone = self._watched(answer, f"r{n}", lane)
            if gone:
                yield self.missing(lane)
                self.lists.pop(lane.target, None)
                continue
            yield from self._contributors_of(lane)
            if repo is not None:
                yield from self._new_changes(repo, (lane, cursor, page), response, more)
        yield from self.merged_pages(more)

    def _new_changes(
        self, repo: WatchedRepository, asked: tuple[Lane, str | None, int], response: Response, more: Pages
    ) -> Iterator[Yielded]:
        lane, cursor, page = asked
        newest = str(self.recall(lane.id).get("newest", ""))
        changes = present(repo.pull_requests.nodes)
        fresh = [change for change in changes if change.updated_at.isoformat() > newest]
        for change in fresh:
            yield from self._change(change, repo, lane, response)
        pages = repo.pull_requests.page_info
        if len(fresh) == len(changes) and pages.has_next_page and page < self.options.merged_pages:
            more.append((lane, pages.end_cursor, page + 1))
        if fresh and cursor is None:
            # Only once all pages and their people were read: a night cut off before reads them again.
            self.remember_at_the_end(lane.id, {"newest": fresh[0].updated_at.isoformat()})

    def _watched(self, answer: GraphAnswer, alias: str, lane: Lane) -> tuple[WatchedRepository | None, bool]:
        """The repository (None: not returned or not readable), and whether GitHub says that it is not there."""
        node = (answer.data or {}).get(alias)
        error = answer.lost(alias) or answer.lost(alias, "pullRequests")
        if error is not None and error.type == "NOT_FOUND":
            return None, True
        if node is None or error is not None:
            self.ledger.skip(f"not_returned:{lane.target}")
            return None, False
        return self.shape(WatchedRepository, node, f"merged changes of {lane.target}")[0], False

    def _change(
        self, change: PullRequest, repo: WatchedRepository, lane: Lane, response: Response
    ) -> Iterator[Yielded]:
        author = change.author
        if author is None or author.database_id is None or author.id is None:
            self.ledger.skip("change_without_account")
            return
        if people.kind_of(author.typename, author.login) is not Kind.PERSON:
            self.ledger.skip("change_by_bot")
            return
        self.ledger.found(lane.id, self.key(author.database_id))
        yield self.meet(author.login, author.database_id, author.id, "User", 2.0, response)
        yield work.merged_change(self.key(author.database_id), change, repo, self.seen(response, change.url))


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

    def person(self, lane: Lane) -> Iterator[Request]:
        """One profile by login or number through REST; unchanged ones cost nothing."""
        path = f"user/{lane.target}" if lane.target.isdigit() else f"users/{quote(lane.target)}"
        yield self.ask(
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
