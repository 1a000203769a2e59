"""Scores with everything their arithmetic used."""

from storage.records._base import Instant, Record


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
