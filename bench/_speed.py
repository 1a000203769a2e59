"""Time and memory from raw accounts to scored pairs, ours and the peer's on the same rows, each in its own process.

Usage: python -m bench._speed FILE   (one run of ours over an Arrow file of `raw`, as one line of JSON)

The clock of both starts with the rows in memory as a table. Ours then reads names, handles, places, employers, counts
words, blocks and scores; the peer gets handles and names already in normal form, fits, blocks and scores.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench._crowd import Rows, as_facts, crowd
from bench._splink import peak
from bench.report import Row, middle
from sourcing.identity import Settings, resolve
from sourcing.identity.batch import columns_of
from sourcing.identity.engine.table import tidy
from sourcing.identity.scorer import fit_rows, score_rows
from sourcing.identity.words import handle_form, handle_stem
from storage.records import Account, Origin
from storage.store import Store

SIZES = (10_000, 100_000, 1_000_000)
RUNS = 3  # of each program at each size, in turns; the median counts
MOST_SECONDS = {100_000: 60.0}
MOST_MEMORY = 2048.0  # MiB, at a million
TIMES, SHARE = 1.2, 0.5  # of the peer's time and memory, at a million
MOST_GROWTH = 13.0  # times the time for ten times the accounts: n log n is 12
CHANGED = 0.03
SEEN = datetime(2026, 11, 1, tzinfo=UTC)


def raw(rows: Rows) -> pl.DataFrame:
    """The crowd as a crawler would hand it over: what accounts show, and nothing made of it."""
    named = [f"{first} {last}" if last else None for first, last in zip(rows.first, rows.last, strict=True)]
    return pl.DataFrame(
        {
            "source": rows.source,
            "source_id": list(map(str, range(len(rows.source)))),
            "handle": rows.handle,
            "name": pl.Series(named, dtype=pl.String),
            "location": [city or None for city in rows.city],
            "company": [firm or None for firm in rows.firm],
            "owner": rows.owner,
        }
    )


def ours(file: str) -> dict[str, float]:
    """One run in this process."""
    table = pl.read_ipc(file)
    owner = table.get_column("owner").to_numpy().copy()
    start, busy = time.perf_counter(), time.process_time()
    page = pl.concat_str(pl.lit("@"), "source", pl.lit("/"), pl.col("handle").str.to_lowercase())
    table = tidy(table.drop("owner").with_columns(page=page))
    columns = columns_of(table)
    del table
    ready = time.perf_counter()
    model = fit_rows(columns, Settings())
    counted, weighing = time.perf_counter(), time.process_time()
    found = score_rows(columns, model)
    end, done = time.perf_counter(), time.process_time()
    memory = peak()
    sizes = np.bincount(owner)
    true = float((sizes * (sizes - 1) // 2).sum())
    same = owner[found.left] == owner[found.right]
    f1 = max(
        float(2 * same[kept].sum() / (kept.sum() + true)) for limit in range(-12, 25) for kept in [found.bits >= limit]
    )
    return {
        "seconds": end - start,
        "columns": ready - start,
        "counting": counted - ready,
        "scoring": end - counted,
        "busy": done - busy,
        "weighing": done - weighing,
        "memory": memory,
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


def peer(file: Path) -> dict[str, float] | str:
    """Splink on the same rows, or why it does not run."""
    return child(
        [os.environ.get("PEER_PYTHON", sys.executable), str(Path(__file__).with_name("_splink.py")), str(file)]
    )


def write(rows: Rows, folder: Path) -> tuple[Path, Path]:
    """The rows as the two programs read them."""
    mine, theirs = folder / "rows.arrow", folder / "rows.csv"
    raw(rows).write_ipc(mine)
    with theirs.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow(["id", "owner", "source", "handle", "stem", "first", "last", "city", "firm"])
        for at, handle in enumerate(rows.handle):
            form = handle_form(handle)
            said = (rows.first[at].lower(), rows.last[at].lower(), rows.city[at], rows.firm[at])
            sheet.writerow([at, rows.owner[at], rows.source[at], form, handle_stem(form), *said])
    return mine, theirs


def speed(sizes: tuple[int, ...] = SIZES) -> Iterator[Row]:
    """Both at every size, in turns."""
    before: dict[str, float] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            files = write(crowd(size), Path(folder))
            mine, theirs = _runs(size, *files)
        yield from _compared(size, mine, theirs)
        if before:
            yield from _growth(
                f"{size // 10:,} → {size:,} accounts", {name: mine[name] / before[name] for name in mine}
            )
        before = mine


def _growth(title: str, times: dict[str, float]) -> Iterator[Row]:
    """Times the processor time; there are more pairs per account in a larger crowd, as names repeat more."""
    whole, pairs = times["busy"], times["pairs"]
    yield Row(f"{title}, raw accounts to scored pairs", whole, "times", "", f"≤ {MOST_GROWTH:g}", whole <= MOST_GROWTH)
    part, beside = times["weighing"], f"pairs {pairs:.3g} times"
    yield Row(f"{title}, blocking to scored pairs", part, "times", beside, "≤ pairs", part <= pairs)


def _runs(size: int, mine: Path, theirs: Path) -> tuple[dict[str, float], dict[str, float] | None]:
    """The median of every figure of both programs."""
    own, other = [], []
    for _ in range(RUNS):
        done = child([sys.executable, "-m", "bench._speed", str(mine)])
        assert isinstance(done, dict), done
        own.append(done)
        beside = peer(theirs)
        if isinstance(beside, str):
            print(f"peer at {size:,} accounts: skipped, {beside}; name its Python in PEER_PYTHON")
        else:
            other.append(beside)
    return _middle(own), _middle(other) if other else None


def _middle(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: middle(run[name] for run in runs) for name in runs[0]}


def _compared(size: int, mine: dict[str, float], theirs: dict[str, float] | None) -> Iterator[Row]:
    title, large = f"{size:,} accounts", size == SIZES[-1]

    times, share = (TIMES, SHARE) if large else (1.0, None)

    def beside(figure: str, name: str, unit: str, most: float | None) -> Row:
        other = "" if theirs is None else f"Splink {theirs[name]:.3g} {unit}"
        holds = None if theirs is None or most is None else mine[name] <= theirs[name] * most
        return Row(f"{title}, {figure}", mine[name], unit, other, f"≤ {most:g} × Splink" if most else "", holds)

    def within(figure: str, name: str, unit: str, most: float) -> Row:
        return Row(f"{title}, {figure}, limit", mine[name], unit, "", f"≤ {most:g}", mine[name] <= most)

    yield beside("raw accounts to scored pairs", "seconds", "s", times)
    yield beside("the same in processor time", "busy", "s", times)
    yield Row(f"{title}, of it making columns", mine["columns"], "s")
    training = "" if theirs is None else f"Splink's training {theirs['training']:.3g} s"
    yield Row(f"{title}, of it counting words", mine["counting"], "s", training)
    yield beside("of it blocking to scored pairs", "scoring", "s", times)
    if size in MOST_SECONDS:
        yield within("raw accounts to scored pairs", "seconds", "s", MOST_SECONDS[size])
    yield beside("memory", "memory", "MiB", share)
    if large:
        yield within("memory", "memory", "MiB", MOST_MEMORY)
    yield Row(f"{title}, pairs", mine["pairs"], "", "" if theirs is None else f"Splink {theirs['pairs']:,.0f}")
    good = None if theirs is None else mine["f1"] >= theirs["f1"]
    other = "" if theirs is None else f"Splink {theirs['f1']:.3f}"
    yield Row(f"{title}, best F1 of pairs", mine["f1"], "", other, "≥ Splink", good)


def _accounts(rows: Rows) -> Iterator[Account]:
    for at, fact in enumerate(as_facts(rows)):
        source, url = fact.key.source, f"https://{fact.key.source}.example/{fact.handle}"
        yield Account(
            source=source,
            source_id=str(at),
            handle=fact.handle,
            url=url,
            name=fact.name,
            location=fact.location,
            company=fact.company,
            origin=Origin(source=source, url=url, seen_at=SEEN, spider=f"{source}/1"),
        )


def night(accounts: int) -> Iterator[Row]:
    """A store of its own: everything, then a night in which 3 in 100 are new or changed."""
    everybody = list(_accounts(crowd(accounts)))
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
    print(json.dumps(ours(sys.argv[1])))
