"""The first phase of a night: merged changes of listed projects, newest first, down to where the last one stopped."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._about import LINKED
from spiders._base import Yielded
from spiders._codehost.about import CONTRIBUTORS, AboutCodeHost, CodeHostOptions
from spiders._codehost.projects import Change, Listing, Project, Share
from spiders._lookup import Following
from spiders._reading.clean import EXCERPT, TITLE, clean, clean_tags
from spiders._reading.contacts import without_contacts
from spiders._reading.paging import next_page
from storage.records import Account, Evidence, Known, Lane, Level

PROJECT_DAYS = 7  # what a project says of itself is read once a week


class HostSays(AboutCodeHost, Following):
    """What a code host says of itself: how its interface is asked and what its answers mean."""

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


class ProjectLanes(HostSays):
    """Whose changes the listed projects took."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.met: dict[str, Known] = {}  # authors of this night; what was met may not be stored yet

    def first(self) -> Iterator[Request]:
        """Every listed project."""
        for lane in self.lanes:
            if lane.kind == CONTRIBUTORS and lane.target.count("/"):
                yield self.open(lane)
            elif lane.kind != LINKED:
                self.ledger.skip("lane_not_understood")

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
