"""What the desk asks: the leads of a role with what filters look at, and those whose texts answer a query."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

import orjson
from sqlalchemy import Connection, Select, Text, func, or_, select, text
from sqlalchemy.sql import cast

from storage.records import Receipt
from storage.store._base import Database
from storage.store._desk.prepared import WRITTEN
from storage.store._desk.words import fts_query, ts_query
from storage.store._judged.features import counted
from storage.store._judged.scores import read_receipt
from storage.store._person.arrange import NEW
from storage.store._saving.bulk import read_many
from storage.store._sql import IS_MERGED, among
from storage.tables import (
    counter,
    decision,
    lead,
    lead_desk,
    lead_member,
    lead_status,
    lead_words,
    receipt,
    restriction,
)

_SCORED = (receipt.c.lead, receipt.c.total, receipt.c.section)
_FILTERED = tuple(
    lead_desk.c[name]
    for name in ("lead", "id", "city", "country", "zones", "sources", "open_to_work", "refuses", "pieces", "skills")
)
_NOTHING = (None,) * (len(_FILTERED) - 1)

if TYPE_CHECKING:
    from storage.text import Query


class BoardRow(NamedTuple):
    """One scored lead with what filters look at; without a row of its own it is not prepared yet."""

    lead: str
    total: float
    section: str
    number: int | None  # what the index calls it
    city: str | None
    country: str | None
    zones: str | None
    sources: str | None
    open_to_work: bool | None
    refuses: bool | None
    pieces: int | None
    skills: list[str] | None


class OpenRow(NamedTuple):
    """One scored lead with what is not known of it, for `Search.open_rows`."""

    lead: str
    total: float
    parts: list[tuple[str, float, float, float]]  # component, weight, confidence, neutral


class Search(Database):
    """Verbs for filters and full-text search."""

    def desk_stamp(self, role: str) -> str:
        """Give a text that differs whenever `board` may give other rows, but for leads that were erased."""
        names = [counted(role), WRITTEN]
        chosen = select(counter.c.name, counter.c.value).where(counter.c.name.in_(names)).order_by(counter.c.name)
        with self._read() as connection:
            hidden = ",".join(sorted(connection.execute(_hidden()).scalars()))
            return " ".join([*(f"{name}={value}" for name, value in connection.execute(chosen)), hidden])

    def board(self, role: str) -> list[BoardRow]:
        """Give every lead scored for a role, merged ones too, best total first, equal ones by lead id."""
        wanted = (receipt.c.role == role) & receipt.c.latest
        order = (receipt.c.total.desc(), receipt.c.lead)
        with self._read() as connection:
            scored = read_many(connection, _SCORED, lambda all_: all_.where(wanted).order_by(*order))
            known = {name: facts for name, *facts in read_many(connection, _FILTERED, lambda all_: all_)}
            hidden = set(connection.execute(_hidden()).scalars())
        rows = [BoardRow(*row, *known.get(row[0], _NOTHING)) for row in scored]
        return [row._replace(refuses=True) if row.lead in hidden else row for row in rows] if hidden else rows

    def open_rows(self, role: str, section: str) -> Iterator[OpenRow]:
        """Give what the latest receipts of a section leave open, merged leads' too, in no order."""
        columns = (receipt.c.lead, receipt.c.total, receipt.c.parts)
        wanted = (receipt.c.role == role) & receipt.c.latest & (receipt.c.section == section)
        with self._read() as connection:
            rows = list(read_many(connection, columns, lambda all_: all_.where(wanted)))
        names = ("component", "weight", "confidence", "neutral")
        for lead_id, total, parts in rows:
            yield OpenRow(lead_id, total, [(*(part[name] for name in names),) for part in parts])

    def merged_leads(self) -> list[str]:
        """Give the ids of leads that were merged into others."""
        with self._read() as connection:
            return list(connection.execute(select(lead.c.id).where(IS_MERGED)).scalars())

    def matches(self, query: Query) -> list[int]:
        """Give the numbers of the leads whose texts answer a query."""
        with self._read() as connection:
            found = _matching(connection, query).subquery()
            # One text instead of up to a row per lead: rows cost more than the search.
            lite = connection.dialect.name == "sqlite"
            packed = func.json_group_array(found.c[0]) if lite else cast(func.json_agg(found.c[0]), Text)
            numbers: list[int] = orjson.loads(connection.execute(select(packed)).scalar() or "[]")
        return numbers

    def leads_matching(self, query: Query, limit: int, *, role: str | None = None) -> tuple[int, list[str]]:
        """Give how many leads answer a query and at most `limit` of them, best total first: for a role, or for any.

        Leads that refuse recruiters are not among them; those never scored come last, by id.
        """
        scored = receipt.c.latest if role is None else receipt.c.latest & (receipt.c.role == role)
        best = select(receipt.c.lead, func.max(receipt.c.total).label("total")).where(scored)
        totals = best.group_by(receipt.c.lead).subquery()
        with self._read() as connection:
            found = _matching(connection, query).subquery()
            joined = lead_desk.join(found, found.c[0] == lead_desk.c.id)
            willing = lead_desk.c.refuses.is_(False) & lead_desk.c.lead.not_in(_hidden())
            count = connection.execute(select(func.count()).select_from(joined).where(willing)).scalar_one()
            chosen = select(lead_desk.c.lead).select_from(joined.outerjoin(totals, totals.c.lead == lead_desk.c.lead))
            order = (func.coalesce(totals.c.total, -1).desc(), lead_desk.c.lead)
            return count, list(connection.execute(chosen.where(willing).order_by(*order).limit(limit)).scalars())

    def receipts_of(self, role: str, leads: Collection[str]) -> dict[str, Receipt]:
        """Give the latest receipts of these leads."""
        with self._read() as connection:
            chosen = select(receipt).where(receipt.c.role == role, receipt.c.latest)
            rows = connection.execute(chosen.where(among(connection, receipt.c.lead, leads))).mappings()
            return {row["lead"]: read_receipt(row) for row in rows}

    def statuses(self) -> dict[str, str]:
        """Give the status of every living lead that has another one than it began with."""
        with self._read() as connection:
            told = set(connection.execute(select(lead_status.c.lead).distinct()).scalars())
            if not told:
                return {}
            chosen = select(lead.c.id, lead.c.merged_into).where(among(connection, lead.c.id, told))
            living = {row.merged_into or row.id for row in connection.execute(chosen)}
            said = select(lead.c.id, lead.c.status).where(among(connection, lead.c.id, living), lead.c.status != NEW)
            return {row.id: row.status for row in connection.execute(said)}

    def answers(self, role: str, leads: Collection[str] | None = None) -> dict[str, str]:
        """Give the decision that stands for each living lead decided on for a role, or for these."""
        living = func.coalesce(lead.c.merged_into, lead.c.id)
        chosen = select(living, decision.c.answer).select_from(decision.join(lead, lead.c.id == decision.c.lead))
        chosen = chosen.where(decision.c.role == role, decision.c.undone_at.is_(None))
        with self._read() as connection:
            if leads is not None:
                own, merged = (among(connection, one, leads) for one in (lead.c.id, lead.c.merged_into))
                chosen = chosen.where(or_(own, merged))
            rows = connection.execute(chosen.order_by(decision.c.at, decision.c.id)).all()
        return {row[0]: row[1] for row in rows}


def _hidden() -> Select[str]:
    """Leads with an account that may only be stored, whatever was prepared of them."""
    # Not joined, not distinct: SQLite would go through all members for that, on every page of the desk.
    return select(lead_member.c.lead).where(lead_member.c.account.in_(select(restriction.c.account)))


def _matching(connection: Connection, query: Query) -> Select[int]:
    if connection.dialect.name == "sqlite":
        asked = text("SELECT rowid AS id FROM lead_words_index WHERE lead_words_index MATCH :asked")
        found = asked.bindparams(asked=fts_query(query)).columns(lead_desk.c.id).subquery()
        return select(found.c[0])
    from sqlalchemy.dialects.postgresql import TSQUERY  # nobody with SQLite needs to load it

    return select(lead_words.c.id).where(lead_words.c.words.op("@@")(cast(cast(ts_query(query), Text), TSQUERY)))
