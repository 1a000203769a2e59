"""Kills workers that are at work, at random moments."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.store import Store


@contextmanager
def killing(url: str, chance: random.Random | None, count: int, within: float) -> Iterator[list[int]]:
    """Kill a worker that is at work at each of so many random moments while the with-block lasts."""
    hit: list[int] = []
    over = threading.Event()
    moments = sorted(chance.uniform(0, within) for _ in range(count)) if chance is not None else []

    def lurk() -> None:
        with Store.open(url) as store:
            while not over.is_set() and not _busy(store):
                time.sleep(0.05)
            began = time.monotonic()
            for moment in moments:
                over.wait(max(0.0, began + moment - time.monotonic()))
                while not over.is_set() and not (busy := _busy(store)):
                    time.sleep(0.05)
                if over.is_set() or chance is None:
                    return
                victim = chance.choice(busy)
                os.kill(victim, signal.SIGKILL)
                hit.append(victim)
                time.sleep(0.2)

    thread = threading.Thread(target=lurk)
    thread.start()
    try:
        yield hit
    finally:
        over.set()
        thread.join()


def _busy(store: Store) -> list[int]:
    """Process ids of workers that are alive and have sources."""
    found = sorted(one.pid for one in store.workers() if one.doing)
    return [pid for pid in found if _runs(pid)]


def _runs(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
