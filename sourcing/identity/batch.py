"""A record batch: the facts of many accounts as columns. What the scorer takes, and all it takes."""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


def batch(rows: Iterable[Facts], *, keep_facts: bool = True) -> Batch:
    """Put accounts into columns, in one pass: the only step that looks at one account at a time.

    Without `keep_facts` the accounts themselves are let go, for those who want no sentences.
    """
    made = _Maker()
    for one in rows:
        made.add(one)
        if keep_facts:
            made.facts.append(one)
    return made.batch()


class _Keyed:
    """Hashes that rows carry, while they are collected."""

    def __init__(self) -> None:
        self.rows, self.values, self.roles = array("q"), array("q"), array("b")

    def add(self, row: int, value: int, role: int = 0) -> None:
        self.rows.append(row)
        self.values.append(value)
        self.roles.append(role)

    def entries(self) -> Entries:
        return Entries(
            np.frombuffer(self.rows, dtype=np.int64),
            np.frombuffer(self.values, dtype=np.int64),
            np.frombuffer(self.roles, dtype=np.int8),
        )


class _Maker:
    """A batch while it is made."""

    def __init__(self) -> None:
        self.size, self.facts = 0, list[Facts]()
        texts = ("source", "name", "handle", "stem", "letters", "city", "country", "employer")
        self.texts: dict[str, list[str | None]] = {name: [] for name in texts}
        self.numbers = {name: array("d") for name in ("fame", "last_seen", "since")}
        self.flags = {name: array("b") for name in ("barred", "alone", "mixed", "live")}
        self.forms = (_Keyed(), _Keyed(), _Keyed())
        self.addresses, self.works, self.blocks = _Keyed(), _Keyed(), dict[str, _Keyed]()
        self.ids: list[tuple[str, ...]] = []

    def add(self, one: Facts) -> None:
        form, (city, country) = handle_form(one.handle), place(one.location)
        self._texts(one, form, city, country)
        for name, flags in self.flags.items():
            flags.append(getattr(one, name))
        self.numbers["fame"].append(one.fame)
        self.numbers["last_seen"].append(one.last_seen.timestamp() if one.last_seen else -math.inf)
        self.numbers["since"].append(one.since.timestamp() if one.since else -math.inf)
        self._keys(one)
        self.size += 1

    def _texts(self, one: Facts, form: str, city: str, country: str) -> None:
        told = (one.key.source, one.name, form, handle_stem(form), form.strip("0123456789"), city, country)
        for texts, text in zip(self.texts.values(), (*told, employer(one.company)), strict=True):
            texts.append(text)

    def _keys(self, one: Facts) -> None:
        row = self.size
        for keyed, forms in zip(self.forms, built(name_words(one.name) if one.name else ()), strict=True):
            for text in forms:
                keyed.add(row, hashed(text))
        for target, role in addresses(one):
            self.addresses.add(row, hashed(target), role)
        for work in one.works:
            self.works.add(row, hashed(work))
        self.ids.append(one.ids)
        if not one.alone and not one.barred:
            for kind, text in set(likeness_keys(one)):
                self.blocks.setdefault(kind, _Keyed()).add(row, hashed(f"{kind} {text}"))

    def batch(self) -> Batch:
        columns = {name: column(texts) for name, texts in self.texts.items() if name != "name"}
        letters = columns["letters"]
        return Batch(
            facts=self.facts,
            sources=columns["source"],
            names=names(self.texts["name"]),
            handles=columns["handle"],
            stems=columns["stem"],
            letters=letters,
            letter_hashes=np.fromiter(map(hashed, letters.texts), dtype=np.int64, count=len(letters.texts)),
            forms=tuple(one.entries() for one in self.forms),
            cities=columns["city"],
            countries=columns["country"],
            employers=columns["employer"],
            barred=np.array(self.flags["barred"], dtype=bool),
            alone=np.array(self.flags["alone"], dtype=bool),
            mixed=np.array(self.flags["mixed"], dtype=bool),
            live=np.array(self.flags["live"], dtype=bool),
            fame=np.frombuffer(self.numbers["fame"]),
            last_seen=np.frombuffer(self.numbers["last_seen"]),
            since=np.frombuffer(self.numbers["since"]),
            addresses=self.addresses.entries(),
            ids=_ids(self.ids),
            works=self.works.entries(),
            blocks={kind: one.entries() for kind, one in sorted(self.blocks.items())},
        )


def _ids(rows: Sequence[tuple[str, ...]]) -> tuple[Column, ...]:
    kinds = sorted({text.partition(":")[0] for ids in rows for text in ids})
    own = [{text.partition(":")[0]: text for text in ids} for ids in rows] if kinds else []
    return tuple(column(some.get(kind) for some in own) for kind in kinds)


def entries(lists: Sequence[Iterable[str]]) -> Entries:
    """Keys of n rows from one list of texts per row."""
    made = _Keyed()
    for row, texts in enumerate(lists):
        for text in texts:
            made.add(row, hashed(text))
    return made.entries()
