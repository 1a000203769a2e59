"""Receipts: the latest of each lead and role, and the former ones of earlier nights."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from storage.records import Receipt
from storage.store._base import Database
from storage.store._judged.features import counted
from storage.store._saving.rows import digest
from storage.store._sql import IS_MERGED, add_to_counter, among, batches, in_passing
from storage.store._trail.chain import next_receipt
from storage.tables import account, lead, lead_member, list_gap, receipt

_BATCH = 1000
_OWN = tuple(name for name in Receipt.model_fields)


class Place(NamedTuple):
    """Where a total stands in a role's list, in leads."""

    below: int
    equal: int
    leads: int  # of the list


class Scores(Database):
    """Verbs for scores."""

    def save_receipts(self, receipts: Sequence[Receipt], *, night: int | None = None) -> int:
        """Store receipts and give how many were written; one that says what the latest says is not.

        A second receipt of the same night takes the place of the first, others stay as history.
        """
        with self._write() as connection:
            return sum(_save(connection, some, night) for some in batches(receipts, _BATCH))

    def to_score(self, role: str, digest: str, *, since: datetime) -> list[str]:
        """Give the leads whose latest receipt is missing, of another digest, older than `since`, or out of date.

        Out of date is what was scored before an account, its work or the lead's accounts last changed.
        """
        joined = (
            lead_member.join(lead, lead.c.id == lead_member.c.lead)
            # Said in full: a lead also names the account it was made for, and its others change as well.
            .join(account, account.c.key == lead_member.c.account)
            .outerjoin(receipt, and_(receipt.c.lead == lead.c.id, receipt.c.role == role, receipt.c.latest))
        )
        stale = or_(
            receipt.c.id.is_(None),
            receipt.c.digest != digest,
            receipt.c.checked_at < since,
            receipt.c.checked_at < account.c.touched_at,
            receipt.c.checked_at < lead.c.changed_at,
        )
        with self._read() as connection:
            chosen = select(lead.c.id).distinct().select_from(joined).where(stale).order_by(lead.c.id)
            return list(connection.execute(chosen).scalars())

    def ranking(self, role: str, *, limit: int | None = None, section: str | None = None) -> list[Receipt]:
        """Give the latest receipt of every living lead, best total first, equal ones by lead id."""
        chosen = select(receipt).join(lead, lead.c.id == receipt.c.lead)
        chosen = chosen.where(receipt.c.role == role, receipt.c.latest, lead.c.merged_into.is_(None))
        if section is not None:
            chosen = chosen.where(receipt.c.section == section)
        ordered = chosen.order_by(receipt.c.total.desc(), receipt.c.lead).limit(limit)
        with self._read() as connection:
            return [read_receipt(row) for row in connection.execute(ordered).mappings()]

    def receipt(self, lead: str, role: str) -> Receipt | None:
        """Give the latest receipt of a lead for a role, None if it was never scored."""
        chosen = select(receipt).where(receipt.c.lead == lead, receipt.c.role == role, receipt.c.latest)
        with self._read() as connection:
            row = connection.execute(chosen).mappings().first()
        return read_receipt(row) if row else None

    def place(self, role: str, total: float, *, section: str = "ranked") -> Place:
        """Say where a total stands among those of a section of a role's list; no receipt is read."""
        listed = (receipt.c.role == role, receipt.c.latest, receipt.c.section == section)
        numbers = (_number(*listed, receipt.c.total < total), _number(*listed, receipt.c.total == total))
        with self._read() as connection, in_passing(connection):
            below, equal, leads = connection.execute(select(*numbers, _number(*listed))).one()
            # Asking of every receipt whether its lead was merged would cost thirty times as much.
            merged = connection.execute(select(lead.c.id).where(IS_MERGED)).scalars().all()
            chosen = select(receipt.c.total).where(*listed, among(connection, receipt.c.lead, merged))
            gone = connection.execute(chosen).scalars().all() if merged else ()
        return Place(below - sum(one < total for one in gone), equal - gone.count(total), leads - len(gone))


def _number(*which: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(receipt).where(*which).scalar_subquery()


def _save(connection: Connection, receipts: Sequence[Receipt], night: int | None) -> int:
    written = 0
    for role in sorted({item.role for item in receipts}):
        rows = {item.lead: _row(item, night) for item in receipts if item.role == role}
        latest = _latest(connection, role, rows)
        fresh = {name: row for name, row in rows.items() if (row["hash"],) != latest.get(name)}
        _confirm(connection, role, [row for name, row in rows.items() if name not in fresh])
        if replaced := _replace(connection, role, fresh, night):
            add_to_counter(connection, counted(role), replaced)
        written += replaced
    return written


def _confirm(connection: Connection, role: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note of receipts that stay as they are that they were checked; all rows of a run bear one time."""
    for at in sorted({row["scored_at"] for row in rows}):
        names = [row["lead"] for row in rows if row["scored_at"] == at]
        same = and_(receipt.c.role == role, receipt.c.latest, among(connection, receipt.c.lead, names))
        connection.execute(update(receipt).where(same).values(checked_at=at))


def _latest(connection: Connection, role: str, leads: Collection[str]) -> dict[str, tuple[bytes]]:
    chosen = select(receipt.c.lead, receipt.c.hash).where(receipt.c.role == role, receipt.c.latest)
    rows = connection.execute(chosen.where(among(connection, receipt.c.lead, leads)))
    return {row.lead: (bytes(row.hash),) for row in rows}


def _replace(connection: Connection, role: str, rows: Mapping[str, dict[str, Any]], night: int | None) -> int:
    if not rows:
        return 0
    former = and_(receipt.c.role == role, receipt.c.latest, among(connection, receipt.c.lead, rows))
    if night is not None:
        connection.execute(delete(receipt).where(former, receipt.c.night == night))
    connection.execute(update(receipt).where(former).values(latest=False))
    fresh = list(rows.values())
    if (first := next_receipt(connection, receipt, list_gap)) is not None:
        fresh = [{"id": number, **row} for number, row in enumerate(fresh, first)]
    connection.execute(insert(receipt), fresh)
    return len(rows)


def _row(item: Receipt, night: int | None) -> dict[str, Any]:
    row: dict[str, Any] = item.model_dump(exclude={"parts", "penalties"})
    row["parts"] = [part.model_dump() for part in item.parts]
    row["penalties"] = [penalty.model_dump() for penalty in item.penalties]
    return row | {"night": night, "latest": True, "hash": row_hash(row), "checked_at": item.scored_at}


_SAID = tuple(name for name in _OWN if name not in {"scored_at", "parts", "penalties"})


def row_hash(row: Mapping[Any, Any]) -> bytes:
    """Hash of everything a receipt says but when it was made; of a row to be written or one that was read."""
    return digest({name: row[name] for name in _SAID}, row["parts"], row["penalties"])


def read_receipt(row: Mapping[Any, Any]) -> Receipt:
    """A row as a receipt."""
    return Receipt.model_validate({name: row[name] for name in _OWN})
