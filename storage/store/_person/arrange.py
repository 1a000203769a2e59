"""Moving accounts between leads; what was said of a merged lead goes with it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from storage.store._sql import among, set_columns, upsert
from storage.tables import account, lead, lead_member, lead_status

NEW = "new"


def arrange(connection: Connection, members: Mapping[str, str], at: datetime) -> None:
    """Set the leads of accounts, inside the caller's transaction."""
    present = _leads_of(connection, members)
    moved = {name: target for name, target in members.items() if present.get(name) != target}
    if not moved:
        return
    _make(connection, moved, at)
    rows = [{"account": name, "lead": target, "since": at} for name, target in sorted(moved.items())]
    upsert(connection, lead_member, rows)
    touched = {*moved.values(), *(present[name] for name in moved if name in present)}
    set_columns(connection, lead, [{"id": name, "changed_at": at} for name in sorted(touched)])
    restate(connection, touched | _point(connection, touched, moved))


def restate(connection: Connection, leads: Iterable[str]) -> None:
    """Set the status of leads to the last one said of them or of a lead merged into them."""
    names = sorted(leads)
    status = dict.fromkeys(names, NEW)
    own = or_(among(connection, lead.c.id, names), among(connection, lead.c.merged_into, names))
    joined = lead_status.join(lead, lead.c.id == lead_status.c.lead)
    chosen = select(lead_status.c.lead, lead.c.merged_into, lead_status.c.status).select_from(joined).where(own)
    for name, successor, said in connection.execute(chosen.order_by(lead_status.c.at, lead_status.c.id)):
        status |= {one: said for one in (name, successor) if one in status}
    set_columns(connection, lead, [{"id": name, "status": said} for name, said in status.items()])


def said_of(name: str) -> Select[Any]:
    """Select what was said of a lead and of those merged into it, oldest first."""
    merged = select(lead.c.id).where(lead.c.merged_into == name)
    chosen = select(lead_status).where(or_(lead_status.c.lead == name, lead_status.c.lead.in_(merged)))
    return chosen.order_by(lead_status.c.at, lead_status.c.id)


def _leads_of(connection: Connection, accounts: Collection[str]) -> dict[str, str]:
    chosen = select(lead_member.c.account, lead_member.c.lead)
    rows = connection.execute(chosen.where(among(connection, lead_member.c.account, accounts)))
    return {row.account: row.lead for row in rows}


def _make(connection: Connection, moved: Mapping[str, str], at: datetime) -> None:
    """Make the leads that are not there, each for the oldest of the accounts that move to it."""
    targets = set(moved.values())
    there = set(connection.execute(select(lead.c.id).where(among(connection, lead.c.id, targets))).scalars())
    movers = [name for name, target in moved.items() if target not in there]
    chosen = select(account.c.key, account.c.first_seen).where(among(connection, account.c.key, movers))
    first: dict[str, str] = {}
    for name, _ in sorted(connection.execute(chosen).all(), key=lambda row: (row.first_seen, row.key)):
        first.setdefault(moved[name], name)
    fresh = [
        {"id": name, "status": NEW, "created_at": at, "changed_at": at, "merged_into": None, "account": first.get(name)}
        for name in sorted(targets - there)
    ]
    upsert(connection, lead, fresh)


def _point(connection: Connection, touched: Collection[str], moved: Collection[str]) -> set[str]:
    """Point leads without accounts to where the account each was made for is now; gives where they point.

    So an alias depends on where accounts are and on nothing that happened before: an undone merge leaves no trace.
    """
    concerned = or_(
        among(connection, lead.c.id, touched),
        among(connection, lead.c.account, moved),
        among(connection, lead.c.merged_into, touched),
    )
    rows = connection.execute(select(lead.c.id, lead.c.account, lead.c.merged_into).where(concerned)).all()
    names = [row.id for row in rows]
    alive = select(lead_member.c.lead).where(among(connection, lead_member.c.lead, names)).distinct()
    living = set(connection.execute(alive).scalars())
    where = _leads_of(connection, [row.account for row in rows if row.account])
    change = []
    for row in rows:
        target = None if row.id in living else where.get(row.account, row.merged_into)
        if target != row.merged_into:
            change.append({"id": row.id, "merged_into": target})
    set_columns(connection, lead, sorted(change, key=lambda one: one["id"]))
    pointed = {row.merged_into for row in rows} | {one["merged_into"] for one in change}
    return {name for name in pointed if name is not None}
