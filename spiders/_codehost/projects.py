"""Projects of a code host, and what people gave to them over the nights."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from storage.records import Account, Kind, Lane


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
