"""From leads to receipts: components × weights − penalties, with every number kept for replay."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from scoring import sums
from scoring.fairness.blind import blind
from scoring.features import FEATURES, Component, Seen
from scoring.features.base import NOTHING_FOUND
from scoring.heard import heard
from scoring.penalties import penalties
from scoring.person import Person
from scoring.places import places_digest
from scoring.reading import Coverage, Reading, Setting
from scoring.reference import Reference, Usual
from scoring.roles import Role
from scoring.sound import sound
from scoring.sums import ENOUGH_EVIDENCE
from storage.errors import RoleError
from storage.records import Lead, Part, Penalty, Receipt

ENGINE_VERSION = 5
_HIDDEN = frozenset({"no_recruiters", "restricted"})  # flags of people no list may hold


class Scorer:
    """Scores leads for one role at one time. Pure: the same lead gives the same receipt, bit for bit."""

    def __init__(self, role: Role, now: datetime, reference: Reference | None = None) -> None:
        """RoleError if nobody has confirmed the profile; `reference` are tables other than the shipped ones."""
        if not role.confirmed:
            raise RoleError(f"role {role.role!r} is a draft: read it and set `confirmed: true` in its file")
        self.role = role
        self.setting = Setting(role, now, reference)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over role, vocabulary, reference tables, places and engine version."""
        parts = (self.role.digest, self.setting.reference.digest, places_digest(), str(ENGINE_VERSION))
        return hashlib.sha256("/".join(parts).encode()).hexdigest()

    def score(self, lead: Lead, *, ready: bool = False) -> Receipt:
        """The receipt of one lead as `readable` leaves it; `ready` says that it was made so before."""
        return self.score_person(Person(lead if ready else readable(lead, self.setting.now)[0]))

    def score_person(self, person: Person) -> Receipt:
        """The receipt of a lead made ready to be read; scored for several roles it is read once."""
        lead, reading = person.lead, Reading(person, self.setting)
        parts = [_part(asked, asked.feature(reading)) for asked in self._asked]
        gross = sums.added(part.contribution for part in parts)
        deducted = penalties(reading, gross)
        coverage = sums.added(part.weight * part.confidence for part in parts)
        return Receipt(
            lead=lead.id,
            role=self.role.role,
            role_version=self.role.version,
            digest=self.digest,
            scored_at=self.setting.now,
            total=_total(parts, deducted),
            low=_bound(parts, [asked.usual.p10 for asked in self._asked], deducted),
            high=_bound(parts, [asked.usual.p90 for asked in self._asked], deducted),
            coverage=min(1.0, coverage),
            parts=tuple(parts),
            penalties=tuple(deducted),
            section=_section(lead, coverage),
        )

    def skills_of(self, lead: Lead) -> list[Coverage]:
        """The skills a lead's public work shows, best covered first."""
        return _ranked(Reading(readable(lead, self.setting.now)[0], self.setting))

    @cached_property
    def _asked(self) -> list["_Asked"]:
        cautious, usual = self.role.missing == "cautious", self.setting.reference.usual
        held = [(name, weight, usual(self.role.role, name)) for name, weight in self.role.normal_weights.items()]
        return [
            _Asked(name, weight, one, one.p25 if cautious else one.p50, FEATURES[name]) for name, weight, one in held
        ]


class _Asked(NamedTuple):
    """One component a role weighs; `neutral` is what the unknown share counts as."""

    name: str
    weight: float
    usual: Usual
    neutral: float
    feature: Component


def _part(asked: _Asked, found: Seen) -> Part:
    effective = sums.effective(found.value, found.confidence, asked.neutral)
    return Part(
        component=asked.name,
        weight=asked.weight,
        value=found.value,
        confidence=found.confidence,
        neutral=asked.neutral,
        effective=effective,
        contribution=asked.weight * effective,
        reason=found.reason,
        evidence=found.evidence,
        missing=found.missing,
    )


def _bound(parts: Sequence[Part], ends: Sequence[float], deducted: Sequence[Penalty]) -> float:
    """The total if everything unknown stood at these values."""
    terms = (
        part.weight * sums.effective(part.value, part.confidence, end) for part, end in zip(parts, ends, strict=True)
    )
    return sums.total(terms, (penalty.amount for penalty in deducted))


def readable(lead: Lead, now: datetime) -> tuple[Lead, Counter[str]]:
    """A lead as it may be scored: without impossible figures and dates, which are counted, orders, and its name."""
    clean, impossible = sound(lead, now)
    return blind(heard(clean)), impossible


def rank(role: Role, leads: Iterable[Lead], now: datetime) -> list[Receipt]:
    """Receipts of all leads, highest total first, ties by lead id; the order of the input does not matter."""
    scorer = Scorer(role, now)
    return sorted((scorer.score(lead) for lead in leads), key=lambda receipt: (-receipt.total, receipt.lead))


def replay(receipt: Receipt) -> float:
    """The total, computed again from the stored values, confidences, weights and penalties."""
    again = []
    for part in receipt.parts:
        effective = sums.effective(part.value, part.confidence, part.neutral)
        again.append(part.model_copy(update={"effective": effective, "contribution": part.weight * effective}))
    return _total(again, receipt.penalties)


def skills_of(lead: Lead, now: datetime, role: Role | None = None) -> list[Coverage]:
    """The skills a lead's public work shows, best covered first; without a role with the usual half lives."""
    plain = Role.model_validate({"role": "any", "version": 1, "titles": ["any"]})
    return _ranked(Reading(readable(lead, now)[0], Setting(role or plain, now)))


def _total(parts: Sequence[Part], deducted: Sequence[Penalty]) -> float:
    """One sum for scoring, replay and the matrix, in the order of the parts."""
    return sums.total((part.contribution for part in parts), (penalty.amount for penalty in deducted))


def _section(lead: Lead, coverage: float) -> str:
    if any(not _HIDDEN.isdisjoint(account.flags) for account in lead.accounts):
        return "restricted"
    return "ranked" if coverage >= ENOUGH_EVIDENCE else "too_little_evidence"


def _ranked(reading: Reading) -> list[Coverage]:
    return sorted(reading.coverage.values(), key=lambda coverage: (-coverage.value, coverage.skill))


__all__ = [
    "ENGINE_VERSION",
    "ENOUGH_EVIDENCE",
    "NOTHING_FOUND",
    "Scorer",
    "rank",
    "readable",
    "replay",
    "skills_of",
]
