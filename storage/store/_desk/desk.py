"""What the desk asks in the morning: who waits for a decision, whose score moved since one, notes, small look-ups."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, exists, func, insert, select, update

from storage.errors import StoreError, UnknownLead
from storage.records import AccountKey, Decision, Receipt
from storage.store._base import Database
from storage.store._desk.decisions import about, for_role, read_decision
from storage.store._judged.features import counted
from storage.store._judged.scores import read_receipt
from storage.store._records import Find, Note
from storage.store._saving.rows import key_texts, read_key, storable_text
from storage.store._sql import among, batches
from storage.tables import account, counter, decision, evidence, lane_find, lead, lead_member, lead_note, receipt

_BATCH = 500


class Rescored(NamedTuple):
    """A live decision on a lead that was scored again since, and the accounts the lead is made of now."""

    decision: Decision
    latest: Receipt
    accounts: frozenset[AccountKey]


class Desk(Database):
    """Verbs for the inbox and the page of a lead."""

    def undecided(
        self, role: str, *, limit: int, section: str = "ranked", without: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """Give the leads of a section nobody decided on, and their totals, best first, without these statuses."""
        joined = receipt.join(lead, lead.c.id == receipt.c.lead)
        chosen = select(receipt.c.lead, receipt.c.total).select_from(joined)
        chosen = chosen.where(
            receipt.c.role == role,
            receipt.c.latest,
            receipt.c.section == section,
            lead.c.merged_into.is_(None),
            ~_decided(role, decision.c.lead == receipt.c.lead),
            ~_decided_through_alias(role),
        )
        if without:
            chosen = chosen.where(lead.c.status.not_in(sorted(without)))
        chosen = chosen.order_by(receipt.c.total.desc(), receipt.c.lead).limit(limit)
        with self._read() as connection:
            return [(row.lead, row.total) for row in connection.execute(chosen)]

    def unanswered(self, roles: Collection[str], leads: Collection[str]) -> set[str]:
        """Give which of these living leads were scored for one of these roles and have no decision for that one."""
        if not roles or not leads:
            return set()
        with self._read() as connection:
            own = among(connection, receipt.c.lead, leads)
            scored = select(receipt.c.lead).where(own, receipt.c.latest, receipt.c.role.in_(sorted(roles)))
            said = _decided(receipt.c.role, decision.c.lead == receipt.c.lead)
            rows = scored.where(~said, ~_decided_through_alias(receipt.c.role))
            return set(connection.execute(rows).scalars())

    def rescored(self, role: str) -> Iterator[Rescored]:
        """Give the live decisions for a role whose lead has a later receipt than the one that was seen."""
        with self._read() as connection:
            ids = list(connection.execute(_moved(role)).scalars())
        for some in batches(ids, _BATCH):
            with self._read() as connection:
                rows = connection.execute(_pairs(some)).mappings().all()
                members = _members(connection, {row["living"] for row in rows})
            yield from (_rescored(row, members[row["living"]]) for row in rows if row["living"] in members)

    def standing_answers(self, role: str, leads: Collection[str]) -> dict[str, int]:
        """Give the number of the decision that stands for a role, for those of these living leads that have one."""
        with self._read() as connection:
            joined = decision.join(lead, lead.c.id == decision.c.lead)
            rows = select(_LIVING.label("living"), decision.c.id).select_from(joined)
            rows = rows.where(about(connection, decision, leads), for_role(role), decision.c.undone_at.is_(None))
            found = connection.execute(rows.order_by(decision.c.at, decision.c.id)).all()
        return {row.living: row.id for row in found}

    def decision(self, number: int) -> Decision | None:
        """Give a decision by its number, undone or not, with the lead it speaks of now; None if there is none."""
        chosen = select(decision, _LIVING.label("living")).join(lead, lead.c.id == decision.c.lead)
        with self._read() as connection:
            row = connection.execute(chosen.where(decision.c.id == number)).mappings().first()
        return read_decision(row) if row else None

    def last_decision(self, role: str, by: str, *, since: datetime) -> Decision | None:
        """Give the last live decision somebody made for a role since a moment, None if there is none."""
        chosen = select(decision).where(
            decision.c.role == role, decision.c.by == by, decision.c.at >= since, decision.c.undone_at.is_(None)
        )
        with self._read() as connection:
            row = connection.execute(chosen.order_by(decision.c.at.desc(), decision.c.id.desc()).limit(1)).mappings()
            found = row.first()
        return read_decision({**found, "living": None}) if found else None

    def decided_since(self, role: str, by: str, since: datetime) -> int:
        """Count the live decisions somebody made for a role since a moment."""
        chosen = select(func.count()).where(
            decision.c.role == role, decision.c.at >= since, decision.c.by == by, decision.c.undone_at.is_(None)
        )
        with self._read() as connection:
            return int(connection.execute(chosen).scalar_one())

    def receipts_written(self, role: str) -> int:
        """Give a number that grows with every receipt written for a role."""
        with self._read() as connection:
            chosen = select(counter.c.value).where(counter.c.name == counted(role))
            return int(connection.execute(chosen).scalar() or 0)

    def living_lead(self, name: str) -> str:
        """Give the id a lead's id stands for now; UnknownLead if there is none. No other name is looked up."""
        with self._read() as connection:
            return _living(connection, name)

    def lead_names(self, leads: Collection[str]) -> dict[str, str]:
        """Give the name of each of these living leads as `Lead.name` says it, without reading their work."""
        named: dict[str, str] = {}
        first: dict[str, str] = {}
        with self._read() as connection:
            joined = lead_member.join(account, account.c.key == lead_member.c.account)
            chosen = select(lead_member.c.lead, account.c.name, account.c.handle).select_from(joined)
            rows = chosen.where(among(connection, lead_member.c.lead, leads)).order_by(account.c.key)
            for name, called, handle in connection.execute(rows):
                first.setdefault(name, handle)
                if called:
                    named.setdefault(name, called)
        return first | named

    def work_since(self, keys: Collection[AccountKey], since: datetime) -> list[str]:
        """Give the ids of work of these accounts that was first seen after a moment."""
        with self._read() as connection:
            own = among(connection, evidence.c.account, key_texts(keys))
            chosen = select(evidence.c.id).where(own, evidence.c.first_seen > since).order_by(evidence.c.id)
            return list(connection.execute(chosen).scalars())

    def finds_of(self, keys: Collection[AccountKey]) -> list[Find]:
        """Give which lanes showed these accounts."""
        with self._read() as connection:
            chosen = select(lane_find).where(among(connection, lane_find.c.account, key_texts(keys)))
            rows = connection.execute(chosen.order_by(lane_find.c.account, lane_find.c.lane)).all()
        return [Find(account=read_key(row.account), lane=row.lane, night=row.night) for row in rows]

    def decisions_on(self, leads: Collection[str]) -> list[Decision]:
        """Give all decisions on these living leads, for every role, undone ones too, newest first."""
        with self._read() as connection:
            rows = connection.execute(_said_of(connection, decision, leads)).mappings().all()
        return [read_decision(row) for row in rows]

    def add_note(self, name: str, text: str, *, by: str, at: datetime) -> Note:
        """Write a note on a lead; UnknownLead if there is none of that id or alias."""
        with self._write() as connection:
            row = {"lead": _living(connection, name), "text": storable_text(text), "by": storable_text(by), "at": at}
            number = connection.execute(insert(lead_note).returning(lead_note.c.id), [row]).scalar_one()
            return Note.model_validate({"id": number, **row})

    def strike_note(self, number: int, *, by: str, at: datetime) -> Note:
        """Strike a note; it stays to be read. StoreError if there is none of that number that is not struck."""
        chosen = update(lead_note).where(lead_note.c.id == number, lead_note.c.struck_at.is_(None))
        with self._write() as connection:
            if not connection.execute(chosen.values(struck_at=at, struck_by=storable_text(by))).rowcount:
                raise StoreError(f"no note {number} that could be struck; reload the page of the lead")
            row = connection.execute(select(lead_note).where(lead_note.c.id == number)).mappings().one()
        return _note(row)

    def notes(self, name: str) -> list[Note]:
        """Give the notes on a living lead and on those merged into it, newest first, struck ones too."""
        with self._read() as connection:
            rows = connection.execute(_said_of(connection, lead_note, [name])).mappings().all()
        return [_note(row) for row in rows]


def _decided(role: str | ColumnElement[str], same: ColumnElement[bool]) -> ColumnElement[bool]:
    live = select(decision.c.id).where(decision.c.role == role, decision.c.undone_at.is_(None), same)
    return exists(live.correlate(receipt))


def _decided_through_alias(role: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Whether somebody decided on a lead that was merged into this one."""
    alias = lead.alias("alias")
    said = _live_of(role, decision.c.lead == alias.c.id)
    return exists(select(alias.c.id).where(alias.c.merged_into == receipt.c.lead, said).correlate(receipt))


def _live_of(role: str | ColumnElement[str], same: ColumnElement[bool]) -> ColumnElement[bool]:
    live = select(decision.c.id).where(decision.c.role == role, decision.c.undone_at.is_(None), same)
    return exists(live.correlate_except(decision))


_LIVING = func.coalesce(lead.c.merged_into, lead.c.id)
_SCORED = decision.join(lead, lead.c.id == decision.c.lead).join(receipt, receipt.c.lead == _LIVING)


def _moved(role: str) -> Select[int]:
    # The receipt is asked for per decision: joined, SQLite starts with all receipts of the role.
    later = select(receipt.c.id).where(
        receipt.c.lead == _LIVING, receipt.c.role == role, receipt.c.latest, receipt.c.scored_at > decision.c.at
    )
    chosen = select(decision.c.id).select_from(decision.join(lead, lead.c.id == decision.c.lead))
    live = (decision.c.role == role, decision.c.undone_at.is_(None))
    return chosen.where(*live, exists(later.correlate(decision, lead))).order_by(decision.c.id)


def _pairs(ids: Collection[int]) -> Select[Any]:
    before = [decision.c[name].label(f"d_{name}") for name in decision.c.keys()]  # noqa: SIM118  # columns, not a dict
    chosen = select(receipt, _LIVING.label("living"), *before).select_from(_SCORED)
    return chosen.where(decision.c.id.in_(ids), receipt.c.role == decision.c.role, receipt.c.latest)


def _members(connection: Connection, leads: Collection[str]) -> dict[str, set[AccountKey]]:
    found: dict[str, set[AccountKey]] = {}
    chosen = select(lead_member.c.lead, lead_member.c.account)
    for name, key in connection.execute(chosen.where(among(connection, lead_member.c.lead, leads))):
        found.setdefault(name, set()).add(read_key(key))
    return found


def _rescored(row: Mapping[Any, Any], accounts: Collection[AccountKey]) -> Rescored:
    said = {name: row[f"d_{name}"] for name in decision.c.keys()}  # noqa: SIM118  # columns, not a dict
    return Rescored(read_decision({**said, "living": row["living"]}), read_receipt(row), frozenset(accounts))


def _said_of(connection: Connection, table: Any, leads: Collection[str]) -> Select[Any]:
    """Rows of a table about living leads and those merged into them, newest first."""
    chosen = select(table, _LIVING.label("living")).select_from(table.join(lead, lead.c.id == table.c.lead))
    chosen = chosen.where(about(connection, table, leads))
    return chosen.order_by(table.c.at.desc(), table.c.id.desc())


def _living(connection: Connection, name: str) -> str:
    row = connection.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.id == name)).first()
    if row is None:
        raise UnknownLead(f"no lead {name!r}; the ranking lists those there are")
    return str(row.merged_into or row.id)


def _note(row: Mapping[Any, Any]) -> Note:
    return Note.model_validate({name: row[name] for name in Note.model_fields})
