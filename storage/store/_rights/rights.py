"""What people may ask for while their data stays: hidden accounts, corrected fields, and the requests themselves."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.errors import StoreError
from storage.records import Account, AccountKey, Instant, Receipt, Record
from storage.store._base import Database
from storage.store._desk.prepared import hide_leads
from storage.store._judged.scores import read_receipt
from storage.store._rights import subjects as _subjects
from storage.store._rights.overlay import restricted
from storage.store._rights.subjects import Request, read_request
from storage.store._saving.rows import (
    ACCOUNT_COLUMNS,
    account_hash,
    key_texts,
    names,
    read_account,
    read_key,
    storable_text,
)
from storage.store._sql import among, insert_new, set_columns
from storage.store._trail.log import add_action
from storage.tables import account, correction, lead_member, receipt, restriction, subject_request

RESTRICTED = "restricted"  # the flag of a hidden account
FIELDS = ("name", "headline", "bio", "location", "company", "open_to_work")


class Correction(Record):
    """What a person says of one field of one account."""

    id: int
    account: AccountKey
    field: str
    value: str | bool | None
    said: str | bool | None  # what the source says
    by: str
    at: Instant
    withdrawn_at: Instant | None = None
    withdrawn_by: str | None = None


class Rights(Database):
    """Verbs for requests about data that stays."""

    def restrict(self, keys: Collection[AccountKey], *, kind: str = RESTRICTED, by: str, at: datetime) -> int:
        """Hide accounts: no list, file or search holds their lead, nothing new is stored; gives how many are new."""
        with self._write() as connection:
            fresh = set(key_texts(keys)) - restricted(connection, keys)
            insert_new(
                connection, restriction, [{"account": k, "kind": kind, "at": at, "by": by} for k in sorted(fresh)]
            )
            _flag(connection, fresh, at, add=True)
            hide_leads(connection, _leads(connection, keys))
            add_action(connection, "subject.restrict", by=by, at=at, detail={"kind": kind, "accounts": len(fresh)})
        return len(fresh)

    def unrestrict(self, keys: Collection[AccountKey], *, by: str, at: datetime) -> int:
        """Show accounts again; gives how many were hidden."""
        with self._write() as connection:
            held = restricted(connection, keys)
            connection.execute(delete(restriction).where(among(connection, restriction.c.account, held)))
            _flag(connection, held, at, add=False)
            add_action(connection, "subject.unrestrict", by=by, at=at, detail={"accounts": len(held)})
        return len(held)

    def restricted(self, keys: Collection[AccountKey]) -> dict[AccountKey, str]:
        """Give those of these accounts that are hidden, and why: "restricted" or "objected"."""
        with self._read() as connection:
            chosen = select(restriction.c.account, restriction.c.kind)
            rows = connection.execute(chosen.where(among(connection, restriction.c.account, key_texts(keys))))
            return {read_key(name): kind for name, kind in rows}

    def correct(
        self, keys: Collection[AccountKey], field: str, value: str | bool | None, *, by: str, at: datetime
    ) -> int:
        """Lay what a person says of a field over what sources say, until withdrawn; gives how many accounts changed.

        The value must be clean already. StoreError for a field that cannot be corrected.
        """
        if field not in FIELDS:
            raise StoreError(f"{field!r} cannot be corrected; what can: {', '.join(FIELDS)}")
        with self._write() as connection:
            before = _accounts(connection, key_texts(keys))
            said = _withdraw(connection, list(before), field, by, at)
            rows = [
                {"account": name, "field": field, "value": value, "said": said.get(name, getattr(item, field))}
                | {"by": storable_text(by), "at": at, "withdrawn_at": None, "withdrawn_by": None}
                for name, item in before.items()
            ]
            if rows:
                connection.execute(insert(correction), rows)
            _set_field(connection, {name: (item, value) for name, item in before.items()}, field, at)
            add_action(connection, "subject.correct", by=by, at=at, detail={"field": field, "accounts": len(rows)})
        return len(rows)

    def withdraw_correction(self, keys: Collection[AccountKey], field: str, *, by: str, at: datetime) -> int:
        """Let what sources say of a field stand again; gives how many accounts had a correction."""
        with self._write() as connection:
            said = _withdraw(connection, key_texts(keys), field, by, at)
            before = _accounts(connection, list(said))
            _set_field(connection, {name: (item, said[name]) for name, item in before.items()}, field, at)
            add_action(connection, "subject.withdraw", by=by, at=at, detail={"field": field, "accounts": len(said)})
        return len(said)

    def corrections(self, keys: Collection[AccountKey], *, live: bool = True) -> list[Correction]:
        """Give what people said of these accounts, oldest first; withdrawn ones unless `live`."""
        with self._read() as connection:
            chosen = select(correction).where(among(connection, correction.c.account, key_texts(keys)))
            if live:
                chosen = chosen.where(correction.c.withdrawn_at.is_(None))
            rows = connection.execute(chosen.order_by(correction.c.id)).mappings().all()
        return [Correction.model_validate({**row, "account": read_key(row["account"])}) for row in rows]

    def open_request(
        self, kind: str, *, lead: str | None, accounts: Collection[AccountKey], by: str, at: datetime
    ) -> int:
        """Write down that a person asked for something, and give the number of the request."""
        with self._write() as connection:
            return _subjects.begin(connection, kind, lead=lead, accounts=accounts, by=by, at=at, key=self._key)

    def close_request(
        self, number: int, *, by: str, at: datetime, outcome: str, refused: bool = False, **detail: object
    ) -> None:
        """Write down how a request ended; StoreError if there is no open one of that number."""
        with self._write() as connection:
            state = _subjects.REFUSED if refused else _subjects.DONE
            _subjects.finish(connection, number, by=by, at=at, outcome=outcome, detail=detail, state=state)

    def all_receipts(self, leads: Collection[str]) -> list[tuple[Receipt, bool]]:
        """Give every score these leads ever had, newest first, and whether it is the latest for its role."""
        chosen = select(receipt).order_by(receipt.c.scored_at.desc(), receipt.c.role)
        with self._read() as connection:
            rows = connection.execute(chosen.where(among(connection, receipt.c.lead, leads))).mappings()
            return [(read_receipt(row), bool(row["latest"])) for row in rows]

    def requests(self, *, open_only: bool = False, account: AccountKey | None = None) -> list[Request]:
        """Give requests, the oldest first; only those about an account if asked, which need not be stored any more."""
        chosen = select(subject_request).order_by(subject_request.c.id)
        if open_only:
            chosen = chosen.where(subject_request.c.state == _subjects.OPEN)
        with self._read() as connection:
            rows: Sequence[Any] = connection.execute(chosen).mappings().all()
        if account is not None:
            mark = _subjects.mark_of(self._key, account)
            rows = [row for row in rows if mark in row["marks"]]
        return [read_request(row) for row in rows]


def _leads(connection: Connection, keys: Collection[AccountKey]) -> list[str]:
    chosen = select(lead_member.c.lead).distinct()
    return list(connection.execute(chosen.where(among(connection, lead_member.c.account, key_texts(keys)))).scalars())


def _accounts(connection: Connection, keys: Collection[str]) -> dict[str, Account]:
    rows = connection.execute(select(*ACCOUNT_COLUMNS).where(among(connection, account.c.key, keys))).all()
    return {str(item.key): item for item in map(read_account, rows)}


def _flag(connection: Connection, keys: Collection[str], at: datetime, *, add: bool) -> None:
    rows = []
    for name, item in _accounts(connection, keys).items():
        flags = {*item.flags, RESTRICTED} if add else set(item.flags) - {RESTRICTED}
        fresh = item.model_copy(update={"flags": tuple(sorted(flags))})
        rows.append({"key": name, "flags": sorted(flags), **_moved(fresh, at)})
    set_columns(connection, account, rows)


def _moved(item: Account, at: datetime) -> dict[str, Any]:
    return {"hash": account_hash(item), "last_changed": at, "touched_at": at}


def _withdraw(connection: Connection, keys: Collection[str], field: str, by: str, at: datetime) -> dict[str, Any]:
    """End live corrections of a field; gives what the sources say of it by account."""
    live = (correction.c.field == field) & correction.c.withdrawn_at.is_(None)
    wanted = live & among(connection, correction.c.account, keys)
    rows = connection.execute(select(correction.c.account, correction.c.said).where(wanted)).all()
    connection.execute(update(correction).where(wanted).values(withdrawn_at=at, withdrawn_by=storable_text(by)))
    return {row.account: row.said for row in rows}


def _set_field(
    connection: Connection, changes: Mapping[str, tuple[Account, str | bool | None]], field: str, at: datetime
) -> None:
    rows = []
    for name, (item, value) in changes.items():
        fresh = item.model_copy(update={field: value, "observed": item.observed | {field}})
        rows.append({"key": name, field: value, "observed": list(names(fresh.observed)), **_moved(fresh, at)})
    set_columns(connection, account, rows)
