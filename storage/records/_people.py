"""Who is one person: judgements, and the leads computed from them."""

from enum import StrEnum

from storage.records._base import AccountKey, Instant, Record
from storage.records._collected import Account, Evidence


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
