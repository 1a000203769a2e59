"""What is wrong with a night, one line each with the way out: sources that failed, and those that gave far too little.

A source is compared with the median of its last seven good nights. Its yield is everybody seen, changed or not. What
can be expected of a night that got fewer answers than usual (lists that were not due, answers that had not changed) is
less in proportion; where that is only a handful of people, their absence says nothing.

A night that continues one that was cut off is measured by what both showed: its own part may be a small rest.
A lane is measured by what its source itself announced for it as well: a list that was cut short looks full.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median

from sourcing.contributions import FOLLOWING, kind_of
from sourcing.crawl import SourceStatus
from sourcing.drift import NOT_BELIEVED, alarms
from sourcing.drift import counted as _counted
from sourcing.drift import shown as seen
from spiders._course.rounds import SAME_NIGHT
from storage.records import LaneBill, Night, Outcome, Record
from storage.text import display

GOOD_NIGHTS = 7  # compared with
FAR_BELOW = 0.5  # of the median, of what the card expects, or of what the source announced
MOST_REASON = 140  # code points of a source's own words; a line must have room for the way out
SURE_OF_ANY = 5  # people expected from which nobody at all is no chance: below 1 % if they came by chance (e⁻⁵)
SURE_OF_HALF = 10  # … and from which less than half of them is none
LOOK_BACK = 60  # nights searched for a source's last good one
SKIPPED_ON_PURPOSE = ("switched off", "off unless", "no active role")
EMPTY = "empty_target:"  # counter of a name in a lane behind which there is nobody
OVER_ROUNDS = "over_rounds"  # counter of look-ups for which the night had no round left
MOST_NAMES = 4
OF_ALL = "night"  # in place of a source, for what is no source's
GOOD = frozenset({"done"})
ANSWERED = frozenset({"done", "partial"})  # how a source ends that was asked all it should be
STORING = frozenset({"done", "partial", "limit"})  # how a source ends that gave something
NO_ANSWER = "outage: no answer"  # as spiders and `sourcing/crawl/watch.py` begin that reason
WAYS_OUT = {  # by state; "silent": failed without one answer
    "refused": "check its token and its terms, then `sourcing doctor --online`; it is not asked in another guise",
    "limit": "it goes on by itself next night; its limits stand in [sources.{source}]",
    "silent": "check this machine's connection and whether the site is up, then run `sourcing crawl {source}` again",
    "failed": "run `sourcing crawl {source}` again; if it fails again, its answers changed: install a newer version",
    "partial": "what could not be read is in quarantine; if it stays, install a newer version",
    "interrupted": "the next night continues",
    "skipped": "",  # the reason of a skip names its way out itself
}


class Finding(Record):
    """One thing a person should know of a source's night."""

    source: str
    # An outcome's state, "nothing", "far_below", "below_card", "cut_short", "empty_target", "over_rounds", "terms", or
    # "clock_back" of the night itself.
    kind: str
    text: str  # one line with the way out


def findings(
    night: Night,
    past: Sequence[Night],
    statuses: Mapping[str, SourceStatus],
    shown: Callable[[str, datetime], int] | None = None,
) -> list[Finding]:
    """All findings of a night, in the order of its sources; `past` are the nights before, newest first.

    `shown(source, since)` counts the people of a source seen since then; it is asked only if the night continues one.
    """
    found = list(_clock(night, past))
    began = _began(night, past)
    for outcome in night.outcomes:
        got = shown(outcome.source, began) if shown is not None and began < night.started_at else seen(outcome)
        good, stored = _good(outcome.source, past, GOOD), _good(outcome.source, past, STORING)
        status = statuses.get(outcome.source)
        found += _ended_badly(outcome, stored)
        found += _too_little(outcome, got, [one for _, one in good[:GOOD_NIGHTS]], status)
        found += _drifted(outcome, past, stored)
        found += _cut_short(outcome)
        found += _empty(outcome)
        found += _over_rounds(outcome)
        if status is not None and status.warning:
            found.append(Finding(source=outcome.source, kind="terms", text=status.warning))
    return found


def _clock(night: Night, past: Sequence[Night]) -> Iterator[Finding]:
    """A night before which others began later: ages, terms and what is due are counted by this clock."""
    later = max(
        (one for one in past if one.started_at > night.started_at), key=lambda one: one.started_at, default=None
    )
    if later is not None:
        text = (
            f"the clock went back: night {later.number} began on {later.started_at:%d %b %Y %H:%M} UTC, this one on "
            f"{night.started_at:%d %b %Y %H:%M}; set the machine's time, ages and terms are counted by it"
        )
        yield Finding(source=OF_ALL, kind="clock_back", text=text)


def _began(night: Night, past: Sequence[Night]) -> datetime:
    """When a night began, its parts that were cut off included."""
    began = night.started_at
    for before in past:
        cut_off = before.counters.get("cut_off") or any(one.state == "interrupted" for one in before.outcomes)
        if not cut_off or began - before.started_at >= SAME_NIGHT:
            break
        began = before.started_at
    return began


def _good(source: str, past: Sequence[Night], states: frozenset[str]) -> list[tuple[Night, Outcome]]:
    """The nights in which a source ended in one of these states and showed somebody, newest first."""
    rows = ((night, outcome) for night in past for outcome in night.outcomes if outcome.source == source)
    return [(night, outcome) for night, outcome in rows if outcome.state in states and seen(outcome)]


def _ended_badly(outcome: Outcome, good: Sequence[tuple[Night, Outcome]]) -> Iterator[Finding]:
    if outcome.state == "done" or (outcome.state == "skipped" and _expected(outcome, good)):
        return
    if outcome.state == "partial" and outcome.reason.startswith(NOT_BELIEVED):
        return  # said field by field
    reason = f" ({display(outcome.reason, limit=MOST_REASON)[0]})" if outcome.reason else ""
    ended = "was not asked" if outcome.state == "skipped" else f"ended {outcome.state}"
    silent = outcome.state == "failed" and outcome.reason.startswith(NO_ANSWER)
    way_out = WAYS_OUT.get("silent" if silent else outcome.state, "").format(source=outcome.source)
    text = f"{outcome.source} {ended}{reason}; {_in_use(outcome, good)}{'; ' if way_out else ''}{way_out}"
    yield Finding(source=outcome.source, kind=outcome.state, text=text)


def _expected(outcome: Outcome, good: Sequence[tuple[Night, Outcome]]) -> bool:
    """Whether nobody misses a skipped source: it was switched off, or it never gave anything."""
    return outcome.reason.startswith(SKIPPED_ON_PURPOSE) or not good


def _in_use(outcome: Outcome, good: Sequence[tuple[Night, Outcome]]) -> str:
    if seen(outcome):
        return f"the {seen(outcome)} people it showed are stored"
    return f"values of {good[0][0].started_at:%-d %b} stay in use" if good else "nothing of it was ever stored"


def _drifted(outcome: Outcome, past: Sequence[Night], good: Sequence[tuple[Night, Outcome]]) -> Iterator[Finding]:
    """Fields, or all of a source, that are no longer what they were."""
    before = [one for night in past for one in night.outcomes if one.source == outcome.source]
    for alarm in alarms(outcome, before):
        kept = f"; values of {good[0][0].started_at:%-d %b} stay in use" if alarm.stops and good else ""
        way_out = f"look at the source; if it is so for good, say so with given_up in [sources.{outcome.source}]"
        if alarm.kind == "new_field":
            way_out = "nothing to do, unless they say something worth reading"
        yield _finding(outcome, alarm.kind, f"{alarm.text}{kept}: {way_out}")


def _too_little(outcome: Outcome, got: int, good: Sequence[Outcome], status: SourceStatus | None) -> Iterator[Finding]:
    if outcome.state != "done" or _follows(outcome):
        return  # said already, with its reason; or its yield is what others found
    counted = _counted(outcome)
    usual = median(map(seen, good)) if good else 0
    expected = usual * min(1.0, counted / max(1.0, median(map(_counted, good)))) if good else _card(status)
    check = f"look at its lanes with `sourcing nights --last` and at {_where(status)}"
    normal = f"{usual:.0f} are usual" if good else f"its card expects {expected:.0f}"
    if counted and not got and expected >= SURE_OF_ANY:
        yield _finding(outcome, "nothing", f"showed nobody in {counted} answers; {normal}: {check}")
    elif counted and got < FAR_BELOW * expected and expected >= SURE_OF_HALF:
        yield _finding(outcome, "far_below" if good else "below_card", f"showed {got} people, {normal}: {check}")


def _cut_short(outcome: Outcome) -> Iterator[Finding]:
    """Lanes that gave far less than the source announced for them, the worst first."""
    if outcome.state not in ANSWERED:
        return  # said already, with its reason
    gaps = sorted(((_gap(bill), bill.lane, bill) for bill in outcome.bills if _gap(bill)), key=lambda gap: gap[:2])
    if gaps:
        shown = _some([f"{bill.found or 0:,} of {bill.promised:,} in {lane}" for _, lane, bill in gaps])
        way_out = f"narrow the lane, or raise the limits in [sources.{outcome.source}]"
        yield _finding(outcome, "cut_short", f"gave far less than it announced ({shown}): {way_out}")


def _gap(bill: LaneBill) -> float:
    """Minus what a lane lacks of what was announced for it, where that is much; 0.0 otherwise, or if nothing was."""
    promised, found = bill.promised or 0, bill.found or 0
    much = promised >= SURE_OF_HALF and found < FAR_BELOW * promised and kind_of(bill.lane) not in FOLLOWING
    return float(found - promised) if much else 0.0


def _over_rounds(outcome: Outcome) -> Iterator[Finding]:
    """Links that led on and on: some were left for the next night."""
    left = outcome.counters.get(OVER_ROUNDS, 0)
    if left:
        text = f"left {left} look-ups for the next night: links led from account to account for too many rounds"
        yield _finding(outcome, OVER_ROUNDS, f"{text}; look whom they join with `sourcing identity queue`")


def _empty(outcome: Outcome) -> Iterator[Finding]:
    """Names in lanes that the source knows nobody under: a misspelling reads like an empty field."""
    names = sorted(name.removeprefix(EMPTY) for name in outcome.counters if name.startswith(EMPTY))
    if names:
        text = f"knows nobody under {_some(names)}: correct or remove the lane in the role's file"
        yield _finding(outcome, "empty_target", text)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _follows(outcome: Outcome) -> bool:
    """Whether a source only looks up people whom others found."""
    kinds = {kind_of(bill.lane) for bill in outcome.bills} - {""}
    return bool(kinds) and kinds <= FOLLOWING


def _card(status: SourceStatus | None) -> float:
    return status.expected_accounts if status is not None else 0


def _where(status: SourceStatus | None) -> str:
    return status.terms if status is not None else "its site"


def _finding(outcome: Outcome, kind: str, text: str) -> Finding:
    return Finding(source=outcome.source, kind=kind, text=f"{outcome.source} {text}")
