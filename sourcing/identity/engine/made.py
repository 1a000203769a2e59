"""Which handles of a store are made of which names: `sourcing.identity.words.built` for many names at once.

Only what somebody is called matters, so every form is looked up among the handles there are and kept as a number.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from sourcing.identity.engine.columns import NONE, Bools, Codes, Ints, codes_in, few
from sourcing.identity.engine.read import Words
from sourcing.identity.stop import stop
from sourcing.identity.words import built

LEAST = (5, 4, 5)  # letters of a handle of two whole words, of a word and an initial, of one word


class Made(NamedTuple):
    """Per name, places among the handles; each of the three is columns (forms, n), NONE where nobody is called so."""

    whole: Codes
    part: Codes
    single: Codes


def made(words: Words, handles: pl.Series) -> Made:
    """Look up the handles people make of their names among `handles`, all different and in normal form."""
    if few(words.vocabulary) and few(handles):
        return _one_by_one(words, handles)
    several = words.lengths > 1
    last_place = np.maximum(words.lengths.astype(np.int64) - 1, 0)
    first, last = words.word(0), words.word(last_place)
    found = [
        _codes(forms, handles, several) for forms in (_whole(words, first, last), _part(words, first, last, last_place))
    ]
    single = _codes(iter((first, last)), handles, words.lengths > 0)
    single[1, ~several] = NONE
    return Made(*_apart([*found, single], handles, several))


def _one_by_one(words: Words, handles: pl.Series) -> Made:
    places, vocabulary = {text: at for at, text in enumerate(handles.to_list())}, words.vocabulary.to_list()
    read = [tuple(vocabulary[code] for code in row if code >= 0) for row in words.codes.tolist()]
    found = [[[places[form] for form in some if form in places] for some in built(name)] for name in read]
    return Made(*(_columns([forms[kind] for forms in found]) for kind in range(3)))


def _columns(rows: Sequence[Sequence[int]]) -> Codes:
    out = np.full((max(map(len, rows), default=0), len(rows)), NONE, dtype=np.int32)
    for at, some in enumerate(rows):
        out[: len(some), at] = some
    return out


def _whole(words: Words, first: pl.Series, last: pl.Series) -> Iterator[pl.Series]:
    yield first + last
    yield last + first
    yield from _longer(words)


def _part(words: Words, first: pl.Series, last: pl.Series, last_place: Ints) -> Iterator[pl.Series]:
    yield first.str.head(1) + last
    yield last + first.str.head(1)
    yield first + last.str.head(1)
    yield last.str.head(1) + first
    yield _initials(words, last_place, last)


def _codes(forms: Iterator[pl.Series], handles: pl.Series, which: Bools) -> Codes:
    """Places among the handles, (forms, n); one form is spelled at a time."""
    rows, out = np.flatnonzero(which), []
    for form in forms:
        out.append(np.full(len(which), NONE, dtype=np.int32))
        out[-1][rows] = codes_in(form.gather(rows), handles)
    return np.stack(out)


def _longer(words: Words) -> Iterator[pl.Series]:
    """All words joined, and all with the first one at the end; null for names of two words, as these say the same."""
    long = words.lengths > 2
    parts = [words.word(at) for at in range(words.codes.shape[1])]
    for order in (parts, [*parts[1:], parts[0]]):
        yield _join(order).set(pl.Series(~long), None)


def _initials(words: Words, last_place: Ints, last: pl.Series) -> pl.Series:
    """The initials of all words but the last, then the last; null for names of two words."""
    places = range(words.codes.shape[1] - 1)
    heads = [words.word(at).str.head(1).set(pl.Series(last_place <= at), None) for at in places]
    return _join([*heads, last]).set(pl.Series(words.lengths < 3), None)


def _join(parts: Sequence[pl.Series]) -> pl.Series:
    named = pl.DataFrame([part.alias(str(at)) for at, part in enumerate(parts)])
    return named.select(pl.concat_str(pl.all(), ignore_nulls=True).alias("text"))["text"]


def _apart(found: Sequence[Codes], handles: pl.Series, several: Bools) -> list[Codes]:
    """Each handle once per name, by its most telling form; none too short to tell, none everybody uses."""
    sizes = np.append(handles.str.len_bytes().to_numpy().astype(np.int64), 0)
    common = np.append(handles.is_in(list(stop().handles)).to_numpy(), False)
    out, before = [], np.zeros((0, len(several)), dtype=np.int32)
    for forms, least in zip(found, LEAST, strict=True):
        kept = forms.copy()
        for at in range(len(forms)):
            earlier = np.concatenate((before, forms[:at]))
            kept[at, (earlier == forms[at]).any(axis=0)] = NONE
        kept[(sizes[kept] < least) | (common[kept] & several)] = NONE
        out.append(kept)
        before = np.concatenate((before, forms))
    return out
