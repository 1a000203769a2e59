"""Notices, and when leads were collected and last touched: what the notice clock and the retention terms run on."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Text,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
)

from storage.errors import UnknownLead
from storage.records import Instant, Record
from storage.store._base import Database
from storage.store._desk.exports import listed
from storage.store._rights.rights import RESTRICTED
from storage.store._saving.rows import storable
from storage.store._sql import among, of_source
from storage.store._trail.log import add_action
from storage.tables import (
    account,
    decision,
    export,
    found_again,
    lead,
    lead_member,
    lead_note,
    lead_status,
    notice,
    receipt,
)

GIVEN, PROPOSED, EXEMPT = "given", "proposed", "exempt"
REFUSALS = ('"no_recruiters"', '"opted_out"')  # flags as they stand in the account's list


class NoticeRow(Record):
    """Something done about the notice of a lead."""

    id: int | None = None  # given by the Store
    lead: str  # the id it was said of; an alias if that lead was merged since
    state: str  # given, proposed, exempt
    by: str
    at: Instant
    channel: str = ""
    language: str = ""
    digest: str = ""  # SHA-256 of the text
    reason: str = ""
    sources: tuple[str, ...] = ()  # accounts the text named


class LeadTimes(Record):
    """One living lead as the clocks see it."""

    lead: str
    collected_at: Instant  # of the account collected first, before a purge too
    sources: tuple[str, ...]
    refuses: bool  # asks recruiters to stay away
    restricted: bool = False  # may be stored and nothing else, deleting included, until the person says otherwise
    acted: bool  # decided, given a status, noted or exported: somebody works with it
    contacted_at: Instant | None = None  # last status that means two-way contact
    notice: str = ""  # given, exempt, proposed; "" for none
    # Of somebody found again after a purge: when, and what the time to tell them runs from.
    found_at: Instant | None = None
    untold_from: Instant | None = None


class Notices(Database):
    """Verbs for notices and terms."""

    def add_notice(self, row: NoticeRow, *, action: str) -> int:
        """Write one row with its entry in the log; UnknownLead if there is none of that id or alias."""
        values: dict[str, Any] = storable(row).model_dump(exclude={"id"})
        with self._write() as connection:
            living = _living(connection, row.lead)
            detail = {"state": row.state, "channel": row.channel, "language": row.language, "digest": row.digest}
            add_action(connection, action, by=row.by, at=row.at, about=living, detail=detail)
            written = insert(notice).returning(notice.c.id)
            return int(connection.execute(written, [values | {"lead": living}]).scalar_one())

    def notices(self, lead_id: str = "") -> list[NoticeRow]:
        """Give what was done about notices, of all leads or of one and those merged into it, oldest first."""
        chosen = select(notice).order_by(notice.c.at, notice.c.id)
        if lead_id:
            merged = select(lead.c.id).where(or_(lead.c.id == lead_id, lead.c.merged_into == lead_id))
            chosen = chosen.where(notice.c.lead.in_(merged))
        with self._read() as connection:
            return [_read(row) for row in connection.execute(chosen).mappings()]

    def held_by_source(self) -> dict[str, int]:
        """Give how many accounts of each source are stored, by name."""
        found: dict[str, int] = {}
        with self._read() as connection:
            # From source to source through the index of keys: grouping reads every account.
            while key := connection.execute(_next_source(next(reversed(found), ""))).scalar():
                name = str(key).partition(":")[0]
                found[name] = connection.scalar(select(func.count()).select_from(account).where(of_source(name))) or 0
        return dict(sorted(found.items()))

    def lead_times(self, two_way: Collection[str], leads: Collection[str] | None = None) -> Iterator[LeadTimes]:
        """Give living leads by id, all or those of these; `two_way` are the statuses that mean somebody answered."""
        with self._read() as connection:
            acted = set(connection.execute(_acted()).scalars()) | _exported(connection)
            contacted: dict[str, datetime] = {row[0]: row[1] for row in connection.execute(_contacted(two_way))}
            told: dict[str, str] = {row[0]: row[1] for row in connection.execute(_told())}
            chosen = _collected() if leads is None else _collected().where(among(connection, lead_member.c.lead, leads))
            rows = connection.execute(chosen).all()
        for name, collected_at, found_at, untold_from, sources, refuses, restricted in rows:
            yield LeadTimes(
                lead=name,
                collected_at=_moment(collected_at),
                sources=tuple(sorted(set(sources.split(",")))),
                refuses=bool(refuses),
                restricted=bool(restricted),
                acted=name in acted,
                contacted_at=contacted.get(name),
                notice=told.get(name, ""),
                found_at=_moment(found_at),
                untold_from=_moment(untold_from),
            )

    def leads_collected_by(self, moment: datetime) -> set[str]:
        """Give the living leads one of whose clocks, as `lead_times` gives them, began by a moment."""
        again = or_(found_again.c.first_seen <= moment, found_again.c.untold_from <= moment)
        begun = (
            select(account.c.key).where(account.c.first_seen <= moment),
            select(found_again.c.account).where(again),
        )
        with self._read() as connection:
            members = (select(lead_member.c.lead).where(lead_member.c.account.in_(which)) for which in begun)
            return {name for chosen in members for name in connection.execute(chosen).scalars()}

    def leads_worked_with(self, sources: Collection[str]) -> set[str]:
        """Give the living leads somebody decided on, noted, exported, told or exempted, or an account is from these."""
        told = select(_of_living(notice)).join(lead, lead.c.id == notice.c.lead)
        brought = (select(lead_member.c.lead).where(of_source(name, lead_member.c.account)) for name in sorted(sources))
        chosen = (_acted(), told.where(notice.c.state.in_((GIVEN, EXEMPT))), *brought)
        with self._read() as connection:
            found = {name for one in chosen for name in connection.execute(one).scalars()}
            return found | _exported(connection)

    def best_willing(self, role: str, sections: Collection[str], most: int) -> list[str]:
        """Give the first so many leads of a role's list that do not refuse recruiters, best first."""
        joined = lead_member.join(account, account.c.key == lead_member.c.account)
        refusing = exists().where(lead_member.c.lead == receipt.c.lead, _refuses()).select_from(joined)
        chosen = listed(role, sections).where(~refusing).limit(most)
        with self._read() as connection:
            return [row.lead for row in connection.execute(chosen)]

    def is_listed(self, role: str, sections: Collection[str]) -> bool:
        """Whether anybody is in a role's list."""
        with self._read() as connection:
            # In order of the list SQLite would sort all of it for its first row.
            return connection.execute(listed(role, sections).order_by(None).limit(1)).first() is not None

    def first_collected(self, lead_id: str) -> datetime:
        """Give when a living lead was collected first, before a purge too; UnknownLead for none."""
        with self._read() as connection:
            row = connection.execute(_collected().where(lead_member.c.lead == _living(connection, lead_id))).one()
        return _moment(row[1])


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _living(connection: Connection, name: str) -> str:
    row = connection.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.id == name)).first()
    if row is None:
        raise UnknownLead(f"no lead {name!r}; `sourcing lead show` takes an id, a handle or an address")
    return str(row.merged_into or row.id)


def _next_source(after: str) -> Select[Any]:
    """The first key of the source that follows another in the index."""
    # ";" comes after ":", which ends a source's name in a key.
    return select(func.min(account.c.key)).where(account.c.key > (f"{after};" if after else ""))


def _refuses() -> ColumnElement[bool]:
    flags = cast(account.c.flags, Text)
    return or_(*(flags.contains(word, autoescape=True) for word in REFUSALS))


def _collected() -> Select[Any]:
    flags = cast(account.c.flags, Text)
    joined = lead_member.join(account, account.c.key == lead_member.c.account).outerjoin(
        found_again, found_again.c.account == account.c.key
    )
    chosen = select(
        lead_member.c.lead,
        func.min(func.coalesce(found_again.c.first_seen, account.c.first_seen)),
        func.min(account.c.first_seen),
        func.min(func.coalesce(found_again.c.untold_from, account.c.first_seen)),
        func.aggregate_strings(account.c.source, ","),
        func.max(case((_refuses(), 1), else_=0)),
        func.max(case((flags.contains(f'"{RESTRICTED}"', autoescape=True), 1), else_=0)),
    )
    return chosen.select_from(joined).group_by(lead_member.c.lead).order_by(lead_member.c.lead)


def _of_living(table: Any) -> Any:
    """The living lead of a row said of a lead or of one merged into it."""
    return func.coalesce(lead.c.merged_into, table.c.lead)


def _acted() -> Any:
    said = (
        select(_of_living(table)).select_from(table.join(lead, lead.c.id == table.c.lead))
        for table in (decision, lead_status, lead_note)
    )
    return union(*said)


def _exported(connection: Connection) -> set[str]:
    names = {name for held in connection.execute(select(export.c.leads)).scalars() for name in held}
    if not names:
        return set()
    rows = connection.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.merged_into.is_not(None)))
    now = {row[0]: row[1] for row in rows}
    return {now.get(name) or name for name in names}


def _contacted(two_way: Collection[str]) -> Select[Any]:
    joined = lead_status.join(lead, lead.c.id == lead_status.c.lead)
    living = _of_living(lead_status)
    chosen = select(living, func.max(lead_status.c.at, type_=lead_status.c.at.type)).select_from(joined)
    return chosen.where(lead_status.c.status.in_(list(two_way))).group_by(living)


def _told() -> Select[Any]:
    """The strongest row of each lead: given before exempt before proposed."""
    joined = notice.join(lead, lead.c.id == notice.c.lead)
    living = _of_living(notice)
    rank = func.min(case((notice.c.state == GIVEN, 1), (notice.c.state == EXEMPT, 2), else_=3))
    state = case((rank == 1, literal(GIVEN)), (rank == 2, literal(EXEMPT)), else_=literal(PROPOSED))
    return select(living, state).select_from(joined).group_by(living)


def _read(row: RowMapping) -> NoticeRow:
    return NoticeRow.model_validate(dict(row))
