"""At most one worker asks a source with a token: locks the server drops with the connection that holds them."""

from contextlib import suppress
from hashlib import blake2b

import psycopg

from storage.errors import StoreError
from storage.store._engine import SOURCES_AT_WORK

# A worker that vanished without a word (power, network) is given up after a minute and a half.
_ALIVE = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


class SourceLocks:
    """All locks of one worker, on a connection of their own; they go when the worker does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._held: set[int] = set()

    def take(self, source: str, owner: str) -> bool:
        """Take the lock of a source and the digest of its token; False if another worker has it."""
        key = _key(source, owner)
        row = self._ask("SELECT pg_try_advisory_lock(%s, %s)", key)
        if row:
            self._held.add(key)
        return row

    def let_go(self, source: str, owner: str) -> None:
        """Let go of a lock."""
        key = _key(source, owner)
        if key in self._held:
            self._held.discard(key)
            self._ask("SELECT pg_advisory_unlock(%s, %s)", key)

    def alive(self) -> bool:
        """Whether the connection still holds the locks; without it another worker may ask what we ask."""
        if self._connection is None:
            return not self._held
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """Let go of all locks."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection, self._held = None, set()

    def _ask(self, statement: str, key: int) -> bool:
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10, options=_ALIVE)
            row = self._connection.execute(statement, (SOURCES_AT_WORK, key)).fetchone()
        except psycopg.Error as error:
            reason = str(error).partition("\n")[0]
            raise StoreError(f"locks of sources: {reason}; check that the database is reachable") from error
        return bool(row and row[0])


def _key(source: str, owner: str) -> int:
    return int.from_bytes(blake2b(f"{source}\n{owner}".encode(), digest_size=4).digest(), signed=True)
