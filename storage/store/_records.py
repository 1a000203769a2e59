"""What the Store's own verbs take and give, beside the records of `storage.records`."""

from storage.records import Instant, Record


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
    suppressed: int = 0  # items of erased people, dropped before anything was stored
    events: int = 0
    unknown_account: int = 0  # items of accounts that are neither stored nor in the batch

    def __add__(self, other: "Saved") -> "Saved":
        """Sum, field by field."""
        return Saved(**{name: getattr(self, name) + getattr(other, name) for name in Saved.model_fields})


class StatusChange(Record):
    """One entry of a lead's status history."""

    lead: str  # the id it was said of; an alias if that lead was merged since
    status: str
    by: str
    note: str
    at: Instant


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
