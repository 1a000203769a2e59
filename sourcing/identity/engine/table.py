"""Raw accounts as an Arrow table: what a record batch must hold, and how the facts of accounts become one.

A batch may come from anything that speaks the Arrow C interface (a Polars or Arrow table, a partition of an engine).
"""

import math
from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np
import polars as pl

from sourcing.identity.facts import Facts
from sourcing.identity.keys import named
from storage.errors import ConfigError

# Column, type, what a missing one means (...: it must be there), and how it is read of the facts. `home` is the forum
# or server at a source of many, else the source; `page` the address others name the account by; `addresses` and their
# `roles` (see `sourcing.identity.keys`) go together. Times are seconds since 1970, UTC.
_TEXTS = pl.List(pl.String)
PLAIN: dict[str, tuple[Any, Any, Callable[[Facts], Any]]] = {
    "source": (pl.String, ..., lambda one: one.key.source),
    "source_id": (pl.String, ..., lambda one: one.key.source_id),
    "handle": (pl.String, ..., lambda one: one.handle),
    "home": (pl.String, None, lambda one: one.home),
    "name": (pl.String, None, lambda one: one.name),
    "location": (pl.String, None, lambda one: one.location),
    "company": (pl.String, None, lambda one: one.company),
    "person": (pl.Boolean, True, lambda one: one.person),
    "barred": (pl.Boolean, False, lambda one: one.barred),
    "alone": (pl.Boolean, False, lambda one: one.alone),
    "mixed": (pl.Boolean, False, lambda one: one.mixed),
    "live": (pl.Boolean, True, lambda one: one.live),
    "fame": (pl.Float64, math.nan, lambda one: one.fame),
    "renown": (pl.Float64, math.nan, lambda one: one.renown),
    "last_seen": (pl.Float64, -math.inf, lambda one: one.last_seen.timestamp() if one.last_seen else None),
    "since": (pl.Float64, -math.inf, lambda one: one.since.timestamp() if one.since else None),
    "page": (pl.String, None, lambda one: one.address),
}
LISTS: dict[str, Any] = {"addresses": _TEXTS, "roles": pl.List(pl.Int8), "ids": _TEXTS, "works": _TEXTS}
AT_ONCE = 50_000  # accounts taken together, so that few Python objects live at a time


def tabled(rows: Iterable[Facts], keep: list[Facts] | None = None) -> pl.DataFrame:
    """Facts as a table; `keep` takes the facts themselves as they pass."""
    parts, some = [table_of([])], list[Facts]()
    for one in rows:
        some.append(one)
        if keep is not None:
            keep.append(one)
        if len(some) == AT_ONCE:
            parts.append(table_of(some))
            some = []
    return pl.concat([*parts, table_of(some)])


def table_of(rows: list[Facts]) -> pl.DataFrame:
    """A table of some facts."""
    told = [named(one) for one in rows]
    flat = {name: _series(kind, [read(one) for one in rows]) for name, (kind, _, read) in PLAIN.items()}
    lists: dict[str, list[Collection[Any]]] = {
        "addresses": [list(one) for one in told],
        "roles": [list(one.values()) for one in told],
        "ids": [one.ids for one in rows],
        "works": [one.works for one in rows],
    }
    return pl.DataFrame(flat | {name: _lists(LISTS[name], values) for name, values in lists.items()})


def _lists(kind: Any, values: list[Collection[Any]]) -> pl.Series:
    """Lists as a column, null for an empty one; made of one flat column, many times as quick as of Python lists."""
    sizes = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    flat = _series(kind.inner, [one for some in values for one in some])
    rows = np.repeat(np.arange(len(values)), sizes)
    found = pl.DataFrame({"row": rows, "it": flat}).group_by("row", maintain_order=True).agg("it")
    places = np.cumsum(sizes > 0) - 1
    return found["it"].gather(pl.Series(places).set(pl.Series(sizes == 0), None))


def _series(kind: Any, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(values, dtype=kind)
    except UnicodeEncodeError:  # lone surrogates have no place in Arrow; they are no letters anyway
        return pl.Series([one and one.encode(errors="replace").decode() for one in values], dtype=kind)


def tidy(batch: Any) -> pl.DataFrame:
    """A record batch with all columns in their types; ConfigError names a column that is missing or of another type."""
    raw = batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)
    plain = (_tidied(raw, name, kind, missing) for name, (kind, missing, _) in PLAIN.items())
    return raw.select(*plain, *(_tidied(raw, name, kind, None) for name, kind in LISTS.items()))


def _tidied(raw: pl.DataFrame, name: str, kind: Any, missing: Any) -> pl.Expr:
    if name not in raw.columns:
        if missing is ...:
            raise ConfigError(
                f"a batch of accounts without the column {name!r}; it has {', '.join(raw.columns) or 'none'}"
            )
        return pl.lit(missing, dtype=kind).alias(name)
    if not _fits(raw.schema[name], kind):
        raise ConfigError(f"column {name!r} of a batch of accounts is {raw.schema[name]}, not {kind}")
    cast = pl.col(name).cast(kind)
    return cast if missing in (None, ...) else cast.fill_null(missing)


def _fits(given: Any, kind: Any) -> bool:
    """Whether a type can be read as another: the same, any number for a number, a column of nothing but nulls."""
    if given == pl.Null:
        return True
    if isinstance(given, pl.List) and isinstance(kind, pl.List):
        return _fits(given.inner, kind.inner)
    return bool(given == kind or (given.is_numeric() and kind.is_numeric()))
