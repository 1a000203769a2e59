"""Batch work on this machine: Polars on all its cores, one part or one bucket in memory at a time.

Rows that have to come together are first dealt out to buckets on disk by a hash of what they share, as many as it
takes for each to fit into memory.
"""

import math
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from sourcing.engine.folder import Draft, Folder
from sourcing.engine.stage import Stage, sliced, whole
from sourcing.identity.model import Model
from sourcing.identity.scorer import score_batches
from sourcing.progress import Progress, silent

BUCKET = 1_000_000  # rows that come together in memory, twice as many at most
DEPTH = 4  # times a bucket is dealt out again; what then still is too large is all of one value


class Local:
    """The engine of one machine."""

    def __init__(self, progress: Progress = silent, bucket: int = BUCKET) -> None:
        self.progress, self.bucket = progress, bucket

    def run(self, stage: Stage, source: Folder, target: Draft) -> int:
        """Do a stage; gives the rows written."""
        done = 0
        for rows in self._results(stage, source):
            done += target.write(stage.name, rows).rows
            self.progress(f"{stage.name}: {done:,} rows written")
        return done

    def pairs(self, source: Folder, target: Draft, model: Model) -> int:
        """Compare all accounts of the table `facts` and write the scored pairs; gives how many."""
        facts = pl.concat(source.frames("facts"))
        self.progress(f"pairs: {len(facts):,} accounts read")
        found = score_batches(facts, facts.head(0), model)
        return sum(target.write("pairs", some).rows for some in sliced(found))

    def close(self) -> None:
        """Nothing is held."""

    def _results(self, stage: Stage, source: Folder) -> Iterator[pl.DataFrame]:
        if not stage.by:
            yield from (stage.after(rows) for rows in self._prepared(stage, source))
            return
        total = sum(source.manifest.rows(table) for table in stage.reads)
        with tempfile.TemporaryDirectory(prefix="sourcing-batch-") as folder:
            for rows in self._together(self._prepared(stage, source), stage.by, Path(folder), total):
                yield from (stage.after(some) for some in whole(sliced(rows.sort(stage.by)), stage.by))

    def _prepared(self, stage: Stage, source: Folder) -> Iterator[pl.DataFrame]:
        for table in stage.reads:
            for number, part in enumerate(source.frames(table), 1):
                yield stage.before(table, part)
                self.progress(f"{stage.name}: part {number:,} of {len(source.parts(table)):,} of {table} read")

    def _together(
        self, frames: Iterable[pl.DataFrame], by: str, folder: Path, rows: int, depth: int = 0
    ) -> Iterator[pl.DataFrame]:
        """Rows with all of theirs; a bucket that turns out too large, as rows became many, is dealt out again."""
        count = max(1, math.ceil(rows / self.bucket))
        held = [0] * count
        for at, some in enumerate(frames):
            bucket = some.select(pl.col(by).hash(seed=depth) % count).to_series()
            for number in bucket.unique().to_list():
                mine = some.filter(bucket == number)
                mine.write_ipc(folder / f"{number}-{at:06d}")
                held[number] += len(mine)
        for number in range(count):
            files = sorted(folder.glob(f"{number}-*"))
            if held[number] > 2 * self.bucket and depth < DEPTH:
                (inner := folder / f"in-{number}").mkdir()
                yield from self._together(map(_taken, files), by, inner, held[number], depth + 1)
            elif files:
                yield pl.concat([_taken(file) for file in files])


def _taken(file: Path) -> pl.DataFrame:
    """The rows of a file, which is gone then."""
    rows = pl.read_ipc(file.read_bytes())
    file.unlink()
    return rows
