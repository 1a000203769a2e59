"""Counts over the work of many leads: how much of each kind, how fresh, in how many months."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.columns.work import Pieces, blocks, faded
from scoring.person import RICH
from storage.records import Level

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
_YEAR = 12  # calendar months looked back, this one besides


@dataclass(frozen=True, eq=False)
class Tally:
    """One row per lead; columns of kinds in the order of their numbers."""

    count: Whole  # leads × kinds
    fresh: Numbers  # leads × kinds: Σ recency
    newest: Numbers  # leads × kinds: age in months of the newest dated piece; inf without one
    months: Whole  # leads: months with dated work among this one and the twelve before
    shown: Whole  # leads: pieces that are more than a claim

    @property
    def richness(self) -> Numbers:
        """How much there is to read, 0 to 1 at twenty pieces of work."""
        share: Numbers = np.minimum(1.0, self.shown / RICH)
        return share


def tally(pieces: Pieces, leads: int, kinds: int, *, half_life: float, month: int) -> Tally:
    """Count pieces per lead and kind; `month` is the present one, in calendar months since year 0."""
    shape = (leads, kinds)
    count, fresh, newest = np.zeros(shape, np.int64), np.zeros(shape), np.full(shape, np.inf)
    months, shown = np.zeros(leads, np.int64), np.zeros(leads, np.int64)
    for rows in blocks(pieces.lead):
        lead, age = pieces.lead[rows], pieces.age[rows]
        first, end = int(lead[0]), int(lead[-1]) + 1
        own = lead - first
        cell, size = own * kinds + pieces.kind[rows], (end - first) * kinds
        count[first:end] = np.bincount(cell, minlength=size).reshape(-1, kinds)
        fresh[first:end] = np.bincount(cell, faded(age, half_life), size).reshape(-1, kinds)
        np.fmin.at(newest[first:end].reshape(-1), cell, age)
        months[first:end] = _months(own, month - pieces.month[rows], pieces.month[rows] >= 0, end - first)
        shown[first:end] = np.bincount(own[pieces.level[rows] > Level.CLAIM], minlength=end - first)
    return Tally(count, fresh, newest, months, shown)


def _months(lead: Whole, back: Whole, dated: NDArray[np.bool_], leads: int) -> Whole:
    """How many different months, of this one and the twelve before, hold dated work."""
    recent = np.flatnonzero(dated & (back <= _YEAR))
    held = np.zeros(leads * (_YEAR + 1), np.bool_)
    held[lead[recent] * (_YEAR + 1) + np.maximum(back[recent], 0)] = True
    months: Whole = np.count_nonzero(held.reshape(leads, _YEAR + 1), axis=1)
    return months
