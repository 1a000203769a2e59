"""Figures and dates nobody can have: they are taken off a lead before it is read, and counted.

What is taken off is unknown from then on, which is neither a zero nor a merit.
"""

import math
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from storage.records import Evidence, Lead

LARGEST = 1e15  # more than anything on earth is counted in, and far from where sums overflow
_SIGNED = frozenset({"karma", "score", "points"})  # votes against are taken off these
_ANNOUNCED = frozenset({"talk", "paper"})
_AHEAD = timedelta(days=366)
_CLOCKS = timedelta(days=1)  # by which the clock of a source may be wrong
_MONTH = timedelta(days=32)


def sound(lead: Lead, now: datetime) -> tuple[Lead, Counter[str]]:
    """The lead without impossible figures and dates, and how many there were by name; itself if there are none."""
    count: Counter[str] = Counter()
    last = _end_of_month(now)
    if not (any(_odd(one.figures) for one in lead.accounts) or any(_doubtful(one, last) for one in lead.evidence)):
        return lead, count
    accounts = [one.model_copy(update={"figures": _figures(one.figures, count)}) for one in lead.accounts]
    work = [_sound_work(one, now, count) for one in lead.evidence]
    if not count:
        return lead, count
    return lead.model_copy(update={"accounts": tuple(accounts), "evidence": tuple(work)}), count


def believable(at: datetime, kind: str, seen_at: datetime, now: datetime) -> bool:
    """Whether work can bear this date: not after it was read, nor after this month (so that a month changes nothing).

    Programmes and journals name days to come, so talks and papers may lie a year ahead.
    """
    return at <= min(seen_at, _end_of_month(now)) + (_AHEAD if kind in _ANNOUNCED else _CLOCKS)


def _end_of_month(now: datetime) -> datetime:
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (month + _MONTH).replace(day=1)


def _odd(figures: Mapping[str, float]) -> bool:
    return any(not 0 <= value <= LARGEST for value in figures.values())


def _doubtful(one: Evidence, last: datetime) -> bool:
    """Whether a closer look is needed; most work needs none, and this is asked of all of it."""
    limit = min(one.origin.seen_at, last)
    dates = (one.event_at, one.started_at)
    return _odd(one.figures) or any(at is not None and at > limit for at in dates)


def _sound_work(one: Evidence, now: datetime, count: Counter[str]) -> Evidence:
    changes: dict[str, object] = {}
    kept = _figures(one.figures, count)
    if kept is not one.figures:
        changes["figures"] = kept
    for name in ("event_at", "started_at"):
        at = getattr(one, name)
        if at is not None and not believable(at, one.kind, one.origin.seen_at, now):
            changes[name] = None
            count["date in the future"] += 1
    return one.model_copy(update=changes) if changes else one


def _figures(figures: Mapping[str, float], count: Counter[str]) -> Mapping[str, float]:
    """The figures that can be; the same object if all can."""
    wrong = {name: why for name, value in figures.items() if (why := _wrong(name, value))}
    if not wrong:
        return figures
    count.update(wrong.values())
    return {name: value for name, value in figures.items() if name not in wrong}


def _wrong(name: str, value: float) -> str:
    if 0 <= value <= LARGEST:
        return ""
    if not math.isfinite(value):
        return f"{name} that is no number"
    if value < 0 and name in _SIGNED and value >= -LARGEST:
        return ""
    return f"negative {name}" if value < 0 else f"{name} beyond counting"
