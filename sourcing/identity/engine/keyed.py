"""The keys of all rows by kind, as numbers: `sourcing.identity.keys.likeness_keys` for many accounts at once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sourcing.identity.batch import Batch, Entries
from sourcing.identity.engine.columns import Bools, Ints, Texts, distinct, hashed, series
from sourcing.identity.keys import MADE

_AGAINST_CHANCE = 4  # letters from which a handle alone may be what a name makes


class Keyed(NamedTuple):
    """One kind of key: which rows carry which numbers."""

    kind: str
    rows: Ints
    values: Ints


def keyed(rows: Batch, shut: Ints) -> Iterator[Keyed]:
    """Every kind of key with what of it may be compared by; `shut` are hashes of keys too common for that."""
    closed = rows.alone | rows.barred
    for kind, numbers, values in _kinds(rows):
        open_ = ~closed[numbers]
        if len(shut):
            open_ &= ~_shut(rows, kind, numbers, values, shut)
        yield Keyed(kind, numbers[open_], values[open_])


def _kinds(rows: Batch) -> Iterator[tuple[str, Ints, Ints]]:
    names, everybody = rows.names, np.arange(len(rows))
    yield "handle", *_present(everybody, rows.handles.codes)
    yield MADE, *_made(rows)
    yield "handle without digits", *_present(everybody, rows.stems.codes)
    yield "id", rows.id_list.rows, rows.id_list.values
    named = np.flatnonzero(names.lengths > 1)
    full, ring = names.full.codes, names.ring.codes
    yield "name", *_present(named, full)
    yield "name and city", *_present(named, full, rows.cities.codes)
    yield "name and country", *_present(named, full, rows.countries.codes)
    yield "name in any order", *_present(named, ring)
    short = _short(rows)
    yield "surname, initial and city", *_present(named, short, rows.cities.codes)
    yield "surname, initial and employer", *_present(named, short, rows.employers.codes)
    yield "work", rows.works.rows, rows.works.values


def _present(rows: Ints, *columns: NDArray[np.signedinteger]) -> tuple[Ints, Ints]:
    """Rows that say all of it, and one number for what they say."""
    parts = [column[rows].astype(np.int64) for column in columns]
    known = np.logical_and.reduce([part >= 0 for part in parts])
    out = parts[0]
    for part in parts[1:]:
        out = out * (int(part.max(initial=0)) + 1) + part
    return rows[known], out[known]


def _short(rows: Batch) -> Ints:
    """Surname and initial, as a number."""
    words, lengths = rows.names.words, rows.names.lengths.astype(np.int64)
    heads = np.array([ord(word[0]) for word in rows.names.vocabulary] or [0], dtype=np.int64)
    last = words[np.arange(len(words)), np.maximum(lengths - 1, 0)].astype(np.int64)
    return np.where(lengths > 1, last * 128 + heads[words[:, 0]], -1)


def _made(rows: Batch) -> tuple[Ints, Ints]:
    """Handles that names make, and handles: each once per row."""
    long = np.flatnonzero(rows.letters.measure() >= _AGAINST_CHANCE)
    size = max(len(rows.letters.texts), 1)
    parts = [one.rows * size + one.values for one in rows.forms[:2]]
    codes = distinct(np.concatenate([*parts, long * size + rows.letters.codes[long]]))
    return codes // size, codes % size


def _shut(rows: Batch, kind: str, numbers: Ints, values: Ints, shut: Ints) -> Bools:
    """Which of these keys are too common."""
    _, first, back = np.unique(values, return_index=True, return_inverse=True)
    texts = _texts(rows, kind, numbers[first], values[first])
    hashes = np.fromiter((hashed(f"{kind} {text}") for text in texts), dtype=np.int64, count=len(first))
    return np.isin(hashes, shut)[back.reshape(-1)]


def _texts(rows: Batch, kind: str, numbers: Ints, values: Ints) -> Iterator[str]:
    """What the numbers stand for, each as the row at its side says it."""
    names = rows.names
    listed = {MADE: rows.letters.texts, "work": rows.works.texts, "id": rows.id_list.texts}
    if kind in listed:
        return iter(Texts(series(listed[kind]).gather(values)))
    plain = {"handle": rows.handles, "handle without digits": rows.stems, "name": names.full}
    plain["name in any order"] = names.ring
    if kind in plain:
        return iter(Texts(plain[kind].said().gather(numbers)))
    first, _, second = kind.partition(" and ")
    beside = {"city": rows.cities, "country": rows.countries, "employer": rows.employers}[second]
    said = names.full.said().gather(numbers) if first == "name" else _surnames(rows, numbers)
    return iter(Texts(said + ", " + beside.said().gather(numbers)))


def _surnames(rows: Batch, numbers: Ints) -> pl.Series:
    vocabulary, words = rows.names.vocabulary, rows.names.words[numbers]
    last = words[np.arange(len(words)), rows.names.lengths[numbers].astype(np.int64) - 1].tolist()
    said = [f"{vocabulary[a]} {vocabulary[b][0]}" for a, b in zip(last, words[:, 0].tolist(), strict=True)]
    return pl.Series(said, dtype=pl.String)


def shut_addresses(some: Entries, shut: Ints) -> Ints:
    """Numbers of the addresses whose hashes are among `shut`."""
    if not len(shut):
        return shut
    hashes = np.fromiter(map(hashed, some.texts), dtype=np.int64, count=len(some.texts))
    return np.flatnonzero(np.isin(hashes, shut)).astype(np.int64)
