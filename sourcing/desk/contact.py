"""The contact lock: while one role is in touch with somebody, another role does not write to them unawares."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from storage.errors import ConfigError
from storage.records import Record
from storage.store import StatusChange, Store

DO_NOT_CONTACT = "do_not_contact"  # may always be said
HELD = ("contacted", "replied", "interviewing", "offered", "hired")  # from here on somebody is in touch


class Held(Record):
    """Who is in touch with a person, for which role, since when."""

    status: str
    role: str  # "" where nobody said
    by: str
    since: datetime


def held(history: Sequence[StatusChange]) -> Held | None:
    """The lock a history of statuses (oldest first) ends with; None if nobody is in touch."""
    if not history or history[-1].status not in HELD:
        return None
    last = first = history[-1]
    for row in reversed(history):
        if row.status not in HELD or row.role != last.role:
            break
        first = row
    return Held(status=last.status, role=last.role, by=first.by, since=first.at)


def held_of(store: Store, lead: str, status: str) -> Held | None:
    """The lock on a lead of this status; asks the database only where there can be one."""
    return held(store.status_history(lead)) if status in HELD else None


def is_theirs(lock: Held, role: str, by: str) -> bool:
    """Whether a change for this role by this person is of those who are in touch; unstated roles go by the person."""
    return lock.role == role if lock.role and role else lock.by == by


def refusing(status: str, role: str, by: str, *, override: bool) -> Callable[[Sequence[StatusChange]], None]:
    """A check of a new status against what was said before: ConfigError if somebody else is in touch."""

    def check(history: Sequence[StatusChange]) -> None:
        lock = held(history)
        if lock is None or override or status == DO_NOT_CONTACT or is_theirs(lock, role, by):
            return
        raise ConfigError(
            f"{lock.by} is in touch with this person{for_role(lock.role)} since {lock.since:%d %b %Y} "
            f"({lock.status}); talk to {lock.by}, or change it all the same and say why"
        )

    return check


def for_role(role: str) -> str:
    """A role in a sentence."""
    return f" for {role}" if role else ""


def set_status(
    store: Store,
    lead: str,
    status: str,
    known: Collection[str],
    *,
    by: str,
    note: str,
    role: str,
    override: bool,
    now: datetime,
) -> None:
    """Give a lead a status past the lock; ConfigError for an unknown one, a lock, or an override without a reason."""
    if status not in known:
        raise ConfigError(f"no status {status!r}; there are: {', '.join(known)}")
    if override and not note:
        raise ConfigError("somebody else is in touch with this person; say why it is changed all the same")
    said = f"past the contact lock: {note}" if override else note
    check = refusing(status, role, by, override=override)
    store.set_status(lead, status, by=by, note=said, role=role, at=now, check=check)
