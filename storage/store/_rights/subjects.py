"""Requests of people about their data: opened, due, closed, and provable without naming anybody."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from storage.errors import StoreError
from storage.records import AccountKey, Instant, Record
from storage.store._rights import keyed as _keyed
from storage.store._saving.rows import storable_text
from storage.store._trail.log import add_action
from storage.tables import subject_request

DUE_DAYS = 30  # GDPR 12(3): within one month
OPEN, DONE, REFUSED = "open", "done", "refused"


class Request(Record):
    """One request of a person."""

    id: int
    kind: str  # access, correct, restrict, object, erase
    state: str  # open, done, refused
    lead: str | None  # while there is one
    opened_at: Instant
    due_at: Instant
    closed_at: Instant | None = None
    by: str
    outcome: str = ""
    detail: Mapping[str, object]


_OWN = tuple(Request.model_fields)


def mark_of(key: bytes, account: AccountKey) -> str:
    """Keyed hash that tells whether a request was about an account."""
    return _keyed.keyed(key, "subject", *account)


def begin(
    connection: Connection,
    kind: str,
    *,
    lead: str | None,
    accounts: Collection[AccountKey],
    by: str,
    at: datetime,
    key: bytes,
) -> int:
    """Open a request inside the caller's transaction and give its number."""
    row: dict[str, Any] = {
        "kind": kind,
        "state": OPEN,
        "lead": lead,
        "marks": sorted(mark_of(key, one) for one in accounts) if key else [],
        "opened_at": at,
        "due_at": at + timedelta(days=DUE_DAYS),
        "closed_at": None,
        "by": storable_text(by),
        "outcome": "",
        "detail": {},
    }
    number = connection.execute(insert(subject_request).returning(subject_request.c.id), [row]).scalar_one()
    add_action(connection, f"subject.{kind}", by=by, at=at, about=f"request {number}", detail={"state": OPEN})
    return int(number)


def finish(
    connection: Connection,
    number: int,
    *,
    by: str,
    at: datetime,
    outcome: str,
    detail: Mapping[str, object],
    state: str = DONE,
) -> None:
    """Close a request inside the caller's transaction; StoreError if there is no open one of that number."""
    chosen = update(subject_request).where(subject_request.c.id == number, subject_request.c.state == OPEN)
    values: dict[str, Any] = {
        "state": state,
        "closed_at": at,
        "outcome": storable_text(outcome),
        "detail": dict(detail),
    }
    row = connection.execute(chosen.values(values).returning(subject_request.c.kind)).first()
    if row is None:
        raise StoreError(f"no open request {number}; `sourcing subject log` lists those there are")
    said = {"state": state, **detail}
    add_action(connection, f"subject.{row.kind}", by=by, at=at, about=f"request {number}", detail=said)


def open_of(connection: Connection, lead: str, kind: str) -> int | None:
    """Give the open request of a kind about a lead."""
    same = (subject_request.c.lead == lead) & (subject_request.c.kind == kind) & (subject_request.c.state == OPEN)
    found = connection.execute(select(subject_request.c.id).where(same).order_by(subject_request.c.id)).scalar()
    return int(found) if found is not None else None


def read_request(row: RowMapping) -> Request:
    """A row as a record."""
    return Request.model_validate({name: row[name] for name in _OWN})


def part(connection: Connection, leads: Collection[str], *, by: str, at: datetime, erased: int) -> None:
    """End what else was asked about leads that are gone, and let go of their numbers."""
    about = subject_request.c.lead.in_(list(leads))
    rest = connection.execute(
        select(subject_request.c.id).where(about, subject_request.c.state == OPEN, subject_request.c.id != erased)
    )
    for number in rest.scalars().all():
        finish(connection, number, by=by, at=at, outcome="erased", detail={"with": f"request {erased}"})
    connection.execute(update(subject_request).where(about).values(lead=None))
