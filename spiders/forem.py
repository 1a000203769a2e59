"""Writers on DEV (a Forem community) whom accounts of other sources name: their profile and their latest articles.

Nobody is discovered here. Whoever signed in with GitHub shows that account, which the site has checked.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._forem.about import REFRESH, AboutForem, ForemOptions
from spiders._lookup import Following
from spiders._reading import prose as _prose
from spiders._reading.clean import (
    EXCERPT,
    HANDLE,
    LINKS,
    LOCATION,
    NAME,
    TITLE,
    Count,
    clean,
    clean_tags,
    each,
    flags_of,
    web_link,
)
from spiders._reading.contacts import without_contacts
from spiders._reading.shape import checked
from spiders._reading.times import Moment
from storage.errors import Unreadable
from storage.records import (
    Account,
    AccountKey,
    Claim,
    Evidence,
    Gone,
    Kind,
    Known,
    Level,
    Link,
    Origin,
    Sighting,
)

READ = "read"  # marker: when profile and articles were read, ISO 8601
PAGE = 30  # articles read of one writer
ROWS = TypeAdapter(list[dict[str, Any]])
ACCEPT = {"Accept": "application/vnd.forem.api-v1+json"}
FIELDS = frozenset({"name", "bio", "location", "links", "created_at", "kind", "flags"})
_JOINED = re.compile(r"([A-Z][a-z]{2})[a-z]*\s+(\d{1,2}),\s+(\d{4})")


class Writer(BaseModel):
    """A user, as `users/by_username` and `users/{id}` answer."""

    model_config = ConfigDict(extra="ignore")

    id: int
    username: str = Field(min_length=1)
    name: str | None = None
    summary: str | None = None
    location: str | None = None
    github_username: str | None = None
    twitter_username: str | None = None
    website_url: str | None = None
    joined_at: datetime | None = None

    @field_validator("joined_at", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        """Forem writes "Jan  1, 2020"; a standard form is read as well."""
        found = _JOINED.fullmatch(value.strip()) if isinstance(value, str) else None
        return datetime.strptime(" ".join(found.groups()), "%b %d %Y").replace(tzinfo=UTC) if found else value


class Article(BaseModel):
    """An article of a list."""

    model_config = ConfigDict(extra="ignore")

    id: int
    title: str = Field(min_length=1)
    url: str
    description: str | None = None
    published_at: Moment | None = Field(None, alias="published_timestamp")
    reactions: int | None = Field(None, alias="public_reactions_count", ge=0)
    comments: int | None = Field(None, alias="comments_count", ge=0)
    tag_list: tuple[str, ...] = ()
    collection_id: int | None = None

    @field_validator("tag_list", mode="before")
    @classmethod
    def _tags(cls, value: object) -> object:
        """Lists of articles hold a list of tags, single articles a text."""
        return [tag.strip() for tag in value.split(",")] if isinstance(value, str) else value


def account(writer: Writer, site: str, origin: Origin, count: Count) -> Account:
    """The account of a writer; e-mail addresses and pictures are not read."""
    return Account(
        source="forem",
        source_id=str(writer.id),
        handle=clean(writer.username, HANDLE) or str(writer.id),
        url=f"{site}/{writer.username}",
        kind=Kind.PERSON,
        name=clean(writer.name, NAME),
        bio=_prose.shown(writer.summary),
        location=clean(writer.location, LOCATION),
        created_at=writer.joined_at,
        links=links(writer, count),
        flags=flags_of(writer.name, writer.summary),
        observed=FIELDS,
        origin=origin,
    )


def links(writer: Writer, count: Count) -> tuple[Link, ...]:
    """Accounts the writer signed in with (the site checked them), the website, addresses of the summary."""
    checked = [
        (f"https://github.com/{quote(writer.github_username)}", "github_username") if writer.github_username else None,
        (f"https://x.com/{quote(writer.twitter_username)}", "twitter_username") if writer.twitter_username else None,
    ]
    stated = [web_link(url, Claim.VERIFIED, field, count) for url, field in filter(None, checked)]
    stated.append(web_link(writer.website_url, Claim.CLAIMED, "website", count))
    found = {link.url: link for link in stated if link}
    for link in _prose.links(writer.summary, "bio", count):
        found.setdefault(link.url, link)
    return tuple(found.values())[:LINKS]


def post(article: Article, owner: AccountKey, origin: Origin) -> Evidence:
    """An article as evidence: activity, or recognised where many readers say so."""
    reactions = article.reactions or 0
    figures = {"reactions": article.reactions, "comments": article.comments}
    return Evidence(
        account=owner,
        source_id=str(article.id),
        kind="article",
        url=article.url,
        title=clean(article.title, TITLE) or str(article.id),
        text=clean(without_contacts((article.description or "")[:EXCERPT]), EXCERPT),
        event_at=article.published_at,
        level=Level.PRACTICE if reactions >= 100 else Level.ACTIVITY,
        tags=clean_tags(article.tag_list),
        figures={name: float(value) for name, value in figures.items() if value is not None},
        origin=origin,
    )


class Forem(AboutForem, Following):
    """DEV: writers named elsewhere, through the documented interface, without a key."""

    site = "https://dev.to"
    options: ForemOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}

    def first(self) -> Iterator[Request]:
        """Writers known who were not read for a while, by their durable id."""
        self.known = {known.account.source_id: known for known in self.store.known(self.name)}
        due = self.now() - timedelta(days=self.options.refresh_days)
        late = sorted(
            id_
            for id_, known in self.known.items()
            if not known.gone_at and (known.last_seen <= due or READ not in known.markers)
        )
        for id_ in late[: self.options.max_profiles]:
            yield self.writer_at(f"users/{quote(id_, safe='')}", id_, REFRESH)

    def look_up_all(self, handles: Sequence[str]) -> Iterator[Request]:
        """Ask for each by itself."""
        for handle in handles:
            yield self.writer_at(f"users/by_username?url={quote(handle, safe='')}", handle, self.linked_lane().id)

    def writer_at(self, path: str, who: str, lane: str) -> Request:
        """Ask for a profile, by name or by id."""
        return self.ask(
            f"{self.options.api}/{path}", self.writer, lane=lane, headers=ACCEPT, on_missing=self.missing, who=who,
            lane_id=lane,
        )  # fmt: skip

    def writer(self, response: Response, who: str, lane_id: str) -> Iterator[Yielded]:
        """Keep the profile and ask for the articles."""
        del who
        found = self.read_tolerant(response, Writer)
        page = self.stamp(f"{self.options.site}/{found.username}")
        kept = account(found, self.options.site, page, self.ledger.skip)
        yield kept
        yield self.ask(
            f"{self.options.api}/articles?username={quote(found.username, safe='')}&per_page={PAGE}",
            self.articles,
            lane=lane_id,
            headers=ACCEPT,
            conditional=True,
            on_unchanged=lambda _: self.read_now(kept),
            by=kept,
        )

    def articles(self, response: Response, by: Account) -> Iterator[Yielded]:
        """The latest articles."""
        try:
            rows = ROWS.validate_json(checked(response.body))
        except ValidationError as error:
            misread = Unreadable("unexpected_shape", "a list of articles was expected")
            raise self.patience.misread(response, misread) from error
        for article in each(Article, rows, self.ledger.skip):
            yield post(article, by.key, self.stamp(article.url))
        yield from self.read_now(by)

    def read_now(self, writer: Account) -> Iterator[Yielded]:
        """Profile and articles are stored; a night cut off between the two reads the writer again."""
        markers = {READ: self.now().isoformat()}
        yield Sighting(account=writer.key, handle=writer.handle, markers=markers, seen_at=self.now())

    def missing(self, response: Response, who: str, lane_id: str) -> Iterator[Yielded]:
        """A name nobody has, or a writer who left."""
        del response
        if lane_id == REFRESH:
            self.ledger.skip("left")
            known = self.known[who]
            yield Gone(
                account=known.account, reason="not_found", origin=self.stamp(f"{self.options.site}/{known.handle}")
            )
        else:
            self.ledger.skip("linked_but_not_there")
            yield self.looked_up_in_vain(who)
