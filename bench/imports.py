"""Bulk readers of imports beside DuckDB and Polars: the same filter over the same invented files, and the peak memory.

Usage: python -m bench.imports [USERS]     4 achievements a user, one event for every 5 users

Each run has a process of its own; the three readers take turns, medians of three. "Fastest" is the faster of the two
peers in the same run. A peer that is not installed is left out.
"""

import csv
import gzip
import importlib.util
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bench._memory import peak
from bench.report import Row, middle, number, report

USERS = 1_500_000
RUNS = 3
MOST = 300  # MiB
TIMES = 2.0  # the fastest peer's time
QUALIFIED = 0.004  # share of users that are ranked or experts, as in the dump
KINDS = ("Competitions", "Scripts", "Discussion", "Datasets")
ACHIEVEMENTS = (
    *("Id", "UserId", "AchievementType", "Tier", "TierAchievementDate", "Points", "CurrentRanking"),
    *("HighestRanking", "TotalGold", "TotalSilver", "TotalBronze"),
)
PEOPLE = ("Id", "UserName", "DisplayName", "RegisterDate", "PerformanceTier", "Country", "LocationSharingOptOut")
WATCHED = [f"owner{n}/repo-{n}" for n in range(1_000, 1_500)]
KNOWN = range(5_000, 25_000)
HOUR = "2026-11-24-3.json.gz"


def invent(folder: Path, users: int) -> None:
    """Write a dump of two tables, plain and zipped, and an hour of events."""
    chance = random.Random("imports")
    with (
        (folder / "UserAchievements.csv").open("w", newline="") as achieved,
        (folder / "Users.csv").open("w") as people,
    ):
        rows, lines = csv.writer(achieved, lineterminator="\n"), csv.writer(people, lineterminator="\n")
        rows.writerow(ACHIEVEMENTS)
        lines.writerow(PEOPLE)
        for user in range(1, users + 1):
            rows.writerows(_achievements(user, qualified=chance.random() < QUALIFIED))
            lines.writerow(_person(user))
    with zipfile.ZipFile(folder / "UserAchievements.csv.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(folder / "UserAchievements.csv", "UserAchievements.csv")
    with gzip.open(folder / HOUR, "wt", encoding="utf-8", compresslevel=6) as hour:
        hour.writelines(f"{json.dumps(event, separators=(',', ':'))}\n" for event in _events(users // 5, chance))


def _achievements(user: int, *, qualified: bool) -> Iterator[tuple[object, ...]]:
    for at, kind in enumerate(KINDS):
        number = user * 4 + at
        if qualified and at == user % 4:
            ranking = user % 5_000 if user % 2 else ""
            yield (number, user, kind, 2 + user % 3, "07/15/2016", user % 9_999, ranking, user % 900, 1, 2, user % 11)
        else:
            yield (number, user, kind, 1, "07/07/2025", 0, "", "", 0, 0, 0)


def _person(user: int) -> tuple[object, ...]:
    name = f"Person, {user}" if user % 50 == 0 else f"Two\nlines {user}" if user % 5_001 == 0 else f"Person {user}"
    country = "Germany" if user % 19 == 0 else ""
    return (user, f"person{user:08d}", name, f"0{1 + user % 9}/1{user % 10}/2016", 1, country, user % 97 == 0)


def _events(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    prose = "".join(chance.choices("abcdefghij klmnop", k=4_000))
    for n in range(count):
        repo, actor = chance.randrange(1, 3_000_000), chance.randrange(1, 9_000_000)
        kind = chance.choices(("PushEvent", "PullRequestEvent", "IssueCommentEvent"), (84, 8, 8))[0]
        name, login = f"owner{repo}/repo-{repo}", f"dev{actor}"
        yield {
            "id": str(50_000_000_000 + n),
            "type": kind,
            "actor": {"id": actor, "login": login, "display_login": login, "url": f"https://api.example/users/{login}"},
            "repo": {"id": repo, "name": name, "url": f"https://api.example/repos/{name}"},
            "payload": _payload(kind, repo, n, prose[: chance.randrange(3_000)], chance),
            "public": True,
            "created_at": f"2026-11-24T03:{n * 60 // count:02d}:{n % 60:02d}Z",
        }


def _payload(kind: str, repo: int, n: int, prose: str, chance: random.Random) -> dict[str, Any]:
    if kind == "PushEvent":
        head, before = f"{chance.getrandbits(160):040x}", f"{chance.getrandbits(160):040x}"
        return {"repository_id": repo, "push_id": n, "ref": "refs/heads/main", "head": head, "before": before}
    if kind == "PullRequestEvent":
        side = {"ref": "main", "repo": {"id": repo, "name": "repo"}}
        return {"action": "merged", "number": n, "pull_request": {"id": n, "head": side, "base": side}}
    return {"action": "created", "issue": {"id": n, "title": "t"}, "comment": {"id": n, "body": prose}}


# ---- the readers; each gives how many rows passed ------------------------------------------------------------------


def ours_dump(folder: Path, *, packed: bool = False) -> int:
    import polars as pl

    from sourcing.imports._meta_kaggle import kept, people
    from sourcing.imports._tables import Table, scan

    def count(name: str, times: int = 1) -> None:
        raise AssertionError(f"{name} {times}")

    now = datetime.now(UTC)
    tables = [Table(name, folder / f"{name}.csv", 1, now) for name in ("UserAchievements", "Users")]
    if packed:
        tables[0] = Table("UserAchievements", folder / "UserAchievements.csv.zip", 1, now)
    blocks = scan(tables[0], kept.COLUMNS, kept.wanted(2), count, keys=kept.KEYS)
    achieved = kept.gather(blocks, 200_000, count)
    users = pl.col("Id").is_in(achieved["UserId"].unique().implode())
    return achieved.height + sum(
        block.height for block in scan(tables[1], people.COLUMNS, users, count, keys=people.KEYS)
    )


def ours_zip(folder: Path) -> int:
    return ours_dump(folder, packed=True)


def polars_dump(folder: Path) -> int:
    import polars as pl

    qualified = pl.col("CurrentRanking").is_not_null() | pl.col("Tier").is_in([2, 3, 4])
    achieved = pl.scan_csv(folder / "UserAchievements.csv").filter(qualified).collect(engine="streaming")
    users = pl.col("Id").is_in(achieved["UserId"].unique().implode())
    return achieved.height + pl.scan_csv(folder / "Users.csv").filter(users).collect(engine="streaming").height


def duckdb_dump(folder: Path) -> int:
    import duckdb

    database = duckdb.connect(config={"preserve_insertion_order": "false"})
    kinds = {"Id": "BIGINT", "UserId": "BIGINT", "Tier": "INT", "CurrentRanking": "BIGINT"}
    read = "read_csv(?, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', nullstr='', columns={})"
    sources = [read.format({name: kinds.get(name, "VARCHAR") for name in names}) for names in (ACHIEVEMENTS, PEOPLE)]
    database.execute(
        f"create table kept as select * from {sources[0]} where CurrentRanking is not null or Tier in (2, 3, 4)",
        [str(folder / "UserAchievements.csv")],
    )
    users = database.execute(
        f"select * from {sources[1]} where Id in (select UserId from kept)", [str(folder / "Users.csv")]
    ).fetchall()
    rows = database.execute("select count(*) from kept").fetchall()
    return len(users) + int(rows[0][0])


def ours_hour(folder: Path) -> int:
    from sourcing.imports._gh_archive import Hour, Watch, read_hour

    return sum(1 for _ in read_hour(folder / HOUR, Hour("x"), Watch(WATCHED, map(str, KNOWN))))


def polars_hour(folder: Path) -> int:
    import polars as pl

    actor, repo = pl.Struct({"id": pl.Int64, "login": pl.String}), pl.Struct({"id": pl.Int64, "name": pl.String})
    schema: dict[str, Any] = {"id": pl.String, "type": pl.String, "actor": actor, "repo": repo, "created_at": pl.String}
    wanted = pl.col("repo").struct.field("name").is_in(WATCHED) | pl.col("actor").struct.field("id").is_in(list(KNOWN))
    return pl.scan_ndjson(folder / HOUR, schema=schema).filter(wanted).collect(engine="streaming").height


def duckdb_hour(folder: Path) -> int:
    import duckdb

    database = duckdb.connect()
    database.execute("create table known as select unnest(?) as id", [list(KNOWN)])
    database.execute("create table watched as select unnest(?) as name", [WATCHED])
    columns = "{id: 'VARCHAR', type: 'VARCHAR', actor: 'STRUCT(id BIGINT, login VARCHAR)',"
    columns += " repo: 'STRUCT(id BIGINT, name VARCHAR)', created_at: 'VARCHAR'}"
    read = f"read_json(?, format='newline_delimited', columns={columns})"
    wanted = "repo.name in (select name from watched) or actor.id in (select id from known)"
    return len(database.execute(f"select * from {read} where {wanted}", [str(folder / HOUR)]).fetchall())


def limit_hour(folder: Path) -> int:
    from sourcing.imports._blocks import raw_blocks

    return sum(block.count(b"\n") for block in raw_blocks(folder / HOUR))


READERS: dict[str, Callable[[Path], int]] = {
    **{one.__name__: one for one in (ours_dump, polars_dump, duckdb_dump, ours_zip)},
    **{one.__name__: one for one in (ours_hour, polars_hour, duckdb_hour, limit_hour)},
}
ENGINES = {
    "ours": ("sourcing.imports._tables", "sourcing.imports._meta_kaggle.people", "sourcing.imports._gh_archive"),
    "limit": ("sourcing.imports._blocks",),
    "polars": ("polars",),
    "duckdb": ("duckdb",),
}


# ---- measuring -----------------------------------------------------------------------------------------------------


def child(name: str, folder: Path) -> None:
    """Run one reader and print rows, seconds and peak memory (MiB); imports of the engine do not count as time."""
    for module in ENGINES[name.partition("_")[0]]:
        importlib.import_module(module)
    start = perf_counter()
    rows = READERS[name](folder)
    took = perf_counter() - start
    print(json.dumps([rows, took, peak() / 1024]))


def measured(name: str, folder: Path) -> tuple[int, float, float]:
    """Rows, seconds and peak MiB of one reader in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.imports", "--child", name, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    rows, took, peak = json.loads(done.stdout)
    return rows, took, peak


def compare(what: str, folder: Path, size: float, unit: str) -> Iterator[Row]:
    """Our reader beside those of the peers that are installed."""
    peers = [f"{peer}_{what}" for peer in ("polars", "duckdb") if importlib.util.find_spec(peer)]
    names = [f"ours_{what}", *peers]
    results: dict[str, list[tuple[int, float, float]]] = {name: [] for name in names}
    for _ in range(RUNS):
        for name in names:
            results[name].append(measured(name, folder))
    rows = {result[0] for runs in results.values() for result in runs}
    if len(rows) != 1:
        raise SystemExit(f"{what}: the readers disagree: {rows}")
    times = {name: middle(run[1] for run in runs) for name, runs in results.items()}
    peaks = {name: max(run[2] for run in runs) for name, runs in results.items()}
    mine = names[0]
    shown = ", ".join(
        f"{name.partition('_')[0]} {number(size / times[name])} ({peaks[name]:.0f} MiB)" for name in peers
    )
    yield Row(f"{what}: read", size / times[mine], unit, shown)
    if peers:
        ratio = times[mine] / min(times[name] for name in peers)
        yield Row(f"{what}: time of the fastest", ratio, "×", "", f"≤ {TIMES}", ratio <= TIMES)
    yield Row(f"{what}: peak memory", peaks[mine], "MiB", "", f"< {MOST}", peaks[mine] < MOST)


def alone(name: str, title: str, folder: Path, size: float, unit: str) -> Iterator[Row]:
    """A reader of ours without a peer."""
    runs = [measured(name, folder) for _ in range(RUNS)]
    yield Row(f"{title}: read", size / middle(run[1] for run in runs), unit)
    peak = max(run[2] for run in runs)
    yield Row(f"{title}: peak memory", peak, "MiB", "", f"< {MOST}", peak < MOST)


def main(users: int) -> None:
    """Invent the files, measure, report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        invent(folder, users)
        dump = sum((folder / f"{table}.csv").stat().st_size for table in ("UserAchievements", "Users")) / 1e6
        with gzip.open(folder / HOUR) as file:
            hour = sum(len(piece) for piece in iter(lambda: file.read(1 << 20), b"")) / 1e6
        print(f"{users:,} users, {dump:,.0f} MB of tables, {hour:,.0f} MB of events; median of {RUNS}")
        rows = [*compare("dump", folder, dump, "MB/s"), *alone("ours_zip", "dump, zipped", folder, dump, "MB/s")]
        rows += [
            *compare("hour", folder, hour, "MB/s"),
            *alone("limit_hour", "hour, only unpacked", folder, hour, "MB/s"),
        ]
    report("imports", rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else USERS)
