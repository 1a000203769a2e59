"""Apache Spark on two cores beside this machine's own engine, over the same tables: what it costs, and that it agrees.

Usage: python -m bench.scale spark [ROWS]   (ROWS of evidence to count, 10,000,000; a tenth is read for skills, a
hundredth are accounts to compare)

The clock runs from the tables of one folder to the tables of another; Spark's start is a figure of its own.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from bench._crowd import as_facts, crowd
from bench.report import Row, number, seconds
from bench.scale._tree import Watched, watched
from scoring import batches
from scoring.roles import find_role
from sourcing.engine import stages
from sourcing.engine.choosing import Engine
from sourcing.engine.folder import Draft, Folder
from sourcing.engine.local import Local
from sourcing.engine.spark import Spark, missing
from sourcing.engine.stage import Stage
from sourcing.identity.batch import columns_of
from sourcing.identity.engine.table import tabled
from sourcing.identity.model import Model
from sourcing.identity.scorer import fit_rows
from sourcing.identity.settings import Settings
from sourcing.identity.shards import FACTS

NAME = "spark-local[2]"
ROWS = 10_000_000
PART = 100_000
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
ROLE = find_role("mle")
KINDS = ("repository", "merged_change", "notebook", "paper", "competition", "post")
WORDS = ("pytorch", "docker", "kubernetes", "pandas", "sql", "garden", "model", "training", "served", "library")
Work = Callable[[Engine, Folder, Draft], int]


def rows(evidence: int = ROWS) -> Iterator[Row]:
    """All figures of this part."""
    if lack := missing(NAME):
        print(f"skipped: {lack}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as home, watched() as seen:
        folder = Path(home)
        work: list[tuple[str, str, Folder, Work]] = [
            (
                f"counts of {evidence:,} evidence rows",
                "counts",
                dated(folder / "dated", evidence),
                partial(_run, stages.counts(ROLE, NOW)),
            ),
            (
                f"skills of {evidence // 10:,} evidence rows",
                "coverage",
                told(folder / "told", evidence // 10),
                partial(_run, stages.coverage(ROLE, NOW)),
            ),
        ]
        accounts = people(folder / "people", evidence // 100)
        work.append((f"pairs of {evidence // 100:,} accounts", "pairs", accounts, _pairs))
        seen.memory = 0.0  # inventing is not part of it
        alone = {name: _timed(seen, Local(), name, source, folder / "local", do) for _, name, source, do in work}
        own, seen.memory = seen.memory, 0.0
        begun: list[Spark] = []
        yield Row("Spark's start, once per command", seconds(lambda: begun.append(Spark(NAME))), "s")
        try:
            for title, name, source, do in work:
                yield from _compared(
                    title, name, alone[name], _timed(seen, begun[0], name, source, folder / "spark", do)
                )
        finally:
            begun[0].close()
        yield Row(
            "memory of Spark with its workers", seen.memory, "MiB", f"this machine's own engine {number(own)} MiB"
        )


def _run(stage: Stage, engine: Engine, source: Folder, target: Draft) -> int:
    return engine.run(stage, source, target)


def _pairs(engine: Engine, source: Folder, target: Draft) -> int:
    model = Model.model_validate_json(pl.concat(source.frames("model"))["content"][0])
    return engine.pairs(source, target, model)


class Timed(NamedTuple):
    """What a piece of work took, and where its results are."""

    seconds: float
    busy: float  # processor seconds
    made: Folder


def _timed(seen: Watched, engine: Engine, name: str, source: Folder, home: Path, do: Work) -> Timed:
    target, before = Draft(str(home / name)), seen.busy
    took = seconds(lambda: do(engine, source, target))
    used = seen.busy - before
    target.finish()
    return Timed(took, used, Folder(target.address))


def _compared(title: str, table: str, own: Timed, other: Timed) -> Iterator[Row]:
    beside = "this machine's own engine"
    yield Row(f"{title}, Spark on two cores", other.seconds, "s", f"{beside} {number(own.seconds)} s")
    yield Row(f"{title}, Spark's time, start left out", other.seconds / own.seconds, "×", beside)
    yield Row(f"{title}, Spark's processor time", other.busy, "s", f"{beside} {number(own.busy)} s")
    same = digest(own.made, table) == digest(other.made, table)
    yield Row(f"{title}, both say the same, bit for bit", float(same), "", "", "1", same)


def digest(folder: Folder, table: str) -> tuple[int, int]:
    """Rows of a table, and a sum over hashes of their bits, which no order changes."""
    count = total = 0
    for frame in folder.frames(table):
        count += len(frame)
        total += int(_as_bits(frame).hash_rows(seed=1).cast(pl.Int128).sum() or 0)
    return count, total


def _as_bits(frame: pl.DataFrame) -> pl.DataFrame:
    """A flat frame with doubles as the whole numbers their bits are."""
    while lists := [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]:
        frame = frame.explode(lists[0])
    while structs := [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]:
        frame = frame.unnest(structs[0], separator=".")
    return pl.DataFrame([_raw(one) if one.dtype.is_float() else one for one in frame])


def _raw(column: pl.Series) -> pl.Series:
    known, kind = column.is_not_null(), np.int64 if column.dtype == pl.Float64 else np.int32
    values = pl.Series(column.name, column.fill_null(0.0).to_numpy().view(kind))
    return values.set(~known, None)


def dated(home: Path, count: int) -> Folder:
    """Evidence of a tenth as many leads, of which only kinds, levels and times are looked at."""
    chance, target = np.random.default_rng(11), Draft(str(home))
    for start in range(0, count, PART):
        target.write("evidence", _dated(chance, min(PART, count - start), max(1, count // 10)))
    target.finish(at=NOW.isoformat())
    return Folder(str(home))


def _dated(chance: np.random.Generator, count: int, leads: int) -> pl.DataFrame:
    seconds_ago = chance.integers(0, 2000 * 86_400, count)
    times = pl.Series(int(NOW.timestamp()) * 1_000_000 - seconds_ago * 1_000_000).cast(pl.Datetime("us", "UTC"))
    seen = pl.Series([NOW], dtype=pl.Datetime("us", "UTC")).new_from_index(0, count)
    texts = {name: pl.Series([name]).new_from_index(0, count) for name in ("url", "spider")}
    origin = pl.DataFrame({"source": texts["url"], "url": texts["url"], "seen_at": seen, "spider": texts["spider"]})
    kinds = pl.Series(KINDS).gather(chance.integers(0, len(KINDS), count))
    return pl.DataFrame(
        {
            "lead": pl.Series("lead", chance.integers(0, leads, count)).cast(pl.String),
            "source": pl.Series(["github", "kaggle"]).gather(chance.integers(0, 2, count)),
            "kind": kinds,
            "level": pl.Series(chance.integers(1, 6, count)).cast(pl.Int8),
            "event_at": times.set(pl.Series(chance.random(count) < 0.05), None),
            "unranked": pl.Series(chance.random(count) < 0.01),
            "origin": origin.to_struct("origin"),
        }
    )


def told(home: Path, count: int) -> Folder:
    """Evidence with texts of about 300 bytes, one in ten of them told by several people."""
    chance, target = np.random.default_rng(12), Draft(str(home))
    target.write("accounts", pl.DataFrame(schema=batches.ACCOUNTS))
    for start in range(0, count, PART):
        size = min(PART, count - start)
        picks = chance.integers(0, len(WORDS), (size, 45))
        drawn = [" ".join([WORDS[at] for at in row]) for row in picks.tolist()]
        number_of = np.where(chance.random(size) < 0.1, 0, np.arange(size) + start).tolist()
        extra = {
            "id": [f"github:{at}/repository/{at}" for at in range(start, start + size)],
            "url": "https://x.example/a/b",
            "title": "thing",
            "text": [
                f"{at} {text}" if at else "said by many: pytorch" for at, text in zip(number_of, drawn, strict=True)
            ],
        }
        frame = _dated(chance, size, max(1, count // 10)).with_columns(
            *(
                pl.Series(name, value) if isinstance(value, list) else pl.lit(value).alias(name)
                for name, value in extra.items()
            ),
            *(pl.lit([], dtype=pl.List(pl.String)).alias(name) for name in ("tags", "packages", "files")),
        )
        target.write("evidence", frame)
    target.finish(at=NOW.isoformat())
    return Folder(str(home))


def people(home: Path, count: int) -> Folder:
    """A crowd with common and rare names."""
    target, facts = Draft(str(home)), tabled(as_facts(crowd(count))).select(FACTS.names())
    for some in facts.iter_slices(PART // 10):
        target.write("facts", some)
    model = fit_rows(columns_of(facts), Settings())
    target.write("model", pl.DataFrame({"content": [model.model_dump_json()]}))
    target.finish(at=NOW.isoformat())
    return Folder(str(home))
