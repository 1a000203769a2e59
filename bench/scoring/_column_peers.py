"""The aggregations of the features written directly in Polars and in DuckDB, over the same columns in memory."""

from typing import Any

import duckdb
import polars as pl

from scoring.reading import CLAIMS_AT_MOST, FAINTEST, ITEMS_PER_SOURCE

HALF_LIFE = 12.0
MONTH = 2026 * 12 + 10
_YEAR = 12


def polars_tally(work: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Per lead and kind: count, Σ recency, newest; per lead: work beyond claims, months active."""
    back = MONTH - pl.col("month")
    fresh = pl.lit(2.0).pow(-pl.col("age") / HALF_LIFE).clip(FAINTEST)
    bit = pl.when(back <= _YEAR).then(pl.lit(2, dtype=pl.Int64).pow(back)).otherwise(0)
    kinds = work.lazy().group_by("lead", "kind").agg(pl.len(), fresh.sum().alias("fresh"), pl.col("age").min())
    leads = work.lazy().group_by("lead")
    people = leads.agg((pl.col("level") > 1).sum(), bit.bitwise_or().bitwise_count_ones().alias("months"))
    first, second = pl.collect_all([kinds, people])
    return first, second


def duckdb_with(**tables: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database in memory with these columns as tables of its own."""
    connection = duckdb.connect()
    for name, columns in tables.items():
        connection.register("given", columns)
        connection.execute(f"create table {name} as select * from given")
        connection.unregister("given")
    return connection


def duckdb_tally(connection: duckdb.DuckDBPyConnection) -> tuple[Any, Any]:
    """The same, over the table `given`."""
    kinds = connection.execute(
        "select lead, kind, count(*) n, sum(greatest(pow(2, -age / $half), $faint)) fresh, min(age) age "
        "from given group by lead, kind",
        {"half": HALF_LIFE, "faint": FAINTEST},
    ).fetchnumpy()
    people = connection.execute(
        "select lead, count(*) filter (where level > 1) as shown, "
        "bit_count(bit_or(case when $month - month <= 12 then 1 << ($month - month) else 0 end)) as active "
        "from given group by lead",
        {"month": MONTH},
    ).fetchnumpy()
    return kinds, people


def polars_coverage(items: pl.DataFrame) -> pl.DataFrame:
    """Per lead and skill: noisy-or over the three best per source, each text once; highest level, count."""
    told = items.lazy().with_columns(
        text=pl.when(pl.col("same") >= 0).then(pl.col("same")).otherwise(-1 - pl.int_range(pl.len()))
    )
    once = told.group_by("lead", "skill", "source", "text").agg(pl.col("worth").max())
    best = once.group_by("lead", "skill", "source").agg(
        (1 - pl.col("worth").top_k(ITEMS_PER_SOURCE)).product().alias("worth")
    )
    left = best.group_by("lead", "skill").agg(pl.col("worth").product())
    seen = items.lazy().group_by("lead", "skill").agg(pl.col("level").max(), pl.len())
    value = 1 - pl.col("worth")
    capped = pl.when(pl.col("level") > 1).then(value).otherwise(pl.min_horizontal(value, CLAIMS_AT_MOST))
    return left.join(seen, on=["lead", "skill"]).with_columns(value=capped).collect()


def duckdb_coverage(connection: duckdb.DuckDBPyConnection) -> Any:
    """The same, over the table `given`."""
    return connection.execute(
        """
        with once as (
            select lead, skill, source, max(worth) worth, max(level) level, count(*) n from given
            where same >= 0 group by lead, skill, source, same
            union all select lead, skill, source, worth, level, 1 n from given where same < 0
        ), best as (
            select lead, skill, list_product(list_transform(max(worth, $most), lambda w: 1 - w)) left_over,
                   max(level) level, sum(n) n
            from once group by lead, skill, source
        )
        select lead, skill, max(level) level, sum(n) n,
               case when max(level) > 1 then 1 - product(left_over)
                    else least($claims, 1 - product(left_over)) end as value
        from best group by lead, skill
        """,
        {"most": ITEMS_PER_SOURCE, "claims": CLAIMS_AT_MOST},
    ).fetchnumpy()
