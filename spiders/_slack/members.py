"""Members of a workspace to accounts: who is a person, what of the profile is kept, who does not want to be found."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from spiders._reading import prose as _prose
from spiders._reading.clean import COMPANY, HEADLINE, LOCATION, NAME, Count, clean, flags_of, web_link
from spiders._reading.contacts import without_contacts
from spiders._slack.answers import Member, Profile
from storage.records import Account, AccountKey, Claim, Kind, Link, Origin
from storage.text import availability, no_recruiters, web_address

SOURCE = "slack"
MACHINES = frozenset({"USLACKBOT"})
FIELDS = frozenset({"name", "headline", "bio", "location", "company", "open_to_work", "links", "flags", "kind"})


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace whose members these are."""

    team: str
    address: str  # with a slash at its end
    opt_out: str = ""  # a word in the profile that says "leave me out"
    labels: Mapping[str, str] = field(default_factory=dict)  # id of a profile field → what the workspace calls it

    def key(self, user: str) -> AccountKey:
        """Ids of members are unique within a workspace only."""
        return AccountKey(SOURCE, f"{self.team}.{user}")

    def page(self, user: str) -> str:
        """The address of a member's page, for other members."""
        return f"{self.address}team/{user}"


def no_member(member: Member, opt_out: str) -> str:
    """Why this row gives no account, "" for a member: bot, left, guest, stranger, opted_out."""
    reasons = {
        "bot": member.is_bot or member.is_app_user or member.id in MACHINES,
        "left": member.deleted,
        "guest": member.is_restricted or member.is_ultra_restricted,  # often customers
        "stranger": member.is_stranger,
        "opted_out": opted_out(member.profile, opt_out),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def opted_out(profile: Profile, word: str) -> bool:
    """Whether the profile holds the workspace's word for "leave me out"."""
    return bool(word) and word.casefold() in _said(profile).casefold()


def account(member: Member, profile: Profile, space: Workspace, origin: Origin, count: Count) -> Account:
    """The account of a member, from the row and the fullest profile at hand."""
    name = clean(profile.real_name or member.real_name or profile.display_name, NAME)
    headline, fields, said = _text(profile.title, HEADLINE), _read(profile, space.labels, count), _said(profile)
    refused = no_recruiters(said)
    flags = {*flags_of(name, headline, fields.location, fields.company), *(["no_recruiters"] * refused)}
    return Account(
        source=SOURCE,
        source_id=space.key(member.id).source_id,
        handle=member.id,  # the one thing that outlives the erasure of an account, so it names nobody
        url=space.page(member.id),
        kind=Kind.PERSON,
        name=name,
        headline=headline,
        bio=fields.bio,
        location=fields.location,
        company=fields.company,
        open_to_work=True if availability(said) and not refused else None,
        links=fields.links,
        flags=tuple(sorted(flags)),
        markers={"updated": str(member.updated)},
        observed=FIELDS,
        origin=origin,
    )


# ---- the workspace's own profile fields ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fields:
    """What the workspace's own profile fields say, as far as their labels are known to us."""

    bio: str | None = None
    location: str | None = None
    company: str | None = None
    links: tuple[Link, ...] = ()


# Labels are free text of the workspace; whatever none of these patterns knows is not kept (phone, manager, birthday …).
_PAGES = (
    ("github", re.compile(r"\bgit ?hub\b"), "https://github.com/{}"),
    ("gitlab", re.compile(r"\bgit ?lab\b"), "https://gitlab.com/{}"),
    ("kaggle", re.compile(r"\bkaggle\b"), "https://www.kaggle.com/{}"),
    ("huggingface", re.compile(r"\bhugging ?face\b"), "https://huggingface.co/{}"),
    ("website", re.compile(r"\b(?:web ?site|home ?page|blog|portfolio|personal (?:site|page)|url)\b"), ""),
    ("social", re.compile(r"\b(?:linked ?in|twitter|mastodon|bluesky|orcid|scholar|stack ?overflow)\b"), ""),
)
_WORDS = (
    ("location", re.compile(r"\b(?:location|city|based in|where)\b")),
    ("company", re.compile(r"\b(?:company|employer|organi[sz]ation|affiliation)\b")),
    ("bio", re.compile(r"\b(?:about|bio|skills?|expertise|interests?|working on)\b")),
)
_HANDLE = re.compile(r"@?([A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}))")


def _read(profile: Profile, labels: Mapping[str, str], count: Count) -> Fields:
    words: dict[str, str] = {}
    links: dict[str, Link] = {}
    for label, value in _values(profile, labels):
        for link in _links(label, value, count):
            links.setdefault(link.url, link)
        for kind in [kind for kind, pattern in _WORDS if pattern.search(label)][:1]:
            words.setdefault(kind, value)
    bio, location, company = (words.get(kind) for kind in ("bio", "location", "company"))
    return Fields(
        bio=_prose.shown(bio),
        location=clean(location, LOCATION),
        company=clean(company, COMPANY),
        links=tuple(links.values()),
    )


def _values(profile: Profile, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(label in lower case, value) of all fields that are filled in, in the order of their ids."""
    for name, held in sorted((profile.fields or {}).items()):
        value = held.get("value") if isinstance(held, dict) else None
        if isinstance(value, str) and value.strip():
            yield str(labels.get(name) or held.get("label") or "").casefold(), value.strip()


def _links(label: str, value: str, count: Count) -> Iterator[Link]:
    """The address in a field: claimed where the label says whose page it is, mentioned where there is no label."""
    page = next(((name, form) for name, pattern, form in _PAGES if pattern.search(label)), None)
    if page is not None:
        name, form = page
        link = web_link(_written(value, form), Claim.CLAIMED, name, count)
    elif label:
        link = None
    elif web_address(value):
        link = web_link(value, Claim.MENTIONED, "profile", count)  # an export does not say what a field is
    else:
        count("field_without_label")
        link = None
    if link is not None:
        yield link


def _written(value: str, form: str) -> str:
    """The value as an address; under a site's name people often write no more than their handle."""
    handle = _HANDLE.fullmatch(value)
    return form.format(handle[1]) if form and handle and web_address(value) is None else value


def _text(value: str | None, limit: int) -> str | None:
    return clean(without_contacts(value), limit) if value else None


def _said(profile: Profile) -> str:
    """Everything the member wrote in words, for wishes."""
    held = [held.get("value") for held in (profile.fields or {}).values() if isinstance(held, dict)]
    words = (profile.title, profile.status_text, profile.display_name, profile.real_name, *held)
    return "\n".join(word for word in words if isinstance(word, str))
