"""What one machine carries: figures of a million that belong to other rooms, each from its own bench, in one table.

Usage: python -m bench.scale machine [ACCOUNTS]   (1,000,000; of the store and of nothing else)

Every part runs in a process of its own, so that its memory is its own. Half an hour on two cores; identity's peer needs
PEER_PYTHON (see `bench.identity`), and is left out without.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

from bench.report import RESULTS, Row

ACCOUNTS = 1_000_000


def rows(accounts: int = ACCOUNTS) -> Iterator[Row]:
    """The rows of all parts: upserts, answers, re-ranking and features, skills, pairs."""
    yield from _rows("storage", "bench.storage", str(accounts))
    yield from _rows("crawl", "bench.crawl", "--only", "throughput")
    yield from _rows("scoring", "bench.scoring", "columns", "skills")
    yield from _rows("identity", "bench.identity", "speed")


def _rows(kept: str, *command: str) -> Iterator[Row]:
    """What a bench reports; what it prints on the way goes to the error stream."""
    done = subprocess.run([sys.executable, "-m", *command], stdout=sys.stderr, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}; run it alone to see why")
    for row in json.loads((RESULTS / f"{kept}.json").read_text("utf-8")):
        yield Row(f"{kept}: {row.pop('figure')}", **row)
