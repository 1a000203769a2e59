"""What spiders bring and what is known of accounts."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Select, insert, select, true

from storage.records import Account, AccountEvent, AccountKey, Evidence, Item, Kind, Known, Quarantined
from storage.store._night.before import LookingBack
from storage.store._records import Saved
from storage.store._rights import tombstones as _tombstones
from storage.store._rights.unremembered import unspoken
from storage.store._saving.bulk import Columns, read_many
from storage.store._saving.rows import (
    ACCOUNT_COLUMNS,
    EVIDENCE_COLUMNS,
    key_texts,
    read_account,
    read_evidence,
    read_key,
    storable,
)
from storage.store._saving.save import save
from storage.store._sql import among, batches
from storage.tables import account, account_event, account_seen, evidence, handle_history, quarantine

EXCERPT_BYTES = 4096
_BATCH = 1000  # rows read at once; each batch is its own short transaction
_KNOWN_FIELDS = tuple(Known.model_fields)
_KNOWN_SET = set(_KNOWN_FIELDS)
_KINDS = {str(kind): kind for kind in Kind}
_KNOWN = (
    account.c.key,
    account.c.handle,
    account.c.kind,
    account.c.markers,
    account.c.first_seen,
    account_seen.c.last_seen,
    account.c.gone_at,
)


class Collecting(LookingBack):
    """Verbs for spiders, imports and the readers of single accounts."""

    def save(self, items: Sequence[Item], *, night: int | None = None) -> Saved:
        """Store a batch in one transaction, only what changed; items of erased people are dropped first."""
        with self._write() as connection:
            saved = save(connection, items, night=night, key=self._key, before=self.before)
        if self.before is not None:
            self.before.met(items)
        return saved

    def quarantine(self, rows: Sequence[Quarantined]) -> None:
        """Keep aside what could not be read, at most 4 KiB of each."""
        if rows:
            with self._write() as connection:
                set_aside(connection, rows, self._key)

    def quarantined(self, limit: int = 50) -> list[Quarantined]:
        """Give what was kept aside, newest first."""
        newest = select(quarantine).order_by(quarantine.c.id.desc()).limit(limit)
        with self._read() as connection:
            rows = connection.execute(newest).mappings().all()
        return [Quarantined.model_validate({k: v for k, v in row.items() if k != "id"}) for row in rows]

    def known(self, source: str) -> Iterator[Known]:
        """Give what a spider may know of the accounts of its source, in order of their ids."""
        for row in self._paged(_KNOWN, source):
            key, handle, kind, *rest = row
            # Rows of ours need no checking again, which would cost more than reading them.
            fields = zip(_KNOWN_FIELDS, (read_key(key), handle, _KINDS[kind], *rest), strict=True)
            was = self.as_known(Known.model_construct(_KNOWN_SET, **dict(fields)))
            if was is not None:
                yield was

    def account(self, key: AccountKey) -> Account | None:
        """Give one account, None if it is not stored."""
        return next(self.accounts(keys=[key]), None)

    def accounts(self, *, source: str | None = None, keys: Collection[AccountKey] | None = None) -> Iterator[Account]:
        """Give accounts, all or those of a source or with these keys, in order of their keys."""
        if keys is None:
            yield from self.as_before(map(read_account, self._paged(ACCOUNT_COLUMNS, source)))
            return
        for some in batches(key_texts(keys), _BATCH):
            chosen = self._chosen(ACCOUNT_COLUMNS, account.c.key, some, _of(source))
            yield from self.as_before(map(read_account, chosen))

    def evidence(self, keys: Collection[AccountKey]) -> dict[AccountKey, list[Evidence]]:
        """Give the work of these accounts, in order of its ids; accounts without work are left out."""
        found: dict[AccountKey, list[Evidence]] = {}
        for some in batches(key_texts(keys), _BATCH):
            for work in map(read_evidence, self._chosen(EVIDENCE_COLUMNS, evidence.c.account, some, true())):
                found.setdefault(work.account, []).append(work)
        return found

    def evidence_ids(self, source: str, kind: str) -> set[str]:
        """Give the ids of one kind of work at a source."""
        chosen = select(evidence.c.id).join(account, account.c.key == evidence.c.account)
        with self._read() as connection:
            rows = connection.execute(chosen.where(account.c.source == source, evidence.c.kind == kind))
            return set(rows.scalars())

    def touched(self, since: datetime) -> set[AccountKey]:
        """Give the accounts that are new, changed, gone or returned since, or whose work changed."""
        with self._read() as connection:
            rows = connection.execute(select(account.c.key).where(account.c.touched_at >= since))
            return {read_key(key) for key in rows.scalars()}

    def events(self, *, since: datetime | None = None, key: AccountKey | None = None) -> list[AccountEvent]:
        """Give what happened to accounts, oldest first."""
        chosen = select(account_event).order_by(account_event.c.at, account_event.c.id)
        if since is not None:
            chosen = chosen.where(account_event.c.at >= since)
        if key is not None:
            chosen = chosen.where(account_event.c.account == str(key))
        with self._read() as connection:
            rows = connection.execute(chosen).mappings().all()
        return [_read_event(row) for row in rows]

    def handles(self, key: AccountKey) -> list[tuple[str, datetime]]:
        """Give the handles an account had and since when, oldest first; [] if it is not stored."""
        past = select(handle_history.c.handle, handle_history.c.since).where(handle_history.c.account == str(key))
        present = select(account.c.handle, account.c.handle_since).where(account.c.key == str(key))
        with self._read() as connection:
            former = connection.execute(past.order_by(handle_history.c.since)).all()
            return [(handle, since) for handle, since in (*former, *connection.execute(present).all())]

    def bury(self, account: Account) -> int:
        """Write tombstones of an erased person's id, handle, profile and websites; gives how many."""
        with self._write() as connection:
            return _tombstones.bury(connection, _tombstones.signs_of(account), self._key)

    def _paged(self, columns: Columns, source: str | None) -> Iterator[tuple[Any, ...]]:
        """Read accounts in batches, so that no transaction stays open while the caller works."""
        after = ""
        while True:
            page = partial(_page, after=after, source=source)
            with self._read() as connection:
                rows = list(read_many(connection, (*columns, account.c.key), page))
            yield from (row[:-1] for row in rows)
            if len(rows) < _BATCH:
                return
            after = rows[-1][-1]

    def _chosen(
        self, columns: Columns, key: Column[str], values: list[str], also: ColumnElement[bool]
    ) -> list[tuple[Any, ...]]:
        with self._read() as connection:
            there = among(connection, key, values) & also
            order = key.table.primary_key.columns
            return list(read_many(connection, columns, lambda all_: all_.where(there).order_by(*order)))


def _page(chosen: Select[Any], after: str, source: str | None) -> Select[Any]:
    joined = account.join(account_seen, account_seen.c.account == account.c.key)
    chosen = chosen.select_from(joined).where(account.c.key > after, _of(source))
    return chosen.order_by(account.c.key).limit(_BATCH)


def _of(source: str | None) -> ColumnElement[bool]:
    # Keys begin with their source and ":", so that its accounts are one range of the index; ";" comes after ":".
    return true() if source is None else (account.c.key > f"{source}:") & (account.c.key < f"{source};")


def set_aside(connection: Connection, rows: Sequence[Quarantined], key: bytes) -> None:
    """Keep aside what could not be read, inside the caller's transaction; what speaks of somebody erased is dropped."""
    said = [(row.url, f"{row.detail} {row.excerpt}") for row in rows]
    kept = [row for row, fine in zip(rows, unspoken(connection, said, key), strict=True) if fine]
    if kept:
        connection.execute(insert(quarantine), [_quarantine_row(row) for row in kept])


def _quarantine_row(row: Quarantined) -> dict[str, Any]:
    clean = storable(row)
    kept = clean.excerpt.encode()[:EXCERPT_BYTES].decode(errors="ignore")
    return clean.model_dump() | {"excerpt": kept}


def _read_event(row: RowMapping) -> AccountEvent:
    return AccountEvent(account=read_key(row["account"]), event=row["event"], detail=row["detail"], at=row["at"])
