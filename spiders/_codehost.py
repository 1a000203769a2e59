"""Code hosts beside GitHub: people whose changes were merged into listed projects, and people named elsewhere.

The night goes in phases: merged changes of the projects, newest first, down to where the last night stopped; profiles
not read for a while; then people whom accounts of other sources name. A project without news costs one request. Lists
of contributors are not asked: they hold e-mail addresses instead of accounts.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field
from scrapy import Request
from scrapy.http import Response

from spiders import _gate, _limits
from spiders._base import Yielded
from spiders._card import Options, past_forecast
from spiders._clean import EXCERPT, TITLE, clean, clean_tags
from spiders._contacts import without_contacts
from spiders._lookup import KIND as LINKED
from spiders._lookup import Lookup
from spiders._paging import next_page
from storage.records import Account, Evidence, Forecast, Gone, Kind, Known, Lane, LaneBill, Level
from storage.text import handle_key

CONTRIBUTORS = "contributors"
READ = "read"  # marker: when the profile was read, ISO 8601
PROJECT_DAYS = 7  # what a project says of itself is read once a week


class CodeHostOptions(Options):
    """Settings of a code host."""

    api: str = Field("", description="base address of the interface; an own instance has its own")
    site: str = Field("", description="where people read the profiles")
    delay: float = Field(1.0, ge=0, description="seconds between two requests")
    refresh_days: int = Field(14, ge=1, description="days until a profile is read again")
    max_pages: int = Field(10, ge=1, description="pages of merged changes read of one project and night")
    max_profiles: int = Field(300, ge=1, description="profiles read per night")


@dataclass(frozen=True, slots=True)
class Project:
    """A project, as far as its contributions need it."""

    id: str
    name: str  # owner/name
    url: str
    description: str | None = None
    topics: tuple[str, ...] = ()
    stars: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One merged change."""

    author: Account
    merged_at: datetime
    title: str = ""


@dataclass(slots=True)
class Share:
    """What one person gave to one project, over all nights."""

    merged: int = 0
    first: str = ""  # ISO 8601
    last: str = ""

    def add(self, at: datetime) -> None:
        """Count one more merged change."""
        said = at.isoformat()
        self.merged += 1
        self.first, self.last = min(self.first or said, said), max(self.last, said)


@dataclass(slots=True)
class Listing:
    """How far the reading of one project has come tonight."""

    lane: Lane
    project: Project
    read_at: str  # when the project itself was read
    since: datetime | None
    shares: dict[str, Share]
    pages: int = 0
    newest: datetime | None = None
    authors: dict[str, Account] = field(default_factory=dict)

    def take(self, change: Change) -> None:
        """Count a change that is newer than the last night; what bots change is nobody's work."""
        if (self.since is not None and change.merged_at <= self.since) or change.author.kind is Kind.BOT:
            return
        self.authors[change.author.source_id] = change.author
        self.shares.setdefault(change.author.source_id, Share()).add(change.merged_at)
        self.newest = max(filter(None, (self.newest, change.merged_at)))

    def state(self) -> dict[str, object]:
        """As plain data, for the next night."""
        newest = self.newest or self.since
        return {
            "project": asdict(self.project),
            "project_at": self.read_at,
            "since": newest.isoformat() if newest else None,
            "shares": {who: asdict(share) for who, share in self.shares.items()},
        }


class CodeHost(Lookup):
    """Base of the code hosts: each says how its interface is asked and what its answers mean."""

    options_model: ClassVar[type[Options]] = CodeHostOptions
    options: CodeHostOptions

    # --- what a host overrides ---------------------------------------------------------------------------------

    @abstractmethod
    def project_at(self, target: str) -> str:
        """The address of a project."""

    @abstractmethod
    def project(self, response: Response) -> Project:
        """Read a project."""

    @abstractmethod
    def changes_at(self, project: Project, since: datetime | None) -> str:
        """The address of the first page of merged changes, the latest first."""

    @abstractmethod
    def changes(self, response: Response) -> tuple[list[Change], datetime | None]:
        """The merged changes of a page, and when the oldest of its rows was last touched."""

    @abstractmethod
    def profile_at(self, known: Known) -> str:
        """The address of the profile of somebody known."""

    @abstractmethod
    def name_at(self, handle: str) -> str:
        """The address that answers for a handle."""

    @abstractmethod
    def profile(self, response: Response) -> Account | None:
        """Read a profile; None if there is nobody to be kept."""

    # --- forecast ----------------------------------------------------------------------------------------------

    @classmethod
    def forecast(
        cls, lanes: Sequence[Lane], options: Options, past: Mapping[str, LaneBill], known: int
    ) -> list[Forecast]:
        """A few pages a project at first, one request later; profiles once in `refresh_days`."""
        due = -(-known // max(1, int(getattr(options, "refresh_days", 14))))
        guesses = {lane.id: 6 if lane.kind == CONTRIBUTORS else 10 for lane in lanes}
        guesses |= {cls.refresh_lane(): due} if due else {}
        rows = (
            past_forecast(lane, past) or Forecast(lane=lane, requests=requests, minutes=0, basis="first guess")
            for lane, requests in guesses.items()
        )
        return [row.model_copy(update={"minutes": row.requests * options.delay / 60}) for row in rows]

    @classmethod
    def refresh_lane(cls) -> str:
        """Where requests for profiles are billed."""
        return f"{cls.name}/refresh/known"

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """`RateLimit-*` headers, as GitLab sends them."""
        return _limits.spelled(headers, "ratelimit", wall=wall)

    # --- phases ------------------------------------------------------------------------------------------------

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.met: dict[str, Known] = {}  # authors of this night; what was met may not be stored yet
        self.phases: list[Callable[[], Iterable[Request]]] = [self.profiles, self.named]

    def first(self) -> Iterator[Request]:
        """Every listed project."""
        for lane in self.lanes:
            if lane.kind == CONTRIBUTORS and lane.target.count("/"):
                yield self.open(lane)
            elif lane.kind != LINKED:
                self.ledger.skip("lane_not_understood")

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask."""
        while self.phases:
            requests = list(self.phases[0]())
            self.phases.pop(0)
            if requests:
                return requests
        return ()

    def profiles(self) -> Iterator[Request]:
        """People never read or not for a while, those met longest ago first."""
        due = (self.now() - timedelta(days=self.options.refresh_days)).isoformat()
        known = [one for one in self.everybody() if not one.gone_at and one.kind is not Kind.BOT]
        late = sorted((one for one in known if one.markers.get(READ, "") <= due), key=_longest_ago)
        self.ledger.skip("over_max_profiles", max(0, len(late) - self.options.max_profiles))
        for one in late[: self.options.max_profiles]:
            yield self.ask(
                self.profile_at(one), self.refreshed, lane=self.refresh_lane(), on_missing=self.left, known=one
            )

    def everybody(self) -> Iterable[Known]:
        """People stored and people met tonight."""
        stored = {one.account.source_id: one for one in self.store.known(self.name)}
        return {**self.met, **stored}.values()

    def named(self) -> Iterator[Request]:
        """People whom accounts of other sources name as themselves."""
        if not self.follows_links:
            return
        self.wait_for_links()
        wanted = list(self.named_elsewhere({handle_key(one.handle) for one in self.everybody()}))
        self.ledger.skip("over_max_profiles", max(0, len(wanted) - self.options.max_profiles))
        for handle in wanted[: self.options.max_profiles]:
            yield self.ask(
                self.name_at(handle), self.looked_up, lane=self.linked_lane().id, on_missing=self.nobody, handle=handle
            )

    # --- projects ----------------------------------------------------------------------------------------------

    def open(self, lane: Lane) -> Request:
        """Ask for the project, or at once for its changes where it was read lately."""
        kept = self.recall(lane.id)
        fresh = (self.now() - timedelta(days=PROJECT_DAYS)).isoformat()
        if kept.get("project_at", "") > fresh:
            said = kept["project"]
            return self.list_changes(lane, Project(**said | {"topics": tuple(said["topics"])}), kept["project_at"])
        return self.ask(self.project_at(lane.target), self.opened, lane=lane.id, on_missing=self.no_project, on=lane)

    def opened(self, response: Response, on: Lane) -> Iterator[Yielded]:
        """Read the project, then list its changes."""
        yield self.list_changes(on, self.project(response), self.now().isoformat())

    def no_project(self, response: Response, on: Lane) -> Iterable[Yielded]:
        """A project that is not there is said so."""
        del response
        self.ledger.skip(f"no_such_project:{on.target}")
        return ()

    def list_changes(self, lane: Lane, project: Project, read_at: str) -> Request:
        """The first page of merged changes."""
        kept = self.recall(lane.id)
        since = datetime.fromisoformat(kept["since"]) if kept.get("since") else None
        shares = {who: Share(**share) for who, share in kept.get("shares", {}).items()}
        listing = Listing(lane, project, read_at, since, shares)
        return self.ask(self.changes_at(project, since), self.listed, lane=lane.id, listing=listing)

    def listed(self, response: Response, listing: Listing) -> Iterator[Yielded]:
        """Take a page; go on until everything since the last night was read."""
        found, oldest = self.changes(response)
        for change in found:
            listing.take(change)
        listing.pages += 1
        following = next_page(response, within=self.base(self.options))
        reached = listing.since is not None and oldest is not None and oldest <= listing.since
        if following and not reached and listing.pages < self.options.max_pages:
            yield self.ask(following, self.listed, lane=listing.lane.id, listing=listing)
            return
        self.ledger.skip("over_max_pages", bool(following) and not reached)
        yield from self.settle(listing)

    def settle(self, listing: Listing) -> Iterator[Yielded]:
        """Everybody who gave something new, with all they gave."""
        for who, author in listing.authors.items():
            self.met[who] = _met(author)
            yield author
            yield self.contribution(author, listing.project, listing.shares[who])
        bill = self.ledger.bill(listing.lane.id)
        bill.found = (bill.found or 0) + len(listing.authors)
        yield self.remember(listing.lane.id, listing.state())

    def contribution(self, author: Account, project: Project, share: Share) -> Evidence:
        """The merged changes of one person in one project."""
        level = Level.RECOGNISED if share.merged >= 10 else Level.PRACTICE if share.merged >= 3 else Level.ACTIVITY
        return Evidence(
            account=author.key,
            source_id=project.id,
            kind="contribution",
            url=project.url,
            title=clean(project.name, TITLE) or project.id,
            text=clean(without_contacts((project.description or "")[:EXCERPT]), 300),
            event_at=datetime.fromisoformat(share.last),
            started_at=datetime.fromisoformat(share.first),
            level=level,
            tags=clean_tags(project.topics),
            figures={"pull_requests": float(share.merged), "stars": float(project.stars)},
            origin=self.stamp(project.url),
        )

    # --- people ------------------------------------------------------------------------------------------------

    def refreshed(self, response: Response, known: Known) -> Iterator[Yielded]:
        """A profile read again."""
        found = self.profile(response)
        if found is not None:
            yield self.marked(found)
        else:
            yield from self.left(response, known)

    def left(self, response: Response, known: Known) -> Iterator[Yielded]:
        """Somebody who is not there any more, or hides."""
        del response
        self.ledger.skip("left")
        origin = self.stamp(f"{self.options.site}/{known.handle}")
        yield Gone(account=known.account, reason="not_found", origin=origin)

    def looked_up(self, response: Response, handle: str) -> Iterator[Yielded]:
        """Somebody named elsewhere."""
        found = self.profile(response)
        if found is not None:
            yield self.marked(found)
        else:
            yield from self.nobody(response, handle)

    def nobody(self, response: Response, handle: str) -> Iterator[Yielded]:
        """A handle nobody (to be kept) has."""
        del response
        self.ledger.skip("linked_but_not_there")
        yield self.looked_up_in_vain(handle)

    def marked(self, account: Account) -> Account:
        """The account with when its profile was read."""
        return account.model_copy(update={"markers": {**account.markers, READ: self.now().isoformat()}})


def _met(author: Account) -> Known:
    at = author.origin.seen_at
    return Known(
        account=author.key,
        handle=author.handle,
        kind=author.kind,
        markers=author.markers,
        first_seen=at,
        last_seen=at,
    )


def _longest_ago(one: Known) -> tuple[str, str]:
    return one.markers.get(READ, ""), one.account.source_id
