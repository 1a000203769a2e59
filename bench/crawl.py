"""`make bench-crawl`: what a lead costs, what an unchanged world costs, pacing against a quota, answers per CPU second.

`--only cost|pacing|throughput` runs one part; `--people N` sets the size of the synthetic web (2,000).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench._server import WINDOW_LIMIT
from bench.report import Row, report

QUOTA_ANSWERS = 3062
IDEAL = QUOTA_ANSWERS / WINDOW_LIMIT  # seconds: no crawl can finish earlier by more than the first window
PAGES = 1000
RUNS = 5
SHARE = 0.6  # of the answers per processor second of a spider that only receives


@contextmanager
def server() -> Iterator[str]:
    """The bench server as a child process; gives its base address."""
    command = [sys.executable, "-m", "bench._server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
        child.stdin.close()


def stats(base: str) -> dict[str, float]:
    """What the server counted."""
    with urlopen(f"{base}/stats", timeout=10) as answer:
        return {str(key): float(value) for key, value in json.load(answer).items()}


def client(way: str, base: str, count: int) -> dict[str, float]:
    """One crawl in a process of its own."""
    command = [sys.executable, "-m", "bench._client", way, base, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return {str(key): float(value) for key, value in json.loads(done.stdout.splitlines()[-1]).items()}


@dataclass(frozen=True)
class Paced:
    """A crawl against the quota: time over the ideal, refusals, answers lost."""

    ratio: float
    refused: float
    lost: float


def paced(way: str) -> Paced:
    """Crawl 3,062 answers from a server that gives 128 a second."""
    with server() as base:
        seen = client(way, base, QUOTA_ANSWERS)
        counted = stats(base)
    return Paced(seen["wall"] / IDEAL, counted["refused"], QUOTA_ANSWERS - counted["served"])


def pacing() -> list[Row]:
    """The gate beside Scrapy's own ways, in the same run."""
    rows: list[Row] = []
    peers = {way: paced(way) for way in ("default", "autothrottle", "fixed")}
    ours = paced("ours")
    told = "; ".join(f"{way} {p.ratio:.2f}× {p.refused:.0f} refused {p.lost:.0f} lost" for way, p in peers.items())
    rows.append(Row("pacing: time over the ideal", ours.ratio, "×", told, "≤ 1.0", ours.ratio <= 1.0))
    rows.append(Row("pacing: refused requests", ours.refused, "", told, "≤ 10", ours.refused <= 10))
    rows.append(Row("pacing: answers lost", ours.lost, "", told, "0", ours.lost == 0))
    return rows


def throughput() -> list[Row]:
    """Answers per CPU second of the client process alone: the server's time is another process's."""
    # People who are known already are most of a night; the first of all nights is shown beside it, without a bar.
    return [
        *_throughput("person", "one person with twelve works", SHARE),
        *_throughput("page", "forty people", SHARE),
        *_throughput("crowd", "forty people nobody knew", None),
    ]


def _throughput(kind: str, named: str, bar: float | None) -> list[Row]:
    ways = [f"{way}-{kind}" for way in ("ours", "bare", "lean")]
    with server() as base:
        runs = [[_rate(client(way, base, PAGES)) for way in ways] for _ in range(RUNS)]
    ours, bare, lean = (median(run[at] for run in runs) for at in range(len(ways)))
    to_bare, to_lean = (median(run[0] / run[at] for run in runs) for at in (1, 2))
    told = f"only receiving: Scrapy as it comes {bare:,.0f}, with all left out {lean:,.0f}"
    return [
        Row(f"answers ({named}) read, checked, kept, stored", ours, "answers/CPU s", told, "", None),
        _over(f"answers ({named}) over Scrapy only receiving", to_bare, told, bar),
        Row(f"answers ({named}) over Scrapy stripped of all, only receiving", to_lean, "×", told, "", None),
    ]


def _over(named: str, value: float, told: str, bar: float | None) -> Row:
    if bar is None:
        return Row(named, value, "×", told, "", None)
    return Row(named, value, "×", told, f"≥ {bar}", value >= bar)


def _rate(seen: dict[str, float]) -> float:
    return seen["answers"] / seen["cpu"]


def cost(people: int) -> list[Row]:
    """Two nights on the synthetic web, GitHub alone: requests and points per person, then per unchanged lead."""
    from bench._nights import two_nights

    with tempfile.TemporaryDirectory() as folder:
        return two_nights(Path(folder), people)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for and print their figures."""
    parser = argparse.ArgumentParser(prog="bench.crawl", description=__doc__)
    parser.add_argument("--only", choices=["cost", "pacing", "throughput"])
    parser.add_argument("--people", type=int, default=2000)
    chosen = parser.parse_args(arguments)
    parts = {"cost": lambda: cost(chosen.people), "throughput": throughput, "pacing": pacing}
    rows = [row for name, part in parts.items() if chosen.only in (None, name) for row in part()]
    report("crawl", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
