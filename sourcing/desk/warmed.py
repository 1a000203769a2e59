"""The columns of a role's matrix laid out for weighing everybody again and again: one row of memory per component.

The sums run in the order of `scoring.sums`: every total is what a receipt under these weights would say, bit for bit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from scoring.columns import Matrix
from scoring.columns.sums import effective_rows, scaled_rows, summed
from scoring.roles import Role
from scoring.sums import ENOUGH_EVIDENCE
from scoring.what_if.agreement import in_order
from sourcing.desk.board import Board
from sourcing.ranking import matrix
from storage.store import Store

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
Weights = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Standing:
    """Everybody under one set of weights."""

    totals: Numbers  # rows
    everybody: Rows  # rows of all who may be listed, best first
    order: Rows  # rows of the list, best first
    ranks: NDArray[np.int64]  # rows: place in the list from 1, 0 outside of it
    places: Numbers  # rows: place among all who may be listed, from 1


@dataclass(frozen=True, eq=False)
class Warmed:
    """One role's people as columns; rows stand in the order of the lead ids."""

    matrix: Matrix
    effective: Numbers  # components × rows
    confidence: Numbers  # components × rows
    punished: Rows  # those with penalties
    amounts: Numbers  # punished rows × penalties
    means: Numbers  # components: the mean effective value of all rows
    free: Mask  # rows that may be listed
    _kept: list[tuple[Mask, Standing]] = field(default_factory=list)

    def weighed(self, weights: Weights) -> tuple[Numbers, Numbers]:
        """Total and coverage of every row."""
        gross, known = (np.zeros(len(self.matrix)) for _ in range(2))
        for at, name in enumerate(self.matrix.components):
            if weight := weights.get(name, 0.0):
                gross += self.effective[at] * weight
                known += self.confidence[at] * weight
        deducted = summed(scaled_rows(self.amounts, gross[self.punished], self.matrix.most))
        gross[self.punished] -= deducted
        return np.clip(gross, 0.0, 1.0, out=gross), np.minimum(1.0, known, out=known)

    def present(self, weights: Weights, free: Mask) -> Standing:
        """Everybody under the role's own weights: made once, and again when others may be listed."""
        kept = self._kept
        if not kept or not np.array_equal(kept[0][0], free):
            kept[:] = [(free, self.standing(weights, free))]
        return kept[0][1]

    def standing(self, weights: Weights, free: Mask) -> Standing:
        """Everybody under these weights."""
        totals, known = self.weighed(weights)
        rows = np.flatnonzero(free)
        everybody = rows[in_order(-totals[rows])]  # equal totals stay in the order of the ids
        order = everybody[known[everybody] >= ENOUGH_EVIDENCE]
        ranks, places = np.zeros(len(totals), np.int64), np.zeros(len(totals))
        ranks[order] = np.arange(1, len(order) + 1)
        places[everybody] = np.arange(1, len(everybody) + 1)
        return Standing(totals, everybody, order, ranks, places)

    def effects(self, rows: Rows, old: Weights, new: Weights) -> Numbers:
        """Rows × components: how far each weight moved a person against the average person."""
        moved = np.array([new.get(name, 0.0) - old.get(name, 0.0) for name in self.matrix.components])
        against: Numbers = (self.effective[:, rows].T - self.means) * moved
        return against

    def rows(self, leads: Iterable[str]) -> Rows:
        """The rows of these leads, in their order; those never scored are left out."""
        names = np.array([name.encode() for name in leads], dtype=np.bytes_)
        if not len(names) or not len(self.matrix):
            return np.zeros(0, np.intp)
        found = np.minimum(np.searchsorted(self.matrix.leads, names), len(self.matrix) - 1)
        same: Rows = found[self.matrix.leads[found] == names]
        return same

    def named(self, leads: Iterable[str]) -> Mask:
        """Which rows are of these leads."""
        mask = np.zeros(len(self.matrix), np.bool_)
        mask[self.rows(leads)] = True
        return mask


def warmed(store: Store, role: Role, board: Board, *, now: datetime) -> Warmed:
    """Lay out the matrix of a role; who refuses recruiters is weighed and never listed."""
    made = laid_out(matrix(store, role, now=now))
    refusing = [board.leads[at] for at in np.flatnonzero(board.refuses).tolist()]
    made.free[made.rows(refusing)] = False
    return made


def laid_out(held: Matrix) -> Warmed:
    """The columns of a matrix; everybody may be listed who did not ask the opposite."""
    effective = effective_rows(held.value, held.confidence, np.array(held.neutral))
    punished = np.flatnonzero(held.amounts.sum(axis=1))
    return Warmed(
        matrix=held,
        effective=np.ascontiguousarray(effective.T),
        confidence=np.ascontiguousarray(held.confidence.T),
        punished=punished,
        amounts=held.amounts[punished],
        means=effective.mean(axis=0) if len(held) else np.zeros(len(held.components)),
        free=~held.restricted,
    )
