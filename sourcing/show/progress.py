"""Progress on standard error: on a terminal one line per source with the time left, plain lines everywhere else.

Time left is the plan's forecast as long as a source has sent little, its own pace against the forecast of requests
afterwards. It is a guess about a source that may slow down, and says so with "about".
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sourcing.progress import STEPS, Expected, Progress, Sending

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TELLING = 20  # requests after which a source's own pace says more than the plan
BAR = 24  # characters


@dataclass
class _Source:
    """What is known of one source's way."""

    expected: int = 0  # requests; 0: the plan says nothing
    seconds: float = 0.0  # the plan's
    since: float | None = None
    sent: int = 0
    doing: str = ""
    ended: bool = False


@dataclass
class Ahead:
    """Where all sources are and how long they will take; `clock` gives seconds."""

    clock: Callable[[], float] = time.monotonic
    step: str = "starting"
    sources: dict[str, _Source] = field(default_factory=dict)

    def hear(self, line: str) -> None:
        """Take in a line of progress."""
        if isinstance(line, Expected):
            for name, requests in line.requests.items():
                self.sources[name] = _Source(requests, line.minutes.get(name, 0.0) * 60)
        elif isinstance(line, Sending):
            one = self.sources.setdefault(line.source, _Source())
            one.since = self.clock() if one.since is None else one.since
            one.sent, one.doing, one.ended = line.requests, line.doing, line.ended
        else:
            self.step = line

    def left(self, name: str) -> float | None:
        """Seconds a source will probably still take; None where nothing can be said."""
        one = self.sources.get(name)
        if one is None or not one.expected:
            return None
        if one.ended:
            return 0.0
        passed = self.clock() - one.since if one.since is not None else 0.0
        if one.sent < TELLING or passed <= 0:
            return max(0.0, one.seconds - passed)
        missing = one.expected - one.sent
        return missing * passed / one.sent if missing > 0 else None  # more than was planned: nobody knows

    def share(self, name: str) -> float | None:
        """How much of what was planned a source has sent, in [0,1]; None without a plan."""
        one = self.sources[name]
        return min(1.0, one.sent / one.expected) if one.expected else None

    def running(self) -> list[str]:
        """The sources that have begun and not ended."""
        return [name for name, one in self.sources.items() if one.since is not None and not one.ended]

    def all_left(self) -> float | None:
        """Seconds until the slowest source is done; they run side by side."""
        known = [left for name in self.running() if (left := self.left(name)) is not None]
        return max(known, default=None)


def lasting(seconds: float | None) -> str:
    """A time left in words, "" where nothing can be said."""
    if seconds is None:
        return ""
    if seconds < 60:
        return "under a minute left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 120 else f"about {minutes / 60:.1f} h left"


def plain(ahead: Ahead, line: str) -> str:
    """A line as it is written where no terminal is."""
    left = lasting(ahead.left(line.source)) if isinstance(line, Sending) and not line.ended else ""
    return f"{line}, {left}" if left else str(line)


@contextmanager
def shown() -> Iterator[Progress]:
    """Give a progress that people can see; results on standard output stay clean."""
    ahead = Ahead()
    if not sys.stderr.isatty():

        def say(line: str) -> None:
            ahead.hear(line)
            print(plain(ahead, line), file=sys.stderr, flush=True)

        yield say
        return
    from rich.console import Console

    with live(Console(stderr=True), ahead) as progress:
        yield progress


@contextmanager
def live(console: Console, ahead: Ahead) -> Iterator[Progress]:
    """A table that stays in its place, one line per source; steps that are over stand above it."""
    from rich.live import Live
    from rich.text import Text

    with Live(table(ahead), console=console, refresh_per_second=4, transient=True) as screen:

        def say(line: str) -> None:
            if line in STEPS and ahead.step in STEPS:
                console.print(Text(f"{ahead.step}: done", style="dim"))
            ahead.hear(line)
            screen.update(table(ahead))

        yield say


def table(ahead: Ahead) -> Table:
    """What is shown on a terminal."""
    from rich.table import Table
    from rich.text import Text

    found = Table.grid(padding=(0, 2))
    head = lasting(ahead.all_left()) if ahead.running() else ""
    found.add_row(Text(ahead.step, style="bold"), Text(""), Text(""), Text(head))
    for name in ahead.running():
        one = ahead.sources[name]
        figure = f"{one.sent:,} of {one.expected:,}" if one.expected else f"{one.sent:,}"
        left = lasting(ahead.left(name)) or one.doing
        found.add_row(Text(f"  {name}"), Text(bar(ahead.share(name))), Text(figure), Text(left))
    return found


def bar(share: float | None) -> str:
    """A share of the way as a bar of characters."""
    if share is None:
        return " " * BAR
    full = round(share * BAR)
    return "█" * full + "░" * (BAR - full)
