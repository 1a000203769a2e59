"""The few statements all verbs are made of: look up many keys at once, insert or update many rows at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar, cast

import orjson
from sqlalchemy import JSON, ColumnElement, Connection, Table, Text, any_, bindparam, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import Update
from sqlalchemy.types import TypeEngine

from storage.store._engine import dumps
from storage.tables import Moment, counter, moment_text

_T = TypeVar("_T")
Rows = Sequence[Mapping[str, Any]]
Writer = Callable[[Any], Any]


def among(connection: Connection, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Compare a column with many values through one parameter, so that the statement stays the same."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), postgresql.ARRAY(Text)))


def upsert_many(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], *, guard: str) -> None:
    """Do as `upsert` with whole rows in the order of the table's columns, as fast as the driver alone.

    SQLAlchemy's own way costs twice the writing: it handles each value of each row by itself.
    """
    if rows:
        text, writers = _whole(table, connection.dialect.name, guard)
        columns = (list(map(write, column)) if write else column for write, column in zip(writers, zip(*rows)))
        connection.exec_driver_sql(text, list(zip(*columns)))


@lru_cache(maxsize=16)
def _whole(table: Table, dialect: str, guard: str) -> tuple[str, list[Writer | None]]:
    names = tuple(str(column.name) for column in table.columns)
    form = pysqlite.dialect() if dialect == "sqlite" else psycopg.dialect(paramstyle="format")
    compiled: Any = _upsert(table, dialect, names, guard).compile(dialect=form)
    assert tuple(compiled.positiontup) == names
    return str(compiled), [_writer(column.type, dialect) for column in table.columns]


def _writer(kind: TypeEngine[Any], dialect: str) -> Writer | None:
    """Give what turns a value of ours into one of the driver's; None if it takes ours."""
    if isinstance(kind, Moment) and dialect == "sqlite":
        return lambda value: value and moment_text(value)
    return dumps if isinstance(kind, JSON) else None


def upsert(connection: Connection, table: Table, rows: Rows, *, guard: str | None = None) -> None:
    """Insert rows or update those whose primary key is there.

    With `guard`, a stored row whose value in that column is greater stays: another writer knew better.
    """
    if rows:
        connection.execute(_upsert(table, connection.dialect.name, tuple(rows[0]), guard), list(rows))


@lru_cache(maxsize=64)
def _upsert(table: Table, dialect: str, names: tuple[str, ...], guard: str | None) -> Executable:
    statement: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    statement = statement.values({name: bindparam(name) for name in names})
    keys = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in names if name not in keys}
    if not fresh:
        return cast("Executable", statement.on_conflict_do_nothing(index_elements=keys))
    where = table.c[guard] <= statement.excluded[guard] if guard else None
    return cast("Executable", statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=where))


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
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(counter)
    statement = insert.values(name=name, value=count).on_conflict_do_update(
        index_elements=["name"], set_={"value": counter.c.value + count}
    )
    return int(connection.execute(statement.returning(counter.c.value)).scalar_one())
