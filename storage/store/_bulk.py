"""Many rows at the speed of the driver.

SQLAlchemy handles each value of each row by itself, which costs more than the database; here the statements are
still written from the tables, but values are turned column by column, and equal times only once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import TypeEngine

from storage.store._engine import dumps
from storage.store._sql import upserting
from storage.tables import Moment, account_seen, moment_text

Turn = Callable[[Any], Any]
Columns = Sequence[Column[Any]]
Shape = Callable[[Select[Any]], Select[Any]]
_SQLITE, _POSTGRES = pysqlite.dialect(), psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # theirs


class _Texts(dict[datetime | None, str | None]):
    """Times already written as SQLite keeps them: those of one answer are the same object."""

    def __missing__(self, value: datetime) -> str:
        text = self[value] = moment_text(value)
        return text


class _Moments(dict[str | None, datetime | None]):
    """Times already read."""

    def __missing__(self, text: str) -> datetime:
        value = self[text] = datetime.fromisoformat(text)
        return value


def read_many(connection: Connection, columns: Columns, shape: Shape) -> Iterator[tuple[Any, ...]]:
    """Select rows as tuples of our values; `shape` adds conditions, joins and order."""
    lite = connection.dialect.name == "sqlite"
    rows = connection.execute(shape(select(*map(_bare, columns) if lite else columns))).all()
    return _turned(rows, [_reader(one.type) for one in columns]) if lite else iter(rows)


def upsert_many(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], *, guard: str) -> None:
    """Insert or update whole rows in the order of the table's columns.

    A stored row whose value in the column `guard` is greater stays: another writer knew better.
    """
    if rows:
        lite = connection.dialect.name == "sqlite"
        writers = [_writer(one.type, lite=lite) for one in table.columns]
        connection.exec_driver_sql(_upsert(table, guard, lite=lite), list(_turned(rows, writers)))


def see_many(connection: Connection, rows: Sequence[tuple[str, datetime]]) -> None:
    """Move the last-seen times of accounts forward, never back."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        texts = _Texts()
        connection.exec_driver_sql(
            _upsert(account_seen, "last_seen", lite=True), [(key, texts[at]) for key, at in rows]
        )
    else:
        packed = orjson.dumps([{"account": key, "last_seen": at} for key, at in rows]).decode()
        connection.execute(_see_all(), {"rows": packed})


@lru_cache(maxsize=16)
def _upsert(table: Table, guard: str, *, lite: bool) -> str:
    names = tuple(str(one.name) for one in table.columns)
    statement = upserting(table, "sqlite" if lite else "postgresql", names, guard)
    compiled: Any = statement.compile(dialect=_SQLITE if lite else _POSTGRES)
    assert tuple(compiled.positiontup) == names
    return str(compiled)


@lru_cache(maxsize=1)
def _see_all() -> Insert:
    # One statement over a document: row by row costs a round of the executor each.
    document = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    fields = document.table_valued(column("account", Text), column("last_seen", DateTime(timezone=True)))
    seen = fields.render_derived(name="seen", with_types=True)
    statement = postgresql.insert(account_seen).from_select(["account", "last_seen"], select(seen))
    fresh = statement.excluded.last_seen
    return statement.on_conflict_do_update(
        index_elements=["account"], set_={"last_seen": fresh}, where=account_seen.c.last_seen < fresh
    )


def _turned(rows: Sequence[Sequence[Any]], turns: Iterable[Turn | None]) -> Iterator[tuple[Any, ...]]:
    if not rows:
        return iter(())
    columns = (
        map(turn, column) if turn else column for turn, column in zip(turns, zip(*rows, strict=True), strict=True)
    )
    return zip(*columns, strict=True)


def _bare(one: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(one, Text) if isinstance(one.type, (Moment, JSON, LargeBinary)) else one


def _reader(kind: TypeEngine[Any]) -> Turn | None:
    if isinstance(kind, Moment):
        return _Moments({None: None}).__getitem__
    return orjson.loads if isinstance(kind, JSON) else None


def _writer(kind: TypeEngine[Any], *, lite: bool) -> Turn | None:
    if isinstance(kind, Moment) and lite:
        return _Texts({None: None}).__getitem__
    return dumps if isinstance(kind, JSON) else None
