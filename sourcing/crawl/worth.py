"""What lanes were worth: well-ranked people per request, learned from past nights.

Well-ranked is who stands in the ranked section of a role with a total of 0.6 or more: all unknown is 0.5, so that is
clearly more than nothing known. Such a person counts once, divided among the sources by how much of what lifts the
total above the neutral rests on evidence each brought, and within a source evenly among the lanes that showed the
person. What a lane or source brought is divided by its requests over all nights remembered, drawn towards what is
expected of it where these are few: a lane towards its source, a source towards its card's expected accounts per
request of a first night. Forecasts of first nights say nothing there: they are guesses, some four times too high.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from spiders._registry import about
from storage.records import AccountKey, LaneState, Lead, Outcome, Receipt
from storage.store import Store

QUALIFIED = 0.6  # total of a receipt
BEST = 500  # people per role who are looked at: enough to tell lanes apart
MEMORY = "frontier/worth"  # where what was learned is remembered, beside what lanes remember
FADES = 0.9  # of what was learned before, per night: sources change
SOURCE_REQUESTS, LANE_REQUESTS = 50, 20  # as many requests weigh what is expected
FIRST_NIGHT = 300  # requests of a source, about, for what its card expects
PER_ACCOUNT = 0.2  # well-ranked people among expected accounts, until nights have shown it


def worths_of(store: Store, sources: Iterable[str]) -> dict[str, float]:
    """Expected well-ranked people per request, by lane id and source: of these sources, and of all with a past."""
    brought, spent = _remembered(store)
    found: dict[str, float] = {}
    for source in {*sources, *(name for name in spent if "/" not in name)}:
        expected = _expected(source)
        found[source] = (brought[source] + SOURCE_REQUESTS * expected) / (spent[source] + SOURCE_REQUESTS)
    for lane in (name for name in spent if "/" in name):
        expected = found[lane.partition("/")[0]]
        found[lane] = (brought[lane] + LANE_REQUESTS * expected) / (spent[lane] + LANE_REQUESTS)
    return found


def _expected(source: str) -> float:
    return PER_ACCOUNT * about(source).card.expected_accounts / FIRST_NIGHT


def learn(store: Store, outcomes: Iterable[Outcome], roles: Sequence[str], *, now: datetime) -> None:
    """Add a night to what is remembered: its requests, and the well-ranked people met for the first time."""
    brought, spent = _remembered(store)
    night_spent = Counter[str]()
    for outcome in outcomes:
        for bill in outcome.bills:
            night_spent[outcome.source] += bill.requests
            if "/" in bill.lane:  # robots.txt is nobody's lane
                night_spent[bill.lane] += bill.requests
    if not night_spent:
        return
    total = _credits(store, roles)
    before = _numbers(store, "credited")
    state = {
        "brought": {name: FADES * brought[name] + max(0.0, total[name] - before[name]) for name in {*brought, *total}},
        "spent": {name: FADES * spent[name] + night_spent[name] for name in {*spent, *night_spent}},
        "credited": dict(total),
    }
    store.keep_lane_state(LaneState(lane=MEMORY, state=state, updated_at=now))


def _remembered(store: Store) -> tuple[Counter[str], Counter[str]]:
    return _numbers(store, "brought"), _numbers(store, "spent")


def _numbers(store: Store, name: str) -> Counter[str]:
    kept = store.lane_state(MEMORY)
    held = kept.state.get(name) if kept is not None else None
    return Counter(held) if isinstance(held, dict) else Counter()


def _credits(store: Store, roles: Sequence[str]) -> Counter[str]:
    """What each source and lane brought by now, in well-ranked people."""
    best: dict[str, Receipt] = {}
    for role in roles:
        for receipt in store.ranking(role, limit=BEST, section="ranked"):
            if receipt.total >= QUALIFIED and receipt.total > best.get(receipt.lead, receipt).total - 1e-12:
                best[receipt.lead] = receipt
    lanes: defaultdict[AccountKey, list[str]] = defaultdict(list)
    for find in store.finds():
        lanes[find.account].append(find.lane)
    credit = Counter[str]()
    for lead in store.leads(sorted(best)):
        for source, share in _shares(store, lead, best[lead.id]).items():
            credit[source] += share  # type: ignore[assignment]  # a counter of fractions
            mine = {lane for one in lead.accounts for lane in lanes[one.key] if lane.startswith(f"{source}/")}
            for lane in mine:
                credit[lane] += share / len(mine)  # type: ignore[assignment]  # a counter of fractions
    return credit


def _shares(store: Store, lead: Lead, receipt: Receipt) -> Mapping[str, float]:
    """How much of what lifts a total above the neutral rests on each source's evidence; the parts sum to 1."""
    work = store.evidence([one.key for one in lead.accounts])
    source_of = {one.id: one.origin.source for some in work.values() for one in some}
    lifts: defaultdict[str, float] = defaultdict(float)
    for part in receipt.parts:
        lift = part.contribution - part.weight * part.neutral
        sources = [source_of[one] for one in part.evidence if one in source_of]
        for source in sources if lift > 0 else ():
            lifts[source] += lift / len(sources)
    whole = sum(lifts.values())
    return {source: lift / whole for source, lift in lifts.items()} if whole > 0 else {}
