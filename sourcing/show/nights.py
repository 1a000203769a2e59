"""What a night promised, cost, found and left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show import bills, contributions
from sourcing.show.lists import ranked
from sourcing.show.text import clean, counted, duration, grouped, moment, short, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcing.changes import Changes
    from sourcing.findings import Finding
    from sourcing.identity import Joined
    from sourcing.nightly import LookedBack, NightReport, RoleReport
    from storage.records import Forecast, Night, Outcome

MOST_LANES = 12  # lanes of a forecast shown one by one
TAKEN = ("saved:accounts", "saved:evidence", "saved:sightings", "saved:events", "saved:gone")  # stored, not set aside
BILLED_LANES = 3  # lanes of each source in the report's bill; `nights --last` has all
MOST_EVENTS = 8  # renames, losses and joins shown one by one


def forecast(rows: Sequence[Forecast]) -> str:
    """What each lane will cost, and the sum."""
    if not rows:
        return bills.NOTHING
    due = [row for row in rows if row.requests]
    shown = sorted(due, key=lambda row: (-row.requests, row.lane))[:MOST_LANES]
    cells = [(short(row.lane), row.requests, row.points, f"{row.minutes:.1f}", row.basis) for row in shown]
    rest, idle = len(due) - len(shown), len(rows) - len(due)
    more = f"\n… and {counted(rest, 'lane')} more" if rest else ""
    more += f"\n{counted(idle, 'lane')} not due" if idle else ""
    return f"{table(('lane', 'requests', 'points', 'minutes', 'basis'), cells)}{more}\n{bills.together(rows)}"


def report(done: NightReport) -> str:
    """The whole night, for the sourcer's desk."""
    night = done.night
    blocks = [
        f"Night {night.number}, {moment(night.started_at)}",
        f"FORECAST\n{forecast(night.forecast)}",
        f"SOURCES\n{outcomes(night.outcomes)}",
        *([f"FINDINGS\n{found(done.findings)}"] if done.findings else []),
        f"BILL\n{bills.billed(night, most=BILLED_LANES)}",
        f"PEOPLE\n{changes(done.changes)}",
        *([f"JOINS\n{joins(done.joined)}"] if done.joined else []),
        *([f"CONTRIBUTIONS\n{_contributions(done)}"] if done.contributions else []),
        *([f"SET ASIDE\n{skipped(night.counters)}"] if night.counters else []),
        *(_role(role) for role in done.roles),
        f"FILES\n{chr(10).join(str(path) for path in done.files) or 'none'}",
        _end(done),
    ]
    return "\n\n".join(blocks)


def _contributions(done: NightReport) -> str:
    assert done.contributions is not None
    shown = contributions.shown(done.contributions, most=MOST_LANES)
    if done.truth is None:
        return shown
    there, known = done.truth.there, done.truth.known
    people = counted(there, "person", "people")
    missed = f"{grouped(known)} are known, {grouped(there - known)} missed"
    return f"{shown}\nIn truth {people} of the invented world can be found: {missed}."


def found(rows: Sequence[Finding]) -> str:
    """What is wrong, one line each."""
    return "\n".join(clean(row.text) for row in rows) or "nothing"


def outcomes(rows: Sequence[Outcome]) -> str:
    """One line per source: how it ended and what it cost."""
    return "\n".join(_outcome(row) for row in rows) or "no source was asked"


def _outcome(row: Outcome) -> str:
    answers = grouped(sum(bill.counted for bill in row.bills))
    points = sum(bill.points for bill in row.bills)
    refused = grouped(sum(bill.refused for bill in row.bills))
    cost = f"{counted(row.requests, 'request')} ({answers} counted, {counted(points, 'point')}, {refused} refused)"
    found = f"{counted(row.accounts, 'account')} read"
    reason = f": {clean(row.reason)}" if row.reason else ""
    return f"{row.source:<14}{row.state:<12}{cost}, {found}, {duration(row.seconds)}{reason}"


def changes(row: Changes) -> str:
    """New and changed accounts, and who was renamed, left or came back."""
    line = (
        f"{grouped(row.new)} new, {grouped(row.changed)} changed, {grouped(row.gone)} gone, "
        f"{grouped(row.renamed)} renamed, {grouped(row.returned)} returned, of {counted(row.known, 'account')}"
    )
    listed = [event for event in row.events if event.event in {"renamed", "gone", "returned"}]
    lines = [f"  {event.event:<9} {event.account}  {clean(event.detail)}" for event in listed]
    return "\n".join([line, *_first(lines)])


def joins(row: Joined) -> str:
    """How many leads there are, which accounts were joined, and which are so no longer, each with the reason."""
    line = (
        f"{counted(row.accounts, 'account')} form {counted(row.leads, 'lead')}; "
        f"{grouped(row.judgements_new)} joined tonight, {grouped(row.judgements_undone)} taken back, "
        f"{counted(row.leads_new, 'lead')} new, {grouped(row.merged)} merged into others"
    )
    apart = _first([f"  {clean(one.why)}" for one in row.parted])
    return "\n".join([line, *apart, *_first([f"  {clean(judgement.why)}" for judgement in row.joins])])


def skipped(counters: Mapping[str, int]) -> str:
    """Everything that was not taken, by name."""
    rows = [(name, count) for name, count in counters.items() if count and not name.startswith(TAKEN)]
    return "\n".join(f"{count:>8}  {name}" for name, count in rows) or "nothing"


def _first(lines: list[str]) -> Iterator[str]:
    yield from lines[:MOST_EVENTS]
    if len(lines) > MOST_EVENTS:
        yield f"  … and {grouped(len(lines) - MOST_EVENTS)} more"


def _role(row: RoleReport) -> str:
    before = [line.rank for line in row.top] if row.first_time else row.before
    return f"TOP OF {row.role} ({len(row.top)} of {counted(row.scored, 'lead')})\n{ranked(row.top, before)}"


def _end(done: NightReport) -> str:
    requests = sum(outcome.requests for outcome in done.night.outcomes)
    limited = any(outcome.state == "limit" for outcome in done.night.outcomes)
    how = "finished at a limit; the next night goes on" if limited else "finished"
    how = "interrupted; the next run continues" if done.interrupted else how
    spent = f" ({done.limits})" if done.limits else ""
    return f"Night {done.night.number} {how} after {duration(done.seconds)} and {counted(requests, 'request')}{spent}."


def history(nights: Sequence[Night]) -> str:
    """Past nights, newest first."""
    if not nights:
        return "no night was run yet; run one with `sourcing nightly`"
    return table(("night", "started", "took", "forecast", "requests", "sources"), [_past(night) for night in nights])


def _past(night: Night) -> tuple[object, ...]:
    took = duration((night.ended_at - night.started_at).total_seconds()) if night.ended_at else "cut off"
    states = ", ".join(f"{outcome.source} {outcome.state}" for outcome in night.outcomes) or "none"
    requests = sum(outcome.requests for outcome in night.outcomes)
    planned = sum(row.requests for row in night.forecast)
    return night.number, moment(night.started_at), took, planned, requests, states


def looked_back(row: LookedBack) -> str:
    """One night in full: bills of all lanes, findings, contributions."""
    night = row.night
    blocks = [
        f"Night {night.number}, {moment(night.started_at)}",
        f"SOURCES\n{outcomes(night.outcomes)}",
        f"FINDINGS\n{found(row.findings)}",
        f"BILL\n{bills.billed(night)}",
        f"CONTRIBUTIONS\n{contributions.shown(row.contributions)}",
        f"SET ASIDE\n{skipped(night.counters)}",
    ]
    return "\n\n".join(blocks)
