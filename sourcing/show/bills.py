"""What lanes were to cost and did cost: one line per lane, one sum per source, and how far apart the two were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import counted, moment, short, table
from storage.records import Forecast, LaneBill, LimitLeft, Night

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sourcing.crawl import Plan, SourcePlan

PLAN = ("lane", "requests", "points", "minutes", "last night's requests", "basis")
BILL = ("lane", "forecast", "requests", "error", "counted", "points", "refused", "accounts", "evidence")
COUNTS = ("requests", "counted", "points", "refused", "accounts", "evidence")
NOTHING = "no lanes: the active roles name none for a usable source (see `sourcing doctor`)"
CAME_TO_AN_END = frozenset({"done", "partial"})  # what was cut short cannot be compared with its forecast


def planned(row: Plan, past: Mapping[str, LaneBill]) -> str:
    """The forecast of every lane, under its source's sum, beside what the lane cost last time."""
    if not row.lanes:
        return NOTHING
    after = f", and {row.after:.1f} for joining, scoring and the report" if row.after else ""
    together_ = (
        f"together: {counted(row.requests, 'request')}, {counted(row.points, 'point')}; "
        f"sources run side by side: about {row.minutes:.1f} minutes{after}"
    )
    notes = [note for source in row.sources for note in _notes(source)]
    return "\n".join([table(PLAN, _planned(row, past)), together_, *notes])


def _planned(row: Plan, past: Mapping[str, LaneBill]) -> Iterator[tuple[object, ...]]:
    for source in sorted(row.sources, key=lambda one: one.source):
        mine = [lane for lane in row.lanes if source_of(lane.lane) == source.source]
        before = [past[lane.lane].requests for lane in mine if lane.lane in past]
        last = sum(before) if before else ""
        lanes = counted(source.lanes, "lane")
        yield source.source, source.requests, source.points, f"{source.minutes:.1f}", last, lanes
        for lane in sorted(mine, key=lambda lane: (-lane.requests, lane.lane)):
            last = past[lane.lane].requests if lane.lane in past else ""
            yield _inner(lane.lane), lane.requests, lane.points, f"{lane.minutes:.1f}", last, lane.basis


def _notes(source: SourcePlan) -> Iterator[str]:
    """What budgets and limits make of a source's forecast."""
    yield from (f"{source.source}: {_left(left)}" for left in source.left)
    if source.waiting:
        yield f"{source.source}: {source.waiting:.1f} of its minutes are waiting for budgets that will be used up"
    if source.over:
        yield (
            f"{source.source}: may send {source.most:,} requests, {source.over:,} fewer than forecast; "
            "the next night goes on"
        )


def _left(left: LimitLeft) -> str:
    budget = f"{left.resource} budget" if left.resource else "budget"
    of = f" of {left.limit:,}" if left.limit else ""
    return f"{left.remaining:,}{of} left of its {budget} at {left.host} until {moment(left.reset_at)}"


def together(rows: Sequence[Forecast]) -> str:
    """The sum of a forecast."""
    requests, points = sum(row.requests for row in rows), sum(row.points for row in rows)
    return f"together: {counted(requests, 'request')}, {counted(points, 'point')}"


def billed(night: Night, *, most: int | None = None) -> str:
    """The bill of every lane beside its forecast, under its source's sum; `most` lanes per source."""
    rows = list(_billed(night, most))
    return f"{table(BILL, rows)}\n{missed(night)}" if rows else "no lane was asked and none was planned"


def missed(night: Night) -> str:
    """How far forecast and fact were apart, over the sources that came to an end."""
    whole = {outcome.source: outcome.requests for outcome in night.outcomes if outcome.state in CAME_TO_AN_END}
    plans = dict.fromkeys(whole, 0)
    for row in night.forecast:
        if source_of(row.lane) in plans:
            plans[source_of(row.lane)] += row.requests
    plan, fact = sum(plans.values()), sum(whole.values())
    if not plans or not night.forecast:
        return "forecast and fact cannot be compared: no source was planned and came to its end"
    each = sum(abs(plans[source] - whole[source]) for source in plans)
    left_out = len([one for one in night.outcomes if one.state not in {*CAME_TO_AN_END, "skipped"}])
    rest = f"; {counted(left_out, 'source')} that did not come to an end left out" if left_out else ""
    return (
        f"forecast {counted(plan, 'request')}, sent {fact:,}: {error(plan, fact)}; "
        f"source by source {_share(each, fact)} apart{rest}"
    )


def error(plan: float, fact: float) -> str:
    """How far a forecast was above (+) or below (-) the fact, in per cent of it; "" where both are nothing."""
    if not fact:
        return "" if not plan else "all"
    return f"{100 * (plan - fact) / fact:+.0f} %"


def _not_compared(plan: float, fact: float) -> str:
    """What stands in the column of errors for a source that did not come to an end."""
    del plan, fact
    return "cut short"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "nothing"


def _billed(night: Night, most: int | None) -> Iterator[tuple[object, ...]]:
    plans = {row.lane: row for row in night.forecast}
    cut = {outcome.source for outcome in night.outcomes if outcome.state not in {*CAME_TO_AN_END, "skipped"}}
    spent = {outcome.source: {bill.lane: bill for bill in outcome.bills} for outcome in night.outcomes}
    for source in sorted({*map(source_of, plans), *(source for source, bills in spent.items() if bills)}):
        bills = spent.get(source, {})
        lanes = dict.fromkeys([*(lane for lane in plans if source_of(lane) == source), *bills])
        lines = [(lane, plans.get(lane), bills.get(lane, LaneBill(lane=lane))) for lane in lanes]
        lines.sort(key=lambda line: (-line[2].requests, -(line[1].requests if line[1] else 0), line[0]))
        apart = _not_compared if source in cut else error
        yield _sum(source, lines, apart)
        yield from (_line(_inner(lane), plan, bill, apart) for lane, plan, bill in lines[:most])
        if most is not None and len(lines) > most:
            yield _sum(f"  … {counted(len(lines) - most, 'more lane')}", lines[most:], apart)


Line = tuple[str, Forecast | None, LaneBill]


def _sum(name: str, lines: Sequence[Line], apart: Callable[[float, float], str]) -> tuple[object, ...]:
    plans, bills = [plan for _, plan, _ in lines if plan], [bill for _, _, bill in lines]
    requests, *rest = [sum(getattr(bill, field) for bill in bills) for field in COUNTS]
    plan = sum(plan.requests for plan in plans)
    return (name, plan if plans else "", requests, apart(plan, requests) if plans else "", *rest)


def _line(name: str, plan: Forecast | None, bill: LaneBill, apart: Callable[[float, float], str]) -> tuple[object, ...]:
    requests, *rest = (getattr(bill, field) for field in COUNTS)
    return (name, plan.requests if plan else "", requests, apart(plan.requests, requests) if plan else "", *rest)


def source_of(lane: str) -> str:
    """The source of a lane's id."""
    return lane.partition("/")[0]


def _inner(lane: str) -> str:
    # The table trims what stands at the edge, so the indent is a sign.
    return f"· {short(lane)}"
