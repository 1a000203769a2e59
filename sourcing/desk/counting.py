"""Markets counted beside the pages: once per change of the database, in a thread of their own."""

import threading
from collections.abc import Callable
from datetime import datetime

from scoring.roles import Role
from sourcing.desk.board import Board, Boards
from sourcing.desk.market import Market, counted
from sourcing.desk.nights import stamp_of
from storage.records import Record
from storage.store import Store

PATIENCE = 1.5  # seconds a first visitor waits for the count before being told that it goes on


class Seen(Record):
    """What a page can show now."""

    market: Market | None  # None: the first count is not done yet
    counting: bool  # a newer one is on its way


class Markets:
    """The markets of all roles; pages show what was counted last and never wait for long. Safe to share."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards
        self._held: dict[str, tuple[str, Market]] = {}
        self._failed: dict[str, Exception] = {}
        self._counting: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._one = threading.Lock()  # of all roles, one is counted at a time

    def of(self, store: Store, role: Role, *, clock: Callable[[], datetime], patience: float = PATIENCE) -> Seen:
        """What was counted last, and whether a newer count is under way; the error of a count that failed is raised.

        Where nothing was counted yet, this waits for `patience` seconds: on a small database that is enough.
        """
        name, board = role.role, self._boards.of(store, role.role)
        stamp = f"{board.stamp} {role.digest} {stamp_of(store)}"
        if (failed := self._failed.pop(name, None)) is not None:
            raise failed
        held = self._held.get(name)
        if held is None or held[0] != stamp:
            done = self._begin(store, role, board, stamp, clock)
            if held is None:
                done.wait(patience)
            held = self._held.get(name)
        if (failed := self._failed.pop(name, None)) is not None:
            raise failed
        return Seen(market=held[1] if held else None, counting=held is None or held[0] != stamp)

    def held(self, role: str) -> Market | None:
        """What was counted last; counts nothing."""
        found = self._held.get(role)
        return found[1] if found else None

    def finish(self) -> None:
        """Wait for all counts under way."""
        for done in list(self._counting.values()):
            done.wait()

    def _begin(
        self, store: Store, role: Role, board: Board, stamp: str, clock: Callable[[], datetime]
    ) -> threading.Event:
        with self._lock:
            under_way = self._counting.get(role.role)
            if under_way is not None:
                return under_way
            done = self._counting[role.role] = threading.Event()

        def count() -> None:
            try:
                with self._one:
                    self._held[role.role] = (stamp, counted(store, role, board, now=clock()))
            except Exception as error:  # noqa: BLE001  # raised where the count is looked at
                self._failed[role.role] = error
            finally:
                del self._counting[role.role]
                done.set()

        # A daemon: who ends the desk does not wait for a figure nobody will see.
        threading.Thread(target=count, name=f"market of {role.role}", daemon=True).start()
        return done
