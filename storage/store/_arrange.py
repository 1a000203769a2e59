"""Moving accounts between leads; what was said of a merged lead goes with it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select, update

from storage.store._sql import among, set_columns, upsert
from storage.tables import lead, lead_member, lead_status

NEW = "new"


def arrange(connection: Connection, members: Mapping[str, str], at: datetime) -> None:
    """Set the leads of accounts, inside the caller's transaction."""
    present = _leads_of(connection, members)
    moved = {name: target for name, target in members.items() if present.get(name) != target}
    if not moved:
        return
    targets = sorted(set(moved.values()))
    revived = _make(connection, targets, at)
    rows = [{"account": name, "lead": target, "since": at} for name, target in sorted(moved.items())]
    upsert(connection, lead_member, rows)
    touched = {*targets, *(present[name] for name in moved if name in present)}
    set_columns(connection, lead, [{"id": name, "changed_at": at} for name in sorted(touched)])
    aliases = _aliases(connection, moved, present)
    _point(connection, aliases)
    restate(connection, {*revived, *aliases.values()})


def restate(connection: Connection, leads: Iterable[str]) -> None:
    """Set the status of leads to the last one said of them or of a lead merged into them."""
    rows = []
    for name in sorted(leads):
        said = connection.execute(said_of(name)).all()
        rows.append({"id": name, "status": said[-1].status if said else NEW})
    set_columns(connection, lead, rows)


def said_of(name: str) -> Select[Any]:
    """Select what was said of a lead and of those merged into it, oldest first."""
    merged = select(lead.c.id).where(lead.c.merged_into == name)
    chosen = select(lead_status).where(or_(lead_status.c.lead == name, lead_status.c.lead.in_(merged)))
    return chosen.order_by(lead_status.c.at, lead_status.c.id)


def _leads_of(connection: Connection, accounts: Collection[str]) -> dict[str, str]:
    chosen = select(lead_member.c.account, lead_member.c.lead)
    rows = connection.execute(chosen.where(among(connection, lead_member.c.account, accounts)))
    return {row.account: row.lead for row in rows}


def _make(connection: Connection, targets: list[str], at: datetime) -> list[str]:
    """Make the leads that are not there; gives those that were aliases and live again, with their successors."""
    chosen = select(lead.c.id, lead.c.merged_into).where(among(connection, lead.c.id, targets))
    there = {row.id: row.merged_into for row in connection.execute(chosen)}
    fresh = [
        {"id": name, "status": NEW, "created_at": at, "changed_at": at, "merged_into": None}
        for name in targets
        if name not in there
    ]
    upsert(connection, lead, fresh)
    aliases = {name: successor for name, successor in there.items() if successor}
    set_columns(connection, lead, [{"id": name, "merged_into": None} for name in aliases])
    return [name for pair in aliases.items() for name in pair]


def _aliases(connection: Connection, moved: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Give the leads left empty and where most of their accounts went, the older lead if equally many did."""
    went: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, target in moved.items():
        if name in present:
            went[present[name]][target] += 1
    still = select(lead_member.c.lead).where(among(connection, lead_member.c.lead, went)).distinct()
    alive = set(connection.execute(still).scalars())
    return {
        left: min(places, key=lambda target: (-places[target], target))
        for left, places in went.items()
        if left not in alive
    }


def _point(connection: Connection, aliases: Mapping[str, str]) -> None:
    for left, target in aliases.items():
        chosen = update(lead).where(or_(lead.c.id == left, lead.c.merged_into == left))
        connection.execute(chosen.values(merged_into=target))
