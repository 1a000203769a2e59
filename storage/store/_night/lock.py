"""The night's lock on a PostgreSQL server: it ends with the connection that holds it, so it cannot go stale."""

from contextlib import suppress

import psycopg
from sqlalchemy import URL

from storage.errors import StoreError
from storage.store._engine import NIGHT_LOCK, shown

# A peer that vanished without a word (power, network) is given up after a minute and a half.
_ALIVE = "-c timezone=UTC -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


class Lock:
    """An advisory lock on a connection of its own."""

    def __init__(self, url: URL) -> None:
        self.place = shown(url)
        self._plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection | None = None

    def take(self) -> bool:
        """Take the lock on a new connection; False if somebody has it. StoreError if the server is out of reach."""
        self.close()
        try:
            connection = psycopg.connect(self._plain, autocommit=True, connect_timeout=10, options=_ALIVE)
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (NIGHT_LOCK,)).fetchone()
        except psycopg.Error as error:
            reason = str(error).partition("\n")[0]
            raise StoreError(f"{self.place}: {reason}; check that it is reachable") from error
        if row is None or not row[0]:
            connection.close()
            return False
        self._connection = connection
        return True

    def alive(self) -> bool:
        """Whether the connection still holds the lock."""
        if self._connection is None:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Let go of the lock, if it is held."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
