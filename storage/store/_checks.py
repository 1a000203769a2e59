"""What `Store.check` looks for."""

from sqlalchemy import Connection, Select, exists, func, select, text

from storage.store._chain import broken
from storage.tables import account, account_seen, evidence, lead, lead_member


def findings(connection: Connection) -> list[str]:
    """Give one sentence per thing that is wrong."""
    found = _sqlite(connection) if connection.dialect.name == "sqlite" else []
    return found + _orphans(connection) + broken(connection)


def _sqlite(connection: Connection) -> list[str]:
    found = [row[0] for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    broken_keys = {(row[0], row[2]) for row in connection.execute(text("PRAGMA foreign_key_check"))}
    return found + [f"{table} points to {parent} rows that do not exist" for table, parent in sorted(broken_keys)]


def _orphans(connection: Connection) -> list[str]:
    member = lead_member.c.lead == lead.c.id
    orphan = ~exists().where(account.c.key == evidence.c.account)
    unseen = ~exists().where(account_seen.c.account == account.c.key)
    misplaced = select(func.count()).select_from(lead_member.join(lead, member))
    questions = {
        "evidence without an account": select(func.count()).select_from(evidence).where(orphan),
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
