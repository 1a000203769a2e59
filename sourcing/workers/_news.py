"""What wakes a worker: the night's bell, its own sources, and signals that tell it to leave."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from storage.errors import StoreError
from storage.store._night.bell import Bell

log = logging.getLogger("sourcing.workers")


class News:
    """Whether there is something to look at."""

    def __init__(self) -> None:
        self._some = asyncio.Event()

    def tell(self) -> None:
        """There is."""
        self._some.set()

    async def wait(self, seconds: float) -> None:
        """Until there is, so many seconds at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._some.wait(), seconds)
        self._some.clear()

    @contextmanager
    def listening(self, url: str) -> Iterator[None]:
        """Hear the bell while the with-block lasts."""
        loop = asyncio.get_running_loop()
        with Bell(url) as bell:
            number = bell.fileno()
            loop.add_reader(number, self._hear, bell, number)
            try:
                yield
            finally:
                loop.remove_reader(number)

    def _hear(self, bell: Bell, number: int) -> None:
        try:
            bell.heard()
        except StoreError:  # what is wrong with the database is told by the next look at it
            log.warning("the night's bell is lost; rounds take a little longer")
            asyncio.get_running_loop().remove_reader(number)
        self._some.set()


@contextmanager
def told_by_signals(leave: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM mean `leave` while the with-block lasts."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    loop = asyncio.get_running_loop()
    for number in kept:
        loop.add_signal_handler(number, leave)
    try:
        yield
    finally:
        for number, handler in kept.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
