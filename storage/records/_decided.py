"""What people decide about leads and roles: rows with author and time, never overwritten."""

from enum import StrEnum

from storage.records._base import AccountKey, Instant, Record
from storage.records._scores import Receipt


class Answer(StrEnum):
    """What a sourcer says of a lead for a role."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Decision(Record):
    """One answer about one lead for one role; of the live ones of a lead and role the last one stands."""

    id: int | None = None  # given by the Store
    lead: str  # the id it was said of; an alias if that lead was merged since
    role: str
    answer: Answer
    reason: str  # a code of `sourcing.decisions`
    note: str = ""
    by: str
    at: Instant
    listed: str  # the list it was read in, "night 12": only leads of one list are compared with each other
    accounts: tuple[AccountKey, ...]  # what the lead was made of at that time
    receipt: Receipt  # the score as the person saw it
    living: str | None = None  # the lead it speaks of now; given by the Store
    undone_at: Instant | None = None
    undone_by: str | None = None


class RoleVersion(Record):
    """One saved version of a role profile, with the text of its file."""

    role: str
    version: int
    digest: str  # of the profile
    content: str  # YAML
    by: str
    why: str
    at: Instant
    pairs: tuple[tuple[str, str], ...] = ()  # leads, better one first, that a learned version was learned from
