"""A record batch: the facts of many accounts as columns. What the scorer takes, and all it takes."""

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sourcing.identity.engine.columns import Bools, Column, Ints, column, hashed
from sourcing.identity.facts import Facts
from sourcing.identity.keys import addresses, likeness_keys
from sourcing.identity.names import Names, names
from sourcing.identity.places import employer, place
from sourcing.identity.words import built, handle_form, handle_stem, name_words


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys many rows may carry: `rows` (k,), hashes `values` (k,), `roles` (k,)."""

    rows: Ints
    values: Ints
    roles: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Batch:
    """n accounts as columns; row i of every column speaks of the same account."""

    facts: Sequence[Facts]  # for sentences only, never read while scoring
    sources: Column
    names: Names
    handles: Column  # normal form
    stems: Column  # without digits
    letters: Column  # without outer digits, however short
    letter_hashes: Ints  # of the texts of `letters`
    forms: tuple[Entries, ...]  # handles made of the name: whole words, a word and an initial, one word
    cities: Column
    countries: Column
    employers: Column
    barred: Bools
    alone: Bools
    mixed: Bools
    live: Bools
    fame: NDArray[np.float64]
    last_seen: NDArray[np.float64]  # seconds since 1970; -inf where not known
    since: NDArray[np.float64]
    addresses: Entries
    ids: tuple[Column, ...]  # one column per kind of confirmed id
    works: Entries
    blocks: dict[str, Entries]  # by kind of key

    def __len__(self) -> int:
        return len(self.live)


def batch(rows: Sequence[Facts]) -> Batch:
    """Put accounts into columns. The only step that looks at one account at a time."""
    forms = [built(name_words(one.name) if one.name else ()) for one in rows]
    handles = [handle_form(one.handle) for one in rows]
    letters = column(form.strip("0123456789") for form in handles)
    places = [place(one.location) for one in rows]
    return Batch(
        facts=rows,
        sources=column(one.key.source for one in rows),
        names=names([one.name for one in rows]),
        handles=column(handles),
        stems=column(map(handle_stem, handles)),
        letters=letters,
        letter_hashes=np.fromiter(map(hashed, letters.texts), dtype=np.int64, count=len(letters.texts)),
        forms=tuple(entries([some[at] for some in forms]) for at in range(3)),
        cities=column(city for city, _ in places),
        countries=column(country for _, country in places),
        employers=column(employer(one.company) for one in rows),
        barred=_flags(rows, lambda one: one.barred),
        alone=_flags(rows, lambda one: one.alone),
        mixed=_flags(rows, lambda one: one.mixed),
        live=_flags(rows, lambda one: one.live),
        fame=np.array([one.fame for one in rows], dtype=np.float64),
        last_seen=np.array([one.last_seen.timestamp() if one.last_seen else -math.inf for one in rows]),
        since=np.array([one.since.timestamp() if one.since else -math.inf for one in rows]),
        addresses=_addresses(rows),
        ids=_ids(rows),
        works=entries([one.works for one in rows]),
        blocks=_blocks(rows),
    )


def entries(lists: Sequence[Iterable[str]]) -> Entries:
    """Keys of n rows from one list of texts per row."""
    flat = [tuple(some) for some in lists]
    values = np.fromiter((hashed(text) for text in chain.from_iterable(flat)), dtype=np.int64)
    rows = np.repeat(np.arange(len(flat), dtype=np.int64), list(map(len, flat)))
    return Entries(rows, values, np.zeros(len(rows), dtype=np.int8))


def _flags(rows: Sequence[Facts], test: Callable[[Facts], bool]) -> Bools:
    return np.fromiter(map(test, rows), dtype=bool, count=len(rows))


def _addresses(rows: Sequence[Facts]) -> Entries:
    found = [(at, hashed(target), role) for at, one in enumerate(rows) for target, role in addresses(one)]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    return Entries(table[:, 0], table[:, 1], table[:, 2].astype(np.int8))


def _ids(rows: Sequence[Facts]) -> tuple[Column, ...]:
    kinds = sorted({text.partition(":")[0] for one in rows for text in one.ids})
    own = [{text.partition(":")[0]: text for text in one.ids} for one in rows]
    return tuple(column(some.get(kind) for some in own) for kind in kinds)


def _blocks(rows: Sequence[Facts]) -> dict[str, Entries]:
    found: dict[str, tuple[array[int], array[int]]] = {}
    for at, one in enumerate(rows):
        if one.alone or one.barred:
            continue
        for kind, text in set(likeness_keys(one)):
            places, values = found.setdefault(kind, (array("q"), array("q")))
            places.append(at)
            values.append(hashed(f"{kind} {text}"))
    return {
        kind: Entries(
            np.array(places, dtype=np.int64), np.array(values, dtype=np.int64), np.zeros(len(places), np.int8)
        )
        for kind, (places, values) in sorted(found.items())
    }
