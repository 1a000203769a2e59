"""Time and memory from blocking to scored pairs, ours and the peer's on the same rows, each in a process of its own.

Usage: python -m bench._speed ACCOUNTS   (one run of ours, as one line of JSON)
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench._crowd import as_facts, crowd
from bench._splink import peak
from bench._web import SEEN, make
from bench.report import Row
from sourcing.identity import Settings, resolve
from sourcing.identity.batch import batch
from sourcing.identity.model import fit
from sourcing.identity.scorer import score_rows
from sourcing.identity.words import handle_form, handle_stem
from storage.store import Store

SIZES = (10_000, 100_000, 1_000_000)
MOST_SECONDS = {100_000: 60.0}
MOST_MEMORY = 2048.0  # MiB, at a million
CHANGED = 0.03


def ours(accounts: int) -> dict[str, float]:
    """One run in this process."""
    rows = crowd(accounts)
    owner = np.array(rows.owner)
    start = time.perf_counter()
    model = fit(as_facts(rows), Settings())
    counted = time.perf_counter()
    columns = batch(as_facts(rows), keep_facts=False)
    ready = time.perf_counter()
    del rows
    found = score_rows(columns, model)
    took = time.perf_counter() - ready
    sizes = np.bincount(owner)
    true = float((sizes * (sizes - 1) // 2).sum())
    same = owner[found.left] == owner[found.right]
    f1 = max(
        float(2 * same[kept].sum() / (kept.sum() + true)) for limit in range(-12, 25) for kept in [found.bits >= limit]
    )
    return {
        "seconds": took,
        "counting": counted - start,
        "columns": ready - counted,
        "memory": peak(),
        "pairs": float(len(found)),
        "f1": f1,
    }


def child(command: list[str]) -> dict[str, float] | str:
    """The last line of a process as JSON, or why there is none."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no message"])[-1]
    answer: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def peer(accounts: int) -> dict[str, float] | str:
    """Splink on the same rows, or why it does not run."""
    rows = crowd(accounts)
    python = os.environ.get("PEER_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            write = csv.writer(out)
            write.writerow(["id", "owner", "source", "handle", "stem", "first", "last", "city", "firm"])
            for at, handle in enumerate(rows.handle):
                form = handle_form(handle)
                said = (rows.first[at].lower(), rows.last[at].lower(), rows.city[at], rows.firm[at])
                write.writerow([at, rows.owner[at], rows.source[at], form, handle_stem(form), *said])
        return child([python, str(Path(__file__).with_name("_splink.py")), str(file)])


def speed(sizes: tuple[int, ...] = SIZES) -> Iterator[Row]:
    """Both at every size, one after the other."""
    for size in sizes:
        mine, theirs = child([sys.executable, "-m", "bench._speed", str(size)]), peer(size)
        assert isinstance(mine, dict), mine
        if isinstance(theirs, str):
            print(f"peer at {size:,} accounts: skipped, {theirs}; name its Python in PEER_PYTHON")
        yield from _compared(size, mine, theirs if isinstance(theirs, dict) else None)


def _compared(size: int, mine: dict[str, float], theirs: dict[str, float] | None) -> Iterator[Row]:
    title = f"{size:,} accounts"

    def beside(name: str, unit: str) -> str:
        return "" if theirs is None else f"Splink {theirs[name]:.3g} {unit}"

    faster = None if theirs is None else mine["seconds"] <= theirs["seconds"] * (1.0 if size < 1_000_000 else 1.2)
    target = "≤ Splink" if size < 1_000_000 else "≤ 1.2 × Splink"
    yield Row(f"{title}, blocking to scored pairs", mine["seconds"], "s", beside("seconds", "s"), target, faster)
    whole = mine["seconds"] + mine["counting"] + mine["columns"]
    most = MOST_SECONDS.get(size)
    holds = None if most is None else whole < most
    yield Row(f"{title}, with counting words and making columns", whole, "s", "", f"< {most:g}" if most else "", holds)
    small = None if size < 1_000_000 else mine["memory"] <= MOST_MEMORY
    yield Row(
        f"{title}, memory", mine["memory"], "MiB", beside("memory", "MiB"), "≤ 2048" if small is not None else "", small
    )
    yield Row(f"{title}, pairs scored", mine["pairs"], "pairs", beside("pairs", ""))
    good = None if theirs is None else mine["f1"] >= theirs["f1"]
    yield Row(f"{title}, best F1 of pairs", mine["f1"], "", beside("f1", ""), "≥ Splink", good)


def night(accounts: int) -> Iterator[Row]:
    """A store of its own: everything, then a night in which 3 in 100 are new or changed."""
    rows = crowd(accounts)
    everybody: list[Any] = []
    for at, fact in enumerate(as_facts(rows)):
        url = f"https://{fact.key.source}.example/{fact.handle}"
        told = (fact.name, fact.location, fact.company)
        everybody.append(make(fact.key.source, at, fact.handle, url, name=told[0], location=told[1], company=told[2]))
    new = int(accounts * CHANGED)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        Store.upgrade(url)
        with Store.open(url) as store:
            settings = Settings(refit_days=100)
            for start in range(0, len(everybody) - new, 1000):
                store.save(everybody[start : min(start + 1000, len(everybody) - new)])
            begin = time.perf_counter()
            resolve(store, now=SEEN, settings=settings)
            full = time.perf_counter() - begin
            store.save(everybody[-new:])
            begin = time.perf_counter()
            done = resolve(store, now=SEEN + timedelta(days=1), settings=settings)
            part = time.perf_counter() - begin
    yield Row(f"store of {accounts:,}, everything", full, "s", "loading, scoring, judgements, leads")
    share = 100 * part / full
    peer_ = f"{part:.2g} s, {done.looked_at} looked at"
    yield Row(f"store of {accounts:,}, night of 3 %", share, "% of everything", peer_, "< 10", share < 10)


if __name__ == "__main__":
    print(json.dumps(ours(int(sys.argv[1]))))
