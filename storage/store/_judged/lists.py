"""What a role's list was when a night ended: kept small, rebuilt from the receipts it was made of."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, RowMapping, Select, select

from storage.records import Receipt
from storage.store._base import Database
from storage.store._judged.scores import read_receipt, row_hash
from storage.store._records import NightList
from storage.store._sql import batches, upsert
from storage.tables import lead, list_gap, night_list, receipt

BLOCK = 100  # rows one digest of a list stands for
_BYTES = 8  # kept of it
_TOP = 100  # rows kept by name
_BATCH = 2_000


class Ordered(NamedTuple):
    """One row of a list, as its digest reads it."""

    lead: str
    total: float
    section: str
    hash: bytes  # of the receipt's content


class StoredReceipt(NamedTuple):
    """A receipt as it is stored; `intact` says whether its content still has the hash it was written with."""

    id: int
    lead: str
    total: float
    section: str
    parts: list[dict[str, Any]]  # as in a Receipt
    penalties: list[dict[str, Any]]
    hash: bytes
    intact: bool
    row: RowMapping

    @property
    def receipt(self) -> Receipt:
        """It as a record."""
        return read_receipt(self.row)


class Lists(Database):
    """Verbs for the lists of past nights."""

    def night_list(self, night: int, role: str) -> NightList | None:
        """Give what was kept of a role's list of a night, None if that night kept none."""
        chosen = select(night_list).where(night_list.c.night == night, night_list.c.role == role)
        with self._read() as connection:
            row = connection.execute(chosen).mappings().first()
        return _read(row) if row else None

    def night_lists(self, role: str | None = None) -> list[tuple[int, str]]:
        """Give which nights kept a list, with the role, oldest first."""
        chosen = select(night_list.c.night, night_list.c.role).order_by(night_list.c.night, night_list.c.role)
        if role is not None:
            chosen = chosen.where(night_list.c.role == role)
        with self._read() as connection:
            return [(row.night, row.role) for row in connection.execute(chosen)]

    def erased_lines(self, ids: Sequence[int]) -> dict[int, Ordered]:
        """Give the lines of those of these receipts that went with an erasure: the place, and nobody's name."""
        found: dict[int, Ordered] = {}
        for some in batches(ids, _BATCH):
            with self._read() as connection:
                rows = connection.execute(select(list_gap).where(list_gap.c.receipt.in_(some))).all()
            found |= {row.receipt: Ordered(row.lead, row.total, row.section, bytes(row.hash)) for row in rows}
        return found

    def stored_receipts(self, ids: Sequence[int]) -> Iterator[StoredReceipt]:
        """Give the receipts of these ids that are still there, and whether each is what was written."""
        for some in batches(ids, _BATCH):
            with self._read() as connection:
                rows = connection.execute(_of(some)).mappings().all()
            yield from map(_stored, rows)


def _stored(row: RowMapping) -> StoredReceipt:
    kept = bytes(row["hash"])
    return StoredReceipt(
        id=row["id"],
        lead=row["lead"],
        total=row["total"],
        section=row["section"],
        parts=row["parts"],
        penalties=row["penalties"],
        hash=kept,
        intact=row_hash(row) == kept,
        row=row,
    )


def _of(ids: Sequence[int]) -> Select[Any]:
    return select(receipt).where(receipt.c.id.in_(ids)).order_by(receipt.c.id)


def keep_lists(connection: Connection, night: int, at: datetime) -> None:
    """Keep the lists of all scored roles as they are, inside the caller's transaction."""
    roles = connection.execute(select(receipt.c.role).where(receipt.c.latest).distinct().order_by(receipt.c.role))
    upsert(connection, night_list, [_list(connection, role, night, at) for role in roles.scalars().all()])


def _list(connection: Connection, role: str, night: int, at: datetime) -> dict[str, Any]:
    columns = (
        *(receipt.c.id, receipt.c.lead, receipt.c.total, receipt.c.section, receipt.c.hash),
        *(receipt.c.role_version, receipt.c.digest),
    )
    chosen = select(*columns).join(lead, lead.c.id == receipt.c.lead)
    chosen = chosen.where(receipt.c.role == role, receipt.c.latest, lead.c.merged_into.is_(None))
    rows = connection.execute(chosen.order_by(receipt.c.total.desc(), receipt.c.lead)).all()
    ordered = [Ordered(row.lead, row.total, row.section, bytes(row.hash)) for row in rows]
    whole, blocks = list_digests(ordered)
    versions = Counter((row.role_version, row.digest) for row in rows)
    return {
        "night": night,
        "role": role,
        "at": at,
        "leads": len(rows),
        "versions": [[version, digest, count] for (version, digest), count in sorted(versions.items())],
        "digest": whole,
        "blocks": blocks,
        "members": pack(row.id for row in rows),
        "top": [[row.lead, row.total] for row in ordered[:_TOP]],
    }


def list_digests(rows: Sequence[Ordered]) -> tuple[bytes, bytes]:
    """SHA-256 over all rows of a list in order, and the first bytes of one per block of rows."""
    whole, blocks = hashlib.sha256(), []
    for some in batches(rows, BLOCK):
        text = "".join(f"{row.lead}\t{row.total.hex()}\t{row.section}\t{row.hash.hex()}\n" for row in some).encode()
        whole.update(text)
        blocks.append(hashlib.sha256(text).digest()[:_BYTES])
    return whole.digest(), b"".join(blocks)


def first_other_block(kept: bytes, now: bytes) -> int | None:
    """The first block, from 0, in which two lists differ; None if they do not."""
    pairs = zip(batches(kept, _BYTES), batches(now, _BYTES), strict=False)
    different = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    shorter = min(len(kept), len(now)) // _BYTES
    return different if different is not None or len(kept) == len(now) else shorter


def pack(ids: Iterable[int]) -> bytes:
    """Ids as their differences in ascending order, compressed: neighbours cost next to nothing."""
    steps, before = [], 0
    for one in sorted(ids):
        steps.append(one - before)
        before = one
    return zlib.compress(orjson.dumps(steps), 9)


def unpack(packed: bytes) -> list[int]:
    """The ids of `pack`, ascending."""
    ids, at = [], 0
    for step in orjson.loads(zlib.decompress(packed)):
        at += step
        ids.append(at)
    return ids


def _read(row: Mapping[Any, Any]) -> NightList:
    given = {name: row[name] for name in NightList.model_fields if name != "members"}
    return NightList.model_validate(given | {"members": unpack(bytes(row["members"]))})
