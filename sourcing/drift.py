"""A source's night compared with its last good ones: people shown, coverage of each field, types, middles of numbers.

Pure arithmetic on what outcomes remember. What it says is shown as findings; what must stop while the source still runs
is decided in `spiders._drift`, with the same measure of what is usual. Thresholds hold for samples large enough to tell
them from chance: a share of thirty records is uncertain by a dozen points.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from sourcing.counters import SHOWN
from spiders._drift import (
    ENOUGH,
    FIGURE,
    GONE,
    GOOD_RUNS,
    UNREAD,
    Drift,
    comparable,
    good_runs,
    names_of,
    past_shapes,
    rate_of,
)
from storage.records import Outcome, Record, Shape

NAMED = 6  # new fields named in one finding
KEPT_ANSWERS = "kept_answers"  # counter of a continued night: asked before it was cut off, paid for then
NOT_BELIEVED = "not believed"  # how the reason of such an outcome begins
STOP_SHARE = 0.10  # of the usual people: hardly anybody …
STOP_FROM = 100  # … where so many are usual
STOP_SPREAD = 3.0  # … every night: the largest of the compared nights over the smallest
ALERT_POINTS = 0.15  # coverage a field may lose
SURELY = 4.0  # standard deviations a loss must exceed to be none of chance
OWN_SWING = 0.05  # below the lowest coverage of the compared nights
SHIFT = 10.0  # times a middle may grow or shrink
UNFIT = ("unfit_field:", "field_rejected:")  # counters of fields that did not fit, by name
UNFIT_SHARE = 0.50  # of the records, from which it is the source's doing
UNFIT_USUAL = 0.05
NEW_SHARE = 0.20  # of the answers, from which a field nobody reads is a field of the source and no whim of one answer
Compared = tuple[str, Shape, list[Shape]]  # kind, tonight, before


class Alarm(Record):
    """One thing that differs from what is usual; `kind`: field_vanished, item_drop, coverage_drop, type_change …"""

    kind: str
    text: str
    stops: bool = False  # what was doubted is not written, and what is known stays in use


def measured(
    outcome: Outcome, drift: Drift, *, version: int, answers: Mapping[str, int], past: Sequence[Outcome]
) -> Outcome:
    """The outcome with what its records carried; one of which something was not believed is no success."""
    stopped = list(_stopped(drift.stopped))
    doubted = {f"doubted:{name}": count for name, count in drift.doubted.items()}
    whole = outcome.model_copy(
        update={
            "version": version,
            "shapes": drift.shapes(),
            "answers": dict(sorted(answers.items())),
            "counters": {**outcome.counters, **doubted},
        }
    )
    stopped += [alarm.text for alarm in item_alarms(whole, past) if alarm.stops]
    if not stopped:
        return whole
    state = {"state": "partial", "reason": f"{NOT_BELIEVED}: {'; '.join(stopped)}"} if whole.state == "done" else {}
    return whole.model_copy(update={"drift": tuple(stopped), **state})


def _stopped(stopped: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """One sentence per field, however many readers miss it."""
    for name in sorted({name for _, name in stopped}):
        whys = "; ".join(why for (_, of), why in sorted(stopped.items()) if of == name)
        yield whys if name == GONE else f"{_missing(name)} ({whys})"


def _missing(name: str) -> str:
    return f"{name.removeprefix(FIGURE)} is missing"


def alarms(outcome: Outcome, past: Sequence[Outcome]) -> list[Alarm]:
    """What differs from the last good nights, `past` being all nights of the source, newest first."""
    own = [one for one in past if one.version == outcome.version]
    stopped = [Alarm(kind="drift", text=text, stops=True) for text in outcome.drift]
    compared = list(_compared(outcome, past_shapes(own)))
    thinner = [one for name, one in _coverage(compared) if not any(t.startswith(_missing(name)) for t in outcome.drift)]
    kinds = _types(outcome, good_runs(own)[:GOOD_RUNS])
    return [*stopped, *thinner, *kinds, *_middles(compared), *_new_fields(outcome, past_shapes(own))]


def item_alarms(outcome: Outcome, past: Sequence[Outcome]) -> Iterator[Alarm]:
    """Hardly anybody shown, where many are usual every night; a night that continues one cut off is no measure."""
    good = [one for one in past if one.state == "done" and shown(one)][:GOOD_RUNS]
    if outcome.state != "done" or not good or past[0].state == "interrupted":
        return
    usual = [shown(one) for one in good]
    expected = median(usual) * min(1.0, counted(outcome) / max(1.0, median(map(counted, good))))
    if median(usual) >= STOP_FROM and max(usual) <= STOP_SPREAD * min(usual) and shown(outcome) < STOP_SHARE * expected:
        kind = "item_drop" if shown(outcome) else "no_items"
        text = f"showed {shown(outcome)} people where {median(usual):.0f} are usual"
        yield Alarm(kind=kind, text=text, stops=True)


def shown(outcome: Outcome) -> int:
    """Accounts a source showed in a night, changed or not."""
    either = outcome.accounts + outcome.counters.get("saved:sightings", 0)
    return outcome.counters.get(SHOWN, either)


def counted(outcome: Outcome) -> int:
    """Answers that said something, kept ones of a night that was cut off included; unchanged ones (304) did not."""
    return sum(bill.counted for bill in outcome.bills) + outcome.counters.get(KEPT_ANSWERS, 0)


def _compared(outcome: Outcome, before: Mapping[str, list[Shape]]) -> Iterator[Compared]:
    """Kinds of records there are enough of, then and now."""
    for kind, now in outcome.shapes.items():
        if kind.startswith(UNREAD):
            continue
        if now.seen >= ENOUGH and kind in before and comparable(now.seen, [one.seen for one in before[kind]]):
            yield kind, now, before[kind]


def _coverage(compared: Sequence[Compared]) -> Iterator[tuple[str, Alarm]]:
    for kind, now, before in compared:
        for name in names_of(before):
            rates = [rate_of(one, name) for one in before]
            usual, share = median(rates), rate_of(now, name)
            chance = SURELY * math.sqrt(usual * (1 - usual) / now.seen)
            if usual - share > max(ALERT_POINTS, chance) and share < min(rates) - OWN_SWING:
                text = f"{name.removeprefix(FIGURE)} thins out: {share:.0%} of {kind} carry it, {usual:.0%} are usual"
                yield name, Alarm(kind="coverage_drop", text=text)


def _types(outcome: Outcome, good: Sequence[Outcome]) -> Iterator[Alarm]:
    if not good:
        return
    for counter, count in outcome.counters.items():
        prefix = next((one for one in UNFIT if counter.startswith(one)), None)
        if prefix is None or count < ENOUGH:
            continue
        usual = median(one.counters.get(counter, 0) / _records(one) for one in good)
        if count / _records(outcome) >= UNFIT_SHARE and usual <= UNFIT_USUAL:
            text = f"{counter.removeprefix(prefix)} changed its type: it did not fit in {count} records"
            yield Alarm(kind="type_change", text=text, stops=True)


def _new_fields(outcome: Outcome, before: Mapping[str, list[Shape]]) -> Iterator[Alarm]:
    """Fields a source began to send that nobody reads: told once, for the next night knows them."""
    for kind, now in outcome.shapes.items():
        if not kind.startswith(UNREAD) or kind not in before:
            continue
        known = set(names_of(before[kind]))
        new = [name for name in now.fields if name not in known and rate_of(now, name) >= NEW_SHARE]
        if new:
            named = ", ".join(new[:NAMED]) + (f" and {len(new) - NAMED} more" if len(new) > NAMED else "")
            text = f"sends fields nobody reads, in {kind.removeprefix(UNREAD)}: {named}; nothing of them is stored"
            yield Alarm(kind="new_field", text=text)


def _records(outcome: Outcome) -> int:
    """Records of the most frequent kind, at least one."""
    return max((shape.seen for kind, shape in outcome.shapes.items() if not kind.startswith(UNREAD)), default=1)


def _middles(compared: Sequence[Compared]) -> Iterator[Alarm]:
    for kind, now, before in compared:
        for name, (count, middle) in now.fields.items():
            usual = [one.fields[name][1] for one in before if one.fields.get(name, (0, None))[0] >= ENOUGH]
            known = [abs(one) for one in usual if one]
            if middle and count >= ENOUGH and known and _shifted(abs(middle), known):
                text = f"{name.removeprefix(FIGURE)} of {kind} is {middle:g} in the middle, {median(known):g} is usual"
                yield Alarm(kind="distribution_shift", text=text)


def _shifted(middle: float, usual: Sequence[float]) -> bool:
    steady = max(usual) < SHIFT * min(usual)
    return steady and not median(usual) / SHIFT < middle < median(usual) * SHIFT
