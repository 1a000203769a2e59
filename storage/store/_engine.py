"""Engines for SQLite and PostgreSQL, set up the same way everywhere."""

import sqlite3
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import ConfigError, StoreError

BUSY_SECONDS = 30  # how long a writer waits for another one
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


def connect(url: URL) -> Engine:
    """Make an engine; nothing is opened yet."""
    options: dict[str, Any] = {"json_serializer": dumps, "json_deserializer": orjson.loads}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **options)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(
        url, connect_args={"options": "-c timezone=UTC", "connect_timeout": 10}, pool_pre_ping=True, **options
    )


def dumps(value: Any) -> str:
    """Write a JSON column."""
    return orjson.dumps(value).decode()


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when to begin would leave our reads outside the transaction.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "cache_size=-65536"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # A read that later turns into a write fails when somebody wrote in between; writers queue up first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def online_backup(source: Engine, target: Path) -> None:
    """Copy a SQLite database while it is in use, through a temporary name; StoreError if it cannot be written."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        copy = sqlite3.connect(part)
        with source.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.backup(copy)
        copy.close()
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"backup to {target} failed: {error}; choose another place") from error
