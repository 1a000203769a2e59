"""What the Store's own verbs take and give, beside the records of `storage.records`."""

from collections.abc import Mapping

from pydantic import Field

from storage.records import AccountKey, Instant, Record


class Saved(Record):
    """What one `Store.save` did, in rows."""

    accounts_new: int = 0
    accounts_changed: int = 0
    accounts_unchanged: int = 0
    evidence_new: int = 0
    evidence_changed: int = 0
    evidence_unchanged: int = 0
    sightings: int = 0
    gone: int = 0
    withdrawn: int = 0
    tombstoned: int = 0  # items of erased people, dropped before anything was stored
    mentions: int = 0  # what others said of erased people, left out
    not_again: int = 0  # items of people whose term is over, dropped until that is forgotten
    restricted: int = 0  # items of people who may only be stored, dropped as well
    events: int = 0
    unknown_account: int = 0  # items of accounts that are neither stored nor in the batch

    def __add__(self, other: "Saved") -> "Saved":
        """Sum, field by field."""
        return Saved(**{name: getattr(self, name) + getattr(other, name) for name in Saved.model_fields})


class Find(Record):
    """A lane showed an account; `night` is the first one in which it did, None outside of nights."""

    account: AccountKey
    lane: str
    night: int | None = None


class StatusChange(Record):
    """One entry of a lead's status history."""

    lead: str  # the id it was said of; an alias if that lead was merged since
    status: str
    by: str
    note: str
    at: Instant
    role: str = ""  # what for; "" where nobody said


class Note(Record):
    """What somebody wrote down about a lead; a struck one stays to be read."""

    id: int
    lead: str  # the id it was written to; an alias if that lead was merged since
    text: str
    by: str
    at: Instant
    struck_at: Instant | None = None
    struck_by: str | None = None


class IdentityModel(Record):
    """A frozen model of identity: its numbers belong to `sourcing.identity`."""

    number: int
    fitted_at: Instant
    digest: str  # of settings and frequencies
    accounts: int  # persons it was made from
    content: Mapping[str, object] = Field(default_factory=dict)


class NightList(Record):
    """What was kept of a role's list when a night ended."""

    night: int
    role: str
    at: Instant
    leads: int
    versions: tuple[tuple[int, str, int], ...]  # role version, digest of the scoring, leads scored by it
    digest: bytes  # over all rows in order
    blocks: bytes  # of it per hundred rows, eight bytes each
    members: tuple[int, ...]  # ids of receipts, ascending
    top: tuple[tuple[str, float], ...]  # lead and total of the first rows


class ExportRow(Record):
    """One file that left the Store."""

    id: int | None = None  # given by the Store
    role: str
    format: str
    path: str
    sha256: str
    leads: tuple[str, ...]  # ids, in the order of the file
    by: str
    at: Instant
    night: int | None = None
    recipient: str = ""  # who was given it
    purpose: str = ""
    role_version: int = 0  # newest of the scores in it
    content: str = ""  # SHA-256 of what it says, the same for the same list in the same format to the same recipient
    expires_at: Instant | None = None  # when whoever was given it has to have deleted it
