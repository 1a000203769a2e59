"""What the desk filters and searches by: kept for every lead, made again when its accounts, work or members change."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, text, true, update

from storage.store._base import Database
from storage.store._desk.words import ts_vector
from storage.store._saving.bulk import read_many
from storage.store._sql import add_to_counter, among, batches
from storage.tables import account, evidence, lead, lead_desk, lead_member, lead_words

WRITTEN = "desk"  # the counter that moves with every change of what is kept
_NUMBER = "desk/number"
_BATCH = 500
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


class Prepared(Database):
    """Verbs for what the desk keeps of every lead."""

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

    def unprepared(self) -> int:
        """Give how many living leads were never prepared."""
        members = select(func.count(lead_member.c.lead.distinct()))
        with self._read() as connection:
            there = connection.execute(select(func.count()).select_from(lead_desk)).scalar_one()
            return max(0, connection.execute(members).scalar_one() - there)


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
    add_to_counter(connection, WRITTEN, 1)
    return len(kept)


def _row(number: int, row: DeskRow) -> dict[str, Any]:
    return {"id": number, **{name: getattr(row, name) for name in DeskRow._fields if name != "words"}}


def _words(words: Iterable[str], *, lite: bool) -> str:
    return " ".join(words) if lite else ts_vector(words)


def hide_leads(connection: Connection, leads: Collection[str]) -> None:
    """Hide prepared leads at once, inside the caller's transaction: preparing them anew would be too late."""
    connection.execute(update(lead_desk).where(among(connection, lead_desk.c.lead, leads)).values(refuses=True))
    add_to_counter(connection, WRITTEN, 1)


def drop_words(connection: Connection, leads: Collection[str]) -> int:
    """Drop what is searched of these leads inside the caller's transaction; gives how many there were."""
    return _drop(connection, among(connection, lead_desk.c.lead, leads))


def _drop(connection: Connection, which: ColumnElement[bool]) -> int:
    gone = connection.execute(delete(lead_desk).where(which)).rowcount
    if gone:
        add_to_counter(connection, WRITTEN, 1)
    return gone
