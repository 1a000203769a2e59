"""Receipts of other people that named somebody who is erased: written anew without those words.

The old row leaves its line for the lists of past nights (`list_gap`), the new one stands until the next scoring.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.records import AccountKey
from storage.store._judged.features import counted
from storage.store._judged.scores import row_hash
from storage.store._rights.naming import Naming
from storage.store._rights.tombstones import ERASED
from storage.store._sql import add_to_counter, among, insert_new
from storage.store._trail.chain import next_receipt
from storage.tables import lead, lead_member, list_gap, receipt

_LINE = ("lead", "total", "section", "hash")


def leave_lines(connection: Connection, rows: Collection[Mapping[str, Any]]) -> None:
    """Keep of receipts that go what the digests of past lists are made of."""
    insert_new(connection, list_gap, [{"receipt": row["id"], **{name: row[name] for name in _LINE}} for row in rows])


def said_without(
    receipt_said: Mapping[str, Any], keys: Collection[AccountKey], naming: Naming | None, gone: Collection[str] = ()
) -> dict[str, Any]:
    """What a receipt says, without work and words of somebody erased; the numbers stay."""
    begins = tuple(f"{key}/" for key in keys)
    out = dict(receipt_said)
    for name in ("parts", "penalties"):
        out[name] = [_part(part, begins, naming, gone) for part in receipt_said.get(name, ())]
    return out


def _part(
    part: Mapping[str, Any], begins: tuple[str, ...], naming: Naming | None, gone: Collection[str]
) -> dict[str, Any]:
    shown = list(part.get("evidence", ()))
    kept = [one for one in shown if not one.startswith(begins) and one not in gone]
    reason = part["reason"] if naming is None else naming.blanked(part["reason"])
    fresh = dict(part)
    if kept != shown:
        fresh |= {"evidence": kept, "reason": ERASED}
    elif reason != part["reason"]:
        fresh |= {"reason": reason}
    return fresh


def reissue(
    connection: Connection,
    leads: Collection[str],
    keys: Collection[AccountKey],
    naming: Naming | None,
    gone: Collection[str] = (),
) -> int:
    """Write receipts of these leads anew where they speak of the accounts, the work or the person; gives how many."""
    chosen = select(receipt).where(among(connection, receipt.c.lead, leads))
    rows = [_plain(row) for row in connection.execute(chosen).mappings()]
    changed = []
    for row in rows:
        fresh = said_without(row, keys, naming, gone)
        if any(list(row[name]) != fresh[name] for name in ("parts", "penalties")):
            changed.append((row, fresh))
    leave_lines(connection, [row for row, _ in changed])
    connection.execute(delete(receipt).where(receipt.c.id.in_([row["id"] for row, _ in changed])))
    _write(connection, [fresh for _, fresh in changed if fresh["latest"]])
    for role in sorted({row["role"] for row, _ in changed}):
        add_to_counter(connection, counted(role), 1)
    return len(changed)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    first = next_receipt(connection, receipt, list_gap)
    for at, row in enumerate(rows):
        row["hash"] = row_hash(row)
        del row["id"]
        if first is not None:
            row["id"] = first + at
    connection.execute(insert(receipt), rows)


def leads_of(connection: Connection, accounts: Collection[str]) -> set[str]:
    """Give the leads of accounts."""
    chosen = select(lead_member.c.lead).distinct().where(among(connection, lead_member.c.account, accounts))
    return set(connection.execute(chosen).scalars())


def stale(connection: Connection, leads: Collection[str], at: datetime) -> None:
    """Have these leads scored and prepared again."""
    connection.execute(update(lead).where(among(connection, lead.c.id, leads)).values(changed_at=at))
