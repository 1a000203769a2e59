"""How much work of each kind a lead shows, how fresh, in how many months: what `columns.tally` says, in parts.

A part holds whole numbers only, so parts of parts add up to the same whatever the cut. Recency is a double between
0.15 and 1: a whole number of 2⁻⁵⁶, which is split into two columns so that billions of rows fit into 64 bits. Their
sums are exact, and the one rounding at the end gives what `math.fsum` gives for all rows in any order.
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.batches.rows import EVIDENCE, columns, month_of, tidied
from scoring.columns.work import faded
from scoring.reading import DAYS_A_MONTH, plausible
from scoring.roles import Role
from scoring.sound import believable
from storage.records import WISH, Level

_READ = columns({name: EVIDENCE[name] for name in ("lead", "source", "kind", "level", "event_at", "unranked")})
_SEEN = columns(dict(_READ) | {"origin": EVIDENCE["origin"]})
COUNTED = columns(
    {
        "lead": pl.String,
        "kind": pl.String,
        "pieces": pl.Int64,
        "shown": pl.Int64,  # more than a claim
        "fresh_high": pl.Int64,  # Σ recency, in units of 2⁻²⁸ …
        "fresh_low": pl.Int64,  # … and what is left of it, in units of 2⁻⁵⁶
        "newest": pl.Float64,  # months; null without a dated piece
        "months": pl.Int64,  # bit n: dated work n calendar months ago
    }
)
_KINDS = pl.Struct({"kind": pl.String, "pieces": pl.Int64, "fresh": pl.Float64, "newest": pl.Float64})
COUNTS = columns({"lead": pl.String, "shown": pl.Int64, "months": pl.Int64, "kinds": pl.List(_KINDS)})
_YEAR = 12  # calendar months looked back, this one besides
_HALF = 28  # bits in each of the two columns of a recency
_SECOND = 1_000_000  # in microseconds


def counted(batch: Any, role: Role, now: datetime) -> pl.DataFrame:
    """A batch of evidence as a part: rows of COUNTED per lead and kind, to be merged by adding them up."""
    work = tidied(batch, _SEEN, "evidence").filter(pl.col("kind") != WISH, ~_unranked())
    utc = now.astimezone(UTC)
    dated = _dated(work, utc)
    month = month_of(utc)
    age = _ages(dated, month)
    half_lives = role.half_life_months
    half_life = np.where(work["kind"].to_numpy() == "paper", half_lives.paper, half_lives.skill).astype(np.float64)
    whole = (faded(age, half_life) * 2.0 ** (2 * _HALF)).astype(np.int64)
    back = month.year * 12 + month.month - (dated.dt.year().cast(pl.Int64) * 12 + dated.dt.month())
    bit = pl.lit(2, pl.Int64).pow(pl.col("back").clip(lower_bound=0))
    rows = work.select("lead", "kind", "level").with_columns(
        back=back,
        fresh_high=pl.Series(whole >> _HALF),
        fresh_low=pl.Series(whole & (1 << _HALF) - 1),
        age=pl.Series(age).fill_nan(None),
    )
    bits = pl.when(pl.col("back") <= _YEAR).then(bit).otherwise(0).cast(pl.Int64)
    part = rows.select(
        "lead",
        "kind",
        pl.lit(1, pl.Int64).alias("pieces"),
        (pl.col("level") > Level.CLAIM).cast(pl.Int64).alias("shown"),
        "fresh_high",
        "fresh_low",
        pl.col("age").alias("newest"),
        bits.alias("months"),
    )
    return added(part)


def added(parts: pl.DataFrame) -> pl.DataFrame:
    """Parts put together: sums, the least, and bits; associative, and in no order."""
    sums = (pl.col(name).sum() for name in ("pieces", "shown", "fresh_high", "fresh_low"))
    found = parts.group_by("lead", "kind").agg(*sums, pl.col("newest").min(), pl.col("months").bitwise_or())
    return found.select(COUNTED.names())


def totalled(parts: pl.DataFrame) -> pl.DataFrame:
    """All parts of some leads in, a row of COUNTS per lead out, by lead id."""
    whole = added(tidied(parts, COUNTED, "counts")).sort("lead", "kind")
    fresh = whole["fresh_high"].to_numpy() * 2.0**-_HALF + whole["fresh_low"].to_numpy() * 2.0 ** (-2 * _HALF)
    kinds = whole.with_columns(fresh=pl.Series(fresh)).group_by("lead", maintain_order=True)
    found = kinds.agg(
        pl.col("shown").sum(),
        pl.col("months").bitwise_or().bitwise_count_ones().cast(pl.Int64),
        pl.struct("kind", "pieces", "fresh", "newest").alias("kinds"),
    )
    return found.select(pl.col(name).cast(kind) for name, kind in COUNTS.items())


def _unranked() -> pl.Expr:
    return pl.col("unranked") & (pl.col("kind") == "competition")


def _ages(dated: pl.Series, month: datetime) -> NDArray[np.float64]:
    """Months before the first of this one, NaN without a date; step by step as `Setting.age` does it."""
    micros = (pl.lit(month).cast(dated.dtype) - pl.col("at")).dt.total_microseconds()
    seconds = dated.alias("at").to_frame().select(micros.cast(pl.Float64)).to_series().fill_null(np.nan) / _SECOND
    ages: NDArray[np.float64] = np.maximum(0.0, seconds.to_numpy() / 86_400 / DAYS_A_MONTH)
    return ages


def _dated(work: pl.DataFrame, now: datetime) -> pl.Series:
    """Dates that can be, null for others: the few in doubt are looked at one by one."""
    at = work["event_at"].alias("at")
    seen = work["origin"].struct.field("seen_at").alias("seen")
    month = pl.lit(month_of(now)).cast(at.dtype)
    facts = work.select("kind", "source").with_columns(at, seen).with_row_index("row")
    late = facts.filter((pl.col("at") > month) | (pl.col("at") > pl.col("seen")))
    wrong = [
        row
        for row, kind, _, when, read in late.iter_rows()
        if when is not None and not believable(when, kind, read, now)
    ]
    years = facts.select("source", pl.col("at").dt.year().alias("year"), "at").drop_nulls().unique(["source", "year"])
    early = [(source, year) for source, year, when in years.iter_rows() if plausible(when, source) is None]
    barred = pl.DataFrame(early, schema={"source": pl.String, "year": pl.Int32}, orient="row").with_columns(early=True)
    told = facts.with_columns(year=pl.col("at").dt.year()).join(
        barred, on=["source", "year"], how="left", maintain_order="left"
    )
    gone = told["early"].fill_null(value=False) | told["row"].is_in(pl.Series(wrong, dtype=pl.UInt32).implode())
    return told["at"].set(gone, None)
