"""What a ranking of the matrix gives back: its best rows as columns, one row at a time when asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Term(NamedTuple):
    """One component of one lead; contribution = weight · effective. `value` is None where nothing is known."""

    component: str
    weight: float
    value: float | None
    confidence: float
    neutral: float
    effective: float
    contribution: float


class Ranked(NamedTuple):
    """One lead of a ranking with the parts of its total; `penalties` by name, as far as they were deducted."""

    rank: int
    lead: str
    total: float
    low: float
    high: float
    coverage: float
    section: str
    parts: tuple[Term, ...]
    penalties: Mapping[str, float]


class Top(Sequence[Ranked]):
    """The best rows, best first; equal totals by lead id. Columns inside, so that 500 rows cost no objects."""

    def __init__(
        self,
        *,
        leads: Sequence[str],
        sections: Sequence[str],
        components: Sequence[str],
        weights: Sequence[float],
        neutral: Sequence[float],
        penalties: Sequence[str],
        total: Numbers,
        low: Numbers,
        high: Numbers,
        coverage: Numbers,
        value: Numbers,
        confidence: Numbers,
        effective: Numbers,
        contribution: Numbers,
        deducted: Numbers,
    ) -> None:
        """Arrays of `total` … `coverage` hold one number per row, the others rows × components (or penalties)."""
        self.leads, self.sections, self.components = tuple(leads), tuple(sections), tuple(components)
        self.weights, self.neutral, self.penalties = tuple(weights), tuple(neutral), tuple(penalties)
        self.total, self.low, self.high, self.coverage = total, low, high, coverage
        self.value, self.confidence, self.effective = value, confidence, effective
        self.contribution, self.deducted = contribution, deducted

    def __len__(self) -> int:
        return len(self.leads)

    @overload
    def __getitem__(self, at: int) -> Ranked: ...
    @overload
    def __getitem__(self, at: slice) -> list[Ranked]: ...
    def __getitem__(self, at: int | slice) -> Ranked | list[Ranked]:
        if isinstance(at, slice):
            return [self._row(one) for one in range(*at.indices(len(self)))]
        return self._row(range(len(self))[at])

    def __iter__(self) -> Iterator[Ranked]:
        return map(self._row, range(len(self)))

    def _row(self, at: int) -> Ranked:
        return Ranked(
            rank=at + 1,
            lead=self.leads[at],
            total=float(self.total[at]),
            low=float(self.low[at]),
            high=float(self.high[at]),
            coverage=float(self.coverage[at]),
            section=self.sections[at],
            parts=tuple(self._term(at, index) for index in range(len(self.components))),
            penalties={
                name: float(self.deducted[at, index])
                for index, name in enumerate(self.penalties)
                if self.deducted[at, index] > 0
            },
        )

    def _term(self, at: int, index: int) -> Term:
        value = float(self.value[at, index])
        return Term(
            self.components[index],
            self.weights[index],
            None if value != value else value,  # NaN is the only number that differs from itself
            float(self.confidence[at, index]),
            self.neutral[index],
            float(self.effective[at, index]),
            float(self.contribution[at, index]),
        )
