"""The numbers of receipts for the matrix: what has changed since somebody last looked, and what it is now."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, select, type_coerce

from storage.store._base import Database
from storage.store._engine import file_of
from storage.store._saving.bulk import read_many
from storage.store._sql import among, batches
from storage.tables import account, counter, evidence, lead, lead_member, receipt

_BATCH = 5_000
_LEADS = 500
_PROFILE = (lead_member.c.lead, account.c.key, account.c.source, account.c.headline, account.c.bio, account.c.flags)
_WORK = (
    lead_member.c.lead,
    *(
        evidence.c[name]
        for name in ("id", "account", "kind", "level", "event_at", "origin_seen_at", "url", "title", "text")
    ),
    *(evidence.c[name] for name in ("tags", "packages", "files")),
)
_COUNTED = "receipts/{}"


class Numbers(NamedTuple):
    """The numbers of a receipt: per component value and confidence, the names of its penalties."""

    lead: str
    digest: str
    section: str
    parts: list[tuple[str, float | None, float]]
    penalties: list[str]


class Shown(NamedTuple):
    """What one lead shows, without ranks the person opted out of.

    Work is (id, source, kind, level, event_at, seen_at, url, title, text, tags, packages, files), profiles are
    (account, source, what it says).
    """

    lead: str
    work: list[tuple[Any, ...]]
    profiles: list[tuple[str, str, str]]


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
        merged = select(func.count(), func.max(lead.c.changed_at)).where(lead.c.merged_into.is_not(None))
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

    def shown_work(self, leads: Collection[str] | None = None) -> Iterator[Shown]:
        """Give what living leads show, all or these, in order of their ids; no records are made of it."""
        names: Collection[str] = set(leads) if leads is not None else self._everybody()
        for some in batches(sorted(names), _LEADS):
            with self._read() as connection:
                found = _shown(connection, some)
            yield from found

    def _everybody(self) -> list[str]:
        with self._read() as connection:
            return list(connection.execute(select(lead_member.c.lead).distinct()).scalars())


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


def _shown(connection: Connection, leads: list[str]) -> list[Shown]:
    found = {name: Shown(name, [], []) for name in leads}
    wanted = among(connection, lead_member.c.lead, leads)
    unranked = set()
    members = lead_member.join(account, account.c.key == lead_member.c.account)
    for name, key, source, headline, bio, flags in read_many(
        connection, _PROFILE, lambda all_: all_.select_from(members).where(wanted)
    ):
        if "progression_opt_out" in flags:
            unranked.add(key)
        if text := "\n".join(part for part in (headline, bio) if part):
            found[name].profiles.append((key, source, text))
    pieces = lead_member.join(evidence, evidence.c.account == lead_member.c.account)
    for name, one, key, kind, level, event_at, seen_at, url, title, text, *lists in read_many(
        connection, _WORK, lambda all_: all_.select_from(pieces).where(wanted)
    ):
        if kind != "competition" or key not in unranked:
            source = key.partition(":")[0]
            said = (one, source, kind, level, event_at, seen_at, url, title, text, *map(tuple, lists))
            found[name].work.append(said)
    return list(found.values())
