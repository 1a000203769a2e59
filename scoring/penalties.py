"""Deductions: each small, each with its evidence, each can be switched off in the profile."""

import re
from collections.abc import Callable, Mapping

from scoring.reading import Reading
from storage.records import Level, Penalty

_EACH_AT_MOST = 0.04
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


def buzzwords(reading: Reading) -> Penalty | None:
    """Many skills are claimed, few of them show in work."""
    claimed = [skill for skill, items in reading.shown.items() if any(i.level == Level.CLAIM for i in items)]
    proven = [skill for skill in claimed if reading.coverage[skill].level >= Level.PRACTICE]
    work = sum(one.level > Level.CLAIM for one in reading.work)
    # Without work to compare with, claims are all a source shows: that is no fault of the person.
    if len(claimed) < _CLAIMS or work < _WORK_TO_COMPARE or len(proven) >= _PROVEN_SHARE * len(claimed):
        return None
    evidence = sorted({i.id for skill in claimed for i in reading.shown[skill] if i.level == Level.CLAIM})
    reason = f"{len(claimed)} skills claimed, {len(proven)} of them shown in work"
    return Penalty(name="buzzwords", amount=_EACH_AT_MOST, reason=reason, evidence=tuple(evidence[:3]))


def accuracy_only(reading: Reading) -> Penalty | None:
    """Own model reports name accuracy and no other measure."""
    texts = [one for one in reading.own if one.text and one.level > Level.CLAIM and _ACCURACY.search(one.text)]
    bare = [one.id for one in texts if not _OTHER_METRIC.search(one.text or "")]
    if len(bare) < _REPORTS or len(bare) < len(texts):
        return None
    reason = f"{len(bare)} own reports name accuracy and no other measure"
    return Penalty(name="accuracy_only", amount=_EACH_AT_MOST, reason=reason, evidence=tuple(bare[:3]))


def stale(reading: Reading) -> Penalty | None:
    """No dated public work for two years."""
    dated = sorted(((at, one.id) for one in reading.work if (at := reading.date(one)) is not None), reverse=True)
    if not dated or reading.setting.age(dated[0][0]) < _STALE_MONTHS:
        return None
    reason = f"last dated public work in {dated[0][0]:%B %Y}"
    return Penalty(name="stale", amount=_EACH_AT_MOST, reason=reason, evidence=(dated[0][1],))


PENALTIES: Mapping[str, Callable[[Reading], Penalty | None]] = {
    "buzzwords": buzzwords,
    "accuracy_only": accuracy_only,
    "stale": stale,
}


def penalties(reading: Reading, most: float) -> list[Penalty]:
    """The deductions that apply; together at most `most` and the profile's limit, scaled down if more."""
    rules = reading.role.penalties
    found = [penalty for name, rule in PENALTIES.items() if name not in rules.off and (penalty := rule(reading))]
    total = sum(penalty.amount for penalty in found)
    limit = max(0.0, min(rules.max_total, most))
    if total <= limit:
        return found
    return [penalty.model_copy(update={"amount": penalty.amount * limit / total}) for penalty in found]
