"""Markets counted beside the pages: once per change of the database, and kept beside it.

A few people are counted in a thread. Counting many takes minutes of pure Python, which would slow every page down: that
is done in a process of its own, at the lowest priority.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from scoring.roles import Role, find_role
from sourcing.config import Config, load
from sourcing.desk import kept
from sourcing.desk.board import Board, Boards
from sourcing.desk.market import Market, counted
from sourcing.desk.nights import stamp_of
from storage.errors import SourcingError, StoreError
from storage.records import Record
from storage.store import Store

PATIENCE = 1.5  # seconds a first visitor waits for the count before being told that it goes on
MANY = 5_000  # people from which on a process of its own costs less than what it spares the pages
_log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Count = Callable[[Store, Role, Board, datetime], Market]


class Seen(Record):
    """What a page can show now."""

    market: Market | None  # None: the first count is not done yet
    counting: bool  # a newer one is on its way


class _Kept(Record):
    """A count as its file holds it."""

    stamp: str
    market: Market


def here(store: Store, role: Role, board: Board, now: datetime) -> Market:
    """Count in this process."""
    return counted(store, role, board, now=now)


def beside(config: Config) -> Count:
    """A count that takes a process of its own where there are many people; StoreError if that one fails."""

    def count(store: Store, role: Role, board: Board, now: datetime) -> Market:
        if len(board) < MANY:
            return here(store, role, board, now)
        words = [sys.executable, "-m", "sourcing.desk.counting", str(config.path), role.role, now.isoformat()]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  # our own interpreter
        if done.returncode:
            why = done.stderr.strip().rpartition("\n")[2] or f"exit {done.returncode}"
            raise StoreError(f"the market of {role.role} could not be counted: {why}; look again later")
        return Market.model_validate_json(done.stdout)

    return count


class Markets:
    """The markets of all roles; pages show what was counted last and never wait for long. Safe to share."""

    def __init__(self, boards: Boards, count: Count = here) -> None:
        self._boards = boards
        self._count = count
        self._held: dict[str, tuple[str, Market]] = {}
        self._failed: dict[str, Exception] = {}
        self._counting: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._one = threading.Lock()  # of all roles, one is counted at a time

    def of(self, store: Store, role: Role, *, clock: Clock, patience: float = PATIENCE) -> Seen:
        """What was counted last, and whether a newer count is under way; the error of a count that failed is raised.

        Where nothing was counted yet, this waits for `patience` seconds: on a small database that is enough.
        """
        name, board = role.role, self._boards.of(store, role.role)
        stamp = f"{board.stamp} {role.digest} {stamp_of(store)}"
        if (failed := self._failed.pop(name, None)) is not None:
            raise failed
        if name not in self._held and (remembered := _remembered(store, name)) is not None:
            self._held[name] = (remembered.stamp, remembered.market)
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

    def _begin(self, store: Store, role: Role, board: Board, stamp: str, clock: Clock) -> threading.Event:
        with self._lock:
            under_way = self._counting.get(role.role)
            if under_way is not None:
                return under_way
            done = self._counting[role.role] = threading.Event()

        def count() -> None:
            try:
                with self._one:
                    market = self._count(store, role, board, clock())
                self._held[role.role] = (stamp, market)
                _remember(store, role.role, _Kept(stamp=stamp, market=market))
            except Exception as error:  # noqa: BLE001  # raised where the count is looked at
                self._failed[role.role] = error
            finally:
                del self._counting[role.role]
                done.set()

        # A daemon: who ends the desk does not wait for a figure nobody will see.
        threading.Thread(target=count, name=f"market of {role.role}", daemon=True).start()
        return done


def _file(store: Store, role: str) -> Path | None:
    folder = kept.room(store, "markets", role)
    return folder / "market.json" if folder is not None else None


def _remembered(store: Store, role: str) -> _Kept | None:
    """The count of an earlier desk; None if there is none that can be read."""
    file = _file(store, role)
    if file is None or not file.is_file():
        return None
    try:
        return _Kept.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):  # of another version
        return None


def _remember(store: Store, role: str, count: _Kept) -> None:
    file = _file(store, role)
    if file is None:
        return
    draft = file.with_name(f"{os.getpid()}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(count.model_dump_json(), "utf-8")
        draft.replace(file)
    except OSError as error:
        _log.warning("the market of %s is not kept: %s; it is counted again after each start", role, error)


def main(path: str, name: str, now: str) -> None:
    """Count the market of a role and print it as JSON; what `beside` starts."""
    os.nice(19)
    config = load(Path(path))
    with Store.open(config.database_url, key=config.key) as store:
        role = find_role(name, config.roles_folder)
        at = datetime.fromisoformat(now).astimezone(UTC)
        print(here(store, role, Boards().of(store, name), at).model_dump_json())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except SourcingError as error:
        sys.exit(str(error))
