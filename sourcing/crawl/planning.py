"""What a night will cost: lane by lane from nights like it, and what budgets and limits make of that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sourcing.config import Config
from sourcing.counters import NEW, SHOWN
from sourcing.crawl.checked import checked, options_of
from sourcing.crawl.counted import CountedPast, People
from sourcing.crawl.statuses import usable
from spiders._course.past import Past, PastNight
from spiders._course.rounds import SAME_NIGHT
from spiders._registry import about
from storage.records import Forecast, Lane, LaneBill, LimitLeft, Night, Outcome, Record
from storage.store import Store

LOOK_BACK = 45  # nights: what is due once in thirty days is seen once
WELL = frozenset({"done", "partial"})
FORGOTTEN = "forgotten/"  # begin of a night's counters of accounts forgotten, by source
A_WINDOW = 3600.0  # seconds; the usual length of a budget's window


class SourcePlan(Record):
    """What one source will cost, and what stands in its way."""

    source: str
    lanes: int
    requests: int
    points: int
    minutes: float  # waiting for its budgets included
    waiting: float = 0.0  # of these, minutes of waiting for budgets that will be used up
    most: int  # requests it may send tonight
    left: tuple[LimitLeft, ...] = ()  # of its budgets that are still running

    @property
    def over(self) -> int:
        """Requests there will be no room for tonight; the next night continues."""
        return max(0, self.requests - self.most)


class Plan(Record):
    """The forecast of a night; sources run side by side, so the slowest decides how long it takes."""

    lanes: tuple[Forecast, ...]
    sources: tuple[SourcePlan, ...]
    requests: int
    points: int
    minutes: float  # of the crawl
    after: float  # minutes that joining, scoring and the report took in past nights


def outlook(config: Config, store: Store, lanes: Sequence[Lane], *, now: datetime) -> Plan:
    """The forecast of the next night with the budgets left and the limits set."""
    nights = store.nights(LOOK_BACK)
    rows = plan(config, store, lanes, now=now)
    sources = [_source_plan(config, name, mine, nights, now) for name, mine in _by_source(rows).items()]
    return Plan(
        lanes=tuple(rows),
        sources=tuple(sources),
        requests=sum(row.requests for row in rows),
        points=sum(row.points for row in rows),
        minutes=max((one.minutes for one in sources), default=0.0),
        after=after_crawl(nights) / 60,
    )


def plan(config: Config, store: Store, lanes: Sequence[Lane], *, now: datetime) -> list[Forecast]:
    """What each lane of each usable source will cost, from past nights where there are any."""
    nights = store.nights(LOOK_BACK)
    rows: list[Forecast] = []
    for name, one in checked(config).items():
        mine = [*(lane for lane in lanes if lane.source == name), *one.lanes]
        if mine and usable(one, now):
            rows += about(name).forecast(mine, options_of(config, name), past_of(store, name, nights, now=now))
    return rows


def past_of(store: Store, name: str, nights: Sequence[Night], *, now: datetime) -> Past:
    """What the last nights (newest first) tell of a source."""

    def recall(lane: str) -> Mapping[str, object]:
        kept = store.lane_state(lane)
        return kept.state if kept is not None else {}

    good, forgotten = _good_nights(name, nights)
    return CountedPast(now, good, People(store, name), recall, forgotten, store=store, source=name)


def past_bills(store: Store) -> Mapping[str, LaneBill]:
    """The latest bill of every lane over the last nights."""
    latest: dict[str, LaneBill] = {}
    for night in reversed(store.nights(limit=7)):
        latest |= {bill.lane: bill for outcome in night.outcomes for bill in outcome.bills}
    return latest


def after_crawl(nights: Sequence[Night]) -> float:
    """Seconds from the end of the crawl to the end of the night, the longest of the last nights; 0.0 if unknown."""
    spent = []
    for night in nights[:7]:
        if night.ended_at is not None and any(outcome.state in WELL for outcome in night.outcomes):
            took = (night.ended_at - night.started_at).total_seconds()
            spent.append(max(0.0, took - max(outcome.seconds for outcome in night.outcomes)))
    return max(spent, default=0.0)


# --- what is known of past nights ------------------------------------------------------------------------------


def _good_nights(name: str, nights: Sequence[Night]) -> tuple[list[PastNight], int]:
    """The nights in which a source came to its end, oldest first, and the accounts of it forgotten since the last.

    Parts that were cut off count to what continued them.
    """
    parts: list[tuple[Night, Outcome]] = []
    found: list[PastNight] = []
    forgotten = 0
    for night in reversed(nights):
        for outcome in (one for one in night.outcomes if one.source == name and one.state != "skipped"):
            parts = [one for one in parts if night.started_at - one[0].started_at < SAME_NIGHT]
            parts.append((night, outcome))
            if outcome.state in WELL:
                found.append(_one_night(name, parts, forgotten))
                parts, forgotten = [], 0
        forgotten += night.counters.get(f"{FORGOTTEN}{name}", 0)  # a night forgets after its crawl
    return found, forgotten


def _one_night(name: str, parts: Sequence[tuple[Night, Outcome]], forgotten: int) -> PastNight:
    bills: dict[str, LaneBill] = {}
    for _, outcome in parts:
        for bill in outcome.bills:
            bills[bill.lane] = _sum(bills[bill.lane], bill) if bill.lane in bills else bill
    planned = (row.lane for row in parts[-1][0].forecast)
    return PastNight(
        at=parts[0][0].started_at,
        bills=bills,
        planned=frozenset(lane for lane in planned if lane.partition("/")[0] == name),
        seconds=sum(outcome.seconds for _, outcome in parts),
        shown=max(outcome.counters.get(SHOWN, 0) for _, outcome in parts),
        new=sum(outcome.counters.get(NEW, 0) for _, outcome in parts),
        forgotten=forgotten,
    )


def _sum(one: LaneBill, other: LaneBill) -> LaneBill:
    added = {field: getattr(one, field) + getattr(other, field) for field in ("requests", "counted", "points")}
    return one.model_copy(update=added)


# --- budgets and limits ----------------------------------------------------------------------------------------


def _by_source(rows: Sequence[Forecast]) -> dict[str, list[Forecast]]:
    found: dict[str, list[Forecast]] = defaultdict(list)
    for row in rows:
        found[row.lane.partition("/")[0]].append(row)
    return found


def _source_plan(
    config: Config, name: str, rows: Sequence[Forecast], nights: Sequence[Night], now: datetime
) -> SourcePlan:
    told = limits_told(name, nights)
    needs = about(name).needs(rows)
    waiting = max((_wait(one, needs.get(one.resource, needs.get("", 0)), now) for one in told), default=0.0) / 60
    return SourcePlan(
        source=name,
        lanes=len(rows),
        requests=sum(row.requests for row in rows),
        points=sum(row.points for row in rows),
        minutes=sum(row.minutes for row in rows) + waiting,
        waiting=waiting,
        most=options_of(config, name).max_requests,
        left=tuple(one for one in told if one.reset_at > now),
    )


def limits_told(name: str, nights: Sequence[Night]) -> tuple[LimitLeft, ...]:
    """What a source's limit headers said at the end of the last night that heard any."""
    outcomes = (outcome for night in nights for outcome in night.outcomes if outcome.source == name)
    return next((outcome.limits for outcome in outcomes if outcome.limits), ())


def _wait(told: LimitLeft, need: int, now: datetime) -> float:
    """Seconds of waiting until a budget gives what is needed: to its reset, and a window for each time it runs dry."""
    size = max(1, told.limit or told.remaining)
    running = told.reset_at > now
    missing = need - (told.remaining if running else size)
    if missing <= 0:
        return 0.0
    windows = -(-missing // size)
    to_reset = (told.reset_at - now) if running else timedelta(seconds=A_WINDOW)
    return to_reset.total_seconds() + (windows - 1) * A_WINDOW
