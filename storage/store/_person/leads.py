"""Leads: clusters of accounts with their work, their names and their status."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select

from storage.errors import UnknownLead
from storage.records import AccountKey, Evidence, Lead
from storage.store._base import Database
from storage.store._person import arrange as _arrange
from storage.store._person import find as _find
from storage.store._records import StatusChange
from storage.store._saving.bulk import read_many
from storage.store._saving.rows import (
    ACCOUNT_COLUMNS,
    EVIDENCE_COLUMNS,
    read_account,
    read_evidence,
    read_key,
    storable_text,
)
from storage.store._sql import add_to_counter, among, batches
from storage.tables import account, evidence, lead, lead_member, lead_status

LEADS_PER_BATCH = 500
_MEMBERS = (
    *ACCOUNT_COLUMNS,
    account.c.first_seen,
    account.c.touched_at,
    lead.c.changed_at,
    lead.c.status,
    lead.c.id,
)
_ID = "L{:06d}"


class Leads(Database):
    """Verbs for leads."""

    def clusters(self) -> dict[AccountKey, str]:
        """Give the lead of every account that has one."""
        with self._read() as connection:
            rows = connection.execute(select(lead_member.c.account, lead_member.c.lead)).all()
        return {read_key(name): cluster for name, cluster in rows}

    def arrange(self, members: Mapping[AccountKey, str], *, at: datetime) -> None:
        """Set the leads of these accounts; a lead left empty becomes an alias of where most of its accounts went."""
        with self._write() as connection:
            _arrange.arrange(connection, {str(key): name for key, name in members.items()}, at)

    def next_lead_ids(self, count: int) -> list[str]:
        """Give new lead ids, "L000001" and so on; none is ever given twice."""
        with self._write() as connection:
            last = add_to_counter(connection, "lead", count)
        return [_ID.format(number) for number in range(last - count + 1, last + 1)]

    def lead_ids(self) -> list[str]:
        """Give the ids of all living leads in order."""
        with self._read() as connection:
            return list(
                connection.execute(select(lead_member.c.lead).distinct().order_by(lead_member.c.lead)).scalars()
            )

    def leads(self, ids: Collection[str] | None = None, *, work: Collection[str] | None = None) -> Iterator[Lead]:
        """Give living leads with accounts and work, all or these, in order of their ids; of work only this, if given.

        They come in batches with a fixed number of queries each; no transaction stays open in between.
        """
        names = self.lead_ids() if ids is None else sorted(set(ids))
        for some in batches(names, LEADS_PER_BATCH):
            with self._read() as connection:
                found = _load(connection, some, work)
            yield from found

    def lead(self, name: str) -> Lead:
        """Give the lead of an id, alias, "github:login", handle, profile address or unique name.

        UnknownLead with near suggestions if nothing or more than one lead answers to it.
        """
        with self._read() as connection:
            return next(iter(_load(connection, [_find.find(connection, name)])))

    def set_status(
        self,
        lead: str,
        status: str,
        *,
        by: str,
        note: str,
        at: datetime,
        role: str = "",
        check: Callable[[Sequence[StatusChange]], None] | None = None,
    ) -> None:
        """Give a lead a status and remember who said so; UnknownLead if there is none of that id or alias.

        `check` is given what was said before, oldest first; nothing is written if it raises, and nobody else writes
        in between.
        """
        with self._write() as connection:
            living = _living(connection, lead)
            if check is not None:
                _hold(connection, living)
                check(_said(connection, living))
            members = select(lead_member.c.account).where(lead_member.c.lead == living).order_by(lead_member.c.account)
            accounts = list(connection.execute(members).scalars())
            row = {
                "lead": living,
                "status": status,
                "by": by,
                "note": storable_text(note),
                "at": at,
                "accounts": accounts,
                "role": role,
            }
            connection.execute(insert(lead_status), [row])
            _arrange.restate(connection, [living])

    def status_history(self, lead: str) -> list[StatusChange]:
        """Give the status changes of a lead and of the leads merged into it, oldest first."""
        with self._read() as connection:
            return _said(connection, _living(connection, lead))


def _hold(connection: Connection, name: str) -> None:
    """Let nobody else write about a lead until the transaction ends; SQLite lets nobody write at all."""
    connection.execute(select(lead.c.id).where(lead.c.id == name).with_for_update())


def _said(connection: Connection, living: str) -> list[StatusChange]:
    rows = connection.execute(_arrange.said_of(living)).mappings().all()
    return [_read_status(row) for row in rows]


def _living(connection: Connection, name: str) -> str:
    row = connection.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.id == name)).first()
    if row is None:
        raise UnknownLead(f"no lead {name!r}; `sourcing lead show` takes an id, a handle or an address")
    return str(row.merged_into or row.id)


def _load(connection: Connection, names: list[str], only: Collection[str] | None = None) -> list[Lead]:
    wanted = among(connection, lead.c.id, names)
    members: dict[str, list[tuple[Any, ...]]] = {}
    for row in read_many(connection, _MEMBERS, lambda all_: _joined(all_).where(wanted)):
        members.setdefault(row[-1], []).append(row)
    work = _work(connection, names, only)
    return [_build(name, rows, work) for name, rows in members.items()]


def _joined(chosen: Select[Any]) -> Select[Any]:
    joined = lead.join(lead_member, lead_member.c.lead == lead.c.id)
    joined = joined.join(account, account.c.key == lead_member.c.account)
    return chosen.select_from(joined).order_by(lead.c.id, account.c.key)


def _work(connection: Connection, names: list[str], only: Collection[str] | None) -> dict[AccountKey, list[Evidence]]:
    if only is not None and not only:
        return {}
    joined = evidence.join(lead_member, lead_member.c.account == evidence.c.account)
    wanted = among(connection, lead_member.c.lead, names)
    if only is not None:
        wanted &= among(connection, evidence.c.id, only)
    rows = read_many(
        connection,
        EVIDENCE_COLUMNS,
        lambda all_: all_.select_from(joined).where(wanted).order_by(evidence.c.id),
    )
    work: dict[AccountKey, list[Evidence]] = {}
    for item in map(read_evidence, rows):
        work.setdefault(item.account, []).append(item)
    return work


def _build(name: str, rows: list[tuple[Any, ...]], work: Mapping[AccountKey, list[Evidence]]) -> Lead:
    accounts = tuple(map(read_account, rows))
    first_seen, touched_at, changed_at, status, _ = zip(*(row[len(ACCOUNT_COLUMNS) :] for row in rows), strict=True)
    return Lead(
        id=name,
        accounts=accounts,
        evidence=tuple(item for one in accounts for item in work.get(one.key, ())),
        status=status[0],
        first_seen=min(first_seen),
        last_changed=max(*touched_at, *changed_at),
    )


def _read_status(row: RowMapping) -> StatusChange:
    return StatusChange.model_validate({name: row[name] for name in StatusChange.model_fields})
