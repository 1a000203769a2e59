"""What lanes were to cost and did cost: one line per lane, one sum per source."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sourcing.show.text import counted, short, table
from storage.records import Forecast, LaneBill, Night

PLAN = ("lane", "requests", "points", "minutes", "last night's requests", "basis")
BILL = ("lane", "forecast", "requests", "counted", "points", "refused", "accounts", "evidence")
NOTHING = "no lanes: the active roles name none for a usable source (see `sourcing doctor`)"


def planned(rows: Sequence[Forecast], past: Mapping[str, LaneBill]) -> str:
    """The forecast of every lane, under its source's sum, beside what the lane cost last time."""
    if not rows:
        return NOTHING
    return f"{table(PLAN, _planned(rows, past))}\n{together(rows)}"


def _planned(rows: Sequence[Forecast], past: Mapping[str, LaneBill]) -> Iterator[tuple[object, ...]]:
    for source in _sources(row.lane for row in rows):
        mine = [row for row in rows if source_of(row.lane) == source]
        before = [past[row.lane].requests for row in mine if row.lane in past]
        requests, points, minutes = _sums(mine)
        yield source, requests, points, f"{minutes:.1f}", sum(before) if before else "", counted(len(mine), "lane")
        for row in sorted(mine, key=lambda row: (-row.requests, row.lane)):
            last = past[row.lane].requests if row.lane in past else ""
            yield _inner(row.lane), row.requests, row.points, f"{row.minutes:.1f}", last, row.basis


def together(rows: Sequence[Forecast]) -> str:
    """The sum of a forecast."""
    requests, points, minutes = _sums(rows)
    return f"together: {counted(requests, 'request')}, {counted(points, 'point')}, about {minutes:.1f} minutes"


def _sums(rows: Sequence[Forecast]) -> tuple[int, int, float]:
    return sum(row.requests for row in rows), sum(row.points for row in rows), sum(row.minutes for row in rows)


def billed(night: Night, *, most: int | None = None) -> str:
    """The bill of every lane beside its forecast, under its source's sum; `most` lanes per source."""
    rows = list(_billed(night, most))
    return table(BILL, rows) if rows else "no lane was asked and none was planned"


def _billed(night: Night, most: int | None) -> Iterator[tuple[object, ...]]:
    plans = {row.lane: row for row in night.forecast}
    spent = {outcome.source: {bill.lane: bill for bill in outcome.bills} for outcome in night.outcomes}
    for source in sorted({*map(source_of, plans), *(source for source, bills in spent.items() if bills)}):
        bills = spent.get(source, {})
        lanes = dict.fromkeys([*(lane for lane in plans if source_of(lane) == source), *bills])
        lines = [(lane, plans.get(lane), bills.get(lane, LaneBill(lane=lane))) for lane in lanes]
        lines.sort(key=lambda line: (-line[2].requests, -(line[1].requests if line[1] else 0), line[0]))
        yield _sum(source, lines)
        yield from (_line(_inner(lane), plan, bill) for lane, plan, bill in lines[:most])
        if most is not None and len(lines) > most:
            yield _sum(f"  … {len(lines) - most} more lanes", lines[most:])


Line = tuple[str, Forecast | None, LaneBill]


def _sum(name: str, lines: Sequence[Line]) -> tuple[object, ...]:
    plans, bills = [plan for _, plan, _ in lines if plan], [bill for _, _, bill in lines]
    sums = [sum(getattr(bill, field) for bill in bills) for field in BILL[2:]]
    return (name, sum(plan.requests for plan in plans) if plans else "", *sums)


def _line(name: str, plan: Forecast | None, bill: LaneBill) -> tuple[object, ...]:
    return (name, plan.requests if plan else "", *(getattr(bill, field) for field in BILL[2:]))


def source_of(lane: str) -> str:
    """The source of a lane's id."""
    return lane.partition("/")[0]


def _sources(lanes: Iterable[str]) -> list[str]:
    return sorted({source_of(lane) for lane in lanes})


def _inner(lane: str) -> str:
    # The table trims what stands at the edge, so the indent is a sign.
    return f"· {short(lane)}"
