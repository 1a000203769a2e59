"""What people said about their own data, laid over what sources say whenever something is stored."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select, update

from storage.records import AccountKey, Gone, Withdrawn
from storage.store._saving.batch import Batch
from storage.store._saving.fold import State
from storage.store._saving.rows import key_texts
from storage.store._sql import among
from storage.tables import correction, restriction


def drop_restricted(connection: Connection, batch: Batch) -> int:
    """Take out what speaks of accounts that may only be stored; gives how many items. What is deleted is followed."""
    if connection.execute(select(restriction.c.account).limit(1)).first() is None:
        return 0
    names = {str(key): key for key in batch.owners()}
    chosen = select(restriction.c.account).where(among(connection, restriction.c.account, names))
    dropped = 0
    for owner in {names[name] for name in connection.execute(chosen).scalars()}:
        dropped += _drop(batch, owner)
    return dropped


def _drop(batch: Batch, owner: AccountKey) -> int:
    items = batch.accounts.pop(owner, [])
    if kept := [one for one in items if isinstance(one[0], Gone)]:
        batch.accounts[owner] = kept
    dropped = len(items) - len(kept)
    for name in [name for name, said in batch.work.items() if said[0][0].account == owner]:
        pieces = batch.work.pop(name)
        if taken_back := [one for one in pieces if isinstance(one[0], Withdrawn)]:
            batch.work[name] = taken_back
        dropped += len(pieces) - len(taken_back)
    return dropped


def lay(connection: Connection, states: Mapping[AccountKey, State]) -> None:
    """Tell the states of a batch what their people corrected."""
    for key, held in corrected(connection, states).items():
        states[key].held = held


def corrected(connection: Connection, keys: Collection[AccountKey]) -> dict[AccountKey, dict[str, object]]:
    """Give the live corrections of accounts by field."""
    live = correction.c.withdrawn_at.is_(None)
    if connection.execute(select(correction.c.id).where(live).limit(1)).first() is None:
        return {}
    names = {str(key): key for key in keys}
    chosen = select(correction.c.account, correction.c.field, correction.c.value)
    found: dict[AccountKey, dict[str, object]] = {}
    for name, field, value in connection.execute(chosen.where(live, among(connection, correction.c.account, names))):
        found.setdefault(names[name], {})[field] = value
    return found


def keep_said(connection: Connection, states: Iterable[State]) -> None:
    """Note what sources say of corrected fields, for when a correction is withdrawn."""
    for state in states:
        for field, said in (state.said or {}).items():
            one = (correction.c.account == str(state.key)) & (correction.c.field == field)
            chosen = update(correction).where(one, correction.c.withdrawn_at.is_(None))
            connection.execute(chosen.values(said=said))


def restricted(connection: Connection, keys: Collection[AccountKey]) -> set[str]:
    """Give the accounts among these that may only be stored."""
    chosen = select(restriction.c.account).where(among(connection, restriction.c.account, key_texts(keys)))
    return set(connection.execute(chosen).scalars())
