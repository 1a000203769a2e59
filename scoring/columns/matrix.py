"""The matrix: value and confidence of every component of every lead of one role, ready to be weighed again.

Ranking is one float32 product over all rows that only chooses candidates, by a margin wider than its rounding; their
totals are then computed as a receipt computes them, so what is shown is what `Scorer.score` says, bit for bit.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.columns.choosing import best_rows
from scoring.columns.ranked import Top
from scoring.columns.sums import effective_rows, scaled_rows, summed
from scoring.reference import Usual
from scoring.sums import ENOUGH_EVIDENCE
from storage.errors import RoleError, UnknownLead

Numbers = NDArray[np.float64]
Weights = Mapping[str, float]
Rows = Sequence[int] | NDArray[np.intp] | None
_BLOCK = 16_384  # rows computed at a time
SECTIONS = ("ranked", "too_little_evidence", "restricted")


@dataclass(frozen=True, eq=False)
class Matrix:
    """What was seen of all scored leads of one role. Rows stand in the order of the lead ids."""

    role: str
    leads: NDArray[np.bytes_]  # rows
    components: tuple[str, ...]  # in the order receipts add them
    usual: tuple[Usual, ...]  # per component
    cautious: bool  # unknown counts as the 25th percentile, not as the median
    value: Numbers  # rows × components; NaN where unknown
    confidence: Numbers  # rows × components
    effective: NDArray[np.float32]  # rows × components
    penalties: tuple[str, ...]
    amounts: Numbers  # rows × penalties, before the limit
    most: float  # limit of all penalties together
    restricted: NDArray[np.bool_]  # rows: asked not to be contacted
    stale: int = 0  # rows scored by another version of the role or of the tables

    def __len__(self) -> int:
        return len(self.leads)

    @property
    def nbytes(self) -> int:
        """Bytes of all columns, mapped or in memory."""
        columns: list[NDArray[Any]] = [
            self.leads,
            self.value,
            self.confidence,
            self.effective,
            self.amounts,
            self.restricted,
        ]
        return sum(column.nbytes for column in columns)

    @cached_property
    def neutral(self) -> tuple[float, ...]:
        """Per component, what the unknown share counts as."""
        return tuple(usual.p25 if self.cautious else usual.p50 for usual in self.usual)

    def warmed(self) -> "Matrix":
        """The same with its effective values in memory: half the time for each further ranking, none of the disk's."""
        return replace(self, effective=np.array(self.effective))

    def lead(self, row: int) -> str:
        """The id of the lead in a row."""
        return bytes(self.leads[row]).decode()

    def row(self, lead: str) -> int:
        """The row of a lead; UnknownLead if it was never scored for the role."""
        at = int(np.searchsorted(self.leads, lead.encode()))
        if at == len(self.leads) or self.leads[at] != lead.encode():
            raise UnknownLead(f"{lead} has no score for role {self.role!r}; run `sourcing score`")
        return at

    def totals(self, weights: Weights, rows: Rows = None) -> Numbers:
        """The total of every row, or of these, as its receipt would say under these weights.

        Weights are taken as they are (`Role.normal_weights` sums to 1); a component without one counts nothing.
        """
        return self._of_all(weights, rows, lambda some: some.total)

    def coverage(self, weights: Weights, rows: Rows = None) -> Numbers:
        """Share of the weight that is known, per row."""
        return self._of_all(weights, rows, lambda some: some.coverage)

    def deductions(self, weights: Weights, rows: Rows = None) -> Numbers:
        """What the penalties take off, per row."""
        return self._of_all(weights, rows, lambda some: summed(some.deducted))

    def bounds(self, weights: Weights, rows: Rows = None) -> tuple[Numbers, Numbers]:
        """Per row the totals if everything unknown stood at the 10th, and at the 90th percentile."""
        low = self._of_all(weights, rows, lambda some: some.bound(self._p10))
        return low, self._of_all(weights, rows, lambda some: some.bound(self._p90))

    def sections(self, weights: Weights, rows: Rows = None) -> NDArray[np.intp]:
        """Per row the index in SECTIONS."""
        given = self._weights(weights)
        known = [np.minimum(1.0, summed(given * self.confidence[some])) for some in self._blocks(rows)]
        held = np.concatenate(known) if known else np.zeros(0)
        restricted = self.restricted if rows is None else self.restricted[np.asarray(rows, dtype=np.intp)]
        return _section(restricted, held)

    def top(self, weights: Weights, count: int, *, section: str | None = "ranked") -> Top:
        """The best rows of a section (None: of all), best total first, equal ones by lead id."""
        given = self._weights(weights)
        rough, slack = self._rough(given), self._slack(given)
        wanted = count if section is None else count + count // 4  # a few of the best stand in other sections
        while True:
            best = best_rows(rough, wanted, slack)
            seen = self._look(given, best)
            # Rows stand by lead id, so the row settles equal totals.
            order = np.lexsort((best, -seen.total))[:wanted]
            if section is not None:
                order = order[seen.section[order] == SECTIONS.index(section)]
            if len(order) >= count or wanted >= len(self):
                return self._shown(seen.taken(order[:count]))
            wanted = min(len(self), wanted * 4)

    def _of_all(self, weights: Weights, rows: Rows, say: "Callable[[_Weighed], Numbers]") -> Numbers:
        """Something said of every row, a block of rows at a time: nothing but the answer is as long as the matrix."""
        given = self._weights(weights)
        said = [say(self._look(given, some)) for some in self._blocks(rows)]
        return np.concatenate(said) if said else np.zeros(0)

    def _blocks(self, rows: Rows) -> Iterator["_Some"]:
        """All rows, or these, a block at a time; stretches of all are looked at where they lie."""
        if rows is None:
            yield from (slice(at, at + _BLOCK) for at in range(0, len(self), _BLOCK))
        else:
            wanted = np.asarray(rows, dtype=np.intp)
            yield from (wanted[at : at + _BLOCK] for at in range(0, len(wanted), _BLOCK))

    def _rough(self, weights: Numbers) -> NDArray[np.float32]:
        """Totals of all rows in single precision."""
        rough: NDArray[np.float32] = self.effective @ weights.astype(np.float32)
        rows, amounts = self._punished
        if len(rows):
            rough[rows] -= np.minimum(amounts, np.maximum(rough[rows], 0))
        if float(weights.sum()) > 1:
            np.minimum(rough, 1, out=rough)
        return rough

    @cached_property
    def _punished(self) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The rows with penalties, and what those take off at most."""
        whole = np.minimum(self.amounts.sum(axis=1), self.most)
        rows = np.flatnonzero(whole)
        return rows, whole[rows].astype(np.float32)

    def _slack(self, weights: Numbers) -> float:
        """How far a total in single precision may be off: one half unit for each rounding on its way."""
        return (len(weights) + 8) * 2.0**-24 * max(1.0, math.fsum(weights))

    def _weights(self, weights: Weights) -> Numbers:
        if strange := sorted(set(weights) - set(self.components)):
            raise RoleError(f"no component {strange[0]!r} is scored for {self.role!r}: {', '.join(self.components)}")
        return np.array([weights.get(name, 0.0) for name in self.components])

    def _look(self, weights: Numbers, rows: "_Some") -> "_Weighed":
        """These rows under these weights, in double precision."""
        value, confidence = self.value[rows], self.confidence[rows]
        effective = effective_rows(value, confidence, np.array(self.neutral))
        contribution = effective * weights
        gross = summed(contribution)
        deducted = scaled_rows(self.amounts[rows], gross, self.most)
        restricted = self.restricted[rows]
        return _Weighed(weights, rows, value, confidence, effective, contribution, gross, deducted, restricted)

    @cached_property
    def _p10(self) -> Numbers:
        return np.array([usual.p10 for usual in self.usual])

    @cached_property
    def _p90(self) -> Numbers:
        return np.array([usual.p90 for usual in self.usual])

    def _shown(self, seen: "_Weighed") -> Top:
        return Top(
            leads=[name.decode() for name in self.leads[seen.rows].tolist()],
            sections=[SECTIONS[at] for at in seen.section.tolist()],
            components=self.components,
            weights=seen.weights.tolist(),
            neutral=self.neutral,
            penalties=self.penalties,
            total=seen.total,
            low=seen.bound(self._p10),
            high=seen.bound(self._p90),
            coverage=seen.coverage,
            value=seen.value,
            confidence=seen.confidence,
            effective=seen.effective,
            contribution=seen.contribution,
            deducted=seen.deducted,
        )


_Some = NDArray[np.intp] | slice


def _section(restricted: NDArray[np.bool_], coverage: Numbers) -> NDArray[np.intp]:
    """Per row the index in SECTIONS."""
    return np.where(restricted, 2, np.where(coverage >= ENOUGH_EVIDENCE, 0, 1)).astype(np.intp)


@dataclass(frozen=True, eq=False)
class _Weighed:
    """Some rows under some weights; arrays are rows × components, or rows."""

    weights: Numbers
    rows: "_Some"
    value: Numbers
    confidence: Numbers
    effective: Numbers
    contribution: Numbers
    gross: Numbers
    deducted: Numbers
    restricted: NDArray[np.bool_]

    @cached_property
    def total(self) -> Numbers:
        return np.clip(self.gross - summed(self.deducted), 0.0, 1.0)

    @cached_property
    def coverage(self) -> Numbers:
        return np.minimum(1.0, summed(self.weights * self.confidence))

    @cached_property
    def section(self) -> NDArray[np.intp]:
        return _section(self.restricted, self.coverage)

    def bound(self, ends: Numbers) -> Numbers:
        """The totals if everything unknown stood at these values."""
        terms = self.weights * effective_rows(self.value, self.confidence, ends)
        return np.clip(summed(terms) - summed(self.deducted), 0.0, 1.0)

    def taken(self, order: NDArray[np.intp]) -> "_Weighed":
        """Some of the rows, in this order."""
        own = (getattr(self, name) for name in list(self.__dataclass_fields__)[1:])
        return _Weighed(self.weights, *(column[order] for column in own))
