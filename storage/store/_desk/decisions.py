"""Decisions of sourcers: rows that are never overwritten and follow their leads through merges and splits."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, select, update

from storage.errors import UnknownLead
from storage.records import Decision, RoleVersion
from storage.store._base import Database
from storage.store._saving.rows import read_key, storable
from storage.store._sql import among, insert_new
from storage.store._trail.chain import tied
from storage.tables import decision, lead, role_version

_SAME = ("answer", "reason", "note", "by", "listed")  # what makes a decision identical to the one that stands
_OWN = tuple(name for name in Decision.model_fields if name != "living")
_VERSION = tuple(RoleVersion.model_fields)


class Decisions(Database):
    """Verbs for decisions about leads and roles."""

    def decide(self, item: Decision) -> int:
        """Write a decision and give its id; the id of the one that stands if that says the same.

        UnknownLead if the lead is not there any more or was merged away.
        """
        clean = storable(item)
        with self._write() as connection:
            _refuse_gone(connection, clean.lead)
            standing = next(iter(_rows(connection, _of_lead(connection, _live(None), clean.lead, clean.role))), None)
            if standing is not None and all(getattr(standing, name) == getattr(clean, name) for name in _SAME):
                assert standing.id is not None
                return standing.id
            row = tied(connection, decision, _row(clean))
            return int(connection.execute(insert(decision).returning(decision.c.id), [row]).scalar_one())

    def decisions(
        self, role: str | None = None, *, lead: str | None = None, live: bool = True, limit: int | None = None
    ) -> list[Decision]:
        """Give decisions, newest first, of one role or one living lead if asked; undone ones unless `live`.

        Those of leads merged into the one they now belong to come with it; `living` names it.
        """
        chosen = _live(role) if live else _chosen(role)
        with self._read() as connection:
            if lead is not None:
                chosen = _of_lead(connection, _live(None) if live else _chosen(None), lead, role)
            return _rows(connection, chosen.limit(limit))

    def undo_decision(self, id: int, *, by: str, at: datetime) -> Decision:  # noqa: A002  # the record's own word
        """Undo a decision and give it; the row stays. UnknownLead if there is no live one of that id."""
        chosen = update(decision).where(decision.c.id == id, decision.c.undone_at.is_(None))
        with self._write() as connection:
            if not connection.execute(chosen.values(undone_at=at, undone_by=by)).rowcount:
                raise UnknownLead(f"no live decision {id}; `sourcing decisions` lists those there are")
            return _rows(connection, _chosen(None).where(decision.c.id == id))[0]

    def keep_role_version(self, item: RoleVersion) -> None:
        """Keep a version of a profile; one that is there stays as it is."""
        row = storable(item).model_dump() | {"pairs": [list(pair) for pair in item.pairs]}
        with self._write() as connection:
            insert_new(connection, role_version, [row])

    def role_versions(self, role: str) -> list[RoleVersion]:
        """Give the kept versions of a profile, oldest first."""
        chosen = select(role_version).where(role_version.c.role == role).order_by(role_version.c.version)
        with self._read() as connection:
            rows = connection.execute(chosen).mappings().all()
        return [RoleVersion.model_validate({name: row[name] for name in _VERSION}) for row in rows]


_living = func.coalesce(lead.c.merged_into, lead.c.id)


def about(connection: Connection, table: Table, leads: Collection[str]) -> ColumnElement[bool]:
    """Rows about living leads, said of them or of leads merged into them; the caller joins `lead`.

    Asked in two steps: in one, SQLite reads all decisions of the role or all leads that are no alias.
    """
    aliases = connection.execute(select(lead.c.id).where(among(connection, lead.c.merged_into, leads))).scalars()
    return among(connection, table.c.lead, {*leads, *aliases}) & among(connection, _living, leads)


def _of_lead(connection: Connection, chosen: Select[Any], name: str, role: str | None) -> Select[Any]:
    chosen = chosen.where(about(connection, decision, [name]))
    return chosen if role is None else chosen.where(for_role(role))


def for_role(role: str) -> ColumnElement[bool]:
    """Decisions for a role among those of a lead: written so that SQLite does not start with all of the role."""
    return decision.c.role.concat("") == role


def _chosen(role: str | None) -> Select[Any]:
    joined = decision.join(lead, lead.c.id == decision.c.lead)
    chosen = select(decision, _living.label("living")).select_from(joined)
    if role is not None:
        chosen = chosen.where(decision.c.role == role)
    return chosen.order_by(decision.c.at.desc(), decision.c.id.desc())


def _live(role: str | None) -> Select[Any]:
    return _chosen(role).where(decision.c.undone_at.is_(None))


def _refuse_gone(connection: Connection, name: str) -> None:
    row = connection.execute(select(lead.c.merged_into).where(lead.c.id == name)).first()
    if row is None:
        raise UnknownLead(f"no lead {name!r}; `sourcing lead show` takes an id, a handle or an address")
    if row.merged_into is not None:
        raise UnknownLead(f"{name} was merged into {row.merged_into} since; look at that one and decide on it")


def _row(item: Decision) -> dict[str, Any]:
    row = item.model_dump(exclude={"id", "living", "receipt", "accounts"})
    return row | {"accounts": [str(key) for key in item.accounts], "receipt": item.receipt.model_dump(mode="json")}


def _rows(connection: Connection, chosen: Select[Any]) -> list[Decision]:
    return list(map(read_decision, connection.execute(chosen).mappings().all()))


def read_decision(row: Mapping[Any, Any]) -> Decision:
    """A row with its living lead as a record."""
    accounts = tuple(map(read_key, _texts(row["accounts"])))
    given = {name: row[name] for name in _OWN}
    return Decision.model_validate(given | {"accounts": accounts, "living": row["living"]})


def _texts(values: Iterable[object]) -> list[str]:
    return [str(value) for value in values]
