"""How often somebody may try to sign in: per name and per address, counted in memory by a clock nobody can set back."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW = 15 * 60.0  # seconds
PER_NAME, PER_ADDRESS = 10, 30  # failed attempts within it
MOST_KEYS = 20_000  # remembered; the oldest are dropped


class Attempts:
    """Attempts of the last quarter of an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tried: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def take(self, name: str, address: str) -> float:
        """Count an attempt before it is looked at; gives the seconds to wait if it is one too many, else 0.

        Counted first, so that a hundred attempts at once are a hundred.
        """
        now = self._clock()
        keys = (("name", name), PER_NAME), (("address", network(address)), PER_ADDRESS)
        with self._lock:
            wait = max(self._wait(key, most, now) for key, most in keys)
            if wait <= 0:
                for key, _ in keys:
                    self._note(key, now)
            return max(wait, 0.0)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the attempts on a name, and this one of the address."""
        with self._lock:
            self._tried.pop(("name", name), None)
            tried = self._tried.get(("address", network(address)))
            if tried:
                tried.pop()

    def _wait(self, key: tuple[str, str], most: int, now: float) -> float:
        tried = self._tried.get(key)
        while tried and tried[0] <= now - WINDOW:
            tried.popleft()
        return tried[0] + WINDOW - now if tried and len(tried) >= most else 0.0

    def _note(self, key: tuple[str, str], now: float) -> None:
        self._tried.setdefault(key, deque()).append(now)
        self._tried.move_to_end(key)
        while len(self._tried) > MOST_KEYS:
            self._tried.popitem(last=False)


def network(address: str) -> str:
    """An address as it is counted: of IPv6 the first 64 bits, which one household has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
