"""Engines for SQLite and PostgreSQL, set up the same way everywhere."""

import sqlite3
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from storage.errors import ConfigError, StoreError

BUSY_SECONDS = 30  # how long a writer waits for another one
POOL = 5  # connections an engine keeps open on a server, unless the address says otherwise; at peaks twice as many
POOL_KEY = "pool"  # of the address: postgresql://…/sourcing?pool=3
# Advisory locks on a server are numbers, one space per database: of the night, and the first of two of a source.
NIGHT_LOCK = 0x736F757263696E67  # "sourcing"
SOURCES_AT_WORK = 0x736F7572  # "sour"
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


def read_url(url: str) -> URL:
    """Parse a database URL and name the driver we ship; ConfigError if it is no such URL."""
    way_out = "use sqlite:///FILE or postgresql://USER@HOST/NAME in [database] url"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError(f"database url is not an address of a database; {way_out}") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None or parsed.drivername not in {driver, parsed.get_backend_name()}:
        raise ConfigError(f"database url: {parsed.drivername!r} is not supported; {way_out}")
    if driver.startswith("sqlite") and parsed.database in {None, "", ":memory:"}:
        raise ConfigError(f"database url {url!r} names no file; {way_out}")
    return parsed.set(drivername=driver)


def file_of(url: URL) -> Path | None:
    """The database file of a SQLite URL, None for a server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def shown(url: URL) -> str:
    """The URL without its password, as messages show it."""
    return url.render_as_string(hide_password=True)


def connect(url: URL, *, keep: bool = True) -> Engine:
    """Make an engine; nothing is opened yet. `keep`: connections stay open for the next who needs one."""
    options: dict[str, Any] = {"json_serializer": dumps, "json_deserializer": orjson.loads}
    if not keep:
        options["poolclass"] = NullPool
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **options)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if keep:
        pool = _pool(url)
        # A reader that writes between two rows needs a second one.
        options |= {"pool_pre_ping": True, "pool_size": pool, "max_overflow": pool}
    return create_engine(
        url.difference_update_query([POOL_KEY]),
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
        **options,
    )


def _pool(url: URL) -> int:
    told = str(url.query.get(POOL_KEY, POOL))
    if not told.isdecimal() or not 1 <= int(told) <= 100:
        raise ConfigError(f"database url: {POOL_KEY}={told} is no number of connections; 1 to 100, see [database] pool")
    return int(told)


def dumps(value: Any) -> str:
    """Write a JSON column."""
    return orjson.dumps(value).decode()


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when to begin would leave our reads outside the transaction.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Deleted text is overwritten at once, whatever the library was built with.
    always = ("journal_mode=WAL", "secure_delete=ON", "foreign_keys=ON")
    # Pages every batch touches are copied from the log eight times as seldom; it grows to 32 MB at most.
    quicker = ("synchronous=NORMAL", "cache_size=-65536", "wal_autocheckpoint=8000")
    for pragma in (*always, *quicker):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # A read that later turns into a write fails when somebody wrote in between; writers queue up first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def copy_pages(connection: Connection, target: Path) -> None:
    """Copy the SQLite database of a connection, as its transaction sees it, into a file; StoreError if that fails."""
    raw: Any = connection.connection.driver_connection
    copy = sqlite3.connect(target)
    try:
        raw.backup(copy)
    except sqlite3.Error as error:
        raise StoreError(f"the copy to {target.parent} failed: {error}; choose another place") from error
    finally:
        copy.close()
