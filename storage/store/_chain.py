"""The chains of what people decide: each row carries a hash of what it says and of the row before it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from storage.store._rows import digest, read_key
from storage.tables import decision, judgement

Row = Mapping[Any, Any]
# What undoing a row does not change.
_JUDGED = ("verdict", "bits", "by", "why", "created_at")
_DECIDED = ("lead", "role", "answer", "reason", "note", "by", "at", "listed")


def tied(connection: Connection, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Give a row of this table tied to the last one written; two writers never tie to the same one."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
    last = connection.execute(select(table.c.hash).order_by(table.c.id.desc()).limit(1)).scalar()
    row["prev_hash"] = last or b""
    row["hash"] = _HASHES[table.name](row)
    return row


def broken(connection: Connection) -> list[str]:
    """Give one sentence per row that is not what was written, or does not follow the one before."""
    return [sentence for table in (judgement, decision) for sentence in _broken(connection, table)]


def _broken(connection: Connection, table: Table) -> list[str]:
    found = []
    before: tuple[int, bytes] = (0, b"")
    for row in connection.execute(select(table).order_by(table.c.id)).mappings():
        if bytes(row["hash"]) != _HASHES[table.name](row):
            found.append(f"{table.name} {row['id']} is not what was written")
        # A gap is an erased person's: the chain keeps its hash, not its content.
        if row["id"] == before[0] + 1 and bytes(row["prev_hash"]) != before[1]:
            found.append(f"{table.name} {row['id']} does not follow {table.name} {before[0]}")
        before = (row["id"], bytes(row["hash"]))
    return found


def _judged(row: Row) -> bytes:
    pair = [tuple(read_key(row["left"])), tuple(read_key(row["right"]))]
    return digest(bytes(row["prev_hash"]).hex(), *pair, _said(row, _JUDGED), list(row["evidence"]))


def _decided(row: Row) -> bytes:
    return digest(bytes(row["prev_hash"]).hex(), _said(row, _DECIDED), list(row["accounts"]), row["receipt"])


def _said(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


_HASHES: Mapping[str, Callable[[Row], bytes]] = {"judgement": _judged, "decision": _decided}
