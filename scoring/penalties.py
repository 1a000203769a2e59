"""Deductions: each small, each with its evidence, each can be switched off in the profile."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from scoring.reading import Reading
from scoring.sums import scaled
from storage.records import Level, Penalty

EACH_AT_MOST = 0.04
_CLAIMS = 8
_PROVEN_SHARE = 0.25
_WORK_TO_COMPARE = 5
_REPORTS = 3
_STALE_MONTHS = 24

_ACCURACY = re.compile(r"(?i)\baccuracy\b")
_OTHER_METRIC = re.compile(
    r"(?i)\b(precision|recall|f1|auc|roc|calibrat\w+|latency|throughput|cost|brier|log[- ]?loss|rmse|mae|map|iou|"
    r"bleu|rouge|perplexity|confusion matrix|fairness)\b"
)


class Claimed(NamedTuple):
    """One skill a person claims, beside what work shows of it; ids of accounts and evidence."""

    skill: str
    claimed_in: tuple[str, ...]
    shown_in: tuple[str, ...]  # best first, at most three
    level: Level  # the highest that shows
    coverage: float  # 0 to 1

    @property
    def proven(self) -> bool:
        """Whether work of one's own or changes elsewhere show it in practice."""
        return self.level >= Level.PRACTICE


def ledger(reading: Reading) -> list[Claimed]:
    """The buzzword ledger: every claimed skill with what is shown, least shown first."""
    rows = [row for skill in reading.shown if (row := _claimed(reading, skill)) is not None]
    return sorted(rows, key=lambda row: (row.level, row.coverage, row.skill))


def _claimed(reading: Reading, skill: str) -> Claimed | None:
    items = reading.shown[skill]
    said = sorted({item.id for item in items if item.level == Level.CLAIM})
    if not said:
        return None
    shown = [item.id for item in items if item.level > Level.CLAIM]
    held = reading.coverage[skill]
    return Claimed(skill, tuple(said), tuple(dict.fromkeys(shown))[:3], held.level, held.value)


def buzzwords(reading: Reading) -> Penalty | None:
    """Many skills are claimed, few of them show in work."""
    return reading.person.once(("buzzwords", reading.alike), lambda: _buzzwords(reading))


def _buzzwords(reading: Reading) -> Penalty | None:
    claimed = ledger(reading)
    proven = sum(row.proven for row in claimed)
    work = sum(one.level > Level.CLAIM for one in reading.work)
    # Without work to compare with, claims are all a source shows: that is no fault of the person.
    if len(claimed) < _CLAIMS or work < _WORK_TO_COMPARE or proven >= _PROVEN_SHARE * len(claimed):
        return None
    evidence = sorted({one for row in claimed if not row.proven for one in row.claimed_in})
    reason = f"{len(claimed)} skills claimed, {proven} of them shown in work"
    return Penalty(name="buzzwords", amount=EACH_AT_MOST, reason=reason, evidence=tuple(evidence[:3]))


def accuracy_only(reading: Reading) -> Penalty | None:
    """Own model reports name accuracy and no other measure."""
    return reading.person.once("accuracy_only", lambda: _accuracy_only(reading))


def _accuracy_only(reading: Reading) -> Penalty | None:
    texts = [one for one in reading.own if one.text and one.level > Level.CLAIM and _ACCURACY.search(one.text)]
    bare = [one.id for one in texts if not _OTHER_METRIC.search(one.text or "")]
    if len(bare) < _REPORTS or len(bare) < len(texts):
        return None
    reason = f"{len(bare)} own reports name accuracy and no other measure"
    return Penalty(name="accuracy_only", amount=EACH_AT_MOST, reason=reason, evidence=tuple(bare[:3]))


def stale(reading: Reading) -> Penalty | None:
    """No dated public work for two years."""
    return reading.person.once(("stale", reading.setting.month), lambda: _stale(reading))


def _stale(reading: Reading) -> Penalty | None:
    dated = sorted(((at, one.id) for one in reading.work if (at := reading.date(one)) is not None), reverse=True)
    if not dated or reading.setting.age(dated[0][0]) < _STALE_MONTHS:
        return None
    reason = f"last dated public work in {dated[0][0]:%B %Y}"
    return Penalty(name="stale", amount=EACH_AT_MOST, reason=reason, evidence=(dated[0][1],))


PENALTIES: Mapping[str, Callable[[Reading], Penalty | None]] = {
    "buzzwords": buzzwords,
    "accuracy_only": accuracy_only,
    "stale": stale,
}


def penalties(reading: Reading, most: float) -> list[Penalty]:
    """The deductions that apply; together at most `most` and the profile's limit, scaled down if more."""
    rules = reading.role.penalties
    found = [penalty for name, rule in PENALTIES.items() if name not in rules.off and (penalty := rule(reading))]
    amounts = scaled([penalty.amount for penalty in found], most, rules.max_total)
    return [
        penalty if penalty.amount == amount else penalty.model_copy(update={"amount": amount})
        for penalty, amount in zip(found, amounts, strict=True)
    ]
