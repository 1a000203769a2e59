"""After rows are gone: their bytes leave the file as well.

SQLite keeps deleted text in free pages, in the write-ahead log and in merged parts of the index; a rebuilt index, a
vacuumed file and a truncated log hold live rows only. PostgreSQL rewrites the tables; its own log and its copies
(archives, replicas, dumps) follow their own retention, which is for who runs the server.
"""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, text

from storage.errors import StoreError
from storage.store._sql import upsert
from storage.tables import counter, metadata

PENDING = "privacy/compact"  # set in the transaction that deletes, gone when the bytes are


def note_pending(connection: Connection) -> None:
    """Remember inside the caller's transaction that bytes are left to be removed."""
    upsert(connection, counter, [{"name": PENDING, "value": 1}])


def is_pending(connection: Connection) -> bool:
    """Whether bytes of deleted rows may still stand in the file."""
    return connection.execute(select(counter.c.value).where(counter.c.name == PENDING)).first() is not None


def compact(engine: Engine) -> None:
    """Remove the bytes of deleted rows; StoreError if somebody else keeps the database busy."""
    if engine.dialect.name == "sqlite":
        _sqlite(engine)
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in metadata.sorted_tables:
                connection.execute(text(f'VACUUM (FULL) "{table.name}"'))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(delete(counter).where(counter.c.name == PENDING))
    if engine.dialect.name == "sqlite":
        _truncate(engine)


def _sqlite(engine: Engine) -> None:
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        try:
            raw.execute("PRAGMA secure_delete=ON")
            raw.execute("INSERT INTO lead_words_index(lead_words_index) VALUES ('optimize')")
            raw.execute("VACUUM")
        except sqlite3.Error as error:  # another program writes, or the disk is full
            raise StoreError(f"the rows are gone, but not their bytes ({error}); run `sourcing db compact`") from error
    _truncate(engine)


def _truncate(engine: Engine) -> None:
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreError(
            "the rows are gone, but another program reads the database and keeps its log; "
            "stop it and run `sourcing db compact`"
        )
