"""Erasing people: everything that speaks of them goes in one transaction, and only links of chains and lists stay."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from storage.records import Record
from storage.store._desk.prepared import drop_words
from storage.store._judged.features import counted
from storage.store._night import frontier as _frontier
from storage.store._rights import met as _met
from storage.store._rights import reissuing as _reissuing
from storage.store._rights.mentions import Mentions
from storage.store._rights.silencing import Erasure, silence
from storage.store._rights.tombstones import Words, bury
from storage.store._sql import add_to_counter, among
from storage.store._trail import chain as _chain
from storage.tables import (
    account,
    account_event,
    account_seen,
    correction,
    decision,
    evidence,
    export,
    found_again,
    frontier_night,
    handle_history,
    identity_key,
    identity_mark,
    judgement,
    lane_find,
    lead,
    lead_member,
    lead_note,
    lead_status,
    night_named,
    receipt,
    restriction,
)

# Rows that go with an account or a lead, counted before they do.
_OF_ACCOUNTS = (
    account,
    account_seen,
    account_event,
    handle_history,
    evidence,
    lane_find,
    identity_key,
    identity_mark,
    correction,
    restriction,
    found_again,
    lead_member,
)
_OF_LEADS = (lead_status, lead_note, receipt, decision)


class Erased(Record):
    """What an erasure did; nothing in it names anybody."""

    request: int
    leads: int
    accounts: int
    rows: Mapping[str, int]  # deleted or changed, by table
    tombstones: int
    exports: tuple[int, ...]  # lines of the ledger that hold the person
    called: tuple[str, ...]  # the numbers the lead ever had: what files of ours call the person
    others: int  # other people's rows that spoke of the person
    seconds: float = 0.0  # the transaction took


class Removal(NamedTuple):
    """Accounts to be removed, the leads that go with them, and those that only lose some."""

    accounts: list[str]
    gone: list[str]
    losing: list[str]


def plan(connection: Connection, accounts: Collection[str]) -> Removal:
    """Say which leads end with these accounts, aliases included, and which go on without them."""
    names = sorted(accounts)
    concerned = _reissuing.leads_of(connection, names)
    members = select(lead_member.c.lead, func.count()).where(among(connection, lead_member.c.lead, concerned))
    whole: dict[str, int] = {row[0]: row[1] for row in connection.execute(members.group_by(lead_member.c.lead))}
    own = select(lead_member.c.lead, func.count()).where(among(connection, lead_member.c.account, names))
    mine: dict[str, int] = {row[0]: row[1] for row in connection.execute(own.group_by(lead_member.c.lead))}
    gone = sorted(name for name in concerned if mine[name] == whole[name])
    aliases = connection.execute(select(lead.c.id).where(among(connection, lead.c.merged_into, gone))).scalars()
    return Removal(names, [*sorted(aliases), *gone], sorted(concerned - set(gone)))


def erase(
    connection: Connection,
    removal: Removal,
    erasure: Erasure,
    found: Mentions | None,
    signs: Collection[Words],
) -> Erased:
    """Remove people inside the caller's transaction; `found` are rows of others that may speak of them."""
    naming, request = erasure.naming, erasure.request
    counts = _counted(connection, removal)
    exports = _exports(connection, removal.gone)
    near = _once_together(connection, removal)
    _leave_chains(connection, removal, erasure)
    _leave_lists(connection, removal.gone)
    buried = bury(connection, signs, erasure.key) if signs else 0
    _met.forget(connection, naming.keys, erasure.key)
    drop_words(connection, removal.gone)
    _delete(connection, removal)
    others, touched, gone = silence(connection, erasure, found) if found else (Counter[str](), set(), set())
    concerned = {*near, *removal.losing, *_reissuing.leads_of(connection, touched)}
    others["receipt"] += _reissuing.reissue(connection, concerned, list(naming.keys), naming if found else None, gone)
    _reissuing.stale(connection, removal.losing, erasure.at)
    _close_questions(connection)
    return Erased(
        request=request,
        leads=len(removal.gone),
        accounts=len(removal.accounts),
        rows=dict(+counts),
        tombstones=buried,
        exports=tuple(exports),
        called=tuple(removal.gone),
        others=sum(others.values()),
    )


def _counted(connection: Connection, removal: Removal) -> Counter[str]:
    count: Counter[str] = Counter()
    for table in _OF_ACCOUNTS:
        column = table.c.key if table is account else table.c.account
        chosen = select(func.count()).select_from(table).where(among(connection, column, removal.accounts))
        count[table.name] = connection.execute(chosen).scalar_one()
    for table in _OF_LEADS:
        chosen = select(func.count()).select_from(table).where(among(connection, table.c.lead, removal.gone))
        count[table.name] = connection.execute(chosen).scalar_one()
    count[lead.name] = len(removal.gone)
    return count


def _exports(connection: Connection, leads: Collection[str]) -> list[int]:
    wanted = set(leads)
    rows = connection.execute(select(export.c.id, export.c.leads).order_by(export.c.id))
    return [number for number, inside in rows if not wanted.isdisjoint(inside)]


def _once_together(connection: Connection, removal: Removal) -> set[str]:
    """Leads whose accounts were ever judged to be one person with these: only their scores can have used this work."""
    seen, edge = set(removal.accounts), set(removal.accounts)
    while edge:
        same = (judgement.c.verdict == "same") & or_(
            among(connection, judgement.c.left, edge), among(connection, judgement.c.right, edge)
        )
        pairs = connection.execute(select(judgement.c.left, judgement.c.right).where(same)).all()
        edge = {name for pair in pairs for name in pair} - seen
        seen |= edge
    return _reissuing.leads_of(connection, seen) - set(removal.gone)


def _leave_chains(connection: Connection, removal: Removal, erasure: Erasure) -> None:
    names = removal.accounts
    pairs = or_(among(connection, judgement.c.left, names), among(connection, judgement.c.right, names))
    for table, wanted in ((judgement, pairs), (decision, among(connection, decision.c.lead, removal.gone))):
        rows = connection.execute(select(table).where(wanted)).mappings().all()
        _chain.leave_gaps(connection, table, rows, erasure.request, erasure.key)
        connection.execute(delete(table).where(wanted))


def _leave_lists(connection: Connection, leads: Collection[str]) -> None:
    chosen = select(receipt).where(among(connection, receipt.c.lead, leads))
    rows = [{str(name): value for name, value in row.items()} for row in connection.execute(chosen).mappings()]
    _reissuing.leave_lines(connection, rows)
    for role in sorted({row["role"] for row in rows}):
        add_to_counter(connection, counted(role), 1)


def _delete(connection: Connection, removal: Removal) -> None:
    connection.execute(delete(account).where(among(connection, account.c.key, removal.accounts)))
    # Aliases stand before the leads they point to, and one statement may not depend on its order.
    connection.execute(update(lead).where(among(connection, lead.c.id, removal.gone)).values(merged_into=None))
    connection.execute(delete(lead).where(among(connection, lead.c.id, removal.gone)))


def _close_questions(connection: Connection) -> None:
    """Answers kept for a night that was cut off may hold anybody: such a night begins anew."""
    for number in connection.execute(select(frontier_night.c.night).where(frontier_night.c.counts.is_(None))).scalars():
        _frontier.close(connection, number)
    connection.execute(delete(night_named))
