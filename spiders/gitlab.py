"""People on GitLab: authors of merged changes in listed projects, and people named elsewhere."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from scrapy.http import Response

from spiders._base import Yielded
from spiders._codehost.host import CodeHost
from spiders._codehost.projects import Change, Project
from spiders._gitlab.about import AboutGitLab, GitLabOptions
from spiders._reading import prose as _prose
from spiders._reading.clean import (
    COMPANY,
    HANDLE,
    HEADLINE,
    LINKS,
    LOCATION,
    NAME,
    Count,
    clean,
    each,
    flags_of,
    web_link,
)
from spiders._reading.shape import checked
from spiders._reading.times import Moment
from storage.errors import Unreadable
from storage.records import Account, Claim, Kind, Known, Link, Origin

ROWS = TypeAdapter(list[dict[str, Any]])
FULL = frozenset({"name", "headline", "bio", "company", "location", "links", "created_at", "kind", "flags"})
BRIEF = frozenset({"name", "kind"})
_BOT = re.compile(r"(?:project|group)_\d+_bot\w*|ghost|.*-bot")
# Fields that hold a name (or an address) at another site.
_ELSEWHERE = (
    ("linkedin", "https://www.linkedin.com/in/{}"),
    ("twitter", "https://x.com/{}"),
    ("github", "https://github.com/{}"),
    ("orcid", "https://orcid.org/{}"),
    ("bluesky", "https://bsky.app/profile/{}"),
)


class User(BaseModel):
    """A user; lists hold the first five fields, the single call the rest (from memory)."""

    model_config = ConfigDict(extra="ignore")

    id: int
    username: str = Field(min_length=1)
    name: str | None = None
    state: str = "active"
    web_url: str | None = None
    bot: bool = False
    bio: str | None = None
    location: str | None = None
    organization: str | None = None
    job_title: str | None = None
    website_url: str | None = None
    linkedin: str | None = None
    twitter: str | None = None
    github: str | None = None
    orcid: str | None = None
    bluesky: str | None = None
    created_at: Moment | None = None


class MergeRequest(BaseModel):
    """A merge request of a list."""

    model_config = ConfigDict(extra="ignore")

    title: str = ""
    merged_at: Moment | None = None
    updated_at: Moment
    author: User


class Found(BaseModel):
    """A project."""

    model_config = ConfigDict(extra="ignore")

    id: int
    path_with_namespace: str
    web_url: str
    description: str | None = None
    topics: tuple[str, ...] = ()
    star_count: int = Field(0, ge=0)


def account(user: User, observed: frozenset[str], origin: Origin, count: Count) -> Account:
    """The account of a user as far as the answer showed it; e-mail addresses and pictures are not read."""
    handle = clean(user.username, HANDLE) or str(user.id)
    full = observed is FULL
    return Account(
        source="gitlab",
        source_id=str(user.id),
        handle=handle,
        url=origin.url,
        kind=Kind.BOT if user.bot or _BOT.fullmatch(user.username) else Kind.PERSON,
        name=clean(user.name, NAME),
        headline=clean(user.job_title, HEADLINE),
        bio=_prose.shown(user.bio),
        company=clean(user.organization, COMPANY),
        location=clean(user.location, LOCATION),
        created_at=user.created_at,
        links=links(user, count) if full else (),
        flags=flags_of(user.name, user.bio) if full else (),
        observed=observed,
        origin=origin,
    )


def links(user: User, count: Count) -> tuple[Link, ...]:
    """The website and accounts elsewhere; nothing is checked by the site."""
    stated = [("website", user.website_url)]
    for name, form in _ELSEWHERE:
        value = (getattr(user, name) or "").strip()
        stated.append((name, value if "://" in value else form.format(quote(value.lstrip("@"))) if value else None))
    found: dict[str, Link] = {}
    for name, url in stated:
        link = web_link(url, Claim.CLAIMED, name, count)
        found |= {link.url: link} if link else {}
    for link in _prose.links(user.bio, "bio", count):
        found.setdefault(link.url, link)
    return tuple(found.values())[:LINKS]


class GitLab(AboutGitLab, CodeHost):
    """GitLab: its documented interface, with or without the operator's own token."""

    site = "https://gitlab.com"
    options: GitLabOptions

    def project_at(self, target: str) -> str:
        """`/projects/owner%2Fname`."""
        return f"{self.options.api}/projects/{quote(target, safe='')}"

    def project(self, response: Response) -> Project:
        """Read a project."""
        found = self.read(response, Found)
        return Project(
            str(found.id), found.path_with_namespace, found.web_url, found.description, found.topics, found.star_count
        )

    def changes_at(self, project: Project, since: datetime | None) -> str:
        """Merged requests, those touched last first."""
        query = {"state": "merged", "order_by": "updated_at", "sort": "desc", "per_page": "100"}
        query |= {"updated_after": since.isoformat()} if since else {}
        return f"{self.options.api}/projects/{project.id}/merge_requests?{urlencode(query)}"

    def changes(self, response: Response) -> tuple[list[Change], datetime | None]:
        """The merge requests of a page."""
        rows = list(each(MergeRequest, self.rows(response), self.ledger.skip))
        found = [
            Change(account(row.author, BRIEF, self.page_of(row.author), self.ledger.skip), row.merged_at, row.title)
            for row in rows
            if row.merged_at is not None and row.author.state == "active"
        ]
        return found, min((row.updated_at for row in rows), default=None)

    def rows(self, response: Response) -> list[dict[str, Any]]:
        """A list of objects; Unreadable for anything else."""
        try:
            return ROWS.validate_json(checked(response.body))
        except ValidationError as error:
            misread = Unreadable("unexpected_shape", "a list of objects was expected")
            raise self.patience.misread(response, misread) from error

    def page_of(self, user: User) -> Origin:
        """The origin of what a profile says: its public address."""
        return self.stamp(f"{self.options.site}/{quote(user.username, safe='')}")

    def profile_at(self, known: Known) -> str:
        """By the durable number."""
        return f"{self.options.api}/users/{known.account.source_id}"

    def name_at(self, handle: str) -> str:
        """The search by name answers a list of one."""
        return f"{self.options.api}/users?{urlencode({'username': handle})}"

    def looked_up(self, response: Response, handle: str) -> Iterator[Yielded]:
        """The search tells the number, the number the profile."""
        if response.body.lstrip()[:1] != b"[":
            yield from super().looked_up(response, handle)
            return
        users = list(each(User, self.rows(response), self.ledger.skip))
        if not users:
            yield from self.nobody(response, handle)
            return
        yield self.ask(
            f"{self.options.api}/users/{users[0].id}",
            self.looked_up,
            lane=self.linked_lane().id,
            on_missing=self.nobody,
            handle=handle,
        )

    def profile(self, response: Response) -> Account | None:
        """A whole profile; blocked and deactivated users are nobody."""
        user = self.read_tolerant(response, User)
        return account(user, FULL, self.page_of(user), self.ledger.skip) if user.state == "active" else None
