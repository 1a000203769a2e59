"""All rows of some leads in, their receipts out: what `Scorer.score` says of each, with everything it used."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from scoring.batches.rows import INSTANT, ROWS, TEXTS, columns, leads, tidied
from scoring.engine import Scorer, readable
from scoring.reference import Reference
from scoring.roles import Role
from storage.records import Receipt

_PARTS = pl.Struct(
    {
        "component": pl.String,
        "weight": pl.Float64,
        "value": pl.Float64,
        "confidence": pl.Float64,
        "neutral": pl.Float64,
        "effective": pl.Float64,
        "contribution": pl.Float64,
        "reason": pl.String,
        "evidence": TEXTS,
        "missing": TEXTS,
    }
)
_PENALTIES = pl.Struct({"name": pl.String, "amount": pl.Float64, "reason": pl.String, "evidence": TEXTS})
RECEIPTS = columns(
    {
        "lead": pl.String,
        "role": pl.String,
        "role_version": pl.Int64,
        "digest": pl.String,
        "scored_at": INSTANT,
        "total": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "coverage": pl.Float64,
        "parts": pl.List(_PARTS),
        "penalties": pl.List(_PENALTIES),
        "section": pl.String,
        "impossible": pl.Int64,  # figures and dates of the lead that were taken as unknown
    }
)


@dataclass
class Judge:
    """Receipts for one role at one time; what it works with is built where it runs and does not travel."""

    role: Role
    now: datetime
    reference: Reference | None = None
    _scorer: Scorer | None = field(default=None, init=False, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_scorer": None}

    def __call__(self, batch: Any) -> pl.DataFrame:
        """Receipts of all leads in a batch of ROWS that holds each of them whole, by lead id."""
        rows = [self._row(lead) for lead in leads(tidied(batch, ROWS, "leads"))]
        return pl.DataFrame(rows, schema=RECEIPTS, orient="row")

    def _row(self, lead: Any) -> dict[str, Any]:
        if self._scorer is None:
            self._scorer = Scorer(self.role, self.now, self.reference)
        clean, impossible = readable(lead, self.now)
        return self._scorer.score(clean, ready=True).model_dump() | {"impossible": impossible.total()}


def receipts(batch: Any) -> Iterator[Receipt]:
    """The receipts a batch of RECEIPTS holds."""
    for row in tidied(batch, RECEIPTS, "receipts").drop("impossible").iter_rows(named=True):
        yield Receipt.model_validate(row)
