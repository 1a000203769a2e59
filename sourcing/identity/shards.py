"""Comparing more accounts than fit into one memory: keys to meet by, and the pairs of one shard of a crowd.

An engine that joins tables deals accounts out to shards, and brings to each everybody its accounts may meet: those that
share a key with them, then those whose addresses these name (`sourcing.identity.reading` does the same with the Store).
Every pair then comes out as if all accounts were there, since `score_batches` gives the same whatever the split.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from sourcing.identity.engine.columns import hashed
from sourcing.identity.engine.table import LISTS, PLAIN, table_of, tidy
from sourcing.identity.facts import Facts
from sourcing.identity.keys import ADDRESS, CLAIMED, VERIFIED, likeness_keys, limit
from sourcing.identity.model import Model
from sourcing.identity.scorer import score_batches
from storage.records import AccountKey

_KINDS: dict[str, Any] = {name: kind for name, (kind, _, _) in PLAIN.items()} | LISTS
FACTS = pl.Schema(_KINDS)
# `limit`: how many accounts may share the key and still be compared; `claim`: an address the account names as its own.
_KEY = pl.Struct({"kind": pl.String, "value": pl.Int64, "limit": pl.Int64, "claim": pl.Boolean})
KEYED = pl.Schema(_KINDS | {"keys": pl.List(_KEY)})
SHARDED = pl.Schema(_KINDS | {"shard": pl.Int64, "touched": pl.Boolean, "closed": pl.List(pl.Int64)})
_LEFT = ["left_source", "left_source_id"]


def facts_table(rows: list[Facts]) -> pl.DataFrame:
    """Facts as a table of FACTS."""
    return table_of(rows).select(FACTS.names())


def with_keys(batch: Any, cap: int) -> pl.DataFrame:
    """A batch of FACTS with the keys of each account; looks at one row at a time."""
    table = tidy(batch)
    keys = [[dict(zip(_NAMES, one, strict=True)) for one in _keys(row, cap)] for row in table.iter_rows(named=True)]
    return table.with_columns(pl.Series("keys", keys, dtype=pl.List(_KEY))).select(KEYED.names())


_NAMES = ("kind", "value", "limit", "claim")


def _keys(row: Mapping[str, Any], cap: int) -> Iterator[tuple[str, int, int, bool]]:
    """The keys `sourcing.identity.keys.keys_of` gives, each once, with what a join has to know of them."""
    if row["alone"]:
        return
    said = dict(zip(row["addresses"] or (), row["roles"] or (), strict=True))
    for target in sorted({*said, row["page"]} - {None}):
        claim = said.get(target) in (CLAIMED, VERIFIED) and target != row["page"]
        yield ADDRESS, hashed(target), cap, claim
    if not row["barred"]:
        for kind, text in sorted(set(likeness_keys(_facts(row)))):
            yield kind, hashed(f"{kind} {text}"), limit(kind, cap), False


def _facts(row: Mapping[str, Any]) -> Facts:
    return Facts(
        key=AccountKey(row["source"], row["source_id"]),
        handle=row["handle"],
        url="",
        name=row["name"],
        location=row["location"],
        company=row["company"],
        ids=tuple(row["ids"] or ()),
        works=tuple(row["works"] or ()),
    )


@dataclass(frozen=True)
class ShardPairs:
    """Whole shards of SHARDED in, their scored pairs out: of each pair, its smaller account stands in one shard."""

    model: Model

    def __call__(self, batch: Any) -> pl.DataFrame:
        """Pairs as `score_batches` gives them; `closed` of the rows are hashes of keys too common to compare by."""
        rows = batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)
        found = [self._pairs(some) for some in rows.partition_by("shard", maintain_order=True)]
        return pl.concat(found) if found else pairs_of(rows.select(FACTS.names()), self.model)

    def _pairs(self, rows: pl.DataFrame) -> pl.DataFrame:
        touched, others = (rows.filter(some).select(FACTS.names()) for some in (rows["touched"], ~rows["touched"]))
        closed = rows["closed"].explode().drop_nulls().unique().to_list()
        found = score_batches(touched, others, self.model, closed)
        own = touched.select(pl.col("source").alias(_LEFT[0]), pl.col("source_id").alias(_LEFT[1]))
        return found.join(own, on=_LEFT, how="semi", maintain_order="left")


def pairs_of(facts: pl.DataFrame, model: Model) -> pl.DataFrame:
    """All pairs of one table of accounts."""
    return score_batches(facts, facts.head(0), model)
