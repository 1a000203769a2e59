"""Rights of people as text: who is meant, what was done, how the clocks stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, moment, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcing.privacy.clock import Clocked
    from sourcing.privacy.erasing import Erasing
    from sourcing.privacy.subject import Found
    from storage.store import Action, Erased


def found(people: Sequence[Found]) -> str:
    """Everybody a name may stand for, with accounts."""
    lines = [line for one in people for line in _person(one)]
    if len(people) > 1:
        lines.append(f"{len(people)} people: name one by the lead's number")
    return "\n".join(lines)


def _person(one: Found) -> Iterator[str]:
    yield one.lead or "no lead yet"
    for account in one.accounts:
        state = f"  [{account.restricted}]" if account.restricted else ""
        yield f"  {account.account}  {clean(account.handle)}  {clean(account.name)}  {clean(account.url)}{state}"


def erased(done: Erasing) -> str:
    """What an erasure did, and what is left to be done by hand."""
    return "\n".join(_erased(done))


def _erased(done: Erasing) -> Iterator[str]:
    one = done.erased
    accounts, rows = counted(one.accounts, "account"), counted(sum(one.rows.values()), "row")
    yield f"request {one.request}: {accounts} and {rows} erased in {one.seconds:.2f} s, {one.tombstones} tombstones"
    if one.others:
        yield f"{counted(one.others, 'row')} of others spoke of the person and were changed or deleted"
    yield from (f"rewritten: {path}" for path in done.files.rewritten)
    yield from (f"deleted: {path}" for path in done.files.deleted)
    yield from (f"still holds the person, look at it: {path}" for path in done.files.left)
    yield from (f"could not be looked into: {path}" for path in done.files.unread)
    yield from (f"a copy outside the database, deleted: {clean(one)}" for one in done.copies.deleted)
    yield from (f"a copy outside the database holds the person, delete it: {clean(one)}" for one in done.copies.left)
    yield from (f"a copy outside the database, not looked into: {clean(one)}" for one in done.copies.unread)
    for told in done.to_tell:
        yield f"to be told: {clean(told.recipient) or 'whoever was given it'}, {told.format} of {moment(told.at)}"
    yield from (f"a backup from before: {path}; delete it when its time is over" for path in done.backups)
    yield from (f"perhaps also this person: {clean(one)}" for one in done.perhaps)
    yield "nothing is left in the database's files" if done.compacted else f"not finished: {done.problem}"


def purged(done: Erased, source: str) -> str:
    """What a purge of a source did."""
    accounts, rows = counted(done.accounts, "account"), counted(sum(done.rows.values()), "row")
    return f"{source}: {accounts} and {rows} deleted, {counted(done.leads, 'lead')} ended; request {done.request}"


def log(rows: Sequence[Clocked]) -> str:
    """Requests with their clocks; nobody is named."""
    if not rows:
        return "nobody asked for anything"
    head = ("request", "kind", "state", "asked", "due", "done", "by", "outcome")
    return table(head, [_line(one) for one in rows])


def _line(one: Clocked) -> tuple[object, ...]:
    row = one.request
    state = f"{one.state}, day {one.days}" if row.state == "open" else one.state
    closed = f"{row.closed_at:%Y-%m-%d}" if row.closed_at else ""
    return row.id, row.kind, state, f"{row.opened_at:%Y-%m-%d}", f"{row.due_at:%Y-%m-%d}", closed, row.by, row.outcome


def actions(rows: Sequence[Action]) -> str:
    """The log of actions, newest first."""
    lines = []
    for row in rows:
        detail = ", ".join(f"{name} {_plain(value)}" for name, value in row.detail.items() if value not in _NOTHING)
        who = f"by {clean(row.by)}  {clean(row.about)}"
        lines.append(f"{row.id}  {moment(row.at)}  {row.action}  {who}  {clean(detail)}")
    return "\n".join(line.rstrip() for line in lines) or "nothing was logged yet"


_NOTHING: tuple[object, ...] = ("", None, [], {})  # said nothing; zero and no are said


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
