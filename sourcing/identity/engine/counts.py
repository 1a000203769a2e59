"""How many persons bear each word, name, handle and employer: `sourcing.identity.model.fit`, from columns."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sourcing.identity.batch import Batch
from sourcing.identity.engine.columns import Column, Ints, Texts, codes_in, series
from sourcing.identity.model import KEPT_FROM, told

_Numbers = NDArray[np.signedinteger]


def counted(rows: Batch) -> dict[str, Mapping[str, Any]]:
    """The tables of a model by name; of every text the most accounts of any one home, those borne by one left out."""
    people = np.flatnonzero(rows.people)
    names, homes = rows.names, rows.homes.codes[people]
    bearers, words = _words(names.words[people])
    forms, stems = rows.handles.codes[people], rows.stems.codes[people]
    texts, other = _together(rows.handles, rows.stems)
    stems = np.append(other, np.int32(-1))[stems]
    more = np.flatnonzero(stems != forms)
    return {
        "words": _most(homes[bearers], words, pl.Series(names.vocabulary, dtype=pl.String)),
        "full": _most(homes, names.full.codes[people], series(names.full.texts)),
        "handles": _most(np.concatenate((homes, homes[more])), np.concatenate((forms, stems[more])), texts),
        "employers": _most(homes, rows.employers.codes[people], series(rows.employers.texts)),
        "renown": told(_figures(rows, people)),
    }


def _figures(rows: Batch, people: Ints) -> dict[str, NDArray[np.float64]]:
    sources = rows.sources.codes[people]
    return {name: rows.renown[people[sources == code]] for code, name in enumerate(rows.sources.texts)}


def _words(words: _Numbers) -> tuple[Ints, _Numbers]:
    """Every word of every name, once; with the row that bears it."""
    fresh = words >= 0
    for at in range(1, words.shape[1]):
        fresh[:, at] &= (words[:, :at] != words[:, at : at + 1]).all(axis=1)
    rows, places = np.nonzero(fresh)
    return rows, words[rows, places]


def _together(one: Column, other: Column) -> tuple[pl.Series, _Numbers]:
    """The texts of two columns under one numbering, and the new numbers of the other's."""
    first, second = series(one.texts), series(other.texts)
    codes = codes_in(second, first).astype(np.int64)
    new = np.flatnonzero(codes < 0)
    codes[new] = len(first) + np.arange(len(new))
    return pl.concat([first, second.gather(new)]), codes


def _most(homes: _Numbers, codes: _Numbers, texts: pl.Series) -> dict[str, int]:
    known = codes >= 0
    size = max(len(texts), 1)
    found, counts = _tally(homes[known].astype(np.int64) * size + codes[known])
    often = counts >= KEPT_FROM
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, found[often] % size, counts[often])
    borne = np.flatnonzero(most)
    return dict(sorted(zip(Texts(texts.gather(borne)), most[borne].tolist(), strict=True)))


def _tally(values: Ints) -> tuple[Ints, Ints]:
    """The different values, and how often each occurs."""
    ordered = np.sort(values)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(ordered) else ordered
    return ordered[starts], np.diff(np.append(starts, len(ordered)))
