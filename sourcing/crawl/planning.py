"""What a night will cost, from past nights where there are any."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sourcing.config import Config
from sourcing.crawl.statuses import options_of, usable
from spiders._registry import load, names
from storage.records import Forecast, Lane, LaneBill
from storage.store import Store


def plan(config: Config, store: Store, lanes: Sequence[Lane], *, now: datetime | None = None) -> list[Forecast]:
    """What each lane of each usable source will cost, from past nights where there are any."""
    past = past_bills(store)
    rows: list[Forecast] = []
    for name in names():
        options = options_of(config, name)
        mine = [*(lane for lane in lanes if lane.source == name), *load(name).own_lanes(options)]
        if not mine or not usable(name, options, now):
            continue
        known = sum(1 for _ in store.known(name))
        rows += load(name).forecast(mine, options, past, known)
    return rows


def past_bills(store: Store) -> Mapping[str, LaneBill]:
    """The latest bill of every lane over the last nights."""
    latest: dict[str, LaneBill] = {}
    for night in reversed(store.nights(limit=7)):
        latest |= {bill.lane: bill for outcome in night.outcomes for bill in outcome.bills}
    return latest
