"""Candidate pairs of a batch, and the tables all of them are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sourcing.identity.batch import Batch, Entries
from sourcing.identity.engine.blocks import Keys, block_pairs
from sourcing.identity.engine.columns import Bools, Column, Floats, Ints, distinct, unique
from sourcing.identity.keys import limit
from sourcing.identity.links import Links
from sourcing.identity.model import Model, Weights
from sourcing.identity.names import Aligned, align

Score = NDArray[np.float64]  # bits, one per pair


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
    def spellings(self) -> tuple[tuple[Ints, Ints, int], ...]:
        """Per kind of form: what each row's letters are among the forms, and which row has which form, sorted."""
        return tuple(_spelled(forms, self.rows) for forms in self.rows.forms)

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
    def one_source(self) -> Bools:
        """Both at one source."""
        return self.same(self.rows.sources)

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
