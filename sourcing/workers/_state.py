"""Which workers there are, and which of them are alive."""

import time
from collections.abc import Sequence

from storage.store import Store, Worker

FORGOTTEN = 24 * 3600.0  # seconds of silence after which a worker that died is forgotten
LOOK = 0.1  # seconds between two looks


def beat(silence: float) -> float:
    """Seconds between two signs of life."""
    return min(10.0, silence / 4)


def listed(store: Store) -> list[Worker]:
    """All workers that did not end in order, those heard of last first."""
    return store.workers()


def answering(store: Store, silence: float) -> bool:
    """Whether a worker gives a sign of life while we look: one that just died would be waited for in vain."""
    before = {one.name: one.heartbeat for one in store.workers() if one.night is None and one.silent <= silence}
    until = time.monotonic() + beat(silence) + 1.0
    while before and time.monotonic() < until:
        if any(one.heartbeat > before.get(one.name, one.heartbeat) for one in store.workers()):
            return True
        time.sleep(LOOK)
    return False


def alive(store: Store, silence: float) -> Sequence[Worker]:
    """Those heard of within the time after which their sources are taken over."""
    return [one for one in store.workers() if one.silent <= silence]
