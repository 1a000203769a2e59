"""When people are forgotten: what a lead's clock says under the rules in force, and why.

Two stages. Everybody collected is in the pool first. Whoever somebody works with, was told, or is among the best of an
active role becomes a lead; all others are forgotten some days after they were found. Seeing somebody again moves no
clock. Somebody forgotten and found again may stand in the pool once more, but their term runs from the first day they
were ever collected, and the time to tell them goes on where it stood.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sourcing.regimes import Rules
from storage.records import Instant, Record
from storage.store import LeadTimes, Store

SECTIONS = ("ranked", "too_little_evidence")
# Statuses that mean somebody answered us; writing to somebody is one way only.
TWO_WAY = ("replied", "interviewing", "offered", "hired")
# People brought one by one on purpose: candidates of the controller's own system, contacts of a user.
BROUGHT = frozenset({"ats", "linkedin"})
# Candidates of the controller's own system were told there, when they applied (Article 13).
TOLD_ELSEWHERE = frozenset({"ats"})
POOL, UNTOLD, TERM = "pool", "untold", "term"
WHY: Mapping[str, str] = {
    POOL: "in the pool: not among the best of a role, and nobody works with them",
    UNTOLD: "not told in time",
    TERM: "their term is over",
}


class Fate(Record):
    """When a lead is forgotten, and why."""

    lead: str
    collected_at: Instant
    at: Instant
    why: str  # pool, untold, term


def best(store: Store, roles: Iterable[str], rules: Rules) -> frozenset[str]:
    """The leads kept for their place in a list of an active role; those who refuse recruiters take no place."""
    return frozenset(name for role in roles for name in store.best_willing(role, SECTIONS, rules.best))


def unlisted(store: Store, roles: Iterable[str]) -> list[str]:
    """Active roles nobody is ranked for yet: without their list nobody can say who is among the best."""
    return [role for role in roles if not store.is_listed(role, SECTIONS)]


def past_pool(store: Store, kept: frozenset[str], rules: Rules) -> Iterator[LeadTimes]:
    """The leads past the pool, all where there is none, in order of their ids."""
    # The pool is most of a database: who is certainly in it is not looked at.
    some = None if not rules.pool_days else kept | store.leads_worked_with(BROUGHT)
    times = store.lead_times(TWO_WAY, some)
    return times if some is None else (one for one in times if is_lead(one, kept))


def begun_by(rules: Rules, until: datetime) -> datetime | None:
    """The moment by which a clock must have begun to run out until another; None if none runs."""
    days = [number for number in (rules.pool_days, rules.notice_days, rules.lead_days) if number]
    return until - timedelta(days=min(days)) if days else None


def is_lead(times: LeadTimes, kept: Collection[str]) -> bool:
    """Whether somebody is past the pool."""
    if times.acted or times.notice in ("given", "exempt") or not BROUGHT.isdisjoint(times.sources):
        return True
    return times.lead in kept and not times.refuses


def notice_due(times: LeadTimes, rules: Rules) -> datetime | None:
    """Until when a lead has to be told; None if there is no such duty (any more)."""
    if (
        not rules.notice_days
        or times.restricted
        or times.notice in ("given", "exempt")
        or set(times.sources) <= TOLD_ELSEWHERE
    ):
        return None
    return (times.untold_from or times.collected_at) + timedelta(days=rules.notice_days)


def fate(times: LeadTimes, kept: Collection[str], rules: Rules) -> Fate | None:
    """The first of a lead's clocks to run out; None if none runs, or the data were restricted (Article 18)."""
    if times.restricted:
        return None
    ends = dict(_ends(times, kept, rules))
    if not ends:
        return None
    why = min(ends, key=lambda name: ends[name])
    return Fate(lead=times.lead, collected_at=times.collected_at, at=ends[why], why=why)


def _ends(times: LeadTimes, kept: Collection[str], rules: Rules) -> Iterable[tuple[str, datetime]]:
    if rules.pool_days and not is_lead(times, kept):
        yield POOL, (times.found_at or times.collected_at) + timedelta(days=rules.pool_days)
    if (due := notice_due(times, rules)) is not None:
        yield UNTOLD, due
    if rules.lead_days:
        yield TERM, _term(times, rules)


def _term(times: LeadTimes, rules: Rules) -> datetime:
    end = times.collected_at + timedelta(days=rules.lead_days)
    if times.contacted_at is None:
        return end
    return max(end, times.contacted_at + timedelta(days=rules.contact_days))
