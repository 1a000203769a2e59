"""People on Codeberg, or another Forgejo: authors of merged changes in listed projects, and people named elsewhere."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from scrapy.http import Response

from spiders._codehost.host import CodeHost
from spiders._codehost.projects import Change, Project
from spiders._forgejo.about import AboutForgejo, ForgejoOptions
from spiders._reading import prose as _prose
from spiders._reading.clean import HANDLE, LINKS, LOCATION, NAME, Count, clean, each, flags_of, web_link
from spiders._reading.shape import checked
from spiders._reading.times import Moment
from storage.errors import Unreadable
from storage.records import Account, Claim, Kind, Known, Link, Origin

ROWS = TypeAdapter(list[dict[str, Any]])
FIELDS = frozenset({"name", "bio", "location", "links", "created_at", "kind", "flags"})
PAGE = 50  # instances cap their pages there
NEVER = 1971  # Forgejo writes year 1 or 1970 for "not yet"


class User(BaseModel):
    """A user; pronouns, e-mail addresses and pictures are not read."""

    model_config = ConfigDict(extra="ignore")

    id: int
    login: str = Field(min_length=1)
    full_name: str | None = None
    location: str | None = None
    website: str | None = None
    description: str | None = None
    created: Moment | None = None
    visibility: str = "public"


class PullRequest(BaseModel):
    """A pull request of a list."""

    model_config = ConfigDict(extra="ignore")

    title: str = ""
    merged: bool = False
    merged_at: Moment | None = None
    updated_at: Moment
    user: User


class Repository(BaseModel):
    """A repository."""

    model_config = ConfigDict(extra="ignore")

    id: int
    full_name: str
    html_url: str
    description: str | None = None
    topics: tuple[str, ...] | None = None
    stars_count: int = Field(0, ge=0)
    language: str | None = None


def account(user: User, origin: Origin, count: Count) -> Account:
    """The account of a user."""
    handle = clean(user.login, HANDLE) or str(user.id)
    website = web_link(user.website, Claim.CLAIMED, "website", count)
    found = {website.url: website} if website else {}
    for link in _prose.links(user.description, "bio", count):
        found.setdefault(link.url, link)
    stated: tuple[Link, ...] = tuple(found.values())[:LINKS]
    return Account(
        source="forgejo",
        source_id=str(user.id),
        handle=handle,
        url=origin.url,
        kind=Kind.BOT if user.id <= 0 or handle.lower().endswith(("-bot", "[bot]")) else Kind.PERSON,
        name=clean(user.full_name, NAME),
        bio=_prose.shown(user.description),
        location=clean(user.location, LOCATION),
        created_at=user.created if user.created and user.created.year >= NEVER else None,
        links=stated,
        flags=flags_of(user.full_name, user.description),
        observed=FIELDS,
        origin=origin,
    )


class Forgejo(AboutForgejo, CodeHost):
    """Codeberg by default: the documented interface of Forgejo, with or without a token."""

    site = "https://codeberg.org"
    options: ForgejoOptions

    def project_at(self, target: str) -> str:
        """`/repos/owner/name`."""
        return f"{self.options.api}/repos/{quote(target)}"

    def project(self, response: Response) -> Project:
        """Read a repository."""
        found = self.read(response, Repository)
        topics = [*(found.topics or ()), *([found.language] if found.language else [])]
        return Project(
            str(found.id), found.full_name, found.html_url, found.description, tuple(topics), found.stars_count
        )

    def changes_at(self, project: Project, since: datetime | None) -> str:
        """Closed requests, those touched last first; the list knows no "since"."""
        del since
        return f"{self.options.api}/repos/{quote(project.name)}/pulls?state=closed&sort=recentupdate&limit={PAGE}"

    def changes(self, response: Response) -> tuple[list[Change], datetime | None]:
        """The merged requests of a page."""
        try:
            said = ROWS.validate_json(checked(response.body))
        except ValidationError as error:
            raise Unreadable("unexpected_shape", "a list of objects was expected") from error
        rows = list(each(PullRequest, said, self.ledger.skip))
        found = [
            Change(self.marked(account(row.user, self.page_of(row.user), self.ledger.skip)), row.merged_at, row.title)
            for row in rows
            if row.merged and row.merged_at is not None and row.user.visibility == "public" and row.user.id > 0
        ]
        return found, min((row.updated_at for row in rows), default=None)

    def page_of(self, user: User) -> Origin:
        """The origin of what a profile says: its public address."""
        return self.stamp(f"{self.options.site}/{quote(user.login, safe='')}")

    def profile_at(self, known: Known) -> str:
        """By name: there is no call by number."""
        return self.name_at(known.handle)

    def name_at(self, handle: str) -> str:
        """`/users/NAME`."""
        return f"{self.options.api}/users/{quote(handle, safe='')}"

    def profile(self, response: Response) -> Account | None:
        """A profile; one that is shown to members only is nobody."""
        user = self.read_tolerant(response, User)
        if user.visibility != "public":
            return None
        return account(user, self.page_of(user), self.ledger.skip)
