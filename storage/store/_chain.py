"""The chain of judgements: each row carries a hash of what it says and of the row before it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from storage.records import Judgement
from storage.store._rows import digest, read_key
from storage.tables import judgement

_SAID = ("left", "right", "verdict", "bits", "by", "why", "evidence", "created_at")  # what undoing does not change


def chained(connection: Connection, item: Judgement) -> dict[str, Any]:
    """Give the row of a judgement, tied to the last one written."""
    last = connection.execute(select(judgement.c.hash).order_by(judgement.c.id.desc()).limit(1)).scalar()
    row = item.model_dump(exclude={"id"}) | {"left": str(item.left), "right": str(item.right)}
    row["prev_hash"] = last or b""
    row["hash"] = _hash(row)
    return row


def broken(connection: Connection) -> list[str]:
    """Give one sentence per row that is not what was written, or does not follow the one before."""
    found = []
    before: tuple[int, bytes] = (0, b"")
    for row in connection.execute(select(judgement).order_by(judgement.c.id)).mappings():
        if bytes(row["hash"]) != _hash(row):
            found.append(f"judgement {row['id']} is not what was written")
        # A gap is an erased person's: the chain keeps its hash, not its content.
        if row["id"] == before[0] + 1 and bytes(row["prev_hash"]) != before[1]:
            found.append(f"judgement {row['id']} does not follow judgement {before[0]}")
        before = (row["id"], bytes(row["hash"]))
    return found


def _hash(row: Mapping[Any, Any]) -> bytes:
    pair = [read_key(row["left"]), read_key(row["right"])]
    said = {name: row[name] for name in _SAID if name not in {"left", "right", "evidence"}}
    return digest(bytes(row["prev_hash"]).hex(), *(tuple(key) for key in pair), said, list(row["evidence"]))
