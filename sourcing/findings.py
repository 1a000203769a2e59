"""What is wrong with a night, one line each with the way out: sources that failed, and those that gave far too little.

A source is compared with the median of its last seven good nights. Its yield is everybody seen, changed or not. What
can be expected of a night that got fewer answers than usual (lists that were not due, answers that had not changed) is
less in proportion; where that is only a handful of people, their absence says nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from sourcing.contributions import FOLLOWING, kind_of
from sourcing.crawl import SourceStatus
from storage.records import Night, Outcome, Record
from storage.text import display

GOOD_NIGHTS = 7  # compared with
FAR_BELOW = 0.5  # of the median, or of what the card expects
MOST_REASON = 140  # code points of a source's own words; a line must have room for the way out
SURE_OF_ANY = 5  # people expected from which nobody at all is no chance: below 1 % if they came by chance (e⁻⁵)
SURE_OF_HALF = 10  # … and from which less than half of them is none
LOOK_BACK = 60  # nights searched for a source's last good one
SKIPPED_ON_PURPOSE = ("switched off", "off unless", "no active role")
EMPTY = "empty_target:"  # counter of a name in a lane behind which there is nobody
MOST_NAMES = 4
GOOD = frozenset({"done"})
STORING = frozenset({"done", "partial", "limit"})  # how a source ends that gave something
WAYS_OUT = {
    "refused": "check its token and its terms, then `sourcing doctor --online`; it is not asked in another guise",
    "limit": "it goes on by itself next night; its limits stand in [sources.{source}]",
    "failed": "run `sourcing crawl {source}` again; if it fails again, its answers changed: install a newer version",
    "partial": "what could not be read is in quarantine; if it stays, install a newer version",
    "interrupted": "the next night continues",
    "skipped": "",  # the reason of a skip names its way out itself
}


class Finding(Record):
    """One thing a person should know of a source's night."""

    source: str
    kind: str  # an outcome's state, "nothing", "far_below", "below_card", "empty_target" or "terms"
    text: str  # one line with the way out


def findings(night: Night, past: Sequence[Night], statuses: Mapping[str, SourceStatus]) -> list[Finding]:
    """All findings of a night, in the order of its sources; `past` are the nights before, newest first."""
    found: list[Finding] = []
    for outcome in night.outcomes:
        good, stored = _good(outcome.source, past, GOOD), _good(outcome.source, past, STORING)
        status = statuses.get(outcome.source)
        found += _ended_badly(outcome, stored)
        found += _too_little(outcome, [one for _, one in good[:GOOD_NIGHTS]], status)
        found += _empty(outcome)
        if status is not None and status.warning:
            found.append(Finding(source=outcome.source, kind="terms", text=status.warning))
    return found


def seen(outcome: Outcome) -> int:
    """Accounts a source showed in a night, changed or not."""
    return outcome.accounts + outcome.counters.get("saved:sightings", 0)


def _good(source: str, past: Sequence[Night], states: frozenset[str]) -> list[tuple[Night, Outcome]]:
    """The nights in which a source ended in one of these states and showed somebody, newest first."""
    rows = ((night, outcome) for night in past for outcome in night.outcomes if outcome.source == source)
    return [(night, outcome) for night, outcome in rows if outcome.state in states and seen(outcome)]


def _ended_badly(outcome: Outcome, good: Sequence[tuple[Night, Outcome]]) -> Iterator[Finding]:
    if outcome.state == "done" or (outcome.state == "skipped" and _expected(outcome, good)):
        return
    reason = f" ({display(outcome.reason, limit=MOST_REASON)[0]})" if outcome.reason else ""
    ended = "was not asked" if outcome.state == "skipped" else f"ended {outcome.state}"
    way_out = WAYS_OUT.get(outcome.state, "").format(source=outcome.source)
    text = f"{outcome.source} {ended}{reason}; {_in_use(outcome, good)}{'; ' if way_out else ''}{way_out}"
    yield Finding(source=outcome.source, kind=outcome.state, text=text)


def _expected(outcome: Outcome, good: Sequence[tuple[Night, Outcome]]) -> bool:
    """Whether nobody misses a skipped source: it was switched off, or it never gave anything."""
    return outcome.reason.startswith(SKIPPED_ON_PURPOSE) or not good


def _in_use(outcome: Outcome, good: Sequence[tuple[Night, Outcome]]) -> str:
    if seen(outcome):
        return f"the {seen(outcome)} people it showed are stored"
    return f"values of {good[0][0].started_at:%-d %b} stay in use" if good else "nothing of it was ever stored"


def _too_little(outcome: Outcome, good: Sequence[Outcome], status: SourceStatus | None) -> Iterator[Finding]:
    if outcome.state != "done" or _follows(outcome):
        return  # said already, with its reason; or its yield is what others found
    got, counted = seen(outcome), _counted(outcome)
    usual = median(map(seen, good)) if good else 0
    expected = usual * min(1.0, counted / max(1.0, median(map(_counted, good)))) if good else _card(status)
    check = f"look at its lanes with `sourcing nights --last` and at {_where(status)}"
    normal = f"{usual:.0f} are usual" if good else f"its card expects {expected:.0f}"
    if counted and not got and expected >= SURE_OF_ANY:
        yield _finding(outcome, "nothing", f"showed nobody in {counted} answers; {normal}: {check}")
    elif counted and got < FAR_BELOW * expected and expected >= SURE_OF_HALF:
        yield _finding(outcome, "far_below" if good else "below_card", f"showed {got} people, {normal}: {check}")


def _empty(outcome: Outcome) -> Iterator[Finding]:
    """Names in lanes that the source knows nobody under: a misspelling reads like an empty field."""
    names = sorted(name.removeprefix(EMPTY) for name in outcome.counters if name.startswith(EMPTY))
    if names:
        shown = ", ".join(names[:MOST_NAMES]) + (
            f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        )
        text = f"knows nobody under {shown}: correct or remove the lane in the role's file"
        yield _finding(outcome, "empty_target", text)


def _follows(outcome: Outcome) -> bool:
    """Whether a source only looks up people whom others found."""
    kinds = {kind_of(bill.lane) for bill in outcome.bills} - {""}
    return bool(kinds) and kinds <= FOLLOWING


def _card(status: SourceStatus | None) -> float:
    return status.expected_accounts if status is not None else 0


def _counted(outcome: Outcome) -> int:
    """Answers that said something; those unchanged since the last night (304) did not."""
    return sum(bill.counted for bill in outcome.bills)


def _where(status: SourceStatus | None) -> str:
    return status.terms if status is not None else "its site"


def _finding(outcome: Outcome, kind: str, text: str) -> Finding:
    return Finding(source=outcome.source, kind=kind, text=f"{outcome.source} {text}")
