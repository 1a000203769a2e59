"""Opening, upgrading and checking a database; the transactions every verb runs in."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from storage.errors import StoreError
from storage.store._engine import connect, file_of, read_url, shown
from storage.store._trail.checks import at_once, findings
from storage.store._trail.copies import Backup, copy_postgres, copy_sqlite, restore_sqlite
from storage.tables import HEAD

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
RESTORE = "move the file away, with its -wal and -shm files, and put a backup back: `sourcing db restore`"


class Database:
    """One open database."""

    def __init__(self, engine: Engine, *, key: bytes = b"") -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._key = key
        self._closed = False

    @classmethod
    def open(cls, url: str, *, key: bytes = b"") -> Self:
        """Open an up-to-date database; StoreError if it is absent, behind, ahead or out of reach.

        `key` is the secret of the tombstones.
        """
        parsed = read_url(url)
        file = file_of(parsed)
        if file is not None and not file.is_file():
            raise StoreError(f"no database at {file}; create it with `sourcing db upgrade`")
        store = cls(connect(parsed), key=key)
        try:
            _require_head(store._revision(), parsed)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def upgrade(cls, url: str) -> list[str]:
        """Create or migrate a database; gives the revisions applied, [] if it was up to date."""
        parsed = read_url(url)
        file = file_of(parsed)
        if file is not None and not file.parent.is_dir():
            raise StoreError(f"no folder {file.parent} for the database; create it or change [database] url")
        store = cls(connect(parsed))
        try:
            return store._migrate(parsed)
        finally:
            store.close()

    def close(self) -> None:
        """Let go of all connections; a verb that is called later opens one for itself and closes it."""
        self._engine.dispose()
        self._engine = connect(self._engine.url, keep=False)
        self._writer = self._engine.execution_options(writes=True)
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def schema(self) -> tuple[str, str]:
        """Give the revision of the database ("" without one) and the newest one."""
        return self._revision(), HEAD

    def check(self) -> list[str]:
        """Give what is wrong with the database, one sentence each; [] if nothing is."""
        with self._read() as connection:
            found = findings(connection, self._key)
        revision = self._revision()
        return found if revision == HEAD else [*found, f"revision is {revision!r}, not {HEAD!r}"]

    def glance(self) -> list[str]:
        """Give what of `check` is found without reading all rows: another key, an end of the log that is gone."""
        with self._read() as connection:
            return at_once(connection, self._key)

    def backup(self, path: Path) -> Backup:
        """Copy the database while it is in use, and open the copy and compare it; nothing is ever overwritten.

        PostgreSQL is copied by its own pg_dump. StoreError without that tool, or if the copy is not the same.
        """
        with self._read() as connection:
            if self._engine.dialect.name == "sqlite":
                return copy_sqlite(connection, path, self._key)
            return copy_postgres(connection, self._engine.url, path, self._key)

    @classmethod
    def restore(cls, url: str, file: Path) -> Mapping[str, int]:
        """Put a backup in the place of a SQLite database that is not there; gives its rows by table.

        StoreError if there is one, or the backup is damaged; for PostgreSQL it names pg_restore.
        """
        target = file_of(read_url(url))
        if target is None:
            raise StoreError(
                f"restore puts SQLite files back; for PostgreSQL: pg_restore --no-owner --dbname=NEW_DATABASE {file}"
            )
        return restore_sqlite(file, target).rows

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with _as_store_error(self._engine), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with _as_store_error(self._engine), self._writer.begin() as connection:
            yield connection

    def _revision(self) -> str:
        with self._read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")

    def _migrate(self, url: URL) -> list[str]:
        from storage.migrations.run import migrate

        before = self._revision()
        if before and before > HEAD:
            _require_head(before, url)
        with self._write() as connection:
            return migrate(connection)


def _require_head(revision: str, url: URL) -> None:
    if revision == HEAD:
        return
    name = shown(url)
    if not revision:
        raise StoreError(f"{name} holds no tables of ours; create them with `sourcing db upgrade`")
    if revision < HEAD:
        raise StoreError(f"{name} is at revision {revision}, this version needs {HEAD}; run `sourcing db upgrade`")
    raise StoreError(f"{name} is at revision {revision}, newer than {HEAD}; install the version that wrote it")


@contextmanager
def _as_store_error(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise StoreError(f"{shown(engine.url)}: {reason}; check that it is reachable and writable") from error
    except NoneFree as error:
        raise StoreError(
            f"{shown(engine.url)}: all connections of this process are in use; raise [database] pool"
        ) from error
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        way_out = RESTORE if getattr(error.orig, "sqlite_errorcode", None) in DAMAGED else "see `sourcing db check`"
        raise StoreError(f"{shown(engine.url)}: {reason}; {way_out}") from error
