"""Nights after nights on a world that changes: what grows, and what stays as it is.

Two installations on one invented web, of which about three people in a hundred change from night to night. On the first
each night is a process of its own, as a timer starts it, and a desk stays open beside them all and is looked at every
morning; on the second one process runs all nights. The first night, which reads everything, is left out. The rest is
cut into thirds, and the last is set beside the first: growth of the database by bytes in use per person that changed,
on the middle night of each third (a night on which many are forgotten leaves it smaller than it was), memory by the
largest of each night's process and by what the long-living ones hold, time by processor seconds.
"""

import argparse
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

from bench._memory import ended, held
from bench.faults._night import PEAK
from bench.faults._world import BEGIN, Web, environment, installation, opened, start, web
from bench.report import Row, middle, report
from sourcing.demo.run import ROLE

BAR = 1.2
START_SECONDS = 60
PAGES = (f"/inbox/{ROLE}", f"/ranking/{ROLE}", "/nights", "/search?q=python")  # of the desk, looked at every morning
MIB = 2**20


@dataclass(frozen=True)
class Morning:
    """What is found after a night."""

    requests: int
    changed: int  # accounts that are new, changed, gone or back, or whose work changed
    held: int  # accounts stored
    seconds: float  # of processor
    peak: int  # KiB, of the night's process
    bytes: int  # of the database, in use
    tables: dict[str, int]  # bytes by table and index
    desk: int  # KiB, held by the desk
    loop: int  # KiB, held by the process of all nights


def soak(nights: int, people: int) -> list[Row]:
    """Run the nights and give the figures."""
    with web(people) as served, tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        path, other = installation(here / "nights", served), installation(here / "loop", served)
        with _loop(other) as run_next, _desk(path.parent) as look:
            mornings = []
            for day in range(nights):
                served.day(day)
                mornings.append(_morning(path, served, day, run_next, look))
                _tell(day, mornings[-1])
    return rows(mornings, people)


def _morning(path: Path, served: Web, day: int, run_next: Callable[[int], int], look: Callable[[], int]) -> Morning:
    mark = served.mark()
    with start(path, database="", day=day, attempt=0) as child:
        used = ended(child)
    if used.code != 0:
        raise RuntimeError(f"night {day + 1} ended with {used.code}; it said last:\n{used.said[-2000:]}")
    requests = served.requests(mark).total()
    with opened(path) as store:
        changed, there = len(store.touched(BEGIN + timedelta(days=day))), sum(store.held_by_source().values())
    size, tables = _size(path.parent / "sourcing.db")
    peak = int(used.said.rpartition(PEAK)[2])
    return Morning(requests, changed, there, used.seconds, peak, size, tables, look(), run_next(day))


def _size(file: Path) -> tuple[int, dict[str, int]]:
    """Bytes of a database in use, in all and by table and index (its dbstat table)."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as there:
        tables = dict(there.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    there.close()
    return sum(tables.values()), tables


@contextmanager
def _desk(folder: Path) -> Iterator[Callable[[], int]]:
    """A desk that stays open: looks at its pages and gives the KiB it holds then."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "bench.desk._serve", str(folder), str(port)]
    with subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:

            def look() -> int:
                for page in PAGES:
                    with urlopen(f"http://127.0.0.1:{port}{page}", timeout=120) as answer:
                        answer.read()
                return held(child.pid)

            _wait_for(port, child)
            yield look
        finally:
            child.terminate()


def _wait_for(port: int, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the desk did not start (exit code {child.poll()})")


@contextmanager
def _loop(path: Path) -> Iterator[Callable[[int], int]]:
    """One process for all nights: runs the night of a day and gives the KiB it holds after it."""
    words = [sys.executable, "-m", "bench.faults._loop", str(path)]
    with subprocess.Popen(
        words, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        asked, said = child.stdin, child.stdout

        def run_next(day: int) -> int:
            print((BEGIN + timedelta(days=day)).isoformat(), file=asked, flush=True)
            told = said.readline().split()
            if not told or told[0] != "0":
                raise RuntimeError(f"night {day + 1} of the loop ended with {told or 'nothing'}")
            return int(told[1])

        yield run_next
        asked.close()


# --- the figures -----------------------------------------------------------------------------------------------


def rows(mornings: Sequence[Morning], people: int) -> list[Row]:
    """The last third of the nights beside the first, the first night left out."""
    size = max(1, (len(mornings) - 1) // 3)
    first, last = mornings[1 : 1 + size], mornings[-size:]
    grown = _growth(mornings[0], first), _growth(mornings[-size - 1], last)
    changed = middle(one.changed for one in mornings[1:])
    told = f"{len(mornings)} nights, {people:,} people, {changed:.0f} accounts changed a night; thirds of {size} nights"
    found = [
        Row("growth of the database, first third", grown[0], "bytes per change", told),
        Row("growth of the database, last third", grown[1], "bytes per change", _growing(mornings[-size - 1], last)),
        _ratio("growth of the database per change", grown[1], grown[0]),
        Row("database after the last night", mornings[-1].bytes / MIB, "MiB", f"largest {_largest(mornings):.1f} MiB"),
        Row("database per account stored", mornings[-1].bytes / max(1, mornings[-1].held), "bytes"),
    ]
    figures: list[tuple[str, Callable[[Morning], float], str]] = [
        ("memory of a night's process, at most", lambda one: one.peak / 1024, "MiB"),
        ("memory of one process for all nights", lambda one: one.loop / 1024, "MiB"),
        ("memory of a desk that stays open", lambda one: one.desk / 1024, "MiB"),
        ("processor time of a night", lambda one: one.seconds, "s"),
        ("processor time per request", lambda one: 1000 * one.seconds / max(1, one.requests), "ms"),
    ]
    for name, figure, unit in figures:
        then, now = middle(map(figure, first)), middle(map(figure, last))
        found.append(_ratio(name, now, then, f"{then:,.4g} and {now:,.4g} {unit}"))
    return found


def _growth(before: Morning, nights: Sequence[Morning]) -> float:
    """Bytes in use a change of one account adds on the middle one of some nights; few are those that forget people."""
    pairs = zip((before, *nights), nights, strict=False)
    return middle((now.bytes - then.bytes) / max(1, now.changed) for then, now in pairs)


def _largest(mornings: Sequence[Morning]) -> float:
    return max(one.bytes for one in mornings) / MIB


def _growing(before: Morning, nights: Sequence[Morning]) -> str:
    """What grew most over some nights."""
    more = {name: count - before.tables.get(name, 0) for name, count in nights[-1].tables.items()}
    most = sorted(more.items(), key=lambda item: -item[1])[:4]
    return "most in " + ", ".join(f"{name} {count / len(nights) / 1024:,.0f} KiB a night" for name, count in most)


def _ratio(name: str, now: float, then: float, peer: str = "") -> Row:
    """The last third over the first; less than nothing is no growth."""
    ratio = now / then if then > 0 else (0.0 if now <= 0 else float("inf"))
    return Row(f"{name}: last third over first", ratio, "×", peer, f"≤ {BAR}", ratio <= BAR)


def _tell(day: int, one: Morning) -> None:
    print(
        f"night {day + 1}: {one.requests:,} requests, {one.changed:,} changed, {one.bytes / MIB:.1f} MiB, "
        f"{one.seconds:.1f} s, peak {one.peak // 1024} MiB, loop {one.loop // 1024}, desk {one.desk // 1024}",
        file=sys.stderr,
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m bench.faults soak`: print and keep the figures; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench.faults soak", description=__doc__)
    parser.add_argument("nights", type=int, nargs="?", default=30)
    parser.add_argument("--people", type=int, default=2000)
    chosen = parser.parse_args(arguments)
    figures = soak(chosen.nights, chosen.people)
    report("faults-soak", figures)
    return int(any(row.holds is False for row in figures))


if __name__ == "__main__":
    sys.exit(main())
