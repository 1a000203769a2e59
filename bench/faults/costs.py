"""What the frontier costs: processor time of an answer of 10 KB from loopback to SQLite, with a row each and without.

`python -m bench.faults costs`: the same spider, the same answers, each run in a process of its own, in turn. Then the
other side: what a kept answer costs when a night is continued.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from bench._client import Ours, our_settings
from bench.crawl import server
from bench.report import Row, report
from storage.store import Store

ANSWERS, RUNS = 1000, 5
BAR = 0.5  # ms more per answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Print and keep the figures; 1 if the bar is missed."""
    parser = argparse.ArgumentParser(prog="bench.faults costs", description=__doc__)
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args(arguments)
    figures = rows(chosen.answers, chosen.runs)
    report("faults-costs", figures)
    return int(any(row.holds is False for row in figures))


def rows(answers: int, runs: int) -> list[Row]:
    """Measure in turn and give the medians."""
    with server() as base:
        found = [_measured(base, answers) for _ in range(runs)]
    without, with_rows, again, size = (median(one[at] for one in found) for at in range(4))
    part = median(one[1] - one[0] for one in found)
    peer = f"without {without:.2f} ms"
    return [
        Row("an answer with its row in the frontier", with_rows, "ms of processor", peer),
        Row("the frontier's part of it", part, "ms", "median of the runs' differences", f"≤ {BAR}", part <= BAR),
        Row("an answer kept, when a night is continued", again, "ms of processor", peer),
        Row("a row with its answer of 10 KB", size, "bytes"),
    ]


def _measured(base: str, answers: int) -> tuple[float, float, float, float]:
    out = subprocess.run(
        [sys.executable, "-m", "bench.faults.costs", "--child", base, str(answers)],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    held: list[float] = json.loads(out.stdout.splitlines()[-1])
    return held[0], held[1], held[2], held[3]


def _child(base: str, answers: int) -> Iterator[float]:
    """Milliseconds of processor per answer without rows, with rows, and from rows; bytes of a row."""
    paths = [f"page/{number}" for number in range(answers)]
    with tempfile.TemporaryDirectory() as folder:
        warm, bare, url = (f"sqlite:///{folder}/{name}.db" for name in ("warm", "bare", "frontier"))
        for one in (warm, bare, url):
            Store.upgrade(one)
        _crawl(base, paths[:50], warm, None)  # imports, and what is made at first use
        yield _crawl(base, paths, bare, None) / answers
        with Store.open(url) as store:
            night = store.start_night(datetime(2026, 11, 1, tzinfo=UTC)).number
        yield _crawl(base, paths, url, night) / answers
        yield _crawl(base, paths, url, night) / answers
        with Store.open(url) as store:
            bodies = [store.kept_answer(name) for name in store.kept("bench")]
        yield sum(len(one.body) for one in bodies if one is not None) / max(1, len(bodies))


def _crawl(base: str, paths: list[str], url: str, night: int | None) -> float:
    settings = our_settings(base, paths, url)
    settings.set("NIGHT", night, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler: Crawler = process.create_crawler(Ours)
    process.crawl(crawler)
    before = resource.getrusage(resource.RUSAGE_SELF)
    process.start()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(list(_child(sys.argv[2], int(sys.argv[3])))))
    else:
        sys.exit(main())
