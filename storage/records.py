"""The frozen records all floors share: what a source says, what we decided, what was computed from both.

Three rules hold everywhere: a fact carries its `Origin`; a field an answer did not cover is absent from
`Account.observed` and never overwrites what is known; times are UTC and aware.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("time without a zone; times are UTC and aware")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]


class Record(BaseModel):
    """Base of all records: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AccountKey(NamedTuple):
    """The immutable name of an account: the source and the source's own id, never the login."""

    source: str
    source_id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.source_id}"


class Origin(Record):
    """Where a fact came from."""

    source: str
    url: str  # the address asked, without secrets
    seen_at: Instant
    spider: str  # name/version of the spider, "github/1"


class Kind(StrEnum):
    """What stands behind an account."""

    PERSON = "person"
    ORGANISATION = "organisation"
    BOT = "bot"
    UNKNOWN = "unknown"


class Claim(StrEnum):
    """How strong a published address is as a claim, strongest first ("reciprocal" is found by identity)."""

    VERIFIED = "verified"  # the site checked it
    CLAIMED = "claimed"  # a structured field of the profile
    MENTIONED = "mentioned"  # in prose


class Link(Record):
    """An address an account publishes."""

    url: str
    claim: Claim
    field: str  # where it stood: "website", "social_accounts", "bio", "post"


class Level(IntEnum):
    """Evidence levels of the scoring design: what a piece of public work proves."""

    CLAIM = 1
    ACTIVITY = 2
    PRACTICE = 3
    RECOGNISED = 4
    MAINTAINED = 5


class Account(Record):
    """One identity at one source, as far as one answer showed it.

    `observed` names the fields the answer covered: a covered field that is None is absent at the source, a
    field not in `observed` was not returned and keeps its known value in the Store. `figures` merge per key, unless
    "figures" is in `observed`: then the answer covered them all, and the others are gone.
    `markers` are the source's own change marks (node id, updated_at …): kept, but not part of the content hash.
    """

    source: str
    source_id: str
    handle: str
    url: str
    kind: Kind = Kind.UNKNOWN
    name: str | None = None
    headline: str | None = None
    bio: str | None = None
    location: str | None = None
    company: str | None = None
    open_to_work: bool | None = None  # None: not stated, which is not "no"
    created_at: Instant | None = None  # at the source
    links: tuple[Link, ...] = ()
    figures: Mapping[str, float] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()  # no_recruiters, bot_like, mixed_script, progression_opt_out …
    markers: Mapping[str, str] = Field(default_factory=dict)
    expires_at: Instant | None = None  # the person asked to be found until then
    observed: frozenset[str] = frozenset()
    origin: Origin

    @property
    def key(self) -> AccountKey:
        """The immutable key."""
        return AccountKey(self.source, self.source_id)


class Evidence(Record):
    """One piece of public work of one account."""

    account: AccountKey
    source_id: str  # the source's id of the work; unique together with account and kind
    kind: str  # repository, contribution, merged_change, notebook, competition, dataset, model, post …
    url: str
    title: str
    text: str | None = None  # excerpt, at most 4 000 code points
    event_at: Instant | None = None  # when the work was last done; never the time of the crawl
    started_at: Instant | None = None
    level: Level
    tags: tuple[str, ...] = ()  # topics, tags, languages, as the source spells them
    packages: tuple[str, ...] = ()  # distributions named in requirement files
    files: tuple[str, ...] = ()  # names of files that prove a practice: Dockerfile, dvc.yaml …
    figures: Mapping[str, float] = Field(default_factory=dict)
    origin: Origin

    @property
    def id(self) -> str:
        """Stable id, "github:583231/repository/1296269"."""
        return f"{self.account}/{self.kind}/{self.source_id}"


class Sighting(Record):
    """A known account was seen unchanged: only its last-seen time moves."""

    account: AccountKey
    handle: str
    markers: Mapping[str, str] = Field(default_factory=dict)
    seen_at: Instant


class Gone(Record):
    """A known account answered 404, suspended or removed. Nothing is erased by it."""

    account: AccountKey
    reason: str  # not_found, suspended, removed_by_author …
    origin: Origin


class Withdrawn(Record):
    """One piece of work its author took back: it is deleted from the Store at once."""

    account: AccountKey
    kind: str
    source_id: str
    reason: str
    origin: Origin


Item = Account | Evidence | Sighting | Gone | Withdrawn


class Quarantined(Record):
    """An answer or a record that could not be read: kept aside, at most 4 KiB of it."""

    source: str
    url: str
    seen_at: Instant
    reason: str
    detail: str = ""
    excerpt: str = ""


class Known(Record):
    """What a spider may know about an account already stored."""

    account: AccountKey
    handle: str
    kind: Kind
    markers: Mapping[str, str]
    first_seen: Instant
    last_seen: Instant
    gone_at: Instant | None = None


class AccountEvent(Record):
    """Something that happened to an account: renamed, gone, returned, opted_out …"""

    account: AccountKey
    event: str
    detail: str
    at: Instant


class Lane(Record):
    """One discovery strategy of a source for a role; `target` is what the spider of that source reads."""

    source: str
    kind: str  # contributors, merged_authors, search, leaderboard, threads …
    target: str
    role: str = ""

    @property
    def id(self) -> str:
        """Stable id, "github/contributors/pytorch/pytorch"."""
        return f"{self.source}/{self.kind}/{self.target}"


class LaneState(Record):
    """What a lane remembers between nights; `state` is the spider's own plain data (cursors, shards)."""

    lane: str
    state: Mapping[str, object]
    updated_at: Instant


class Forecast(Record):
    """What a lane is expected to cost."""

    lane: str
    requests: int
    points: int = 0
    minutes: float
    basis: str  # "past nights" or "first guess"


class LaneBill(Record):
    """What a lane did cost and yield in one night."""

    lane: str
    requests: int = 0
    counted: int = 0  # of these, how many cost budget (304 answers do not)
    points: int = 0
    refused: int = 0
    accounts: int = 0
    evidence: int = 0
    promised: int | None = None  # results the source announced
    found: int | None = None  # results it delivered


class Validator(Record):
    """What makes a request conditional. Kept per token, since answers vary by it."""

    url: str
    owner: str  # digest of the token used, "" without
    etag: str | None = None
    last_modified: str | None = None
    note: Mapping[str, object] = Field(
        default_factory=dict
    )  # what a 304 must be able to give back (e.g. the next page)


class Outcome(Record):
    """How one source ended in one night."""

    source: str
    state: str  # done, partial, failed, refused, limit, skipped, interrupted
    reason: str = ""
    seconds: float = 0.0
    requests: int = 0
    accounts: int = 0  # different accounts seen
    bills: tuple[LaneBill, ...] = ()
    counters: Mapping[str, int] = Field(default_factory=dict)  # everything skipped, by name


class Night(Record):
    """One nightly run."""

    number: int
    started_at: Instant
    ended_at: Instant | None = None
    forecast: tuple[Forecast, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    counters: Mapping[str, int] = Field(default_factory=dict)


class Verdict(StrEnum):
    """What a judgement says of two accounts."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    SUGGESTED = "suggested"


class Judgement(Record):
    """One decision about two accounts; leads are computed from the live ones."""

    id: int | None = None  # given by the Store
    left: AccountKey
    right: AccountKey
    verdict: Verdict
    bits: float | None = None  # strength of the evidence, log2
    by: str  # "identity/1" or a person
    why: str  # one sentence for the reader
    evidence: tuple[str, ...] = ()  # addresses and values compared
    created_at: Instant
    undone_at: Instant | None = None
    undone_by: str | None = None


class Lead(Record):
    """One person: a cluster of accounts with their work."""

    id: str  # stable, "L000042"
    accounts: tuple[Account, ...]
    evidence: tuple[Evidence, ...] = ()
    status: str = "new"
    first_seen: Instant
    last_changed: Instant

    @property
    def name(self) -> str:
        """The best name to show: the first real name, else the first handle."""
        return next((a.name for a in self.accounts if a.name), self.accounts[0].handle)


class Part(Record):
    """One component of a score. contribution = weight · effective, effective = c·value + (1-c)·neutral."""

    component: str
    weight: float  # normalised: weights of a receipt sum to 1
    value: float | None  # in [0,1]; None: unknown
    confidence: float  # in [0,1]
    neutral: float  # the value used for the unknown share
    effective: float
    contribution: float
    reason: str  # the sentence the reader sees
    evidence: tuple[str, ...] = ()  # ids of at most three pieces of evidence
    missing: tuple[str, ...] = ()


class Penalty(Record):
    """A deduction with its evidence."""

    name: str
    amount: float
    reason: str
    evidence: tuple[str, ...] = ()


class Receipt(Record):
    """What makes a score replayable: everything its arithmetic used."""

    lead: str
    role: str
    role_version: int
    digest: str  # sha-256 over role, reference tables and engine version
    scored_at: Instant
    total: float  # in [0,1]
    low: float  # if every unknown were at the 10th percentile
    high: float  # … at the 90th
    coverage: float  # share of the weight that is known
    parts: tuple[Part, ...]
    penalties: tuple[Penalty, ...] = ()
    section: str = "ranked"  # ranked, too_little_evidence, restricted
