"""Leads: clusters of accounts with their work, their names and their status."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select

from storage.errors import UnknownLead
from storage.records import AccountKey, Lead
from storage.store import _arrange, _find
from storage.store._base import Database
from storage.store._records import StatusChange
from storage.store._rows import read_account, read_evidence, read_key
from storage.store._sql import add_to_counter, among, batches
from storage.tables import account, evidence, lead, lead_member, lead_status

LEADS_PER_BATCH = 500
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

    def leads(self, ids: Collection[str] | None = None) -> Iterator[Lead]:
        """Give living leads with accounts and work, all or these, in order of their ids.

        They come in batches with a fixed number of queries each; no transaction stays open in between.
        """
        names = self.lead_ids() if ids is None else sorted(set(ids))
        for some in batches(names, LEADS_PER_BATCH):
            with self._read() as connection:
                found = _load(connection, some)
            yield from found

    def lead(self, name: str) -> Lead:
        """Give the lead of an id, alias, "github:login", handle, profile address or unique name.

        UnknownLead with near suggestions if nothing or more than one lead answers to it.
        """
        with self._read() as connection:
            return next(iter(_load(connection, [_find.find(connection, name)])))

    def set_status(self, lead: str, status: str, *, by: str, note: str, at: datetime) -> None:
        """Give a lead a status and remember who said so; UnknownLead if there is none of that id or alias."""
        with self._write() as connection:
            living = _living(connection, lead)
            members = select(lead_member.c.account).where(lead_member.c.lead == living).order_by(lead_member.c.account)
            accounts = list(connection.execute(members).scalars())
            row = {"lead": living, "status": status, "by": by, "note": note, "at": at, "accounts": accounts}
            connection.execute(insert(lead_status), [row])
            _arrange.restate(connection, [living])

    def status_history(self, lead: str) -> list[StatusChange]:
        """Give the status changes of a lead and of the leads merged into it, oldest first."""
        with self._read() as connection:
            living = _living(connection, lead)
            rows = connection.execute(_arrange.said_of(living)).mappings().all()
        return [_read_status(row) for row in rows]


def _living(connection: Connection, name: str) -> str:
    row = connection.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.id == name)).first()
    if row is None:
        raise UnknownLead(f"no lead {name!r}; `sourcing lead show` takes an id, a handle or an address")
    return str(row.merged_into or row.id)


def _load(connection: Connection, names: list[str]) -> list[Lead]:
    joined = lead.join(lead_member, lead_member.c.lead == lead.c.id).join(
        account, account.c.key == lead_member.c.account
    )
    chosen = select(account, lead.c.id.label("lead_id"), lead.c.status, lead_member.c.since).select_from(joined)
    chosen = chosen.where(among(connection, lead.c.id, names)).order_by(lead.c.id, account.c.key)
    members: dict[str, list[RowMapping]] = {}
    for row in connection.execute(chosen).mappings():
        members.setdefault(row["lead_id"], []).append(row)
    work = _work(connection, names)
    return [_build(name, rows, work) for name, rows in members.items()]


def _work(connection: Connection, names: list[str]) -> dict[str, list[RowMapping]]:
    joined = evidence.join(lead_member, lead_member.c.account == evidence.c.account)
    chosen = select(evidence).select_from(joined).where(among(connection, lead_member.c.lead, names))
    work: dict[str, list[RowMapping]] = {}
    for row in connection.execute(chosen.order_by(evidence.c.id)).mappings():
        work.setdefault(row["account"], []).append(row)
    return work


def _build(name: str, rows: list[RowMapping], work: Mapping[str, list[RowMapping]]) -> Lead:
    return Lead(
        id=name,
        accounts=tuple(read_account(row) for row in rows),
        evidence=tuple(read_evidence(item) for row in rows for item in work.get(row["key"], ())),
        status=rows[0]["status"],
        first_seen=min(row["first_seen"] for row in rows),
        last_changed=max(max(row["touched_at"], row["since"]) for row in rows),
    )


def _read_status(row: RowMapping) -> StatusChange:
    return StatusChange.model_validate({name: row[name] for name in StatusChange.model_fields})
