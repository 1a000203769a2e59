"""Accounts of the fediverse to records, honouring what their owners allow."""

import re

from pydantic import BaseModel, ConfigDict, Field

from spiders._reading import prose as _prose
from spiders._reading.clean import FREE_TEXT, LINKS, LOCATION, NAME, Count, clean, flags_of
from spiders._reading.times import Moment
from storage.records import Account, Claim, Kind, Link, Origin

SOURCE = "mastodon"
FIELDS = frozenset({"name", "bio", "location", "links", "created_at", "kind", "flags", "figures"})
PLACES = frozenset({"location", "based in", "city", "place", "ort", "wohnort", "lieu", "ubicación"})
# Tags by which people ask programs to leave their profile alone.
_REFUSING = re.compile(r"(?<![\w&])#?(?:nobots?|noindex|noarchive|<!--\s*nobot)\b", re.IGNORECASE)
_EMOJI = re.compile(r":[A-Za-z0-9_]{1,60}:")


class ProfileField(BaseModel):
    """One row of the table in a profile; `verified_at` is set when the linked page links back."""

    model_config = ConfigDict(extra="ignore")

    name: str = ""
    value: str = ""
    verified_at: Moment | None = None


class Profile(BaseModel):
    """GET /api/v1/accounts/lookup."""

    model_config = ConfigDict(extra="ignore")

    username: str = Field(min_length=1)
    acct: str = ""
    display_name: str | None = None
    note: str | None = None  # HTML
    url: str | None = None
    created_at: Moment | None = None
    bot: bool = False
    group: bool = False
    discoverable: bool | None = None
    indexable: bool | None = None
    noindex: bool | None = None
    suspended: bool | None = None
    followers_count: int | None = Field(None, ge=0)
    statuses_count: int | None = Field(None, ge=0)
    fields: tuple[ProfileField, ...] = ()


def reason_to_pass(read: Profile) -> str | None:
    """Why an account may not be kept; None: its owner wants to be found. Not stated is no."""
    said = " ".join((_prose.plain(read.note or ""), *(field.name for field in read.fields)))
    if read.suspended:
        return "suspended"
    if read.bot or read.group:
        return "no_person"
    if read.discoverable is not True:
        return "not_discoverable"
    return "noindex" if read.noindex or _REFUSING.search(said) else None


def account(read: Profile, host: str, origin: Origin, count: Count) -> Account:
    """The account of a profile at this server; posts are never read, so of them only a number is kept, if allowed."""
    name = f"{read.username}@{host}"
    note = _prose.plain(read.note or "")
    figures = {"followers": read.followers_count, "posts": read.statuses_count if read.indexable else None}
    return Account(
        source=SOURCE,
        source_id=name.lower(),
        handle=name,
        url=f"https://{host}/@{read.username}",
        kind=Kind.PERSON,
        name=clean(_EMOJI.sub("", read.display_name or ""), NAME),
        bio=_prose.shown(note),
        location=_place(read),
        created_at=read.created_at,
        links=links(read, note, count),
        figures={key: float(value) for key, value in figures.items() if value is not None},
        flags=flags_of(read.display_name, note),
        observed=FIELDS,
        origin=origin,
    )


def links(read: Profile, note: str, count: Count) -> tuple[Link, ...]:
    """Addresses of the table, verified where the server checked them, then those of the note."""
    found: dict[str, Link] = {}
    for field in read.fields:
        claim = Claim.VERIFIED if field.verified_at else Claim.CLAIMED
        for link in _prose.links(_prose.plain(field.value), "profile_field", count):
            found.setdefault(link.url, link.model_copy(update={"claim": claim}))
    for link in _prose.links(note, "bio", count):
        found.setdefault(link.url, link)
    return tuple(found.values())[:LINKS]


def _place(read: Profile) -> str | None:
    named = (field for field in read.fields if field.name.strip(" :").casefold() in PLACES)
    return next((clean(_prose.plain(field.value)[:FREE_TEXT], LOCATION) for field in named), None)
