"""From leads to receipts: components × weights − penalties, with every number kept for replay."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from scoring.features import FEATURES, Seen
from scoring.features.base import NOTHING_FOUND
from scoring.penalties import penalties
from scoring.places import places_digest
from scoring.reading import Coverage, Reading, Setting
from scoring.reference import Usual
from scoring.roles import Role
from storage.errors import RoleError
from storage.records import Lead, Part, Penalty, Receipt

ENGINE_VERSION = 1
ENOUGH_EVIDENCE = 0.30  # coverage under which a lead stands in a section of its own


class Scorer:
    """Scores leads for one role at one time. Pure: the same lead gives the same receipt, bit for bit."""

    def __init__(self, role: Role, now: datetime) -> None:
        """RoleError if nobody has confirmed the profile."""
        if not role.confirmed:
            raise RoleError(f"role {role.role!r} is a draft: read it and set `confirmed: true` in its file")
        self.role = role
        self.setting = Setting(role, now)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over role, vocabulary, reference tables, places and engine version."""
        parts = (self.role.digest, self.setting.reference.digest, places_digest(), str(ENGINE_VERSION))
        return hashlib.sha256("/".join(parts).encode()).hexdigest()

    def score(self, lead: Lead) -> Receipt:
        """The receipt of one lead."""
        reading = Reading(lead, self.setting)
        parts = [self._part(name, weight, FEATURES[name](reading)) for name, weight in self._weights]
        gross = math.fsum(part.contribution for part in parts)
        deducted = penalties(reading, gross)
        coverage = math.fsum(part.weight * part.confidence for part in parts)
        return Receipt(
            lead=lead.id,
            role=self.role.role,
            role_version=self.role.version,
            digest=self.digest,
            scored_at=self.setting.now,
            total=_total(parts, deducted),
            low=self._bound(parts, deducted, high=False),
            high=self._bound(parts, deducted, high=True),
            coverage=min(1.0, coverage),
            parts=tuple(parts),
            penalties=tuple(deducted),
            section=_section(lead, coverage),
        )

    def skills_of(self, lead: Lead) -> list[Coverage]:
        """The skills a lead's public work shows, best covered first."""
        return _ranked(Reading(lead, self.setting))

    @cached_property
    def _weights(self) -> list[tuple[str, float]]:
        return list(self.role.normal_weights.items())

    def _part(self, name: str, weight: float, found: Seen) -> Part:
        usual = self._usual(name)
        neutral = usual.p25 if self.role.missing == "cautious" else usual.p50
        effective = _effective(found.value, found.confidence, neutral)
        return Part(
            component=name,
            weight=weight,
            value=found.value,
            confidence=found.confidence,
            neutral=neutral,
            effective=effective,
            contribution=weight * effective,
            reason=found.reason,
            evidence=found.evidence,
            missing=found.missing,
        )

    def _usual(self, component: str) -> Usual:
        return self.setting.reference.usual(self.role.role, component)

    def _bound(self, parts: Sequence[Part], deducted: Sequence[Penalty], *, high: bool) -> float:
        """The total if everything unknown stood at the 10th or the 90th percentile."""
        usual = [(part, self._usual(part.component)) for part in parts]
        extremes = [(part, known.p90 if high else known.p10) for part, known in usual]
        gross = math.fsum(part.weight * _effective(part.value, part.confidence, end) for part, end in extremes)
        return _clip(gross - math.fsum(penalty.amount for penalty in deducted))


def rank(role: Role, leads: Iterable[Lead], now: datetime) -> list[Receipt]:
    """Receipts of all leads, highest total first, ties by lead id; the order of the input does not matter."""
    scorer = Scorer(role, now)
    return sorted((scorer.score(lead) for lead in leads), key=lambda receipt: (-receipt.total, receipt.lead))


def replay(receipt: Receipt) -> float:
    """The total, computed again from the stored values, confidences, weights and penalties."""
    again = []
    for part in receipt.parts:
        effective = _effective(part.value, part.confidence, part.neutral)
        again.append(part.model_copy(update={"effective": effective, "contribution": part.weight * effective}))
    return _total(again, receipt.penalties)


def skills_of(lead: Lead, now: datetime, role: Role | None = None) -> list[Coverage]:
    """The skills a lead's public work shows, best covered first; without a role with the usual half lives."""
    plain = Role.model_validate({"role": "any", "version": 1, "titles": ["any"]})
    return _ranked(Reading(lead, Setting(role or plain, now)))


def strongest(receipt: Receipt, count: int = 2) -> list[Part]:
    """The parts that lift the total most above what is usual, among those that are known."""
    known = [part for part in receipt.parts if part.value is not None]
    lifting = [part for part in known if part.effective > part.neutral] or known
    return sorted(lifting, key=lambda part: (-_gain(part), part.component))[:count]


def weakest(receipt: Receipt) -> Part | None:
    """The known part that pulls the total down most; None if nothing is known."""
    known = [part for part in receipt.parts if part.value is not None]
    return min(known, key=lambda part: (_gain(part), part.component), default=None)


def summary(receipt: Receipt) -> str:
    """One line: `0.71 (0.60–0.79), coverage 64 %`."""
    return f"{receipt.total:.2f} ({receipt.low:.2f}–{receipt.high:.2f}), coverage {receipt.coverage * 100:.0f} %"


def worth_asking(receipt: Receipt) -> list[str]:
    """What is not known and would move the total most, in plain words."""
    open_parts = sorted(receipt.parts, key=lambda part: (-part.weight * (1 - part.confidence), part.component))
    return [f"{part.component}: {', '.join(part.missing)}" for part in open_parts if part.missing]


def _gain(part: Part) -> float:
    return part.weight * (part.effective - part.neutral)


def _effective(value: float | None, confidence: float, neutral: float) -> float:
    """The known share at its value, the unknown share at what is usual."""
    return neutral if value is None else confidence * value + (1 - confidence) * neutral


def _total(parts: Sequence[Part], deducted: Sequence[Penalty]) -> float:
    """One sum for scoring and replay, exact to the last bit whatever the order."""
    return _clip(math.fsum([*(part.contribution for part in parts), *(-penalty.amount for penalty in deducted)]))


def _clip(total: float) -> float:
    return min(1.0, max(0.0, total))


def _section(lead: Lead, coverage: float) -> str:
    if any("no_recruiters" in account.flags for account in lead.accounts):
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
    "replay",
    "skills_of",
    "strongest",
    "summary",
    "weakest",
    "worth_asking",
]
