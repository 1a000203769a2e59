"""The chains of what people decide: each row carries a hash of what it says and of the row before it.

An erasure takes rows out, or words out of rows, and leaves the links: `chain_gap` holds both hashes of such a row,
sealed with the installation's key and tied to the request it was done for. So the chain can still be followed from end
to end, a row somebody removed without the key shows, and nothing of the person is needed to check it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, func, select

from storage.store._rights.keyed import seal
from storage.store._saving.rows import digest, read_key
from storage.store._sql import upsert
from storage.tables import audit_event, chain_gap, decision, judgement

Row = Mapping[Any, Any]
# What undoing a row does not change.
_JUDGED = ("verdict", "bits", "by", "why", "created_at")
_DECIDED = ("lead", "role", "answer", "reason", "note", "by", "at", "listed")
_LOGGED = ("at", "by", "action", "about", "detail")


def tied(connection: Connection, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Give a row of this table tied to the last one written; two writers never tie to the same one."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
    last = connection.execute(select(table.c.id, table.c.hash).order_by(table.c.id.desc()).limit(1)).first()
    gap = _last_gap(connection, table)
    row["prev_hash"] = last.hash if last else b""
    if gap is not None and (last is None or gap[0] > last.id):
        row["prev_hash"] = gap[1]
        row["id"] = gap[0] + 1  # SQLite would give the number of the erased row again
    row["hash"] = _HASHES[table.name](row)
    return row


def _last_gap(connection: Connection, table: Table) -> tuple[int, bytes] | None:
    chosen = select(chain_gap.c.row, chain_gap.c.hash).where(chain_gap.c.table == table.name)
    found = connection.execute(chosen.order_by(chain_gap.c.row.desc()).limit(1)).first()
    return (found.row, bytes(found.hash)) if found else None


def leave_gaps(connection: Connection, table: Table, rows: Collection[Row], request: int, key: bytes) -> None:
    """Note that these rows, as they are stored, are about to be deleted for a request."""
    _note(connection, table, [(row, None) for row in rows], request, key)


def rewrite(connection: Connection, table: Table, rows: Collection[Row], request: int, key: bytes) -> None:
    """Note that these rows, as they are to be, lose words for a request; the caller writes them."""
    _note(connection, table, [(row, _HASHES[table.name](row)) for row in rows], request, key)


def _note(
    connection: Connection, table: Table, rows: Collection[tuple[Row, bytes | None]], request: int, key: bytes
) -> None:
    made = []
    for row, content in rows:
        gap = Gap(table.name, row["id"], bytes(row["prev_hash"]), bytes(row["hash"]), content, request)
        made.append({**gap._asdict(), "seal": seal(key, *gap.words)})
    upsert(connection, chain_gap, made)


class Gap(NamedTuple):
    """A row of a chain that was erased, or lost words (`content`: the hash of what is left)."""

    table: str
    row: int
    prev_hash: bytes
    hash: bytes
    content: bytes | None
    request: int

    @property
    def words(self) -> tuple[str, ...]:
        """What its seal is made of."""
        left = self.content.hex() if self.content is not None else ""
        return self.table, str(self.row), self.prev_hash.hex(), self.hash.hex(), left, str(self.request)


def broken(connection: Connection, key: bytes) -> list[str]:
    """Give one sentence per row that is not what was written, or does not follow the one before."""
    return [sentence for table in (judgement, decision, audit_event) for sentence in _broken(connection, table, key)]


def _broken(connection: Connection, table: Table, key: bytes) -> Iterator[str]:
    gaps = {gap.row: (gap, sealed) for gap, sealed in _gaps(connection, table)}
    for erased, sealed in gaps.values():
        if key and sealed != seal(key, *erased.words):
            yield f"the erasure of {table.name} {erased.row} was not written with the key of this installation"
    before: tuple[int, bytes] = (0, b"")
    rows = connection.execute(select(table).order_by(table.c.id)).mappings()
    for number, row, gap in _in_order(rows, {number: erased for number, (erased, _) in gaps.items()}):
        if row is not None and not _is_written(table, row, gap):
            yield f"{table.name} {number} is not what was written"
        prev, own = _links(row, gap)
        if prev != before[1]:
            yield f"{table.name} {number} does not follow {table.name} {before[0]}"
        before = (number, own)


def _links(row: Row | None, gap: Gap | None) -> tuple[bytes, bytes]:
    if gap is not None:
        return gap.prev_hash, gap.hash
    assert row is not None
    return bytes(row["prev_hash"]), bytes(row["hash"])


def _in_order(rows: Any, gaps: Mapping[int, Gap]) -> Iterator[tuple[int, Row | None, Gap | None]]:
    waiting = sorted(gaps, reverse=True)
    for row in rows:
        while waiting and waiting[-1] < row["id"]:
            number = waiting.pop()
            yield number, None, gaps[number]
        if waiting and waiting[-1] == row["id"]:
            waiting.pop()
        yield row["id"], row, gaps.get(row["id"])
    yield from ((number, None, gaps[number]) for number in reversed(waiting))


def _is_written(table: Table, row: Row, gap: Gap | None) -> bool:
    wanted = gap.content if gap is not None else bytes(row["hash"])
    return _HASHES[table.name](row) == wanted


def _gaps(connection: Connection, table: Table) -> list[tuple[Gap, bytes]]:
    rows = connection.execute(select(chain_gap).where(chain_gap.c.table == table.name)).mappings()
    return [
        (
            Gap(
                table=row["table"],
                row=row["row"],
                prev_hash=bytes(row["prev_hash"]),
                hash=bytes(row["hash"]),
                content=None if row["content"] is None else bytes(row["content"]),
                request=row["request"],
            ),
            bytes(row["seal"]),
        )
        for row in rows
    ]


def reseal(connection: Connection, key: bytes) -> int:
    """Seal all gaps with another key; gives how many there are."""
    tables = (judgement, decision, audit_event)
    gaps = [gap for table in tables for gap, _ in _gaps(connection, table)]
    connection.execute(delete(chain_gap))
    upsert(connection, chain_gap, [{**gap._asdict(), "seal": seal(key, *gap.words)} for gap in gaps])
    return len(gaps)


def next_receipt(connection: Connection, receipts: Table, gaps: Table) -> int | None:
    """Give the number the next receipt must have, None if the database counts right by itself.

    SQLite gives the number of a deleted last row again; a list of a past night would take the one for the other.
    """
    if connection.dialect.name != "sqlite":
        return None
    erased = connection.execute(select(func.max(gaps.c.receipt))).scalar()
    last = connection.execute(select(func.max(receipts.c.id))).scalar() or 0
    return erased + 1 if erased is not None and erased >= last else None


def _judged(row: Row) -> bytes:
    pair = [tuple(read_key(row["left"])), tuple(read_key(row["right"]))]
    return digest(bytes(row["prev_hash"]).hex(), *pair, _said(row, _JUDGED), list(row["evidence"]))


def _decided(row: Row) -> bytes:
    return digest(bytes(row["prev_hash"]).hex(), _said(row, _DECIDED), list(row["accounts"]), row["receipt"])


def _logged(row: Row) -> bytes:
    return digest(bytes(row["prev_hash"]).hex(), _said(row, _LOGGED))


def _said(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


_HASHES: Mapping[str, Callable[[Row], bytes]] = {
    "judgement": _judged,
    "decision": _decided,
    "audit_event": _logged,
}
