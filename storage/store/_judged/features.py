"""The numbers of receipts for the matrix: what has changed since somebody last looked, and what it is now."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, select, type_coerce

from storage.store._base import Database
from storage.store._engine import file_of
from storage.store._sql import IS_MERGED, among, batches
from storage.tables import counter, lead, receipt

_BATCH = 5_000
_COUNTED = "receipts/{}"


class Numbers(NamedTuple):
    """The numbers of a receipt: per component value and confidence, the names of its penalties."""

    lead: str
    digest: str
    section: str
    parts: list[tuple[str, float | None, float]]
    penalties: list[str]


class Features(Database):
    """Verbs for the matrix."""

    @property
    def file(self) -> Path | None:
        """The database file; None for a server."""
        return file_of(self._engine.url)

    def receipt_stamp(self, role: str) -> str:
        """Give a text that differs whenever the living leads of a role or what their receipts say may differ."""
        written = select(counter.c.value).where(counter.c.name == counted(role))
        held = select(func.count()).where(receipt.c.role == role, receipt.c.latest)
        merged = select(func.count(), func.max(lead.c.changed_at)).where(IS_MERGED)
        with self._read() as connection:
            aliases, moved = connection.execute(merged).one()
            said = (connection.execute(written).scalar() or 0, connection.execute(held).scalar())
        return f"{said[0]}/{said[1]}/{aliases}/{moved.isoformat() if moved else ''}"

    def receipt_marks(self, role: str) -> list[tuple[str, bytes]]:
        """Give each living lead scored for a role with the hash of what its receipt says, by lead id."""
        with self._read() as connection:
            rows = connection.execute(_living(select(receipt.c.lead, receipt.c.hash), role).order_by(receipt.c.lead))
            return [(name, bytes(mark)) for name, mark in rows]

    def receipt_numbers(self, role: str, leads: Collection[str]) -> Iterator[Numbers]:
        """Give the numbers of these leads' latest receipts, in order of their ids."""
        for some in batches(sorted(leads), _BATCH):
            with self._read() as connection:
                found = _numbers(connection, role, some)
            yield from found


def counted(role: str) -> str:
    """The name of the counter that moves with every receipt written for a role."""
    return _COUNTED.format(role)


def _living(chosen: Select[Any], role: str) -> Select[Any]:
    joined = receipt.join(lead, lead.c.id == receipt.c.lead)
    alive = and_(receipt.c.role == role, receipt.c.latest, lead.c.merged_into.is_(None))
    return chosen.select_from(joined).where(alive)


def _numbers(connection: Connection, role: str, leads: list[str]) -> list[Numbers]:
    # JSON columns as text: one reader for both databases, faster than the driver's own.
    lite = connection.dialect.name == "sqlite"
    jsons = (receipt.c.parts, receipt.c.penalties)
    texts: list[ColumnElement[str]] = [type_coerce(one, Text) if lite else cast(one, Text) for one in jsons]
    chosen = _living(select(receipt.c.lead, receipt.c.digest, receipt.c.section, *texts), role)
    rows = connection.execute(chosen.where(among(connection, receipt.c.lead, leads)).order_by(receipt.c.lead))
    return [
        Numbers(
            name,
            digest,
            section,
            [(part["component"], part["value"], part["confidence"]) for part in orjson.loads(parts)],
            [penalty["name"] for penalty in orjson.loads(penalties)],
        )
        for name, digest, section, parts, penalties in rows
    ]
