"""Server times of the desk over HTTP on loopback: twenty readers, one decider and one slider at once.

A reader asks again three seconds after the last page came, which is faster than anybody reads twenty-five people. The
clients run on the same machine, so their own work is part of every figure; the processor time of the server is not.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from bench.desk._crowd import ROLE, installation
from bench.desk._readers import READERS, Found, measure
from bench.report import Row, middle
from sourcing.config import Config, load
from storage.store import Store

START_SECONDS = 60.0
MOST = {"decision": 50.0, "re-rank": 150.0}  # milliseconds, 95 of 100 answers
MOST_PAGE = 100.0
NO_BAR = frozenset({"inbox"})


def rows(leads: int) -> Iterator[Row]:
    """All figures of this part; with the variable BENCH_HOUSE set, of the installation in that folder."""
    if kept := os.environ.get("BENCH_HOUSE"):
        config = load(Path(kept))
        Store.upgrade(config.database_url)
        yield from measured(config, leads)
        return
    with tempfile.TemporaryDirectory() as folder:
        config, prepared = installation(Path(folder), leads)
        yield Row(
            f"preparing {leads:,} leads for filters and search", prepared, "s", f"{leads / prepared:,.0f} leads/s"
        )
        yield from measured(config, leads)


def measured(config: Config, leads: int) -> Iterator[Row]:
    """The figures of a furnished installation."""
    before = _kept(config)
    with _serving(config.folder) as (base, server):
        before_pages = _own_memory(server.pid)
        found = asyncio.run(measure(base, lambda: _worked(server.pid)))
        busy, held = os.getloadavg()[0], _own_memory(server.pid)
    yield Row("processes that want a core, last minute", busy, "", f"{os.cpu_count()} cores, ours included")
    yield Row("first page after the start", found.first, "ms", "reads all columns of the list; once per change")
    yield Row("memory of the server at the end", held, "MiB", f"{before_pages:.0f} before the first page")
    for kind, times in found.alone.items():
        most = MOST.get(kind, MOST_PAGE)
        worked, beside = found.worked[kind], f"on the clock {middle(times):.0f}, 95 of 100 within {late(times):.0f}"
        yield Row(f"{kind}, alone, processor time", worked, "ms", beside, f"< {most:g}", worked < most)
    for kind, times in sorted(found.loaded.items()):
        yield _under_load(kind, times, leads)
    wrong = ", ".join(f"{count} × {name}" for name, count in found.failed.items())
    yield Row("answers that were none", float(found.failed.total()), "", wrong, "0", not found.failed)
    for path in found.skipped:
        print(f"skipped: {path} is not there")
    if found.ran_out:
        yield Row("readers that did not finish in time", 1.0, "", "", "0", False)
    yield from _decisions(_kept(config) - before, found)


def _under_load(kind: str, times: Sequence[float], leads: int) -> Row:
    title = f"{kind}, {READERS} readers, {leads:,} leads, 95 of 100 within"
    beside = f"middle {middle(times):.0f}, {len(times)} answers, slowest {max(times):.0f}"
    if kind in NO_BAR:
        return Row(title, late(times), "ms", beside)
    most = MOST.get(kind, MOST_PAGE)
    return Row(title, late(times), "ms", beside, f"< {most:g}", late(times) < most)


def late(times: Sequence[float]) -> float:
    """What 95 of 100 stay within."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def _kept(config: Config) -> Counter[str]:
    """Live decisions by lead."""
    with Store.open(config.database_url) as store:
        return Counter(one.lead for one in store.decisions(ROLE))


def _decisions(kept: Counter[str], found: Found) -> Iterator[Row]:
    """Whether every decision that was answered stands in the database once, and no other."""
    if not found.decided:
        return
    sent = Counter(found.decided)
    lost, doubled = sent - kept, kept - sent
    beside = f"{sent.total()} sent, {kept.total()} kept"
    yield Row("decisions lost", float(lost.total()), "", beside, "0", not lost)
    yield Row("decisions doubled", float(doubled.total()), "", beside, "0", not doubled)


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The desk in a process of its own; gives its address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "bench.desk._serve", str(folder), str(port)])
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(timeout=30)


def _worked(pid: int) -> float:
    """Processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _own_memory(pid: int) -> float:
    """Memory of a process that no file backs, in MiB: mapped columns are not in it."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["RssAnon"].split()[0]) / 1024


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the desk did not start")
