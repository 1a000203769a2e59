"""What sources say: accounts, links, pieces of work, and what became of them."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from pydantic import Field

from storage.records._base import AccountKey, Instant, Origin, Record

WISH = "wish"  # kind of evidence of what people say about being contacted: it says nothing of their work


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
        # Asked for several times of every record: the constructor of a named tuple is Python code.
        fields = self.__dict__
        return tuple.__new__(AccountKey, (fields["source"], fields["source_id"]))


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
        fields = self.__dict__
        source, source_id = fields["account"]
        return f"{source}:{source_id}/{fields['kind']}/{fields['source_id']}"


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
