"""`Store.save`: one batch, one transaction: load what is known, fold the answers in, write what changed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert

from storage.records import Account, AccountEvent, AccountKey, Item, Sighting
from storage.store._night.before import Before
from storage.store._records import Saved
from storage.store._rights import met as _met
from storage.store._rights.overlay import drop_restricted, keep_said, lay
from storage.store._rights.tombstones import drop_buried
from storage.store._saving import fold as _fold
from storage.store._saving import work as _work
from storage.store._saving.batch import AccountItem, Batch, sort_out
from storage.store._saving.bulk import read_by_key, read_many, see_many, upsert_columns
from storage.store._saving.fold import State
from storage.store._saving.rows import ACCOUNT_COLUMNS, read_account
from storage.store._saving.written import account_columns
from storage.store._sql import among, set_columns, upsert
from storage.tables import account, account_event, account_seen, handle_history

_LIGHT = (
    account.c.key,
    account.c.handle,
    account.c.hash,
    account_seen.c.last_seen,
    account.c.touched_at,
    account.c.gone_at,
    account.c.markers,
)
_WHOLE = (
    *ACCOUNT_COLUMNS,
    account.c.key,
    account.c.first_seen,
    account.c.last_changed,
    account.c.handle_since,
)
_SEEN = account.join(account_seen, account_seen.c.account == account.c.key)
Said = Sequence[tuple[AccountItem, bytes]]
States = dict[AccountKey, State]


def save(
    connection: Connection, items: Sequence[Item], *, night: int | None, key: bytes, before: Before | None = None
) -> Saved:
    """Store a batch inside the caller's transaction and count what it did."""
    count: Counter[str] = Counter()
    batch = sort_out(items)
    count["tombstoned"], count["mentions"] = drop_buried(connection, batch, key)
    count["restricted"] = drop_restricted(connection, batch)
    states = _known(connection, batch)
    met = _met.met(connection, batch.owners() - states.keys(), key)
    count["not_again"] = _met.drop_over(batch, met)
    lay(connection, states)
    _load_whole(connection, batch, states)
    for name, said in batch.accounts.items():
        _fold_account(states, name, said, count)
    work = _work.fold(connection, batch, states, count)
    if before is not None:
        before.keep_accounts(connection, states)
    _write(connection, states, night, count)
    if met:
        _met.go_on(connection, {name: one.first_seen or one.last_seen for name, one in states.items() if one.new}, met)
    _work.write(connection, work)
    return Saved(**count)


def _known(connection: Connection, batch: Batch) -> States:
    owners = {str(key): key for key in batch.owners()}
    rows = read_by_key(connection, _LIGHT, _SEEN, account.c.key, owners)
    return {owners[row[0]]: State(owners[row[0]], *row) for row in rows}


def _load_whole(connection: Connection, batch: Batch, states: States) -> None:
    """Load the full rows of accounts whose content may change: few on most nights."""
    wanted = {
        str(name): states[name]
        for name, said in batch.accounts.items()
        if name in states and any(_differs(states[name], *one) for one in said)
    }
    if not wanted:
        return
    rows = read_many(connection, _WHOLE, lambda all_: all_.where(among(connection, account.c.key, wanted)))
    for *given, name, first_seen, last_changed, handle_since in rows:
        state = wanted[name]
        state.account, state.first_seen = read_account(given), first_seen
        state.last_changed, state.handle_since = last_changed, handle_since


def _differs(state: State, item: AccountItem, content: bytes) -> bool:
    if isinstance(item, Account):
        return content != state.hash
    return isinstance(item, Sighting) and item.handle != state.handle


def _fold_account(states: States, name: AccountKey, said: Said, count: Counter[str]) -> None:
    told = False
    for item, content in said:
        state = states.get(name)
        if isinstance(item, Account):
            told = True
            if state is None:
                states[name] = _fold.begin(item, content, name)
            else:
                _fold.answer(state, item, content)
        elif state is None:
            count["unknown_account"] += 1
        elif isinstance(item, Sighting):
            _fold.sighting(state, item)
            count["sightings"] += 1
        else:
            count["gone"] += _fold.gone(state, item)
    if told:
        state = states[name]
        count["accounts_new" if state.new else "accounts_changed" if state.changed else "accounts_unchanged"] += 1


def _write(connection: Connection, states: States, night: int | None, count: Counter[str]) -> None:
    if whole := [state for state in states.values() if state.new or state.changed]:
        columns = account_columns(whole, lite=connection.dialect.name == "sqlite")
        upsert_columns(connection, account, columns, guard="origin_seen_at")
    noted = (state for state in states.values() if state.noted and not (state.new or state.changed))
    set_columns(connection, account, [_noted_row(state) for state in noted])
    see_many(connection, [(state.text, state.last_seen) for state in states.values() if state.seen])
    upsert(connection, handle_history, _former_rows(states.values()))
    keep_said(connection, states.values())
    events = [_event_row(event, night) for state in states.values() for event in state.events]
    if events:
        connection.execute(insert(account_event), events)
    count["events"] = len(events)


def _event_row(event: AccountEvent, night: int | None) -> dict[str, Any]:
    return event.model_dump() | {"account": str(event.account), "night": night}


def _noted_row(state: State) -> dict[str, Any]:
    return {
        "key": state.text,
        "markers": dict(state.markers),
        "touched_at": state.touched_at,
        "gone_at": state.gone_at,
    }


def _former_rows(states: Collection[State]) -> list[Mapping[str, Any]]:
    return [
        {"account": state.text, "since": since, "handle": handle}
        for state in states
        for since, handle in {since: handle for handle, since in state.former}.items()
    ]
