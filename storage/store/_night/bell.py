"""The bell of a shared night: who tells something rings, and who waits for news hears it at once.

PostgreSQL's LISTEN and NOTIFY: a ring is heard when the transaction that rang is committed, and never before. It says
only that there is news; what it is stands in the tables, so one that is not heard costs no more than the time until
the next look.
"""

import select
from contextlib import suppress
from typing import Self

import psycopg

from storage.errors import StoreError
from storage.store._night.ringing import CHANNEL


class Bell:
    """One process's ear, on a connection of its own; StoreError when it is lost."""

    def __init__(self, url: str) -> None:
        try:
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            raise _lost(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(psycopg.Error):
            self._connection.close()

    def fileno(self) -> int:
        """What becomes readable when it rings."""
        return self._connection.fileno()

    def heard(self) -> bool:
        """Whether it rang since it was last asked."""
        try:
            self._connection.pgconn.consume_input()
            rang = False
            while self._connection.pgconn.notifies() is not None:
                rang = True
        except psycopg.Error as error:
            raise _lost(error) from error
        return rang

    def wait(self, seconds: float) -> bool:
        """Wait until it rings, so many seconds at most; whether it did."""
        select.select([self.fileno()], [], [], seconds)
        return self.heard()


def _lost(error: psycopg.Error) -> StoreError:
    reason = str(error).partition("\n")[0]
    return StoreError(f"the night's bell: {reason}; check that the database is reachable")
