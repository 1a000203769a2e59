"""What happened to accounts since a moment: the difference a night made."""

from collections import Counter
from datetime import datetime

from spiders._registry import names
from storage.records import AccountEvent, Record
from storage.store import Store


class Changes(Record):
    """Accounts by what happened to them; `events` are the single renames, losses and returns."""

    new: int
    changed: int
    gone: int
    renamed: int
    returned: int
    known: int  # all accounts stored
    events: tuple[AccountEvent, ...]


def changes_since(store: Store, since: datetime) -> Changes:
    """Count what happened to accounts from `since` on."""
    events = store.events(since=since)
    kinds = Counter(event.event for event in events)
    touched = store.touched(since)
    new, known = _first_seen_since(store, since)
    return Changes(
        new=new,
        changed=max(len(touched) - new, 0),
        gone=kinds["gone"],
        renamed=kinds["renamed"],
        returned=kinds["returned"],
        known=known,
        events=tuple(events),
    )


def _first_seen_since(store: Store, since: datetime) -> tuple[int, int]:
    new = known = 0
    for source in names():
        for row in store.known(source):
            known += 1
            new += row.first_seen >= since
    return new, known
