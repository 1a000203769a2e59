"""Members of a forum to accounts: from a row of the directory, from a post, from the profile."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from spiders._discourse.answers import Member, Post, User
from spiders._discourse.forums import SOURCE, Place
from spiders._reading import prose as _prose
from spiders._reading.clean import COMPANY, HEADLINE, LOCATION, NAME, Count, clean, flags_of, web_link
from storage.records import Account, AccountKey, Claim, Kind, Link, Origin
from storage.text import no_recruiters

STAFF = "forum_staff"
# Names the software gives to accounts whose owners had them anonymised, and to its own.
_NOBODY = re.compile(r"anon\d{3,}|deleted_?\d*|system|discobot", re.IGNORECASE)
FULL = frozenset({"name", "headline", "bio", "location", "company", "links", "created_at", "kind", "flags"})
SHOWN_THERE = frozenset({"bio", "location", "company", "links"})
# The fields forums add to profiles are known by their labels only; what is not named here is not read.
_ADDRESSES = {
    "github": "https://github.com/{}",
    "twitter": "https://x.com/{}",
    "kaggle": "https://www.kaggle.com/{}",
    "hugging face": "https://huggingface.co/{}",
    "huggingface": "https://huggingface.co/{}",
    "linkedin": "https://www.linkedin.com/in/{}",
    "orcid": "https://orcid.org/{}",
    "gitlab": "https://gitlab.com/{}",
    "homepage": "{}",
    "website": "{}",
    "blog": "{}",
}
_EMPLOYERS = ("company", "affiliation", "organization", "organisation", "institution", "employer", "university")
_HANDLE = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")


@dataclass(frozen=True, slots=True)
class Seen:
    """A member as a list or a topic shows one."""

    number: int
    username: str
    name: str | None = None
    title: str | None = None
    staff: bool = False

    @property
    def somebody(self) -> bool:
        """Whether a person may be behind it."""
        return self.number > 0 and bool(self.username) and not _NOBODY.fullmatch(self.username)

    @classmethod
    def of_member(cls, number: int, member: Member) -> "Seen":
        """From the directory."""
        staff = bool(member.admin or member.moderator)
        return cls(number, member.username, member.name, member.title, staff)

    @classmethod
    def of_post(cls, post: Post) -> "Seen":
        """From a post."""
        return cls(post.user_id, post.username, post.name, post.user_title, bool(post.admin or post.moderator))


def key(host: str, number: int) -> AccountKey:
    """The numeric id at its forum: names can be changed."""
    return AccountKey(SOURCE, f"{host}/{number}")


def handle(host: str, username: str) -> str:
    """The name at its forum."""
    return f"{host}/{username}"


def thin(place: Place, seen: Seen, origin: Origin, *, new: bool) -> Account:
    """What is known of somebody whose profile was not read; of one who is `new`, also who runs the forum."""
    name, title = clean(seen.name, NAME), clean(seen.title, HEADLINE)
    shown = {"name": name, "headline": title, "kind": Kind.PERSON}
    return Account(
        source=SOURCE,
        source_id=key(place.host, seen.number).source_id,
        handle=handle(place.host, seen.username),
        url=place.page(seen.username),
        kind=Kind.PERSON,
        name=name,
        headline=title,
        flags=(STAFF,) if new and seen.staff else (),
        # What is empty here may stand on the profile, and what the profile wishes must not be lost.
        observed=frozenset(field for field, value in shown.items() if value) | ({"flags"} if new else frozenset()),
        origin=origin,
    )


def full(
    place: Place, user: User, labels: Mapping[str, str], markers: Mapping[str, str], origin: Origin, count: Count
) -> Account:
    """The account a profile shows."""
    about = _prose.plain(user.bio_cooked) if user.bio_cooked else (user.bio_raw or "")
    name, title = clean(user.name, NAME), clean(user.title, HEADLINE)
    location, bio = clean(user.location, LOCATION), _prose.shown(about)
    said = {STAFF: bool(user.admin or user.moderator), "no_recruiters": no_recruiters(about)}
    texts = flags_of(name, title, location, bio)
    return Account(
        source=SOURCE,
        source_id=key(place.host, user.id).source_id,
        handle=handle(place.host, user.username),
        url=place.page(user.username),
        kind=Kind.PERSON,
        name=name,
        headline=title,
        bio=bio,
        location=location,
        company=_employer(user, labels),
        created_at=user.created_at,
        links=_links(user, labels, about, count),
        figures=_figures(user),
        flags=tuple(sorted({*(flag for flag, holds in said.items() if holds), *texts})),
        markers=markers,
        observed=FULL,
        origin=origin,
    )


def emptied(kept: Account, origin: Origin) -> Account:
    """The account of somebody whose profile is not shown any more, without what had been read there."""
    return Account(
        source=SOURCE,
        source_id=kept.source_id,
        handle=kept.handle,
        url=kept.url,
        kind=kept.kind,
        observed=SHOWN_THERE,
        origin=origin,
    )


def _links(user: User, labels: Mapping[str, str], about: str, count: Count) -> tuple[Link, ...]:
    website = web_link(user.website, Claim.CLAIMED, "website", count)
    own = [link for address in _addresses(user, labels) if (link := web_link(address, Claim.CLAIMED, "field", count))]
    found: Iterable[Link] = (*([website] if website else []), *own, *_prose.links(about, "bio", count))
    return tuple({link.url: link for link in reversed(list(found))}.values())[::-1]


def _addresses(user: User, labels: Mapping[str, str]) -> Iterator[str]:
    for label, value in _fields(user, labels):
        form = next((form for word, form in _ADDRESSES.items() if word in label), None)
        if form is None:
            continue
        if "://" in value:
            yield value
        elif form == "{}":
            yield f"https://{value}"
        elif given := _HANDLE.fullmatch(value):
            yield form.format(given[1])


def _employer(user: User, labels: Mapping[str, str]) -> str | None:
    stated = (value for label, value in _fields(user, labels) if any(word in label for word in _EMPLOYERS))
    return clean(next(stated, None), COMPANY)


def _fields(user: User, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for number, value in sorted((user.user_fields or {}).items()):
        if isinstance(value, str) and value.strip() and number in labels:
            yield labels[number].lower(), value.strip()


def _figures(user: User) -> dict[str, float]:
    figures = {"trust_level": user.trust_level, "badges": user.badge_count}
    return {name: float(value) for name, value in figures.items() if value is not None and value >= 0}
