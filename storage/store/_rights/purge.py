"""Forgetting by time: rows whose term is over go completely and leave no tombstone."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from storage.records import AccountKey, Record
from storage.store._base import Database
from storage.store._desk.prepared import drop_words
from storage.store._judged.features import counted
from storage.store._rights import met as _met
from storage.store._rights.compacting import note_pending
from storage.store._rights.erasing import plan
from storage.store._rights.reissuing import leave_lines, reissue, stale
from storage.store._rights.unlearning import unlearn
from storage.store._saving.rows import key_texts, read_key
from storage.store._sql import add_to_counter, among, batches
from storage.store._trail.chain import leave_gaps
from storage.tables import (
    account,
    account_event,
    decision,
    evidence,
    forgotten,
    frontier,
    frontier_before,
    frontier_night,
    judgement,
    lead,
    lead_member,
    quarantine,
    receipt,
)

_BATCH = 500  # accounts per transaction
BY_TERM = 0  # number of the request in gaps that a term left, not a person


class Purged(Record):
    """What one purge took away, in rows."""

    accounts: int = 0
    evidence: int = 0
    leads: int = 0
    memories: int = 0  # of lanes, addresses asked and people named, that lost an account
    unremembered: int = 0  # accounts whose clocks begin anew should they be found again: there is no key

    def __add__(self, other: "Purged") -> "Purged":
        """Sum, field by field."""
        return Purged(**{name: getattr(self, name) + getattr(other, name) for name in Purged.model_fields})


class Purging(Database):
    """Verbs for terms that are over."""

    def members_of(self, leads: Collection[str]) -> set[AccountKey]:
        """Give the accounts of leads."""
        found: set[AccountKey] = set()
        with self._read() as connection:
            for some in batches(sorted(leads), _BATCH):
                chosen = select(account.c.source, account.c.source_id).join(
                    lead_member, lead_member.c.account == account.c.key
                )
                rows = connection.execute(chosen.where(among(connection, lead_member.c.lead, some)))
                found.update(AccountKey(*row) for row in rows)
        return found

    def purge_accounts(
        self, keys: Collection[AccountKey], *, at: datetime, memory: timedelta | None = None, over: bool = False
    ) -> Purged:
        """Take accounts away with all that hangs on them, and leads of which nothing is left; no tombstones.

        With `memory` their clocks are kept for so long, as keyed hashes: found again they go on, and who is `over` is
        not stored at all. Bytes of the rows leave the file with `compact`. ConfigError with another key than the first.
        """
        stay = None if memory is None else _met.Stay(at, memory, over)
        count: Counter[str] = Counter()
        if keys:
            with self._write() as connection:
                count["memories"] = unlearn(connection, key_texts(keys))
        for some in batches(key_texts(keys), _BATCH):
            with self._write() as connection:
                if stay is not None and self._key:
                    _met.remember(connection, some, stay, self._key)
                elif stay is not None:
                    count["unremembered"] += len(some)
                count.update(_purge(connection, some, self._key, at))
        return Purged(**count)

    def purge_memory(self, before: datetime) -> int:
        """Forget that people were here whose memory ends by a moment; gives how many accounts."""
        with self._write() as connection:
            return connection.execute(delete(forgotten).where(forgotten.c.until <= before)).rowcount

    def purge_quarantine(self, before: datetime) -> int:
        """Take away what could not be read and was kept aside before a moment; gives how many."""
        with self._write() as connection:
            return connection.execute(delete(quarantine).where(quarantine.c.seen_at < before)).rowcount

    def purge_answers(self, before: datetime) -> int:
        """Take away kept answers of nights that began before a moment; gives how many."""
        old = select(frontier_night.c.night).where(frontier_night.c.began < before)
        with self._write() as connection:
            connection.execute(delete(frontier_before).where(frontier_before.c.night.in_(old)))
            return connection.execute(delete(frontier).where(frontier.c.night.in_(old))).rowcount

    def purge_events(self, before: datetime) -> int:
        """Take away what happened to accounts before a moment; gives how many rows."""
        with self._write() as connection:
            return connection.execute(delete(account_event).where(account_event.c.at < before)).rowcount

    def expired_of(self, before: datetime, table: str) -> int:
        """Count rows whose term is over: of "quarantine", "answers", "events" or "memory"."""
        chosen = {
            "quarantine": select(func.count()).select_from(quarantine).where(quarantine.c.seen_at < before),
            "answers": select(func.count())
            .select_from(frontier.join(frontier_night, frontier_night.c.night == frontier.c.night))
            .where(frontier_night.c.began < before),
            "events": select(func.count()).select_from(account_event).where(account_event.c.at < before),
            "memory": select(func.count()).select_from(forgotten).where(forgotten.c.until <= before),
        }
        with self._read() as connection:
            return int(connection.execute(chosen[table]).scalar_one())


def _purge(connection: Connection, keys: list[str], key: bytes, at: datetime) -> dict[str, int]:
    removal = plan(connection, keys)
    pieces = connection.execute(delete(evidence).where(among(connection, evidence.c.account, keys))).rowcount
    images = [f"account {name}" for name in keys]
    connection.execute(delete(frontier_before).where(among(connection, frontier_before.c.name, images)))
    pairs = or_(among(connection, judgement.c.left, keys), among(connection, judgement.c.right, keys))
    _leave_gaps(connection, judgement, pairs, key)
    _leave_gaps(connection, decision, among(connection, decision.c.lead, removal.gone), key)
    _leave_lists(connection, removal.gone)
    drop_words(connection, removal.gone)
    # Links between accounts, marks, members, what happened: all hang on the account and go with it.
    accounts = connection.execute(delete(account).where(among(connection, account.c.key, keys))).rowcount
    # What was merged points to what is left, and no statement may depend on its order.
    connection.execute(update(lead).where(among(connection, lead.c.id, removal.gone)).values(merged_into=None))
    connection.execute(delete(lead).where(among(connection, lead.c.id, removal.gone)))
    reissue(connection, removal.losing, [read_key(name) for name in keys], None)
    stale(connection, removal.losing, at)
    note_pending(connection)
    return {"accounts": accounts, "evidence": pieces, "leads": len(removal.gone)}


def _leave_lists(connection: Connection, leads: list[str]) -> None:
    """Keep the places of leads in lists of past nights, without saying whose they were."""
    rows = connection.execute(select(receipt).where(among(connection, receipt.c.lead, leads))).mappings().all()
    leave_lines(connection, [dict(row) for row in rows])
    for role in sorted({row["role"] for row in rows}):
        add_to_counter(connection, counted(role), 1)


def _leave_gaps(connection: Connection, table: Table, chosen: ColumnElement[bool], key: bytes) -> None:
    leave_gaps(connection, table, connection.execute(select(table).where(chosen)).mappings().all(), BY_TERM, key)
