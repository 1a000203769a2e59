"""The programme of one event in the form all kinds share, and the records made of it."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from spiders._events import words
from spiders._reading.clean import COMPANY, HEADLINE, TITLE, Count, clean, clean_tags, flags_of, web_link, web_links
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Level, Link, Origin
from storage.text import no_recruiters

SOURCE = "events"
FIELDS = frozenset({"name", "headline", "bio", "company", "links", "flags", "kind"})
# What a slot is worth: invited to speak to everybody, chosen from many proposals, or simply taken part.
_OPENING = re.compile(r"^\W{0,3}(?:hello|welcome|opening|closing|wrap[- ]?up|good ?bye)\b", re.IGNORECASE)
_KEYNOTE = re.compile(r"key ?note|plenary|invited talk", re.IGNORECASE)
_FORMS = (
    ("lightning", Level.ACTIVITY, re.compile(r"lightning|ignite|pecha|short talk \(5", re.IGNORECASE)),
    ("poster", Level.ACTIVITY, re.compile(r"poster|demo|booth|sprint|open space|q&a", re.IGNORECASE)),
    ("recording", Level.ACTIVITY, re.compile(r"podcast|webinar|live ?stream", re.IGNORECASE)),
    ("panel", Level.ACTIVITY, re.compile(r"panel|discussion|birds of|bof", re.IGNORECASE)),
    ("tutorial", Level.PRACTICE, re.compile(r"tutorial|workshop|training|masterclass|hands[- ]on", re.IGNORECASE)),
)
_TALK = ("talk", Level.PRACTICE)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person on a programme, as the organiser shows them."""

    id: str  # within the source
    handle: str
    url: str
    name: str | None
    headline: str | None = None
    bio: str | None = None
    company: str | None = None
    stated: tuple[tuple[str, str], ...] = ()  # (field, address) of structured fields
    mark: tuple[tuple[str, str], ...] = ()  # change marks to keep


@dataclass(frozen=True, slots=True)
class Talk:
    """One slot of a programme with the people on stage."""

    id: str
    title: str
    url: str
    speakers: tuple[str, ...]
    text: str | None = None
    at: datetime | None = None
    minutes: float | None = None
    form: str = ""  # what the organiser calls it: "Talk (long)", "Keynote"
    track: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything one event says."""

    event: str
    speakers: tuple[Speaker, ...]
    talks: tuple[Talk, ...]
    ends: datetime | None = None
    version: str = ""


def key(speaker: str) -> AccountKey:
    """The key of a speaker."""
    return AccountKey(SOURCE, speaker)


def account(speaker: Speaker, origin: Origin, count: Count = lambda _: None) -> Account:
    """The account of a speaker; companies on stage are kept apart by their kind."""
    name, headline = words.name(speaker.name), clean(words.private_taken_out(speaker.headline or ""), HEADLINE)
    said = "\n".join(filter(None, (speaker.headline, speaker.bio)))
    asked = ("no_recruiters",) if no_recruiters(said) else ()
    return Account(
        source=SOURCE,
        source_id=speaker.id,
        handle=speaker.handle,
        url=speaker.url,
        kind=Kind.ORGANISATION if name and words.is_organisation(name) else Kind.PERSON,
        name=name,
        headline=headline,
        bio=words.bio(speaker.bio),
        company=clean(speaker.company, COMPANY),
        links=links(speaker, count),
        flags=tuple(sorted({*asked, *flags_of(name, headline, speaker.company)})),
        markers=dict(speaker.mark),
        observed=FIELDS,
        origin=origin,
    )


def links(speaker: Speaker, count: Count) -> tuple[Link, ...]:
    """Addresses in structured fields are claimed, those in the biography only mentioned."""
    found: dict[str, Link] = {}
    for field, address in speaker.stated:
        link = web_link(address, Claim.CLAIMED, field, count)
        if link is not None:
            found.setdefault(link.url, link)
    for link in web_links(words.addresses(speaker.bio), Claim.MENTIONED, "bio", count):
        found.setdefault(link.url, link)
    return tuple(found.values())


def form_of(title: str, text: str) -> tuple[str, Level]:
    """What a slot is called in plain words, and what it proves; who says hello need not be a keynote speaker."""
    if _OPENING.search(title) and not _KEYNOTE.search(title):
        return "opening", Level.ACTIVITY
    if _KEYNOTE.search(f"{title} {text}"):
        return "keynote", Level.RECOGNISED
    return next(((form, level) for form, level, pattern in _FORMS if pattern.search(text)), _TALK)


def evidence(talk: Talk, event: str, tags: Iterable[str], origin: Origin) -> Iterator[Evidence]:
    """One piece of evidence for each person on stage."""
    form, level = form_of(talk.title, f"{talk.form} {talk.track or ''}")
    figures = {"minutes": talk.minutes, "speakers": float(len(talk.speakers))}
    for speaker in talk.speakers:
        yield Evidence(
            account=key(speaker),
            source_id=talk.id,
            kind="talk",
            url=talk.url,
            title=clean(talk.title, TITLE) or talk.id,
            text=words.excerpt(talk.text),
            event_at=talk.at,
            level=level,
            tags=clean_tags((form, event, talk.track, *talk.tags, *tags)),
            figures={name: value for name, value in figures.items() if value is not None and value >= 0},
            origin=origin,
        )


def digest(body: bytes) -> str:
    """Changes when an answer does."""
    return hashlib.sha256(body).hexdigest()[:16]


def moment(value: datetime | None) -> datetime | None:
    """A time in UTC; local times without a zone are taken as they stand, a day is all that is needed of them."""
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
