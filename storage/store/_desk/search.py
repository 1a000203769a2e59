"""What the desk filters and searches by: kept for every lead, made again when its accounts, work or members change."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Text, delete, func, insert, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import cast

from storage.records import Receipt
from storage.store._base import Database
from storage.store._desk.words import fts_query, ts_query, ts_vector
from storage.store._judged.features import counted
from storage.store._judged.scores import read_receipt
from storage.store._person.arrange import NEW
from storage.store._saving.bulk import read_many
from storage.store._sql import add_to_counter, among, batches
from storage.tables import (
    account,
    counter,
    decision,
    evidence,
    lead,
    lead_desk,
    lead_member,
    lead_status,
    lead_words,
    receipt,
    restriction,
)
from storage.text import Query

_BATCH = 500
_WRITTEN, _NUMBER = "desk", "desk/number"
_PROFILE = tuple(
    account.c[name]
    for name in (
        "key",
        "source",
        "name",
        "handle",
        "headline",
        "bio",
        "location",
        "company",
        "open_to_work",
        "flags",
        "url",
    )
)
_WORK = tuple(
    evidence.c[name] for name in ("id", "kind", "level", "url", "title", "text", "tags", "packages", "files", "account")
)
_SCORED = (receipt.c.lead, receipt.c.total, receipt.c.section)
_FILTERED = tuple(
    lead_desk.c[name]
    for name in ("lead", "id", "city", "country", "zones", "sources", "open_to_work", "refuses", "pieces", "skills")
)
_NOTHING = (None,) * (len(_FILTERED) - 1)


class Profile(NamedTuple):
    """What one account of a lead says."""

    key: str
    source: str
    name: str | None
    handle: str
    headline: str | None
    bio: str | None
    location: str | None
    company: str | None
    open_to_work: bool | None
    flags: list[str]
    url: str


class Piece(NamedTuple):
    """One piece of work of a lead."""

    id: str
    kind: str
    level: int
    url: str
    title: str
    text: str | None
    tags: list[str]
    packages: list[str]
    files: list[str]
    account: str


class Said(NamedTuple):
    """Everything a lead's accounts and work say, and what its state was then."""

    lead: str
    profiles: list[Profile]
    work: list[Piece]
    touched_at: datetime
    changed_at: datetime


class DeskRow(NamedTuple):
    """One lead as filters and search see it."""

    lead: str
    made_by: str
    accounts: int
    pieces: int
    touched_at: datetime
    changed_at: datetime
    city: str | None
    country: str | None
    zones: str  # names with a space between them, "" if unknown
    sources: str
    open_to_work: bool | None
    refuses: bool
    skills: list[str]
    cut: bool
    words: list[str]  # as `storage.text.document` gives them


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

    def desk_stale(self, made_by: str) -> list[str]:
        """Give the living leads to prepare: new, changed, or made by something else than `made_by`."""
        with self._read() as connection:
            return list(connection.execute(_stale(made_by)).scalars())

    def said_by(self, leads: Collection[str]) -> Iterator[Said]:
        """Give what these living leads say, in order of their ids; no records are made of it."""
        for some in batches(sorted(leads), _BATCH):
            with self._read() as connection:
                found = _said(connection, some)
            yield from found

    def save_desk(self, rows: Sequence[DeskRow]) -> int:
        """Keep prepared leads and give how many; those that have no accounts by now are left out."""
        with self._write() as connection:
            return sum(_save(connection, some) for some in batches(rows, _BATCH))

    def drop_desk(self) -> int:
        """Drop what was prepared of leads that have no accounts any more; gives how many there were."""
        gone = lead_desk.c.lead.not_in(select(lead_member.c.lead))
        with self._write() as connection:
            return _drop(connection, gone)

    def forget_words(self, leads: Collection[str] | None = None) -> int:
        """Delete what is searched of these leads or of all, words in the index included; gives how many there were.

        For who erases an account: prepare the lead again afterwards, if any account is left.
        """
        with self._write() as connection:
            gone = _drop(connection, true() if leads is None else among(connection, lead_desk.c.lead, leads))
            if gone and connection.dialect.name == "sqlite":
                # Until its parts are merged the index keeps the words of what was deleted.
                connection.execute(text("INSERT INTO lead_words_index(lead_words_index) VALUES ('optimize')"))
        return gone

    def desk_stamp(self, role: str) -> str:
        """Give a text that differs whenever `board` may give other rows, but for leads that were erased."""
        names = [counted(role), _WRITTEN]
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
            # Not "is not null": SQLite would read all leads for that.
            return list(connection.execute(select(lead.c.id).where(lead.c.merged_into > "")).scalars())

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

    def unprepared(self) -> int:
        """Give how many living leads were never prepared."""
        members = select(func.count(lead_member.c.lead.distinct()))
        with self._read() as connection:
            there = connection.execute(select(func.count()).select_from(lead_desk)).scalar_one()
            return max(0, connection.execute(members).scalar_one() - there)


def _hidden() -> Select[str]:
    """Leads with an account that may only be stored, whatever was prepared of them."""
    # Not joined, not distinct: SQLite would go through all members for that, on every page of the desk.
    return select(lead_member.c.lead).where(lead_member.c.account.in_(select(restriction.c.account)))


def _stale(made_by: str) -> Select[str]:
    pieces = select(evidence.c.account, func.count().label("pieces")).group_by(evidence.c.account).subquery()
    joined = lead_member.join(account).outerjoin(pieces, pieces.c.account == account.c.key)
    now = (
        select(
            lead_member.c.lead,
            func.count().label("accounts"),
            func.max(account.c.touched_at).label("touched_at"),
            func.coalesce(func.sum(pieces.c.pieces), 0).label("pieces"),
        )
        .select_from(joined)
        .group_by(lead_member.c.lead)
        .subquery()
    )
    both = lead.join(now, now.c.lead == lead.c.id).outerjoin(lead_desk, lead_desk.c.lead == lead.c.id)
    differs = or_(
        lead_desk.c.lead.is_(None),
        lead_desk.c.made_by != made_by,
        lead_desk.c.changed_at != lead.c.changed_at,
        *(lead_desk.c[name] != now.c[name] for name in ("accounts", "touched_at", "pieces")),
    )
    return select(lead.c.id).select_from(both).where(differs).order_by(lead.c.id)


def _said(connection: Connection, names: list[str]) -> list[Said]:
    wanted = among(connection, lead_member.c.lead, names)
    members = lead_member.join(account).join(lead, lead.c.id == lead_member.c.lead)
    found: dict[str, Said] = {}
    for name, changed, touched, *facts in read_many(
        connection,
        (lead_member.c.lead, lead.c.changed_at, account.c.touched_at, *_PROFILE),
        lambda all_: all_.select_from(members).where(wanted).order_by(lead_member.c.lead, account.c.key),
    ):
        held = found.get(name)
        latest = touched if held is None else max(held.touched_at, touched)
        profiles = [] if held is None else held.profiles
        profiles.append(Profile(*facts))
        found[name] = Said(name, profiles, [] if held is None else held.work, latest, changed)
    pieces = lead_member.join(evidence, evidence.c.account == lead_member.c.account)
    for name, *facts in read_many(
        connection,
        (lead_member.c.lead, *_WORK),
        lambda all_: all_.select_from(pieces).where(wanted).order_by(evidence.c.id),
    ):
        if name in found:
            found[name].work.append(Piece(*facts))
    return list(found.values())


def _save(connection: Connection, rows: Sequence[DeskRow]) -> int:
    lite = connection.dialect.name == "sqlite"
    if not lite:
        # Two that prepare the same lead at once would both insert it.
        connection.execute(text("LOCK TABLE lead_desk IN SHARE ROW EXCLUSIVE MODE"))
    names = [row.lead for row in rows]
    connection.execute(delete(lead_desk).where(among(connection, lead_desk.c.lead, names)))
    members = select(lead_member.c.lead).where(among(connection, lead_member.c.lead, names))
    alive = set(connection.execute(members).scalars())
    kept = [row for row in rows if row.lead in alive]
    if kept:
        # Numbers are never given twice: who still holds an older board must not take one lead for another.
        last = add_to_counter(connection, _NUMBER, len(kept))
        numbered = list(enumerate(kept, last - len(kept) + 1))
        connection.execute(insert(lead_desk), [_row(number, row) for number, row in numbered])
        written = [{"id": number, "words": _words(row.words, lite=lite)} for number, row in numbered]
        connection.execute(insert(lead_words), written)
    add_to_counter(connection, _WRITTEN, 1)
    return len(kept)


def _row(number: int, row: DeskRow) -> dict[str, Any]:
    return {"id": number, **{name: getattr(row, name) for name in DeskRow._fields if name != "words"}}


def _words(words: Iterable[str], *, lite: bool) -> str:
    return " ".join(words) if lite else ts_vector(words)


def hide_leads(connection: Connection, leads: Collection[str]) -> None:
    """Hide prepared leads at once, inside the caller's transaction: preparing them anew would be too late."""
    connection.execute(update(lead_desk).where(among(connection, lead_desk.c.lead, leads)).values(refuses=True))
    add_to_counter(connection, _WRITTEN, 1)


def drop_words(connection: Connection, leads: Collection[str]) -> int:
    """Drop what is searched of these leads inside the caller's transaction; gives how many there were."""
    return _drop(connection, among(connection, lead_desk.c.lead, leads))


def _drop(connection: Connection, which: ColumnElement[bool]) -> int:
    gone = connection.execute(delete(lead_desk).where(which)).rowcount
    if gone:
        add_to_counter(connection, _WRITTEN, 1)
    return gone


def _matching(connection: Connection, query: Query) -> Select[int]:
    if connection.dialect.name == "sqlite":
        asked = text("SELECT rowid AS id FROM lead_words_index WHERE lead_words_index MATCH :asked")
        found = asked.bindparams(asked=fts_query(query)).columns(lead_desk.c.id).subquery()
        return select(found.c[0])
    return select(lead_words.c.id).where(lead_words.c.words.op("@@")(cast(cast(ts_query(query), Text), TSQUERY)))
