"""What was said of a person and what happened to their accounts, with who and when."""

from collections.abc import Collection

from sourcing.desk.about import Event
from sourcing.desk.card import said_of
from sourcing.desk.contact import for_role
from sourcing.desk.statuses import STATUSES
from sourcing.ranking import clean
from storage.records import Decision, Lead, Verdict
from storage.store import StatusChange, Store


def history(store: Store, lead: Lead, rows: Collection[Decision]) -> tuple[Event, ...]:
    """Statuses, decisions and what happened to accounts, newest first; undone decisions say so."""
    keys = [account.key for account in lead.accounts]
    events = [
        *(_status(row) for row in store.status_history(lead.id)),
        *(_decided(row) for row in rows),
        *(
            Event(at=one.at, by=key.source, what=f"account {one.event.replace('_', ' ')}", note=clean(one.detail))
            for key in keys
            for one in store.events(key=key)
        ),
        *(_split_before(store, lead)),
    ]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def _status(row: StatusChange) -> Event:
    said = f"status: {STATUSES.get(row.status, row.status)}{for_role(row.role)}"
    return Event(at=row.at, by=row.by, what=said, note=row.note, role=row.role)


def _decided(row: Decision) -> Event:
    said = said_of(row)
    undone = f"undone by {row.undone_by}, {row.undone_at:%d %b %Y}" if row.undone_at is not None else ""
    what = f"{said.answer} for {row.role}: {said.reason}"
    return Event(at=row.at, by=row.by, what=what, note=row.note, undone=undone, role=row.role)


def _split_before(store: Store, lead: Lead) -> list[Event]:
    """What was decided of a lead while it still held accounts of this one; it does not count here."""
    own = {account.key for account in lead.accounts}
    apart = [row for row in store.judgements(keys=own) if row.verdict is Verdict.DIFFERENT]
    others = set(store.fellows({key for row in apart for key in (row.left, row.right)} - own).values()) - {lead.id}
    rows = [row for row in store.decisions_on(others) if not own.isdisjoint(row.accounts)] if others else []
    return [
        _decided(row).model_copy(update={"what": f"{row.answer} for {row.role}, said of {row.lead} before the split"})
        for row in rows
    ]
