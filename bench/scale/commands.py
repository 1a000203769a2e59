"""How long commands that only read take, each in a process of its own, on a store of many leads.

Usage: python -m bench.scale commands [LEADS]   (100,000)

Judged by processor time, which other work on the machine moves less than the clock; the clock stands beside it. Code is
kept compiled between runs, as an installed package is, whatever this process was told of that. With the environment
variable BENCH_HOUSE set to a folder, the store is made there once and used again.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter
from typing import NamedTuple

from bench.desk._crowd import ROLE, installation
from bench.report import Row
from sourcing.config import FILE_NAME, load
from storage.store import Store

LEADS = 100_000
RUNS = 5
MOST, MOST_HELP = 0.3, 0.2  # seconds
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("rank", "--help"),
    ("rank", ROLE),
    ("rank", ROLE, "--json", "--limit", "100"),
    ("rank", ROLE, "--section", "too_little_evidence"),
    ("explain", "L000042", "--role", ROLE),
    ("explain", "L000042", "--role", ROLE, "--versus", "L000043"),
    ("lead", "show", "L000042"),
    ("lead", "show", "github:dev-000042"),
    ("search", "training pytorch"),
    ("search", "training pytorch", "--role", ROLE),
    ("decisions",),
    ("decisions", "--role", ROLE),
    ("decisions", "--lead", "L000042"),
    ("identity", "queue", "--json"),
    ("exports", "list"),
    ("exports", "affected", "L000042"),
    ("worker", "--list"),
    ("nights",),
    ("sources",),
    ("plan",),
    ("role", "list"),
    ("role", "show", ROLE),
    ("role", "reference"),
    ("role", "lint", ROLE, "--no-supply"),
    ("user", "list"),
    ("audit", "log"),
    ("subject", "find", "L000042"),
    ("subject", "log"),
    ("notices", "render", "L000042"),
    # These speak of everybody: what they take must not grow with the store.
    ("notices", "due"),
    ("notices", "list"),
    ("retention", "preview"),
    ("legal", "show"),
    ("doctor",),
    # These count or weigh everybody, by columns that are kept.
    ("role", "lint", ROLE),
    ("rank", ROLE, "--balance", "region"),
    ("role", "diff", ROLE, "--set", "impact=0.2"),
    ("rank", ROLE, "--set", "impact=0.2"),
    ("role", "tune", ROLE),
)
# What only reads as well and is not measured here, each with the reason.
NOT_MEASURED: Mapping[str, str] = {
    "audit bias": "computes over a whole list and a file of the operator's",
    "audit proxies": "reads everybody anew where receipts are of another profile or day, which takes minutes",
    "db backup": "copies the database",
    "db check": "reads every row, as `doctor --deep` does",
    "db compact": "rewrites the database",
    "digest": "tells of a night, and this store has none",
    "exports push": "sends; where it only says so, it goes through the whole list as well",
    "identity what-if": "joins everybody anew with other settings",
    "nights --last": "tells of a night, and this store has none",
    "optout build": "writes pages",
    "rank --night": "rebuilds a night's list from all its receipts, and this store has no night",
    "replay": "rebuilds a night's lists from all their receipts, and this store has no night",
    "subject new-key": "begins the tombstones anew",
}


class Took(NamedTuple):
    """Seconds of one command: of processor, and by the clock."""

    worked: float
    clock: float


def rows(leads: int = LEADS) -> Iterator[Row]:
    """Each command's medians beside a bare interpreter, in seconds."""
    with _house(leads) as folder, tempfile.TemporaryDirectory() as compiled:
        yield from measured(folder, compiled)


def measured(folder: Path, compiled: str) -> Iterator[Row]:
    """The rows of a furnished installation; compiled code is kept in a folder of that name."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"SOURCING_CONFIG": str(folder), "PYTHONPYCACHEPREFIX": compiled}
    bare = _took([sys.executable, "-c", "pass"], env)
    beside = f"a bare interpreter {bare.worked:.3f}"
    for words in COMMANDS:
        most = MOST_HELP if "--help" in words else MOST
        _once([sys.executable, "-m", "cli", *words], env)  # what is kept between processes is made by the first
        took = _took([sys.executable, "-m", "cli", *words], env)
        name, holds = f"sourcing {' '.join(words)}", took.worked <= most
        yield Row(name, took.worked, "s of processor", f"{beside}; by the clock {took.clock:.3f}", f"≤ {most:g}", holds)


@contextmanager
def _house(leads: int) -> Iterator[Path]:
    if kept := os.environ.get("BENCH_HOUSE"):
        folder = Path(kept)
        if not (folder / FILE_NAME).exists():
            folder.mkdir(parents=True, exist_ok=True)
            installation(folder, leads)
        Store.upgrade(load(folder).database_url)
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        installation(Path(made), leads)
        yield Path(made)


def _took(command: Sequence[str], env: Mapping[str, str]) -> Took:
    runs = [_once(command, env) for _ in range(RUNS)]
    return Took(median(one.worked for one in runs), median(one.clock for one in runs))


def _once(command: Sequence[str], env: Mapping[str, str]) -> Took:
    started, before = perf_counter(), getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    clock, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[:500]}")
    return Took(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock)
