"""What `Store.check` looks for."""

from sqlalchemy import Connection, Select, exists, func, select, text

from storage.store._rights.keyed import wrong
from storage.store._trail.chain import broken
from storage.store._trail.log import cut_off
from storage.tables import account, account_seen, lead, lead_member, metadata


def findings(connection: Connection, key: bytes) -> list[str]:
    """Give one sentence per thing that is wrong."""
    found = _sqlite(connection) if connection.dialect.name == "sqlite" else []
    return [
        *found,
        *_dangling(connection),
        *_orphans(connection),
        *broken(connection, key),
        *at_once(connection, key),
    ]


def at_once(connection: Connection, key: bytes) -> list[str]:
    """Give of these what takes no time, however large the database is."""
    return [*cut_off(connection), *_key(connection, key)]


def _sqlite(connection: Connection) -> list[str]:
    return [row[0] for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]


def _dangling(connection: Connection) -> list[str]:
    """Rows of any table that point to a row that is not there: a file can be written with the keys switched off."""
    keys = [(one.parent, one.column) for table in metadata.tables.values() for one in table.foreign_keys]
    found = []
    for own, other in sorted(keys, key=lambda key: (key[0].table.name, key[0].name)):
        target = other.table.alias("target")
        there = exists().where(target.c[other.name] == own)
        question = select(func.count()).select_from(own.table).where(own.is_not(None), ~there)
        if count := connection.execute(question).scalar_one():
            found.append(f"{own.table.name}.{own.name} points to {other.table.name} rows that do not exist: {count}")
    return found


def _key(connection: Connection, key: bytes) -> list[str]:
    return [problem] if (problem := wrong(connection, key)) else []


def _orphans(connection: Connection) -> list[str]:
    member = lead_member.c.lead == lead.c.id
    unseen = ~exists().where(account_seen.c.account == account.c.key)
    misplaced = select(func.count()).select_from(lead_member.join(lead, member))
    questions = {
        "accounts that were never seen": select(func.count()).select_from(account).where(unseen),
        "accounts of a lead that was merged away": misplaced.where(lead.c.merged_into.is_not(None)),
        "merged leads that point to another merged lead": _alias_of_alias(),
    }
    counts = {name: connection.execute(question).scalar_one() for name, question in questions.items()}
    return [f"{count} {name}" for name, count in counts.items() if count]


def _alias_of_alias() -> Select[int]:
    target = lead.alias()
    joined = lead.join(target, lead.c.merged_into == target.c.id)
    return select(func.count()).select_from(joined).where(target.c.merged_into.is_not(None))
