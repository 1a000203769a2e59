"""Whom a term took away and a source shows again: their clocks go on where they stood, or they are not stored.

A purge leaves no handle and no tombstone, only a keyed hash of the account's id with when the person was first
collected and for how long they were held untold. It is forgotten itself some time after the purge.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from storage.records import AccountKey
from storage.store._rights import keyed as _keyed
from storage.store._rights.tombstones import drop_owners
from storage.store._saving.batch import Batch
from storage.store._saving.rows import read_key
from storage.store._sql import among, insert_new, upsert
from storage.tables import account, forgotten, found_again, lead_member


class Met(NamedTuple):
    """What is remembered of an account a term took away."""

    first_seen: datetime
    held: timedelta  # untold, in all
    over: bool  # not stored again


class Stay(NamedTuple):
    """How long the memory of a purge lasts, and whether it bars the way back."""

    at: datetime
    lasts: timedelta
    over: bool


def remember(connection: Connection, keys: Collection[str], stay: Stay, key: bytes) -> None:
    """Keep the clocks of accounts that are about to be purged; ConfigError without the installation's key."""
    _keyed.begin(connection, key)
    fresh = {_mark(read_key(name), key): met for name, met in _clocks(connection, keys, stay).items()}
    chosen = select(forgotten).where(among(connection, forgotten.c.hash, fresh))
    known = {row["hash"]: row for row in connection.execute(chosen).mappings()}
    rows = []
    for mark, met in fresh.items():
        before = known.get(mark)
        # Somebody in the pool is met every night: were each purge to prolong the memory, it would never end.
        until = before["until"] if before is not None and not stay.over else stay.at + stay.lasts
        first = min(met.first_seen, before["first_seen"]) if before is not None else met.first_seen
        held = int(met.held.total_seconds())
        rows.append({"hash": mark, "first_seen": first, "held": held, "over": met.over, "until": until})
    upsert(connection, forgotten, rows)


def _clocks(connection: Connection, keys: Collection[str], stay: Stay) -> dict[str, Met]:
    """The clocks of accounts, those of one lead together: the person was collected with the first of them."""
    joined = account.outerjoin(found_again, found_again.c.account == account.c.key).outerjoin(
        lead_member, lead_member.c.account == account.c.key
    )
    columns = (account.c.key, account.c.first_seen, lead_member.c.lead)
    again = (found_again.c.first_seen.label("before"), found_again.c.untold_from)
    rows = connection.execute(
        select(*columns, *again).select_from(joined).where(among(connection, account.c.key, keys))
    ).all()
    people = defaultdict(list)
    for row in rows:
        people[row.lead or row.key].append(row)
    found = {}
    for members in people.values():
        first = min(row.before or row.first_seen for row in members)
        untold = min(row.untold_from or row.first_seen for row in members)
        found.update({row.key: Met(first, max(stay.at - untold, timedelta()), stay.over) for row in members})
    return found


def met(connection: Connection, owners: Iterable[AccountKey], key: bytes) -> dict[AccountKey, Met]:
    """What is remembered of accounts that are not stored; ConfigError with another key than it was written with."""
    if connection.execute(select(forgotten.c.hash).limit(1)).first() is None:
        return {}
    _keyed.require(connection, key)
    marks = {_mark(owner, key): owner for owner in owners}
    chosen = select(forgotten).where(among(connection, forgotten.c.hash, marks))
    rows = connection.execute(chosen).mappings().all() if marks else ()
    return {marks[row["hash"]]: Met(row["first_seen"], timedelta(seconds=row["held"]), row["over"]) for row in rows}


def drop_over(batch: Batch, known: Mapping[AccountKey, Met]) -> int:
    """Take out of a batch who is not stored again; gives how many items."""
    return drop_owners(batch, [owner for owner, one in known.items() if one.over])


def go_on(connection: Connection, begun: Mapping[AccountKey, datetime], known: Mapping[AccountKey, Met]) -> None:
    """Give accounts that were stored anew, since these moments, the clocks they had."""
    rows = [
        {"account": str(owner), "first_seen": known[owner].first_seen, "untold_from": since - known[owner].held}
        for owner, since in begun.items()
        if owner in known
    ]
    insert_new(connection, found_again, rows)


def forget(connection: Connection, keys: Iterable[AccountKey], key: bytes) -> None:
    """Take out what is remembered of accounts: who is erased has a tombstone instead."""
    marks = [_mark(one, key) for one in keys]
    connection.execute(delete(forgotten).where(among(connection, forgotten.c.hash, marks)))


def _mark(owner: AccountKey, key: bytes) -> str:
    return _keyed.keyed(key, "forgotten", *owner)
