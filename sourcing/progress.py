"""How long work says where it is: one callable that takes a line, so that engines know no terminal.

Some lines know more than their words: `Expected` and `Sending` carry the figures a display makes "time left" of.
"""

import time
from collections.abc import Callable, Mapping

from storage.records import Forecast

Progress = Callable[[str], None]

# The steps of a night by the line that says each has begun, in their order.
STEPS: Mapping[str, str] = {
    "planning": "plan",
    "crawling": "crawl",
    "forgetting what is over": "forget",
    "joining accounts": "resolve",
    "scoring leads": "score",
    "preparing the desk": "prepare",
    "writing the report": "report",
}


def silent(line: str) -> None:
    """Say nothing."""
    del line


def seldom(say: Progress, seconds: float = 2.0) -> Progress:
    """A progress that passes on a line in so many seconds at most."""
    told = 0.0

    def tell(line: str) -> None:
        nonlocal told
        if time.monotonic() - told >= seconds:
            told = time.monotonic()
            say(line)

    return tell


class Expected(str):
    """What the sources of a night will send, and for how long."""

    requests: Mapping[str, int]  # by source
    minutes: Mapping[str, float]

    @classmethod
    def of(cls, forecast: tuple[Forecast, ...]) -> "Expected":
        """The plan of a night as a line."""
        requests: dict[str, int] = {}
        minutes: dict[str, float] = {}
        for row in forecast:
            source = row.lane.partition("/")[0]
            requests[source] = requests.get(source, 0) + row.requests
            minutes[source] = minutes.get(source, 0.0) + row.minutes
        expected = f"{sum(requests.values()):,}".replace(",", " ")
        made = cls(f"{expected} requests expected, {max(minutes.values(), default=0.0):.0f} min")
        made.requests, made.minutes = requests, minutes
        return made


class Sending(str):
    """Where one source is; `ended` when it asks nothing any more."""

    source: str
    requests: int
    doing: str
    ended: bool

    @classmethod
    def of(cls, source: str, requests: int, doing: str, *, ended: bool = False) -> "Sending":
        """The state of a source as a line."""
        made = cls(f"{source}: {requests:,} requests, {doing}")
        made.source, made.requests, made.doing, made.ended = source, requests, doing, ended
        return made


class Timed:
    """A progress that passes lines on and knows how long each step of a night took."""

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._clock = progress, clock
        self._took: dict[str, float] = {}
        self._step, self._since = "", 0.0

    def __call__(self, line: str) -> None:
        """Pass a line on; one that begins a step ends the one before."""
        if line in STEPS:
            self._end()
            self._step, self._since = STEPS[line], self._clock()
        self._progress(line)

    def seconds(self) -> dict[str, float]:
        """Seconds per step so far, in their order; those that were not begun are not in it."""
        self._end()
        self._step = ""
        return dict(self._took)

    def _end(self) -> None:
        if self._step:
            self._took[self._step] = self._took.get(self._step, 0.0) + self._clock() - self._since
