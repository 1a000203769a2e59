"""The few statements all verbs are made of: look up many keys at once, insert or update many rows at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import import_module
from itertools import islice
from typing import Any, TypeVar, cast

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import Insert, Update

from storage.tables import account, counter, lead

_T = TypeVar("_T")
Rows = Sequence[Mapping[str, Any]]
_PASSING = -1024  # KiB of pages


def inserting(table: Table, dialect: str) -> Any:
    """Begin an insert as a database has it; what only the other one needs is not loaded."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


@cache
def dialect_of(*, lite: bool) -> Dialect:
    """The dialect whose text our drivers take; that of PostgreSQL is loaded by those who use it."""
    if lite:
        from sqlalchemy.dialects.sqlite import pysqlite

        return pysqlite.dialect()
    from sqlalchemy.dialects.postgresql import psycopg

    return psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # theirs


@contextmanager
def in_passing(connection: Connection) -> Iterator[None]:
    """Read pages without keeping them: room for tens of megabytes that nobody asks for again takes half of the time."""
    if connection.dialect.name != "sqlite":
        yield
        return
    lite: Any = connection.connection.driver_connection
    (before,) = lite.execute("PRAGMA cache_size").fetchone()
    lite.execute(f"PRAGMA cache_size={_PASSING}")
    try:
        yield
    finally:
        lite.execute(f"PRAGMA cache_size={before}")


def among(connection: Connection, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Compare a column with many values through one parameter, so that the statement stays the same."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), ARRAY(Text)))


# A lead that was merged into another. Not "is not null": SQLite would read all leads for that.
IS_MERGED = lead.c.merged_into > ""


def of_source(source: str, key: ColumnElement[str] = account.c.key) -> ColumnElement[bool]:
    """Accounts of a source, by a column of their keys: one range of its index, as where accounts are read."""
    # Keys begin with their source and ":", and ";" comes after ":".
    return (key > f"{source}:") & (key < f"{source};")


def upsert(connection: Connection, table: Table, rows: Rows, *, guard: str | None = None) -> None:
    """Insert rows or update those whose primary key is there.

    With `guard`, a stored row whose value in that column is greater stays: another writer knew better.
    """
    if rows:
        connection.execute(upserting(table, connection.dialect.name, tuple(rows[0]), guard), list(rows))


def insert_new(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows; those whose primary key is there stay as they are."""
    if rows:
        connection.execute(inserting(table, connection.dialect.name).on_conflict_do_nothing(), list(rows))


@lru_cache(maxsize=64)
def upserting(table: Table, dialect: str, names: tuple[str, ...], guard: str | None) -> Insert:
    """Give the statement of `upsert`."""
    statement = inserting(table, dialect).values({name: bindparam(name) for name in names})
    keys = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in names if name not in keys}
    if not fresh:
        return cast("Insert", statement.on_conflict_do_nothing(index_elements=keys))
    where = table.c[guard] <= statement.excluded[guard] if guard else None
    return cast("Insert", statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=where))


def set_columns(connection: Connection, table: Table, rows: Rows) -> None:
    """Update rows by primary key; each row holds the key and the columns to set."""
    if rows:
        connection.execute(_set(table, tuple(rows[0])), [{f"b_{k}": v for k, v in row.items()} for row in rows])


@lru_cache(maxsize=64)
def _set(table: Table, names: tuple[str, ...]) -> Update:
    keys = {column.name for column in table.primary_key}
    statement = update(table).where(*(table.c[name] == bindparam(f"b_{name}") for name in names if name in keys))
    return statement.values({name: bindparam(f"b_{name}") for name in names if name not in keys})


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Cut into lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def add_to_counter(connection: Connection, name: str, count: int) -> int:
    """Count up and give the new value; two writers never get the same one."""
    insert = inserting(counter, connection.dialect.name).values(name=name, value=count)
    statement = insert.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + count})
    return int(connection.execute(statement.returning(counter.c.value)).scalar_one())
