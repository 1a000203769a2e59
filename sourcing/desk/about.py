"""What the card and the page of a lead are made of."""

from datetime import datetime

from sourcing.desk.contact import Held
from storage.records import Record
from storage.store import Note


class Piece(Record):
    """A piece of work in a word or two; blind, it has neither title nor address."""

    kind: str
    level: str
    at: datetime | None
    title: str | None = None
    url: str | None = None


class Term(Record):
    """One component of the score."""

    component: str
    contribution: float
    weight: float
    says: str
    work: tuple[Piece, ...] = ()


class Proof(Record):
    """An account, and why it belongs to the person."""

    source: str
    handle: str
    url: str
    why: str  # "" for the first: the others are tied to it
    by: str = ""
    gone_at: datetime | None = None


class Said(Record):
    """The decision that stands."""

    id: int
    answer: str
    reason: str
    note: str
    by: str
    at: datetime


class Moved(Record):
    """A component that moved since the decision."""

    component: str
    before: float
    after: float
    says: str


class Since(Record):
    """What changed since the decision."""

    total_before: float
    parts: tuple[Moved, ...]
    work: tuple[Piece, ...]  # cited now and not then
    fresh: int  # pieces of work that were first seen after the decision, cited or not
    withdrawn: int  # pieces cited then that are not there any more
    accounts: tuple[str, ...]  # came or went: "github:ada joined"
    section: str  # "" if it is the same


class Card(Record):
    """A person in five lines, for one role."""

    lead: str
    role: str
    blind: bool = False
    name: str | None
    status: str
    held: Held | None = None  # who is in touch with them
    section: str
    total: float
    low: float
    high: float
    coverage: float
    scored_at: datetime
    fit: tuple[Term, ...]
    gaps: tuple[str, ...]
    flags: tuple[str, ...]
    do_not_contact: tuple[str, ...]  # who said so; () if nobody did
    place: str | None  # in the person's own words
    hours: str
    accounts: tuple[Proof, ...]
    sources: tuple[str, ...]
    said: Said | None = None
    since: Since | None = None


class Entry(Record):
    """A piece of work on the time line."""

    piece: Piece
    source: str
    tags: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()  # "120 stars"


class Year(Record):
    """The work of one year, newest first; `year` is None for undated work."""

    year: int | None
    entries: tuple[Entry, ...]
    more: int = 0  # pieces beyond those listed


class Skill(Record):
    """A skill: what is said of it beside what shows."""

    skill: str
    claimed_in: tuple[str, ...]  # sources; () if it is only shown
    level: str
    proven: bool
    coverage: float
    work: tuple[Piece, ...]


class PartRow(Record):
    """A component of a score with the work behind it."""

    component: str
    weight: float
    contribution: float
    effective: float
    neutral: float
    known: bool
    says: str
    missing: tuple[str, ...]
    work: tuple[Piece, ...]


class Score(Record):
    """The score of the person for one role."""

    role: str
    title: str
    total: float
    low: float
    high: float
    coverage: float
    section: str
    scored_at: datetime
    role_version: int
    outdated: bool
    parts: tuple[PartRow, ...]  # largest contribution first
    penalties: tuple[str, ...]
    said: Said | None  # the decision that stands


class Event(Record):
    """Something that was said or happened, with who and when."""

    at: datetime
    by: str
    what: str
    note: str = ""
    undone: str = ""  # "by ben, 12 Nov 2026"
    role: str = ""  # what for, where that was said


class Route(Record):
    """An address the person published."""

    url: str
    where: str  # "github, website field"
    claim: str


class Fact(Record):
    """A field as an account states it, and where and when it was read."""

    field: str
    value: str
    account: str
    url: str  # the address asked
    seen_at: datetime
    spider: str


class Lane(Record):
    """A search that showed one of the accounts."""

    source: str
    kind: str
    target: str
    night: int | None


class Twin(Record):
    """Another lead that may be the same person."""

    lead: str
    name: str | None  # None in a blind review
    why: str
    judgement: int


class Person(Record):
    """Everything the page of a lead shows."""

    lead: str
    blind: bool = False
    name: str | None
    status: str
    held: Held | None = None  # who is in touch with them
    do_not_contact: tuple[str, ...]
    headline: str | None
    place: str | None
    company: str | None
    open_to_work: bool | None
    first_seen: datetime
    last_changed: datetime
    accounts: tuple[Proof, ...]
    years: tuple[Year, ...]
    skills: tuple[Skill, ...]
    scores: tuple[Score, ...]
    history: tuple[Event, ...]  # newest first
    notes: tuple[Note, ...]
    routes: tuple[Route, ...]
    facts: tuple[Fact, ...]
    found: tuple[Lane, ...]
    twins: tuple[Twin, ...]
