"""Candidate pairs of a batch, and the tables all of them are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from sourcing.identity.batch import Batch, Entries
from sourcing.identity.engine.blocks import Keys, block_pairs
from sourcing.identity.engine.columns import Bools, Column, Floats, Ints, Texts, codes_in, distinct, series, unique
from sourcing.identity.keys import limit
from sourcing.identity.links import Links
from sourcing.identity.model import Model
from sourcing.identity.names import Aligned, align
from sourcing.identity.renown import CURATED, UNKNOWN, steps
from sourcing.identity.settings import Weights

AGREE = 0.85  # alignment from which names agree
Score = NDArray[np.float64]  # bits, one per pair
# Doublings of followers between two who name one page; how many the one may have where nobody counts the other's.
APART, FAMOUS = 5.0, 10.0
# Percent of likeness from which a handle is taken for the name spelt in another way, or holds its longest word.
WHOLE, PART, LONG = 60.0, 85.0, 4
AT_ONCE = 100_000  # names read together, to bound memory


class Ground:
    """What all pairs of a batch are judged by; each table is worked out once, when first asked for."""

    def __init__(self, rows: Batch, model: Model, links: Links) -> None:
        self.rows, self.model, self.links = rows, model, links

    @cached_property
    def words(self) -> Floats:
        """Bits of each word of the names, (words,)."""
        return self.model.rarities(self.model.words, self.rows.names.vocabulary).astype(np.float32)

    @cached_property
    def full(self) -> Score:
        """Bits of each whole name, 0 for the missing one at the end."""
        return self._bits(self.rows.names.full, self.model.full)

    @cached_property
    def handles(self) -> Score:
        """Bits of each handle."""
        return self._bits(self.rows.handles, self.model.handles)

    @cached_property
    def stems(self) -> Score:
        """Bits of each handle without digits."""
        return self._bits(self.rows.stems, self.model.handles)

    @cached_property
    def employers(self) -> Score:
        """Bits of each employer."""
        return self._bits(self.rows.employers, self.model.employers)

    def _bits(self, one: Column, counts: Mapping[str, int]) -> Score:
        return np.append(self.model.rarities(counts, one.texts), 0.0)

    @cached_property
    def steps(self) -> NDArray[np.int8]:
        """How well known each row is at its source."""
        sources = self.rows.sources
        return steps(sources.codes, sources.texts, self.rows.renown, self.model.renown)

    @cached_property
    def spellings(self) -> tuple[tuple[Ints, Ints, int], ...]:
        """Per kind of form: what each row's letters are among the forms, and which row has which form, sorted."""
        return tuple(_spelled(forms, self.rows) for forms in self.rows.forms)

    @cached_property
    def named_alike(self) -> Bools:
        """Which rows show their handle again instead of a name: that says no more than the handle."""
        known = codes_in(pl.Series(self.rows.names.vocabulary, dtype=pl.String), series(self.rows.letters.texts))
        words = np.append(known, np.int32(-2))[self.rows.names.words[:, 0]]
        found: Bools = (self.rows.names.lengths == 1) & (words >= 0) & (words == self.rows.letters.codes)
        return found

    @cached_property
    def own_handle(self) -> Bools:
        """Which rows have a handle made of their own name, of those whose handle another has, digits aside."""
        rows = np.flatnonzero(_shared(self.rows.handles) | _shared(self.rows.stems))
        exact = carries(self.spellings[0], rows, rows) | carries(self.spellings[1], rows, rows)
        out = np.zeros(len(self.rows), dtype=bool)
        out[rows[exact]] = True
        rows = rows[~exact]
        out[rows] = read_in_handle(self.rows, rows)
        return out

    @cached_property
    def shared_work(self) -> Ints:
        """Pairs credited on one small work, as left · rows + right."""
        size, cap = max(len(self.rows), 1), self.model.settings.block
        left, right = block_pairs(Keys("work", self.rows.works.rows, self.rows.works.values, limit("work", cap)))
        return distinct(np.minimum(left, right) * size + np.maximum(left, right))


@dataclass
class Pairs:
    """Candidate pairs of a batch, `left` < `right`; what several functions need is worked out once."""

    ground: Ground
    left: Ints
    right: Ints

    def __len__(self) -> int:
        return len(self.left)

    @property
    def rows(self) -> Batch:
        """The accounts."""
        return self.ground.rows

    @property
    def links(self) -> Links:
        """All ties by address."""
        return self.ground.links

    @property
    def weights(self) -> Weights:
        """Worth of each kind of evidence."""
        return self.ground.model.settings.weights

    @cached_property
    def aligned(self) -> Aligned:
        """How the names align."""
        return align(self.rows.names, self.left, self.right, self.ground.words)

    @cached_property
    def linked(self) -> Ints:
        """Place of each pair among the links, -1 for most."""
        size = max(len(self.rows), 1)
        codes, wanted = self.links.left * size + self.links.right, self.left * size + self.right
        if not len(codes):
            return np.full(len(self), -1, dtype=np.int64)
        spots = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        return np.where(codes[spots] == wanted, spots, -1)

    def tie(self, which: Bools) -> Bools:
        """Which pairs have this kind of link."""
        found: Bools = (self.linked >= 0) & np.append(which, False)[self.linked]
        return found

    def same(self, one: Column) -> Bools:
        """Which pairs carry the same text."""
        codes = one.codes
        found: Bools = (codes[self.left] == codes[self.right]) & (codes[self.left] >= 0)
        return found

    def different(self, one: Column) -> Bools:
        """Which pairs carry two texts that differ."""
        a, b = one.codes[self.left], one.codes[self.right]
        found: Bools = (a != b) & (a >= 0) & (b >= 0)
        return found

    @cached_property
    def made(self) -> tuple[Bools, Bools]:
        """Whether the handles of the left and of the right ones are made of the own name; where handles are alike."""
        alike = self.same(self.rows.handles) | self.same(self.rows.stems)
        return alike & self.ground.own_handle[self.left], alike & self.ground.own_handle[self.right]

    @cached_property
    def one_source(self) -> Bools:
        """Both at one source, or at one forum or server of it."""
        return self.same(self.rows.homes)

    @cached_property
    def far_apart(self) -> Bools:
        """One is far better known than the other: so would be an impostor's victim."""
        one, other = self.rows.fame[self.left], self.rows.fame[self.right]
        known = np.fmax(one, other)
        apart = np.where(np.isnan(one) | np.isnan(other), known > FAMOUS, np.abs(one - other) > APART)
        found: Bools = apart & ~self.no_better_known  # a crowd is larger at some sites than at others
        return found

    @cached_property
    def no_better_known(self) -> Bools:
        """The one that is named is one of many, or no better known than the one that names it; of a page either way."""
        named, naming = self._steps
        found: Bools = (named > UNKNOWN) & (named <= np.maximum(naming, 0)) & ~self._famous | self._vouched
        return found

    @cached_property
    def _vouched(self) -> Bools:
        """Somebody else wrote the claim down, an organiser on a programme: no impostor gets there."""
        places = [at for at, name in enumerate(self.rows.sources.texts) if name in CURATED]
        naming = np.where(self.tie(self.links.forward), self.left, self.right)
        found: Bools = self.tie(self.links.claimed) & np.isin(self.rows.sources.codes[naming], places)
        return found

    @cached_property
    def _famous(self) -> Bools:
        """The one that is named has a thousand followers, and more than the other; of a page, the better known one."""
        left, right = self.rows.fame[self.left], self.rows.fame[self.right]
        forward, claim = self.tie(self.links.forward), self.tie(self.links.claimed)
        named = np.where(claim, np.where(forward, right, left), np.fmax(left, right))
        naming = np.where(claim, np.where(forward, left, right), np.minimum(left, right))
        found: Bools = (named > FAMOUS) & ~(naming >= named)
        return found

    @property
    def named_step(self) -> NDArray[np.int8]:
        """How well known the one that is named is; of a page, the better known of the two."""
        return self._steps[0]

    @cached_property
    def _steps(self) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        left, right = self.ground.steps[self.left], self.ground.steps[self.right]
        forward, claim = self.tie(self.links.forward), self.tie(self.links.claimed)
        named = np.where(claim, np.where(forward, right, left), np.maximum(left, right))
        return named, np.where(claim, np.where(forward, left, right), np.minimum(left, right))

    @cached_property
    def doubtful_names(self) -> Bools:
        """Both have a name, and the two neither agree nor are the handle again."""
        told, score = ~self.ground.named_alike, self.aligned.score
        found: Bools = (score >= 0) & (score < AGREE) & told[self.left] & told[self.right]
        return found

    @cached_property
    def full_names(self) -> Bools:
        """Both have a name of at least two words."""
        lengths = self.rows.names.lengths
        return (lengths[self.left] > 1) & (lengths[self.right] > 1)


def _spelled(forms: Entries, rows: Batch) -> tuple[Ints, Ints, int]:
    values, codes = unique(forms.values)
    hashes = rows.letter_hashes
    if not len(values) or not len(hashes):
        return np.full(len(rows), -1, dtype=np.int64), np.zeros(1, dtype=np.int64), 1
    spots = np.minimum(np.searchsorted(values, hashes), len(values) - 1)
    known = np.append(np.where(values[spots] == hashes, spots, -1), -1)[rows.letters.codes]
    return known.astype(np.int64), np.sort(forms.rows * len(values) + codes), len(values)


def carries(spelled: tuple[Ints, Ints, int], names: Ints, handles: Ints) -> Bools:
    """Whether a form of the one's name is the other's handle, digits aside; per pair."""
    known, have, size = spelled
    wanted = names * size + known[handles]
    places = np.minimum(np.searchsorted(have, wanted), len(have) - 1)
    found: Bools = (known[handles] >= 0) & (have[places] == wanted)
    return found


def _shared(one: Column) -> Bools:
    """Which rows say what another one says."""
    found: Bools = np.append(one.counts > 1, False)[one.codes]
    return found


def read_in_handle(rows: Batch, some: Ints) -> Bools:
    """Whether a name can be read in the handle of its account, spelt in a way of its own; per row asked for.

    Names in other scripts are read in one way here, and their owners write them in another. A name of one word may be
    the handle written again, so it does not count.
    """
    out = np.zeros(len(some), dtype=bool)
    named = np.flatnonzero((rows.names.lengths[some] > 1) & (rows.letters.codes[some] >= 0))
    for start in range(0, len(named), AT_ONCE):
        part = named[start : start + AT_ONCE]
        out[part] = _read_in(rows, some[part])
    return out


def _read_in(rows: Batch, some: Ints) -> Bools:
    vocabulary, codes = pl.Series(rows.names.vocabulary, dtype=pl.String), rows.names.words[some]
    sizes = np.append(vocabulary.str.len_bytes().to_numpy().astype(np.int64), 0)[codes]
    words = [Column(codes[:, at], Texts(vocabulary)).said().alias(str(at)) for at in range(codes.shape[1])]
    handles = Column(rows.letters.codes[some], rows.letters.texts).said().to_list()
    forms = [pl.DataFrame(order).select(pl.concat_str(pl.all(), ignore_nulls=True)) for order in (words, words[::-1])]
    whole = np.maximum(*(cpdist(form.to_series().to_list(), handles, scorer=fuzz.ratio) for form in forms))
    longest = Column(codes[np.arange(len(some)), sizes.argmax(axis=1)], Texts(vocabulary)).said().to_list()
    part = cpdist(longest, handles, scorer=fuzz.partial_ratio)
    found: Bools = (whole >= WHOLE) | ((sizes.max(axis=1) >= LONG) & (part >= PART))
    return found
