"""A whole second night, step by step, on two invented webs: no step may grow faster than what it works on.

Usage: python -m bench.scale night [FEW MANY]   (1,000 and 4,000 people; 10,000 and 100,000 take half an hour, most of
it in the first nights)

What is measured is the processor time of the night's own process, so that the synthetic web, which runs beside it,
does not count; the clock stands beside it. A larger world also changes more and is asked more: so a step is compared
with its input, and the growth of all accounts stands beside it. Steps are said as they begin. With the environment
variable BENCH_HOUSE set to a folder, the first nights are made there once: a run that was ended goes on with the next.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.faults._counting import NO_LIMITS
from bench.report import Row
from sourcing.demo.run import LISTING, WORLD_FILE, DemoWorld, run_demo
from sourcing.nightly import NightReport
from sourcing.process import start_quickly
from sourcing.progress import STEPS, Timed, silent

FEW, MANY = 1_000, 4_000  # people
GROWTH = 1.15  # times the growth of the input; a busy machine moves single steps by that much
WORKS_ON = {
    "crawl": "answers",
    "forget": "leads",
    "resolve": "accounts looked at",
    "score": "leads scored anew",
    "prepare": "leads scored anew",  # and the list of a role, which takes a sixtieth of it
}
LEAST = 0.5  # seconds of processor below which a step says more of the machine than of the code


class Second(NamedTuple):
    """A second night: its report, seconds by step on the processor and on the clock."""

    report: NightReport
    worked: dict[str, float]
    clock: dict[str, float]

    def size(self, step: str) -> int:
        """What a step works on: answers, accounts looked at, leads scored anew, all leads, or all accounts."""
        joined, scored = self.report.joined, self.report.scored
        assert joined is not None
        assert scored is not None
        answers = sum(outcome.requests for outcome in self.report.night.outcomes)
        sizes = {
            "answers": answers,
            "leads": joined.leads,
            "accounts looked at": joined.looked_at,
            "leads scored anew": scored.leads,
        }
        return sizes.get(WORKS_ON.get(step, ""), joined.accounts)


class Watch:
    """A progress that says and times the steps of a night, and stops when the night is over."""

    def __init__(self, people: int) -> None:
        self._people, self._seconds = people, (dict[str, float](), dict[str, float]())
        self._clock = Timed(silent)
        self._worked = Timed(self._clock, clock=time.process_time)

    def __call__(self, line: str) -> None:
        """Take a line of the night."""
        self._worked(line)
        if line in STEPS or line == LISTING:
            print(f"{datetime.now(UTC):%H:%M:%S} {self._people:,} people: {line}", file=sys.stderr)
        if line == LISTING:  # what comes after is the demo's
            self._seconds = self._worked.seconds(), self._clock.seconds()

    def told(self, report: NightReport) -> Second:
        """What was seen of a night that is over."""
        return Second(report, *self._seconds)


def second_night(people: int) -> Second:
    """Two nights of a world in a folder of its own, or one more where a first is kept."""
    with _house(people) as folder:
        if not _has_a_night(folder):
            # Without limits: a token reads 100,000 people in days, whatever the machine (docs/scale.md).
            run_demo(folder, people=people, seed="scale", limits=NO_LIMITS, progress=Watch(people))
        # The invented world of nights before lives in this process: to look through it for garbage is not the night's.
        gc.collect()
        gc.freeze()
        watch = Watch(people)
        return watch.told(run_demo(folder, people=people, seed="scale", limits=NO_LIMITS, progress=watch))


@contextmanager
def _house(people: int) -> Iterator[Path]:
    if kept := os.environ.get("BENCH_HOUSE"):
        yield Path(kept) / str(people)
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def _has_a_night(folder: Path) -> bool:
    path = folder / WORLD_FILE
    if not path.exists():
        return False
    world = DemoWorld.model_validate_json(path.read_bytes())
    return world.night_done or world.day > 0


def rows(few: int = FEW, many: int = MANY) -> Iterator[Row]:
    """Each step of both worlds, and how much faster it grew than what it works on."""
    start_quickly()  # as the command does
    small, large = second_night(few), second_night(many)
    for step, worked in large.worked.items():
        before, (less, more) = small.worked.get(step, 0.0), (small.size(step), large.size(step))
        beside = f"{before / 60:.3f} with {few:,}; on the clock {large.clock[step] / 60:.3f}"
        yield Row(f"{step}, {many:,} people, of {WORKS_ON.get(step, 'accounts')} {more:,}", worked / 60, "min", beside)
        if worked >= LEAST:
            yield _growth(step, worked / max(before, 0.01), more / max(less, 1), _known(large) / _known(small))


def _growth(step: str, times: float, of_input: float, of_accounts: float) -> Row:
    note = f"{times:.1f} times for {of_input:.1f} times; accounts {of_accounts:.1f} times"
    share = times / of_input
    return Row(f"{step}, growth", share, "× that of its input", note, f"≤ {GROWTH}", share <= GROWTH)


def _known(night: Second) -> int:
    assert night.report.joined is not None
    return night.report.joined.accounts
