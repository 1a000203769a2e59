"""Workers on this machine, started for one night and ended with it; one that dies is replaced."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from sourcing.config import Config
from storage.errors import SourcingError, StoreError

FAILED = "worker {number} ended with {code} before the night was over; see {log}"
MOST_DEATHS = 50  # per night: a machine that kills that many has too little memory
PATIENCE = 30.0  # seconds a worker may take to hand back what it has
_HOME = Path(__file__).resolve().parents[2]  # where the package `sourcing` lies


class Children:
    """Local workers of one night."""

    def __init__(self, config: Config, night: int, count: int, at_once: int | None) -> None:
        self._config, self._night = config, night
        self._at_once = at_once or config.workers.at_once
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._wanted = range(1, count + 1)
        self.deaths = 0

    def __enter__(self) -> Self:
        for number in self._wanted:
            self._running[number] = self._start(number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tell_to_leave()
        if kind is None:
            # They have let go of everything by now: the night goes on while their processes end.
            threading.Thread(target=self._wait).start()
        else:
            self._wait()

    def tell_to_leave(self) -> None:
        """Have all hand back what they do, and end."""
        for child in self._running.values():
            child.terminate()

    def _wait(self) -> None:
        for child in self._running.values():
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    @property
    def pids(self) -> list[int]:
        """Process ids of those that run."""
        return [child.pid for child in self._running.values() if child.poll() is None]

    def look(self) -> None:
        """Replace workers that were killed or told to leave; StoreError for one that failed: the next one would too."""
        for number, child in list(self._running.items()):
            code = child.poll()
            if code is None:
                continue
            del self._running[number]
            log = self._log(number)
            if code > 0 or self.deaths >= MOST_DEATHS:
                raise StoreError(FAILED.format(number=number, code=code, log=log) + _last_line(log))
            self.deaths += 1
            self._running[number] = self._start(number)

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "sourcing.workers", str(self._config.path), str(self._night)]
        words += [str(self._at_once), f"worker-{number}.log"]
        path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
        self._config.logs_folder.mkdir(parents=True, exist_ok=True)
        with self._log(number).open("ab") as errors:
            # A session of its own: Ctrl-C reaches the night, which then tells its workers in order.
            return subprocess.Popen(  # noqa: S603  # our own interpreter and module
                words,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
                env=os.environ | {"PYTHONPATH": path},
            )

    def _log(self, number: int) -> Path:
        return self._config.logs_folder / f"worker-{number}.err"


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines() if log.exists() else []
    return f": {lines[-1][:300]}" if lines else ""


def main(words: list[str]) -> int:
    """Run one local worker; gives the exit code."""
    from datetime import UTC, datetime

    from sourcing.config import load
    from sourcing.process import start_quickly
    from sourcing.workers._work import work

    start_quickly()
    path, night, at_once, log_name = words
    try:
        config = load(Path(path))
        work(config, now=datetime.now(UTC), at_once=int(at_once), night=int(night), log_name=log_name)
    except SourcingError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return 0
