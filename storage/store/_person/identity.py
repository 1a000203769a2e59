"""What identity remembers: the keys accounts can meet by, how they were when last looked at, the frozen models."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    any_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from storage.records import AccountKey, Known
from storage.store._base import Database
from storage.store._records import IdentityModel
from storage.store._saving.bulk import read_many
from storage.store._saving.rows import key_texts, read_key
from storage.store._sql import among, batches, upsert
from storage.tables import (
    account,
    account_seen,
    evidence,
    handle_history,
    identity_key,
    identity_mark,
    identity_model,
    lead,
    lead_member,
    receipt,
)

Shared = tuple[str, int]  # kind of key and hash of its value
_BATCH = 5_000


class Identity(Database):
    """Verbs for joining accounts."""

    def unresolved(self) -> list[AccountKey]:
        """Give the accounts identity has not looked at as they are now, in order of their keys."""
        mark, gone = identity_mark.c, account.c.gone_at.is_not(None)
        joined = account.outerjoin(identity_mark, mark.account == account.c.key)
        changed = or_(
            mark.account.is_(None),
            mark.hash != account.c.hash,
            mark.touched_at != account.c.touched_at,
            mark.gone != gone,
            mark.waits,
        )
        chosen = select(account.c.key).select_from(joined).where(changed).order_by(account.c.key)
        with self._read() as connection:
            return list(map(read_key, connection.execute(chosen).scalars()))

    def mark_resolved(self, keys: Collection[AccountKey], waiting: Collection[AccountKey] = ()) -> None:
        """Note that identity looked at these accounts as they are; those waiting are looked at again every time."""
        wait = set(key_texts(waiting))
        state = select(account.c.key, account.c.hash, account.c.touched_at, account.c.gone_at.is_not(None))
        with self._write() as connection:
            for some in batches(key_texts(keys), _BATCH):
                rows = connection.execute(state.where(among(connection, account.c.key, some))).all()
                upsert(connection, identity_mark, [_mark(row, wait) for row in rows])

    def forget_resolved(self, keys: Collection[AccountKey] | None = None) -> None:
        """Have identity look at these accounts again, or at all of them."""
        with self._write() as connection:
            forget_marks(connection, None if keys is None else key_texts(keys))

    def identity_keys(self, keys: Collection[AccountKey]) -> dict[AccountKey, set[Shared]]:
        """Give the keys these accounts had when they were last looked at."""
        found: dict[AccountKey, set[Shared]] = {}
        chosen = select(identity_key)
        with self._read() as connection:
            for some in batches(key_texts(keys), _BATCH):
                for name, kind, value in connection.execute(
                    chosen.where(among(connection, identity_key.c.account, some))
                ):
                    found.setdefault(read_key(name), set()).add((kind, value))
        return found

    def set_identity_keys(self, keys: Mapping[AccountKey, Collection[Shared]]) -> None:
        """Set the keys of accounts; those they had before are gone."""
        with self._write() as connection:
            for some in batches(keys.items(), _BATCH):
                names = [str(name) for name, _ in some]
                connection.execute(delete(identity_key).where(among(connection, identity_key.c.account, names)))
                rows = [
                    {"account": str(name), "kind": kind, "value": value}
                    for name, own in some
                    for kind, value in sorted(own)
                ]
                if rows:
                    connection.execute(insert(identity_key), rows)

    def key_sizes(self, values: Collection[int]) -> dict[int, int]:
        """Give how many accounts carry each of these keys."""
        column = identity_key.c.value
        counted = select(column, func.count(identity_key.c.account.distinct())).group_by(column)
        found: dict[int, int] = {}
        with self._read() as connection:
            for some in batches(values, _BATCH):
                found.update(
                    tuple(row) for row in connection.execute(counted.where(_numbers(connection, column, some)))
                )
        return found

    def carriers(self, values: Collection[int]) -> set[AccountKey]:
        """Give the accounts that carry any of these keys."""
        chosen, found = select(identity_key.c.account).distinct(), set[AccountKey]()
        with self._read() as connection:
            for some in batches(values, _BATCH):
                rows = connection.execute(chosen.where(_numbers(connection, identity_key.c.value, some)))
                found.update(map(read_key, rows.scalars()))
        return found

    def identity_model(self) -> IdentityModel | None:
        """Give the newest frozen model, None before the first."""
        chosen = select(identity_model).order_by(identity_model.c.number.desc()).limit(1)
        with self._read() as connection:
            row = connection.execute(chosen).mappings().first()
        return IdentityModel.model_validate(dict(row)) if row else None

    def keep_identity_model(self, model: IdentityModel) -> None:
        """Write a model; the frequencies of former ones are dropped, their numbers and digests stay."""
        with self._write() as connection:
            connection.execute(identity_model.update().values(content={}))
            connection.execute(insert(identity_model), [model.model_dump()])

    def known_of(self, keys: Collection[AccountKey] | None) -> Iterator[Known]:
        """Give when these accounts, or all, were seen and whether they are gone, without their markers."""
        columns = (account.c.key, account.c.handle, account.c.kind, account.c.first_seen, account.c.gone_at)
        seen: dict[str, datetime] = dict(self._by_account((account_seen.c.account, account_seen.c.last_seen), keys))
        for name, handle, kind, first_seen, gone_at in self._by_account(columns, keys):
            yield Known(
                account=read_key(name),
                handle=handle,
                kind=kind,
                markers={},
                first_seen=first_seen,
                last_seen=seen[name],
                gone_at=gone_at,
            )

    def works(self, keys: Collection[AccountKey] | None = None) -> dict[AccountKey, list[str]]:
        """Give the addresses of the work of these accounts, or of all."""
        found: dict[AccountKey, list[str]] = {}
        for name, url in self._by_account((evidence.c.account, evidence.c.url), keys):
            found.setdefault(read_key(name), []).append(url)
        return found

    def renamed(self, keys: Collection[AccountKey] | None = None) -> dict[AccountKey, list[tuple[str, datetime]]]:
        """Give all handles and since when, oldest first, of those of these accounts that had more than one."""
        found: dict[AccountKey, list[tuple[str, datetime]]] = {}
        former = (handle_history.c.account, handle_history.c.handle, handle_history.c.since)
        for name, handle, since in self._by_account(former, keys):
            found.setdefault(read_key(name), []).append((handle, since))
        present = (account.c.key, account.c.handle, account.c.handle_since)
        for name, handle, since in self._by_account(present, list(found)):
            found[read_key(name)] = [*sorted(found[read_key(name)], key=lambda one: one[1]), (handle, since)]
        return found

    def fellows(self, keys: Collection[AccountKey]) -> dict[AccountKey, str]:
        """Give every account that shares a lead with one of these, and its lead."""
        found: dict[AccountKey, str] = {}
        with self._read() as connection:
            for some in batches(key_texts(keys), _BATCH):
                leads = select(lead_member.c.lead).where(among(connection, lead_member.c.account, some))
                rows = connection.execute(
                    select(lead_member.c.account, lead_member.c.lead).where(lead_member.c.lead.in_(leads))
                )
                found.update((read_key(name), lead_id) for name, lead_id in rows)
        return found

    def born(self, keys: Collection[AccountKey]) -> dict[AccountKey, str]:
        """Give the lead made for each of these accounts, where there is one; it stays theirs through every merge."""
        found: dict[AccountKey, str] = {}
        for name, lead_id in self._by_account((lead.c.account, lead.c.id), keys):
            owner = read_key(name)
            found[owner] = min(found.get(owner, lead_id), lead_id, key=lambda one: (len(one), one))
        return found

    def lead_counts(self) -> tuple[int, int]:
        """Give how many accounts have a lead, and how many leads live."""
        # Each by itself: counted in one statement, SQLite keeps a list of its own of all leads.
        living = select(lead_member.c.lead).distinct().subquery()
        counts = (select(func.count()).select_from(one).scalar_subquery() for one in (lead_member, living))
        with self._read() as connection:
            accounts, leads = connection.execute(select(*counts)).one()
        return accounts, leads

    def best_totals(self, leads: Collection[str] | None = None) -> dict[str, float]:
        """Give the best total any role gave each living lead, or those of these that live."""
        joined = receipt.join(lead, lead.c.id == receipt.c.lead)
        chosen = select(receipt.c.lead, func.max(receipt.c.total)).select_from(joined)
        chosen = chosen.where(receipt.c.latest, lead.c.merged_into.is_(None)).group_by(receipt.c.lead)
        with self._read() as connection:
            if leads is None:
                return dict(list(connection.execute(chosen)))
            there = (among(connection, receipt.c.lead, some) for some in batches(sorted(leads), _BATCH))
            return {name: total for one in there for name, total in connection.execute(chosen.where(one))}

    def _by_account(self, columns: Sequence[Any], keys: Collection[AccountKey] | None) -> Iterator[tuple[Any, ...]]:
        with self._read() as connection:
            if keys is None:
                yield from read_many(connection, columns, lambda all_: all_.order_by(columns[0]))
                return
            for some in batches(key_texts(keys), _BATCH):
                yield from read_many(connection, columns, partial(_where, among(connection, columns[0], some)))


def _where(there: ColumnElement[bool], chosen: Select[Any]) -> Select[Any]:
    return chosen.where(there)


def forget_marks(connection: Connection, names: Collection[str] | None) -> None:
    """Drop what identity knows of having looked at accounts, inside the caller's transaction."""
    chosen = delete(identity_mark)
    connection.execute(chosen if names is None else chosen.where(among(connection, identity_mark.c.account, names)))


def _mark(row: Any, waiting: Collection[str]) -> dict[str, Any]:
    key, content, touched_at, gone = row
    return {"account": key, "hash": content, "touched_at": touched_at, "gone": gone, "waits": key in waiting}


def _numbers(connection: Connection, column: ColumnElement[int], values: Iterable[int]) -> ColumnElement[bool]:
    """Compare a column of numbers with many values through one parameter."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), ARRAY(BigInteger)))
