"""Many rows at the speed of the driver.

SQLAlchemy handles each value of each row by itself, which costs more than the database; here the statements are
still written from the tables, but values are turned column by column, and equal times only once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
    FromClause,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import TypeEngine

from storage.store._saving.written import Texts
from storage.store._sql import among, dialect_of, inserting, upserting
from storage.tables import Json, Moment, account_seen

Turn = Callable[[Any], Any]
Columns = Sequence[Column[Any]]
Shape = Callable[[Select[Any]], Select[Any]]
COPIED = 20  # rows from which on COPY costs less than a statement per row


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


def read_by_key(
    connection: Connection, columns: Columns, source: FromClause, key: Column[str], keys: Collection[str]
) -> Iterator[tuple[Any, ...]]:
    """Select the rows of these keys as tuples of our values.

    For SQLite the statement is written once: building it anew for every batch costs as much as running it.
    """
    if connection.dialect.name != "sqlite":
        return read_many(connection, columns, lambda all_: all_.select_from(source).where(among(connection, key, keys)))
    listed = orjson.dumps(list(keys)).decode()
    rows = connection.exec_driver_sql(_by_key(tuple(columns), source, key), (listed,)).all()
    return _turned(rows, [_reader(one.type) for one in columns])


def upsert_columns(connection: Connection, table: Table, columns: Sequence[Sequence[Any]], *, guard: str) -> None:
    """Insert or update whole rows, given as columns in the order of the table's, of values the driver takes.

    A stored row whose value in the column `guard` is greater stays: another writer knew better.
    """
    if not columns or not columns[0]:
        return
    lite, rows = connection.dialect.name == "sqlite", zip(*columns, strict=True)
    if lite or len(columns[0]) < COPIED:
        connection.exec_driver_sql(_upsert(table, guard, lite=lite), list(rows))
    else:
        _copy(connection, table, rows, guard)


def _copy(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]], guard: str) -> None:
    """COPY into a table of this connection's own, then one statement: half the work of an insert per row."""
    stage = f"stage_{table.name}"
    driver: Any = connection.connection.driver_connection
    with _driver_errors(connection, stage), driver.cursor() as cursor:
        if not cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{stage}"]).fetchone()[0]:
            cursor.execute(f"CREATE TEMP TABLE {stage} (LIKE {table.name}) ON COMMIT DELETE ROWS")
        with cursor.copy(f"COPY {stage} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_from_stage(table, guard, stage))
        # A second batch of the same transaction must not meet the rows of this one.
        cursor.execute(f"TRUNCATE {stage}")


@contextmanager
def _driver_errors(connection: Connection, what: str) -> Iterator[None]:
    """Errors of the driver as SQLAlchemy would have raised them."""
    base: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise DBAPIError.instance(what, None, error, base, dialect=connection.dialect) from error


def see_many(connection: Connection, rows: Sequence[tuple[str, datetime]]) -> None:
    """Move the last-seen times of accounts forward, never back."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        texts = Texts()
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
    compiled: Any = statement.compile(dialect=dialect_of(lite=lite))
    assert tuple(compiled.positiontup) == names
    return str(compiled)


@lru_cache(maxsize=16)
def _by_key(columns: tuple[Column[Any], ...], source: FromClause, key: Column[str]) -> str:
    listed = func.json_each(bindparam("keys", type_=Text)).table_valued("value")
    chosen = select(*map(_bare, columns)).select_from(source).where(key.in_(select(listed.c.value)))
    compiled: Any = chosen.compile(dialect=dialect_of(lite=True))
    assert compiled.positiontup == ["keys"]
    return str(compiled)


@lru_cache(maxsize=16)
def _from_stage(table: Table, guard: str, stage: str) -> str:
    names = [str(one.name) for one in table.columns]
    into = inserting(table, "postgresql").from_select(names, select(*map(column, names)).select_from(text(stage)))
    keys = [one.name for one in table.primary_key]
    fresh = {name: into.excluded[name] for name in names if name not in keys}
    into = into.on_conflict_do_update(index_elements=keys, set_=fresh, where=table.c[guard] <= into.excluded[guard])
    return str(into.compile(dialect=dialect_of(lite=False)))


@lru_cache(maxsize=1)
def _see_all() -> Insert:
    # One statement over a document: row by row costs a round of the executor each.
    document = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    fields = document.table_valued(column("account", Text), column("last_seen", DateTime(timezone=True)))
    seen = fields.render_derived(name="seen", with_types=True)
    statement = inserting(account_seen, "postgresql").from_select(["account", "last_seen"], select(seen))
    fresh = statement.excluded.last_seen
    written: Insert = statement.on_conflict_do_update(
        index_elements=["account"], set_={"last_seen": fresh}, where=account_seen.c.last_seen < fresh
    )
    return written


def _turned(rows: Sequence[Sequence[Any]], turns: Iterable[Turn | None]) -> Iterator[tuple[Any, ...]]:
    if not rows:
        return iter(())
    columns = (
        map(turn, column) if turn else column for turn, column in zip(turns, zip(*rows, strict=True), strict=True)
    )
    return zip(*columns, strict=True)


def _bare(one: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(one, Text) if isinstance(one.type, (Moment, Json, LargeBinary)) else one


def _reader(kind: TypeEngine[Any]) -> Turn | None:
    if isinstance(kind, Moment):
        return _Moments({None: None}).__getitem__
    return orjson.loads if isinstance(kind, Json) else None
