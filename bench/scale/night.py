"""A whole second night, step by step, on two invented webs: no step may grow faster than what it works on.

Usage: python -m bench.scale night [FEW MANY]   (1,000 and 4,000 people; 10,000 and 100,000 take hours, most of them in
the first nights and on the synthetic web, which serves from another process)

What is measured is the processor time of the night's own process, so that the synthetic web, which runs beside it,
does not count; the clock stands beside it. Steps are said as they begin. With the environment variable BENCH_HOUSE set
to a folder, the first nights are made there once: a run that was ended goes on with the next night.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.faults._counting import NO_LIMITS
from bench.report import Row
from sourcing.demo.run import WORLD_FILE, DemoWorld, run_demo
from sourcing.process import start_quickly
from sourcing.progress import STEPS, Timed

FEW, MANY = 1_000, 4_000  # people
GROWTH = 1.15  # times the growth of the input; a busy machine moves single steps by that much
LEAST = 0.5  # seconds of processor below which a step says more of the machine than of the code


class Second(NamedTuple):
    """A second night: accounts known, seconds by step on the processor and on the clock."""

    accounts: int
    worked: dict[str, float]
    clock: dict[str, float]


def second_night(people: int) -> Second:
    """Two nights of a world in a folder of its own, or one more where a first is kept."""
    with _house(people) as folder:
        if not _has_a_night(folder):
            # Without limits: a token reads 100,000 people in days, whatever the machine (docs/scale.md).
            run_demo(folder, people=people, seed="scale", limits=NO_LIMITS, progress=_step_of(people))
        clock = Timed(_step_of(people))
        worked = Timed(clock, clock=time.process_time)
        report = run_demo(folder, people=people, seed="scale", limits=NO_LIMITS, progress=worked)
    return Second(report.joined.accounts if report.joined else 0, worked.seconds(), clock.seconds())


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


def _step_of(people: int) -> Callable[[str], None]:
    def say(line: str) -> None:
        if line in STEPS:
            print(f"{datetime.now(UTC):%H:%M:%S} {people:,} people: {line}", file=sys.stderr)

    return say


def rows(few: int = FEW, many: int = MANY) -> Iterator[Row]:
    """Each step of both worlds, and how much faster than the accounts it grew."""
    start_quickly()  # as the command does
    small, large = second_night(few), second_night(many)
    yield Row(f"accounts known, {many:,} people", float(large.accounts), "", f"{small.accounts:,} of {few:,} people")
    for step, worked in large.worked.items():
        before = small.worked.get(step, 0.0)
        beside = f"{before / 60:.3f} with {few:,}; on the clock {large.clock[step] / 60:.3f}"
        yield Row(f"{step}, {many:,} people", worked / 60, "min", beside)
        if worked >= LEAST:
            growth = (worked / max(before, 0.01)) / (large.accounts / small.accounts)
            yield Row(f"{step}, growth", growth, "× that of the accounts", "", f"≤ {GROWTH}", growth <= GROWTH)
