"""A record batch: raw accounts as the columns they are compared by. What the scorer takes, and all it takes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sourcing.identity.engine.columns import (
    NONE,
    Bools,
    Codes,
    Column,
    Ints,
    codes_in,
    column,
    encode,
    series,
)
from sourcing.identity.engine.made import made
from sourcing.identity.engine.read import DIGITS, handle_forms, handle_stems, words_of
from sourcing.identity.engine.table import tabled
from sourcing.identity.facts import MOST_CLAIMS, Facts
from sourcing.identity.keys import CLAIMED, OWN, VERIFIED
from sourcing.identity.names import Names, names_of
from sourcing.identity.places import employer, place
from storage.errors import ConfigError

NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Entries:
    """Values many rows may carry: `rows` (k,), numbers `values` (k,) and, where known, the `texts` they stand for."""

    rows: Ints
    values: Ints
    roles: NDArray[np.int8]
    texts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """n accounts as columns; row i of every column speaks of the same account."""

    facts: Sequence[Facts]  # for sentences only, never read while scoring
    sources: Column
    homes: Column  # the forum or server at a source of many, else the source
    names: Names
    handles: Column  # normal form
    stems: Column  # without digits
    letters: Column  # without outer digits, however short
    letter_hashes: Ints  # numbers of the texts of `letters`, as in `forms`
    forms: tuple[Entries, ...]  # handles made of the name that somebody has: two words, word and initial, one word
    cities: Column
    countries: Column
    employers: Column
    people: Bools  # neither organisation nor bot, nor one that must stay alone
    barred: Bools
    alone: Bools
    mixed: Bools
    live: Bools
    fame: NDArray[np.float64]
    renown: NDArray[np.float64]
    last_seen: NDArray[np.float64]  # seconds since 1970; -inf where not known
    since: NDArray[np.float64]
    addresses: Entries  # without those only their owner names
    ids: tuple[Column, ...]  # one column per kind of confirmed id
    id_list: Entries
    works: Entries

    def __len__(self) -> int:
        return len(self.live)


def batch(rows: Iterable[Facts], *, keep_facts: bool = True) -> Batch:
    """Put accounts into columns.

    Without `keep_facts` the accounts themselves are let go, for those who want no sentences.
    """
    kept: list[Facts] = []
    table = tabled(rows, kept if keep_facts else None)
    return columns_of(table, kept)


def columns_of(table: pl.DataFrame, facts: Sequence[Facts] = ()) -> Batch:
    """The columns of raw accounts (see `engine.table`); every different text is read once.

    The table is emptied as it is read, so that memory holds no column twice.
    """
    take = table.drop_in_place
    size, alone = len(table), take("alone").to_numpy().copy()
    cities, countries = _read(take("location"), [lambda text: place(text)[0], lambda text: place(text)[1]])
    employers = _read(take("company"), [employer])[0]
    addresses = _addresses(take("addresses"), take("roles"), take("page"), alone)
    handles, stems, letters = _handles(take("handle"))
    names, forms = _names(take("name"), letters)
    flags = {name: take(name).to_numpy().copy() for name in ("person", "barred", "mixed", "live")}
    times = {name: take(name).to_numpy().copy() for name in ("fame", "renown", "last_seen", "since")}
    ids, source = _listed(take("ids")), take("source")
    return Batch(
        facts=facts,
        sources=encode(source),
        homes=encode(take("home").fill_null(source)),
        names=names,
        handles=handles,
        stems=stems,
        letters=letters,
        letter_hashes=np.arange(len(letters.texts), dtype=np.int64),
        forms=forms,
        cities=cities,
        countries=countries,
        employers=employers,
        people=flags.pop("person") & ~alone,
        alone=alone,
        **flags,
        **times,
        addresses=addresses,
        ids=_by_kind(ids, size),
        id_list=ids,
        works=_listed(take("works")),
    )


def _handles(said: pl.Series) -> tuple[Column, Column, Column]:
    """Handles in normal form, without digits, and without outer digits."""
    forms = encode(handle_forms(said))
    texts = series(forms.texts)
    stems = encode(handle_stems(texts)).spread(forms.codes)
    return forms, stems, encode(texts.str.strip_chars(DIGITS)).spread(forms.codes)


def _names(said: pl.Series, letters: Column) -> tuple[Names, tuple[Entries, ...]]:
    raw = encode(said)
    texts = series(raw.texts)
    words = words_of(texts)
    return names_of(texts, words, raw.codes), tuple(
        _carried(forms, raw.codes) for forms in made(words, series(letters.texts))
    )


def _carried(forms: Codes, names: Codes) -> Entries:
    """Which rows have which of the forms of their name."""
    rows, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for form in forms:
        own = np.append(form, np.int32(NONE))[names]
        rows.append(np.flatnonzero(own >= 0))
        values.append(own[rows[-1]].astype(np.int64))
    return _entries(np.concatenate(rows), np.concatenate(values))


def _entries(
    rows: Ints,
    values: NDArray[np.signedinteger],
    roles: NDArray[np.int8] | None = None,
    texts: Sequence[str] = (),
) -> Entries:
    order = np.argsort(rows, kind="stable")
    some = np.zeros(len(rows), dtype=np.int8) if roles is None else roles
    return Entries(rows[order].astype(np.int64), values[order].astype(np.int64), some[order], texts)


def _read(said: pl.Series, readers: Sequence[Callable[[str], str]]) -> tuple[Column, ...]:
    """What each reader makes of every different text."""
    raw = encode(said)
    return tuple(column(map(read, raw.texts)).spread(raw.codes) for read in readers)


def _addresses(said: pl.Series, told: pl.Series, pages: pl.Series, alone: Bools) -> Entries:
    """Addresses somebody names; one that only its owner has ties nobody, and a directory of people names nobody."""
    rows, texts = _exploded(said)
    roles = told.explode().drop_nulls().to_numpy().astype(np.int8)
    if len(roles) != len(rows):
        raise ConfigError(f"a batch of accounts with {len(rows)} addresses and {len(roles)} roles; each needs one")
    claims = np.isin(roles, (CLAIMED, VERIFIED))
    listed = np.bincount(rows[claims], minlength=len(said)) > MOST_CLAIMS
    counts = ~(claims & listed[rows])
    rows, roles, texts = rows[counts], roles[counts], texts.filter(pl.Series(counts))
    named = encode(texts.filter(pl.Series(~alone[rows] & claims[counts])))
    if not len(named):
        return _entries(NOBODY, NOBODY)
    everybody = np.arange(len(said))
    values = [codes_in(some, series(named.texts)) for some in (texts, pages)]
    rows, codes = np.concatenate((rows, everybody)), np.concatenate(values).astype(np.int64)
    roles = np.concatenate((roles, np.full(len(everybody), OWN, dtype=np.int8)))
    keep = ~alone[rows] & (codes >= 0)
    return _entries(rows[keep], codes[keep], roles[keep], named.texts)


def _exploded(lists: pl.Series) -> tuple[Ints, pl.Series]:
    sizes = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    return np.repeat(np.arange(len(sizes)), sizes), lists.filter(pl.Series(sizes > 0)).explode()


def _listed(lists: pl.Series) -> Entries:
    rows, texts = _exploded(lists)
    values = encode(texts)
    return _entries(rows[values.codes >= 0], values.codes[values.codes >= 0], texts=values.texts)


def _by_kind(ids: Entries, size: int) -> tuple[Column, ...]:
    """A column per kind of id; of two of one kind an account shows the later one."""
    kinds = [text.partition(":")[0] for text in ids.texts]
    out = []
    for kind in sorted(set(kinds)):
        codes = np.full(size, NONE, dtype=np.int32)
        mine = np.array([one == kind for one in kinds])[ids.values]
        codes[ids.rows[mine]] = ids.values[mine]
        out.append(Column(codes, ids.texts))
    return tuple(out)


def entries(lists: Sequence[Iterable[str]]) -> Entries:
    """Values of n rows from one list of texts per row."""
    return _listed(pl.Series([list(texts) for texts in lists], dtype=pl.List(pl.String)))
