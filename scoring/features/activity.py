"""The component about recent activity."""

from collections.abc import Mapping
from datetime import datetime

from scoring.features.base import Seen, counted, seen, unknown
from scoring.reading import Reading

_MONTHS_ENOUGH = 6
_CONTRIBUTIONS_ENOUGH = 120  # a year: ten a month
_YEARLY = ("commits_year", "pull_requests_year", "reviews_year", "restricted_year")


def activity(reading: Reading) -> Seen:
    """How steadily public work went on in the last twelve months; half of the months is full marks."""
    now = reading.setting.now
    return reading.person.once(("activity", now.year, now.month), lambda: _activity(reading))


def _activity(reading: Reading) -> Seen:
    dated = [(at, one.id) for one in reading.work for at in (reading.date(one), one.started_at) if at is not None]
    # Yearly counts of a profile say that work went on where single dates are not public.
    yearly = [sum(a.figures.get(name, 0.0) for name in _YEARLY) for a in reading.accounts if _has_year(a.figures)]
    if not dated and not yearly:
        return unknown("dated work")
    recent = sorted(((at, one) for at, one in dated if _within_a_year(at, reading.setting.now)), reverse=True)
    months = len({(at.year, at.month) for at, _ in recent})
    total = max(yearly, default=0.0)
    value = max(months / _MONTHS_ENOUGH, total / _CONTRIBUTIONS_ENOUGH)
    return seen(value, 1.0, _reason(months, round(total)), [one for _, one in recent])


def _within_a_year(at: datetime, now: datetime) -> bool:
    """In the twelve calendar months before this one, or in this one; a date in the future counts as now."""
    return (now.year - at.year) * 12 + now.month - at.month <= 12


def _has_year(figures: Mapping[str, float]) -> bool:
    return any(name in figures for name in _YEARLY)


def _reason(months: int, contributions: int) -> str:
    said = f"work in {counted(months, 'month')} of this one and the twelve before"
    return f"{said}, {counted(contributions, 'contribution')} in the year" if contributions else said
