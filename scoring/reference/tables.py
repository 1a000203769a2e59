"""The tables of one version: looked up, never moved."""

import hashlib
import math
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scoring.shipped import shipped_table

_SHIPPED = Path(__file__).with_name("reference.yaml")

QUANTILES = 101


def _rising(quantiles: tuple[float, ...]) -> tuple[float, ...]:
    if any(left > right for left, right in pairwise(quantiles)):
        raise ValueError("quantiles must not fall")
    return quantiles


Quantiles = Annotated[tuple[float, ...], Field(min_length=QUANTILES, max_length=QUANTILES), AfterValidator(_rising)]


class Usual(BaseModel):
    """What is usual for a component in a role: four quantiles of its value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    p10: float = 0.10
    p25: float = 0.25
    p50: float = 0.50
    p90: float = 0.90


_UNKNOWN_COHORT = Usual()


class Reference(BaseModel):
    """All tables of one version."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,), defer_build=True)

    version: int
    origin: str  # where the numbers come from, in a sentence
    figures: Mapping[str, Mapping[str, Quantiles]]  # by source and figure
    measured: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)  # people behind a table; none: by hand
    cohorts: Mapping[str, Mapping[str, Usual]] = Field(default_factory=dict)  # by role and component

    def percentile(self, source: str, figure: str, value: float) -> float | None:
        """Share of the reference people below this value, 0 to 1; None without a table for it."""
        table = self._logs.get((source, figure))
        if table is None or not math.isfinite(value):
            return None
        at = math.log1p(max(0.0, value))
        right = bisect_left(table, at)
        if right in (0, QUANTILES):
            return min(right, QUANTILES - 1) / (QUANTILES - 1)
        low, high = table[right - 1], table[right]
        return (right - 1 + (at - low) / (high - low)) / (QUANTILES - 1)

    def usual(self, role: str, component: str) -> Usual:
        """What is usual for a component; the middle until a cohort is known."""
        return self.cohorts.get(role, {}).get(component, _UNKNOWN_COHORT)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def _logs(self) -> dict[tuple[str, str], tuple[float, ...]]:
        return {
            (source, figure): tuple(math.log1p(quantile) for quantile in quantiles)
            for source, figures in self.figures.items()
            for figure, quantiles in figures.items()
        }


@cache
def shipped_reference() -> Reference:
    """The tables this version ships, read once."""
    return Reference.model_validate(shipped_table(_SHIPPED))
