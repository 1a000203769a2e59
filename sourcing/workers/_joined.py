"""The outcome of a source that several workers had a part in: as if one had done it all, no request counted twice."""

from collections.abc import Mapping

from storage.records import LaneBill, Outcome

TAKEN_OVER = "taken_over"  # counter: times another worker went on with a source
SAVED = "saved:"


def joined(outcome: Outcome, *, before: Mapping[str, int], earlier: Outcome | None, part: int) -> Outcome:
    """The outcome of the last part with what came before it.

    `before`: requests by lane of earlier parts, read off their questions. Accounts, evidence and all that was left out
    are those of the last part, since it was given all answers again. Points of a worker that died are not known.
    """
    if part == 1:
        return outcome
    bills = {bill.lane: bill for bill in outcome.bills}
    missing = {lane: LaneBill(lane=lane) for lane, count in before.items() if count and lane not in bills}
    all_ = (_with(bill, before.get(lane, 0), _points(earlier, lane)) for lane, bill in {**bills, **missing}.items())
    told = {
        "bills": tuple(all_),
        "requests": outcome.requests + sum(before.values()),
        "seconds": round(outcome.seconds + (earlier.seconds if earlier is not None else 0.0), 3),
        "counters": {**_counters(outcome, earlier), TAKEN_OVER: part - 1},
    }
    return outcome.model_copy(update=told)


def _with(bill: LaneBill, requests: int, points: int) -> LaneBill:
    added = {"requests": bill.requests + requests, "counted": bill.counted + requests, "points": bill.points + points}
    return bill.model_copy(update=added)


def _points(earlier: Outcome | None, lane: str) -> int:
    bills = earlier.bills if earlier is not None else ()
    return sum(bill.points for bill in bills if bill.lane == lane)


def _counters(outcome: Outcome, earlier: Outcome | None) -> dict[str, int]:
    """What was saved is saved once; everything else is counted again by who gets all answers again."""
    counters = dict(outcome.counters)
    for name, count in (earlier.counters if earlier is not None else {}).items():
        if name.startswith(SAVED):
            counters[name] = counters.get(name, 0) + count
    return counters
