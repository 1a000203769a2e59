"""Tombstones: keyed hashes of erased people, met before anything is stored."""

import hmac
from collections.abc import Iterator

from sqlalchemy import Connection, select

from storage.records import Account, AccountKey, Claim, Gone
from storage.store._batch import AccountItem, Batch
from storage.store._sql import among, upsert
from storage.tables import tombstone
from storage.text import handle_key, link_key


def bury(connection: Connection, account: Account, key: bytes) -> int:
    """Write the tombstones of an account: its id, its handle, its websites; gives how many."""
    marks = {_mark(key, *words) for words in (_id(account.key), *_signs(account))}
    upsert(connection, tombstone, [{"hash": mark} for mark in sorted(marks)])
    return len(marks)


def drop_buried(connection: Connection, batch: Batch, key: bytes) -> int:
    """Take the items of erased people out of a batch; gives how many there were."""
    if connection.execute(select(tombstone.c.hash).limit(1)).first() is None:
        return 0
    marks = {owner: {_mark(key, *words) for words in _words(batch, owner)} for owner in batch.owners()}
    asked = {mark for some in marks.values() for mark in some}
    found = set(
        connection.execute(select(tombstone.c.hash).where(among(connection, tombstone.c.hash, asked))).scalars()
    )
    buried = {owner for owner, some in marks.items() if some & found}
    return _drop(batch, buried) if buried else 0


def _drop(batch: Batch, buried: set[AccountKey]) -> int:
    dropped = sum(len(batch.accounts.pop(owner, ())) for owner in buried)
    for name in [name for name, said in batch.work.items() if said[0][0].account in buried]:
        dropped += len(batch.work.pop(name))
    return dropped


def _words(batch: Batch, owner: AccountKey) -> Iterator[tuple[str, ...]]:
    yield _id(owner)
    for item, _ in batch.accounts.get(owner, ()):
        yield from _signs(item)


def _id(key: AccountKey) -> tuple[str, ...]:
    return ("id", *key)


def _signs(item: AccountItem) -> Iterator[tuple[str, ...]]:
    if isinstance(item, Gone):
        return
    source = item.source if isinstance(item, Account) else item.account.source
    yield ("handle", source, handle_key(item.handle))
    if isinstance(item, Account):
        for link in item.links:
            if link.field == "website" and link.claim is not Claim.MENTIONED and (site := link_key(link.url)):
                yield ("website", site)


def _mark(key: bytes, *words: str) -> str:
    return hmac.digest(key, "\x00".join(words).encode(errors="replace"), "sha256").hex()
