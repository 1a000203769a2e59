"""People on Bluesky whom accounts of other sources name: their profile, twenty-five to the request.

Nobody is discovered here. An account whose owner asks not to be shown to logged-out visitors is not kept, and what
was kept of it is emptied. A handle that is a domain of the person's own was proven through DNS.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._bluesky.about import AT_ONCE, REFRESH, AboutBluesky, BlueskyOptions
from spiders._lookup import Following, withdrawn
from spiders._polite import gate as _gate
from spiders._polite import limits as _limits
from spiders._reading import prose as _prose
from spiders._reading.clean import HANDLE, LINKS, NAME, Count, clean, each, flags_of, web_link
from spiders._reading.times import Moment
from storage.errors import Unreadable
from storage.records import Account, Claim, Gone, Kind, Known, Link, Origin
from storage.text import handle_key

ENOUGH = 5  # people known; that many do not leave on one day
FIELDS = frozenset({"name", "bio", "links", "created_at", "kind", "flags", "figures"})
HIDDEN = "!no-unauthenticated"
# What moderators of the network say of an account, not its owner.
TAKEN_DOWN = frozenset({"!hide", "!takedown", "!suspend"})
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,9}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
INVALID = "handle.invalid"  # shown instead of a domain that does not point back


class Label(BaseModel):
    """A label on an account: by its owner, or by a moderation service."""

    model_config = ConfigDict(extra="ignore")

    src: str = ""
    val: str = ""
    neg: bool = False


class Profile(BaseModel):
    """app.bsky.actor.defs#profileViewDetailed."""

    model_config = ConfigDict(extra="ignore")

    did: str = Field(pattern=r"^did:[a-z]+:[A-Za-z0-9._:%-]+$")
    handle: str = Field(min_length=1)
    display_name: str | None = Field(None, alias="displayName")
    description: str | None = None
    website: str | None = None
    created_at: Moment | None = Field(None, alias="createdAt")
    followers: int | None = Field(None, alias="followersCount", ge=0)
    labels: tuple[Label, ...] = ()


class Profiles(BaseModel):
    """app.bsky.actor.getProfiles; whoever is not there is left out."""

    profiles: tuple[dict[str, Any], ...]


def reason_to_pass(read: Profile) -> str | None:
    """Why an account may not be kept; None if it may."""
    said = {label.val for label in read.labels if not label.neg}
    if HIDDEN in said:
        return "hidden_from_visitors"
    if said & TAKEN_DOWN:
        return "taken_down"
    return "no_person" if any(label.val == "bot" and label.src == read.did for label in read.labels) else None


def account(read: Profile, site: str, hosted: Sequence[str], origin: Origin, count: Count) -> Account:
    """The account of a profile; pronouns and pictures are not read."""
    handle = clean(read.handle, HANDLE) or read.did
    return Account(
        source="bluesky",
        source_id=read.did,
        handle=handle,
        url=f"{site}/profile/{read.did if handle == INVALID else handle}",
        kind=Kind.PERSON,
        name=clean(read.display_name, NAME),
        bio=_prose.shown(read.description),
        created_at=read.created_at,
        links=links(read, hosted, count),
        figures={"followers": float(read.followers)} if read.followers is not None else {},
        flags=flags_of(read.display_name, read.description),
        observed=FIELDS,
        origin=origin,
    )


def links(read: Profile, hosted: Sequence[str], count: Count) -> tuple[Link, ...]:
    """The domain that is the handle, the website, the addresses of the biography."""
    found: dict[str, Link] = {}
    if read.handle != INVALID and not read.handle.lower().endswith(tuple(f".{ending}" for ending in hosted)):
        proven = web_link(f"https://{read.handle.lower()}", Claim.VERIFIED, "handle", count)
        found |= {proven.url: proven} if proven else {}
    website = web_link(read.website, Claim.CLAIMED, "website", count)
    for link in (*((website,) if website else ()), *_prose.links(read.description, "bio", count)):
        found.setdefault(link.url, link)
    return tuple(found.values())[:LINKS]


class Bluesky(AboutBluesky, Following):
    """Bluesky: profiles of people named elsewhere, through the public interface, without a token."""

    site = "https://bsky.app"
    options: BlueskyOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}  # by DID

    def first(self) -> Iterator[Request]:
        """People known who were not looked up for a while, by their durable id."""
        self.known = {known.account.source_id: known for known in self.store.known(self.name)}
        due = self.now() - timedelta(days=self.options.refresh_days)
        late = sorted(did for did, known in self.known.items() if not known.gone_at and known.last_seen <= due)
        yield from self.look_up(late[: self.options.max_profiles], REFRESH)

    def may_look_up(self, handle: str) -> bool:
        """Handles are names of domains; one that is none spoils its batch."""
        proper = _NAME.fullmatch(handle) is not None
        self.ledger.skip("no_handle", not proper)
        return proper

    def look_up_all(self, handles: Sequence[str]) -> Iterator[Request]:
        """Ask in batches."""
        return self.look_up(handles, self.linked_lane().id)

    def look_up(self, actors: Sequence[str], lane: str) -> Iterator[Request]:
        """Ask for profiles by handle or DID, a batch at a time."""
        for start in range(0, len(actors), AT_ONCE):
            yield self.ask_batch(list(actors[start : start + AT_ONCE]), lane)

    def ask_batch(self, batch: list[str], lane: str) -> Request:
        """Ask for some profiles; a batch that is refused as a whole is halved until the culprit stands alone."""
        query = urlencode([("actors", actor) for actor in batch])
        return self.ask(
            f"{self.options.api}/app.bsky.actor.getProfiles?{query}",
            self.found,
            lane=lane,
            on_failure=lambda reason: self.failed(batch, lane, reason),
            batch=batch,
        )

    def found(self, response: Response, batch: list[str]) -> Iterator[Yielded]:
        """Profiles; whoever of the batch is not among them is not there."""
        rows = self.read(response, Profiles).profiles
        read = list(each(Profile, rows, self.ledger.skip))
        present = {name for one in read for name in (one.did, handle_key(one.handle))}
        if len(read) < len(rows) or (not read and len([one for one in batch if one in self.known]) >= ENOUGH):
            # Nobody left because an answer changed its shape or came empty.
            raise Unreadable("profiles_emptied", f"{len(read)} of {len(batch)} profiles could be read")
        for one in read:
            yield from self.one(one)
        yield from self.missing(actor for actor in batch if actor not in present)

    def one(self, read: Profile) -> Iterator[Yielded]:
        """One profile: kept unless its owner wants otherwise."""
        reason, known = reason_to_pass(read), self.known.get(read.did)
        page = self.stamp(f"{self.options.site}/profile/{read.did if read.handle == INVALID else read.handle}")
        if reason is None:
            yield account(read, self.options.site, self.options.hosted, page, self.ledger.skip)
            return
        self.ledger.skip(reason)
        if known is not None:
            yield from withdrawn(known, reason, page)
        yield self.looked_up_in_vain(handle_key(read.handle))

    def missing(self, actors: Iterable[str]) -> Iterator[Yielded]:
        """Handles and people not there: deactivated, deleted, or never there."""
        for actor in actors:
            known = self.known.get(actor)
            if known is not None:
                self.ledger.skip("left")
                page = self.stamp(f"{self.options.site}/profile/{known.handle}")
                yield Gone(account=known.account, reason="not_found", origin=page)
            else:
                self.ledger.skip("linked_but_not_there")
                yield self.looked_up_in_vain(handle_key(actor))

    def failed(self, batch: list[str], lane: str, reason: str) -> Iterator[Yielded]:
        """One unfit actor spoils a batch (400)."""
        if reason != "status 400":
            self.ledger.skip("left_for_next_night", len(batch))
        elif len(batch) > 1:
            half = len(batch) // 2
            yield self.ask_batch(batch[:half], lane)
            yield self.ask_batch(batch[half:], lane)
        else:
            yield from self.missing(batch)

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """Limits as the network spells them (not verified)."""
        return _limits.spelled(headers, "ratelimit", wall=wall)
