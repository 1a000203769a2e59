"""Receipts weighed again: the numbers they hold as a matrix, times the weights of a role, with all parts."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from scoring.batches.judged import RECEIPTS
from scoring.batches.rows import columns, tidied
from scoring.columns import Top
from scoring.columns.build import Numbered, assembled, seen
from scoring.reference import Reference
from scoring.roles import Role

_READ = columns({name: RECEIPTS[name] for name in ("lead", "digest", "section", "parts", "penalties")})
_PART = pl.Struct({"component": pl.String, "weight": pl.Float64, "effective": pl.Float64, "contribution": pl.Float64})
SCORES = columns(
    {
        "lead": pl.String,
        "total": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "coverage": pl.Float64,
        "section": pl.String,
        "parts": pl.List(_PART),
        "penalties": pl.List(pl.Struct({"name": pl.String, "amount": pl.Float64})),
    }
)


def weighed(batch: Any, role: Role, reference: Reference | None = None) -> pl.DataFrame:
    """A row of SCORES per receipt under the weights of a role, best first within the batch.

    Under the weights a receipt was made with, it says what the receipt says, bit for bit.
    """
    rows = tidied(batch, _READ, "receipts")
    matrix = assembled(role, seen(_numbered(rows)), reference=reference)
    top = matrix.top(role.normal_weights, len(rows), section=None)
    return pl.DataFrame(
        {
            "lead": top.leads,
            **{name: getattr(top, name) for name in ("total", "low", "high", "coverage")},
            "section": top.sections,
            "parts": [list(_parts(top, at)) for at in range(len(top))],
            "penalties": [list(_penalties(top, at)) for at in range(len(top))],
        },
        schema=SCORES,
    )


def _numbered(rows: pl.DataFrame) -> Iterator[Numbered]:
    for lead, digest, section, parts, penalties in rows.iter_rows():
        told = [(one["component"], one["value"], one["confidence"]) for one in parts]
        yield Numbered(lead, digest, section, told, [one["name"] for one in penalties or ()])


def _parts(top: Top, at: int) -> Iterator[dict[str, Any]]:
    effective, contribution = top.effective[at].tolist(), top.contribution[at].tolist()
    for name, weight, one, other in zip(top.components, top.weights, effective, contribution, strict=True):
        yield {"component": name, "weight": weight, "effective": one, "contribution": other}


def _penalties(top: Top, at: int) -> Iterator[dict[str, Any]]:
    for name, amount in zip(top.penalties, top.deducted[at].tolist(), strict=True):
        if amount > 0:
            yield {"name": name, "amount": amount}
