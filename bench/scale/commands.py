"""How long commands that only read take, each in a process of its own, on a store of many leads."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.desk._crowd import ROLE, installation
from bench.report import Row

LEADS = 100_000
RUNS = 5
MOST, MOST_HELP = 0.3, 0.2  # seconds
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("rank", "--help"),
    ("rank", ROLE),
    ("rank", ROLE, "--json", "--limit", "100"),
    ("explain", "L000042", "--role", ROLE),
    ("lead", "show", "L000042"),
    ("search", "training pytorch"),
    ("decisions",),
    ("identity", "queue", "--json"),
    ("exports", "list"),
    ("nights",),
    ("sources",),
    ("plan",),
    ("role", "list"),
    ("user", "list"),
)


def rows(leads: int = LEADS) -> Iterator[Row]:
    """Each command's median beside a bare interpreter, in seconds."""
    bare = _took([sys.executable, "-c", "pass"], Path.cwd())
    with tempfile.TemporaryDirectory() as folder:
        installation(Path(folder), leads)
        yield from measured(Path(folder), bare)


def measured(folder: Path, bare: float) -> Iterator[Row]:
    """The rows of a furnished installation."""
    for words in COMMANDS:
        most = MOST_HELP if "--help" in words else MOST
        took = _took([sys.executable, "-m", "cli", *words], folder)
        yield Row(
            f"sourcing {' '.join(words)}", took, "s", f"a bare interpreter {bare:.3f}", f"≤ {most:g}", took <= most
        )


def _took(command: Sequence[str], folder: Path) -> float:
    return median(_once(command, folder) for _ in range(RUNS))


def _once(command: Sequence[str], folder: Path) -> float:
    started = perf_counter()
    done = subprocess.run(
        command, env=os.environ | {"SOURCING_CONFIG": str(folder)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[:500]}")
    return perf_counter() - started
