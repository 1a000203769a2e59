"""One night at a time, also across machines: a lock the server drops with the connection that holds it.

On PostgreSQL the lock is an advisory one on a connection of its own, held for the whole night: a process that is
killed, a machine that loses power or its network leaves no stale lock behind. A SQLite file is locked by the file
lock of its installation. On both a row says who holds it since when; it is never taken for the lock itself.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from storage.errors import AlreadyRunningError, StoreError
from storage.records import Instant, Record
from storage.store._base import Database
from storage.store._engine import file_of, read_url
from storage.store._sql import upsert
from storage.tables import night_spent, running

if TYPE_CHECKING:
    from storage.store._night.lock import Lock

BEAT = 15.0  # seconds between two signs of life
NIGHT = "night"


class Holder(Record):
    """Who runs the night."""

    host: str
    pid: int
    since: Instant
    heartbeat: Instant

    def __str__(self) -> str:
        return (
            f"process {self.pid} on {self.host} since {self.since:%Y-%m-%d %H:%M} UTC, "
            f"last heard of at {self.heartbeat:%H:%M:%S}"
        )


class Running(Database):
    """Verbs for who runs the night, and what it spends."""

    def holder(self) -> Holder | None:
        """Give who runs the night or ran it last; only the lock tells which of the two. None: nobody ever did."""
        with self._read() as connection:
            row = connection.execute(select(running).where(running.c.name == NIGHT)).mappings().first()
        return Holder.model_validate({k: v for k, v in row.items() if k != "name"}) if row else None

    @contextmanager
    def hold_night(self, host: str, pid: int, since: datetime, *, beat: float = BEAT) -> "Iterator[Hold]":
        """Hold the night for as long as the block lasts; AlreadyRunningError names who holds it."""
        held = Hold(self, Holder(host=host, pid=pid, since=since, heartbeat=since), self._lock(), beat)
        held.begin()
        try:
            yield held
        finally:
            held.end()

    def keep_holder(self, holder: Holder) -> None:
        """Write who runs the night."""
        with self._write() as connection:
            upsert(connection, running, [{"name": NIGHT, **holder.model_dump()}])

    def keep_spent(self, night: int, source: str, requests: int, waited: float = 0.0) -> None:
        """Write how many requests a source may have sent in a night by now, and the seconds it was asked to wait."""
        row = {"night": night, "source": source, "requests": requests, "waited": waited}
        with self._write() as connection:
            upsert(connection, night_spent, [row])

    def spent(self, night: int) -> Mapping[str, int]:
        """Give the requests each source may have sent in a night that did not end."""
        chosen = select(night_spent.c.source, night_spent.c.requests).where(night_spent.c.night == night)
        with self._read() as connection:
            return {row.source: row.requests for row in connection.execute(chosen)}

    def waited(self, night: int) -> Mapping[str, float]:
        """Give the seconds each source was asked to wait in a night that did not end, its earlier parts included."""
        chosen = select(night_spent.c.source, night_spent.c.waited).where(night_spent.c.night == night)
        with self._read() as connection:
            return {row.source: row.waited for row in connection.execute(chosen) if row.waited}

    def forget_spent(self, before: int) -> None:
        """Let go of what nights before this number had spent; their outcomes hold it."""
        with self._write() as connection:
            connection.execute(delete(night_spent).where(night_spent.c.night < before))

    def _lock(self) -> "Lock | None":
        if self._engine.dialect.name == "sqlite":
            return None
        from storage.store._night.lock import Lock  # the server's driver takes a while to import

        return Lock(self._engine.url)


@contextmanager
def server_held(url: str) -> Iterator[None]:
    """Keep nights of all machines out of a server's database, of whatever revision; nothing to do for a file.

    AlreadyRunningError if one is at work, StoreError if the server is out of reach.
    """
    parsed = read_url(url)
    if file_of(parsed) is not None:
        yield
        return
    from storage.store._night.lock import Lock  # the server's driver takes a while to import

    lock = Lock(parsed)
    if not lock.take():
        raise AlreadyRunningError(f"{lock.place}: a night is at work; wait for it or stop it there")
    try:
        yield
    finally:
        lock.close()


class Hold:
    """The night, held: signs of life from a thread of its own, and what became of the lock meanwhile."""

    def __init__(self, store: Running, holder: Holder, lock: "Lock | None", beat: float) -> None:
        self.holder = holder
        self.retaken = 0  # times the connection was lost and the lock taken again
        self.lost = ""  # why the night is not ours any more; "" while it is
        self._store, self._lock, self._beat = store, lock, beat
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._signs, name="night lock", daemon=True)

    def begin(self) -> None:
        """Take the lock and say so; AlreadyRunningError if another process has it."""
        if self._lock is not None and not self._lock.take():
            raise AlreadyRunningError(
                f"{self._lock.place}: another night is at work ({self._store.holder() or 'unknown owner'}); "
                "wait for it or stop it there"
            )
        try:
            self._store.keep_holder(self.holder)
        except BaseException:
            self.end()
            raise
        if self._lock is not None:
            self._thread.start()

    def end(self) -> None:
        """Let go of the lock."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._lock is not None:
            self._lock.close()

    def _signs(self) -> None:
        while not self._over.wait(self._beat):
            self._sign()

    def _sign(self) -> None:
        """Say that the night is alive; take the lock again if its connection was lost."""
        if self._lock is None or self.lost:
            return
        try:
            if not self._lock.alive():
                if not self._lock.take():
                    self.lost = (
                        f"the connection that held the night's lock was lost, and {self._store.holder()} took it"
                    )
                    return
                self.retaken += 1
            passed = timedelta(seconds=time.monotonic() - self._began)
            self._store.keep_holder(self.holder.model_copy(update={"heartbeat": self.holder.since + passed}))
        except StoreError:
            return  # out of reach for now: the next sign tries again, and the night's own writes fail by themselves
