"""Leads as two tables, one row per account and one per piece of work, and back again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from storage.errors import ConfigError
from storage.records import Account, AccountKey, Evidence, Lead


def columns(kinds: Mapping[str, Any]) -> pl.Schema:
    """Names and types of the columns of a table."""
    return pl.Schema(kinds)


INSTANT = pl.Datetime("us", "UTC")
TEXTS = pl.List(pl.String)
_FIGURES = pl.List(pl.Struct({"name": pl.String, "value": pl.Float64}))
_MARKERS = pl.List(pl.Struct({"name": pl.String, "value": pl.String}))
_LINKS = pl.List(pl.Struct({"url": pl.String, "claim": pl.String, "field": pl.String}))
_ORIGIN = pl.Struct({"source": pl.String, "url": pl.String, "seen_at": INSTANT, "spider": pl.String})

# A column of both tables has one type, so that a lead's rows of both can travel as one table.
ACCOUNTS = columns(
    {
        "lead": pl.String,
        "source": pl.String,
        "source_id": pl.String,
        "handle": pl.String,
        "url": pl.String,
        "kind": pl.String,
        "name": pl.String,
        "headline": pl.String,
        "bio": pl.String,
        "location": pl.String,
        "company": pl.String,
        "open_to_work": pl.Boolean,
        "created_at": INSTANT,
        "links": _LINKS,
        "figures": _FIGURES,
        "flags": TEXTS,
        "markers": _MARKERS,
        "expires_at": INSTANT,
        "observed": TEXTS,
        "origin": _ORIGIN,
    }
)
EVIDENCE = columns(
    {
        "lead": pl.String,
        "source": pl.String,
        "source_id": pl.String,  # of the account
        "id": pl.String,  # of the evidence, "github:583231/repository/1296269"
        "work": pl.String,  # the source's id of the work
        "kind": pl.String,
        "url": pl.String,
        "title": pl.String,
        "text": pl.String,
        "event_at": INSTANT,
        "started_at": INSTANT,
        "level": pl.Int8,
        "tags": TEXTS,
        "packages": TEXTS,
        "files": TEXTS,
        "figures": _FIGURES,
        "unranked": pl.Boolean,  # its account asked not to be ranked there: competitions do not count
        "origin": _ORIGIN,
    }
)
# All rows of a lead as one table; rows without an evidence id are accounts.
ROWS = columns(dict(EVIDENCE) | dict(ACCOUNTS))


def account_row(lead: str, account: Account) -> dict[str, Any]:
    """One row of the table of accounts."""
    row = account.model_dump(mode="python")
    lists = {"figures": _pairs(row["figures"]), "markers": _pairs(row["markers"]), "observed": sorted(row["observed"])}
    return row | lists | {"lead": lead, "kind": str(account.kind)}


def evidence_row(lead: str, one: Evidence, *, unranked: bool) -> dict[str, Any]:
    """One row of the table of evidence."""
    row = one.model_dump(mode="python", exclude={"account"})
    named = {"source": one.account.source, "source_id": one.account.source_id, "work": one.source_id, "id": one.id}
    said = {"figures": _pairs(row["figures"]), "level": int(one.level), "unranked": unranked, "lead": lead}
    return row | named | said


def tidied(batch: Any, schema: pl.Schema, what: str) -> pl.DataFrame:
    """A record batch with the columns of a schema; ConfigError names one that is missing or of another type."""
    raw = batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)
    for name, kind in schema.items():
        if name not in raw.columns:
            raise ConfigError(f"a batch of {what} without the column {name!r}; it has {', '.join(raw.columns)}")
        if raw.schema[name] not in (kind, pl.Null):
            raise ConfigError(f"column {name!r} of a batch of {what} is {raw.schema[name]}, not {kind}")
    return raw.select(pl.col(name).cast(kind) for name, kind in schema.items())


def leads(rows: pl.DataFrame) -> Iterator[Lead]:
    """The leads of rows of ROWS, by id, however the rows are ordered; ones without an account are left out."""
    ordered = rows.sort("lead", "source", "source_id", "id", nulls_last=False)
    for name, some in groupby(ordered.iter_rows(named=True), key=itemgetter("lead")):
        own = list(some)
        accounts = tuple(_account(row) for row in own if row["id"] is None)
        if accounts:
            work = tuple(_evidence(row) for row in own if row["id"] is not None)
            seen = [one.origin.seen_at for one in accounts]
            yield Lead(id=name, accounts=accounts, evidence=work, first_seen=min(seen), last_changed=max(seen))


def _account(row: Mapping[str, Any]) -> Account:
    said = {name: row[name] for name in Account.model_fields}
    return Account.model_validate(said | {"figures": _mapping(row["figures"]), "markers": _mapping(row["markers"])})


def _evidence(row: Mapping[str, Any]) -> Evidence:
    said = {name: row[name] for name in Evidence.model_fields if name != "account"}
    own = {"account": AccountKey(row["source"], row["source_id"]), "source_id": row["work"]}
    return Evidence.model_validate(said | own | {"figures": _mapping(row["figures"])})


def _pairs(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": values[name]} for name in sorted(values)]


def _mapping(pairs: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in pairs or ()}


def month_of(now: datetime) -> datetime:
    """The first of the month, from which ages count."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
