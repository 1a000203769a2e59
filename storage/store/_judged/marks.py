"""What tells whether a lead says something else than when somebody last looked."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select, type_coerce

from storage.store._base import Database
from storage.store._saving.bulk import read_many
from storage.store._sql import IS_MERGED, among, batches
from storage.tables import account, evidence, lead, lead_member, receipt

_BATCH = 500
_PROFILE = tuple(
    account.c[name] for name in ("source", "source_id", "bio", "location", "created_at", "figures", "flags")
)
_DONE = tuple(
    evidence.c[name]
    for name in ("account", "kind", "level", "title", "text", "event_at", "started_at", "origin_seen_at")
)


class Member(NamedTuple):
    """What one account says that a score should not follow."""

    source: str
    source_id: str
    bio: str | None
    location: str | None
    created_at: datetime | None
    figures: dict[str, float]
    flags: list[str]


class Done(NamedTuple):
    """One piece of work, as far as lists are balanced and audited by it."""

    account: str  # "github:583231"
    kind: str
    level: int
    title: str
    text: str | None
    event_at: datetime | None
    started_at: datetime | None
    seen_at: datetime


class Beside(NamedTuple):
    """One lead with its accounts and its work, each in the order of their ids."""

    lead: str
    members: list[Member]
    work: list[Done]


class Placed(NamedTuple):
    """A lead and its total for a role."""

    lead: str
    total: float


class Marks(Database):
    """Verbs for who keeps things worked out of leads."""

    def lead_marks(self) -> list[tuple[str, str]]:
        """Give each living lead, by id, with a text that differs whenever its accounts, work or members changed."""
        pieces = select(evidence.c.account, func.count().label("pieces")).group_by(evidence.c.account).subquery()
        members = lead_member.join(lead, lead.c.id == lead_member.c.lead)
        members = members.join(account, account.c.key == lead_member.c.account)
        joined = members.outerjoin(pieces, pieces.c.account == account.c.key)
        with self._read() as connection:
            changed, touched = (_text(connection, one) for one in (lead.c.changed_at, account.c.touched_at))
            counts = func.count(), func.coalesce(func.sum(pieces.c.pieces), 0)
            chosen = select(lead_member.c.lead, func.max(changed), func.max(touched), *counts).select_from(joined)
            rows = connection.execute(chosen.group_by(lead_member.c.lead).order_by(lead_member.c.lead))
            return [(name, f"{moved} {seen} {members} {work}") for name, moved, seen, members, work in rows]

    def beside_scores(self, leads: Collection[str]) -> Iterator[Beside]:
        """Give what these living leads show that a score should not follow, in order of their ids."""
        for some in batches(sorted(leads), _BATCH):
            with self._read() as connection:
                found = _beside(connection, some)
            yield from found

    def placed(self, role: str, *, section: str | None = None) -> list[Placed]:
        """Give every living lead scored for a role, or those of a section, with its total; no receipt is read."""
        wanted = (receipt.c.role == role) & receipt.c.latest
        if section is not None:
            wanted &= receipt.c.section == section
        with self._read() as connection:
            gone = set(connection.execute(select(lead.c.id).where(IS_MERGED)).scalars())
            rows = connection.execute(select(receipt.c.lead, receipt.c.total).where(wanted)).all()
        return sorted(Placed(name, total) for name, total in rows if name not in gone)


def _beside(connection: Connection, names: list[str]) -> list[Beside]:
    wanted = among(connection, lead_member.c.lead, names)
    found: dict[str, Beside] = {}
    members = lead_member.join(account, account.c.key == lead_member.c.account)
    for name, *facts in read_many(
        connection,
        (lead_member.c.lead, *_PROFILE),
        lambda all_: all_.select_from(members).where(wanted).order_by(lead_member.c.lead, account.c.key),
    ):
        found.setdefault(name, Beside(name, [], [])).members.append(Member(*facts))
    pieces = lead_member.join(evidence, evidence.c.account == lead_member.c.account)
    for name, *facts in read_many(
        connection,
        (lead_member.c.lead, *_DONE),
        lambda all_: all_.select_from(pieces).where(wanted).order_by(evidence.c.id),
    ):
        if name in found:
            found[name].work.append(Done(*facts))
    return list(found.values())


def _text(connection: Connection, at: ColumnElement[Any]) -> ColumnElement[str]:
    """A time as the database writes it: no value of ours is made of it."""
    return type_coerce(at, Text) if connection.dialect.name == "sqlite" else cast(at, Text)
