"""What identity reads from the Store: everybody, or what changed and everything that bears on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sourcing.identity.engine.columns import hashed
from sourcing.identity.facts import Facts, facts, with_history, with_works
from sourcing.identity.keys import ADDRESS, Key, keys_of, limit
from storage.records import AccountKey
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Near:
    """Accounts to compare, what they are compared with, and keys too common to compare by."""

    touched: list[Facts]
    others: list[Facts]
    closed: set[int]


def everybody(store: Store) -> list[Facts]:
    """The facts of all accounts, in order of their keys."""
    known = {row.account: row for row in store.known_of(None)}
    handles, works = store.renamed(), store.works()
    return [
        with_works(with_history(facts(one), known[one.key], handles.get(one.key, ())), works.get(one.key, ()))
        for one in store.accounts()
        if one.key in known
    ]


def some(store: Store, keys: Collection[AccountKey]) -> list[Facts]:
    """The facts of these accounts, in order of their keys."""
    if not keys:
        return []
    known = {row.account: row for row in store.known_of(keys)}
    handles, works = store.renamed(keys), store.works(keys)
    return [
        with_works(with_history(facts(one), known[one.key], handles.get(one.key, ())), works.get(one.key, ()))
        for one in store.accounts(keys=keys)
        if one.key in known
    ]


def neighbourhood(store: Store, stale: Collection[AccountKey], cap: int) -> Near:
    """What has to be compared because these accounts changed; their stored keys are renewed.

    An account is touched, too, when the state of a key it carries changes with them: an address (who has it, who else
    names it), or a key that becomes too common or stops to be. What is compared is then loaded with all its partners,
    and with the owners of what these partners name, so that every pair is judged as if all accounts were there.
    """
    changed = some(store, stale)
    before = store.identity_keys(stale)
    after = {one.key: keys_of(one) for one in changed}
    moved = _moved(before, after)
    concerned = {value for kind, value in moved if kind == ADDRESS}
    sizes_before = store.key_sizes({value for _, value in moved})
    store.set_identity_keys(after)
    sizes = store.key_sizes({value for _, value in moved})
    crossed = {
        value
        for kind, value in moved
        if (sizes_before.get(value, 0) > limit(kind, cap)) != (sizes.get(value, 0) > limit(kind, cap))
    }
    small = {value for value in concerned if sizes.get(value, 0) <= cap}
    touched = {*(one.key for one in changed), *store.carriers(small | crossed)}
    rows = {one.key: one for one in changed}
    rows |= {one.key: one for one in some(store, touched - rows.keys())}
    others, closed = _partners(store, rows, cap)
    first = sorted(rows.values(), key=lambda one: one.key)
    return Near(first, sorted(others.values(), key=lambda one: one.key), closed)


def _moved(before: dict[AccountKey, set[Key]], after: dict[AccountKey, set[Key]]) -> set[Key]:
    """Keys these accounts gained or lost, and all their addresses: whether they live changes what those tell."""
    out: set[Key] = set()
    for key in before.keys() | after.keys():
        old, new = before.get(key, set()), after.get(key, set())
        out |= old ^ new
        out |= {one for one in old | new if one[0] == ADDRESS}
    return out


def _partners(store: Store, rows: dict[AccountKey, Facts], cap: int) -> tuple[dict[AccountKey, Facts], set[int]]:
    """Everybody who shares a key with these, then everybody who shares an address with those."""
    kinds = {value: kind for one in rows.values() for kind, value in keys_of(one)}
    closed = {value for value, size in store.key_sizes(kinds).items() if size > limit(kinds[value], cap)}
    partners = {one.key: one for one in some(store, store.carriers(kinds.keys() - closed) - rows.keys())}
    named = {hashed(said.target) for one in partners.values() for said in one.said}
    shut = {value for value, size in store.key_sizes(named).items() if size > cap}
    context = store.carriers(named - shut) - rows.keys() - partners.keys()
    partners |= {one.key: one for one in some(store, context)}
    return partners, closed | shut


def waiting(rows: Iterable[Facts]) -> set[AccountKey]:
    """Accounts whose claim may become good by their being seen again: they name somebody who was renamed since."""
    known = list(rows)
    since = {one.address: one.since for one in known if one.since is not None}
    return {
        one.key
        for one in known
        for said in one.said
        if (renamed := since.get(said.target)) is not None and one.last_seen is not None and one.last_seen < renamed
    }
