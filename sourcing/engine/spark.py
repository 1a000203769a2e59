"""Batch work on Apache Spark: parts are tasks, rows come together by its shuffle, accounts meet by its joins.

Nothing of what is computed is Spark's: workers call the functions the local engine calls, through `mapInArrow`. So both
give the same bits, on the same batches and on others.
"""

import logging
import math
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from sourcing.engine.folder import BatchError, Draft, Folder, Part, opened
from sourcing.engine.stage import Stage
from sourcing.identity.model import Model
from sourcing.identity.shards import KEYED, ShardPairs, with_keys
from sourcing.progress import Progress, silent
from storage.errors import ConfigError

JAVA = 17  # what the pinned Spark needs
TOGETHER = 500_000  # rows that come together in one task
SHARD = 100_000  # accounts of one shard, those they are compared with not counted
EVERY = 5.0  # seconds between two lines of progress
_VERSION = re.compile(r'version "(\d+)')
_ACCOUNT = ["source", "source_id"]


class Spark:
    """The engine of many machines, or of some cores of this one."""

    def __init__(self, name: str, progress: Progress = silent) -> None:
        """Start a session; ConfigError says what is missing."""
        self.progress = progress
        self._session = _session(name)
        self._cores = int(self._session.sparkContext.defaultParallelism)

    def run(self, stage: Stage, source: Folder, target: Draft) -> int:
        """Do a stage; gives the rows written."""
        from sourcing.engine import tasks

        parts = [part for table in stage.reads for part in source.parts(table)]
        read = tasks.Read(_place(source.address), stage.before, stage.between)
        write = tasks.Write(_place(target.address), stage.name, stage.by, stage.after)
        if stage.by:
            count = self._count(sum(part.rows for part in parts), TOGETHER)
            rows = self._mapped(self._named(parts), read, stage.between).repartition(count, stage.by)
            done = self._mapped(rows.sortWithinPartitions(stage.by), write, tasks.PARTS)
        else:
            done = self._mapped(self._named(parts), tasks.ReadWrite(read, write), tasks.PARTS)
        return self._written(stage.name, done, target)

    def pairs(self, source: Folder, target: Draft, model: Model) -> int:
        """Compare all accounts of the table `facts` and write the scored pairs; gives how many."""
        from pyspark import StorageLevel

        from sourcing.engine import tasks

        parts = source.parts("facts")
        read = tasks.Read(_place(source.address), partial(_with_keys, model.settings.block), KEYED)
        count = self._count(sum(part.rows for part in parts), SHARD)
        # Spark's own 200 are too many for few accounts and too few for many.
        self._session.conf.set("spark.sql.shuffle.partitions", str(count))
        accounts = _dealt(self._mapped(self._named(parts), read, KEYED), count).persist(StorageLevel.DISK_ONLY)
        try:
            rows = _neighbourhoods(accounts).repartition(count, "shard").sortWithinPartitions("shard")
            write = tasks.Write(_place(target.address), "pairs", "shard", ShardPairs(model))
            return self._written("pairs", self._mapped(rows, write, tasks.PARTS), target)
        finally:
            accounts.unpersist()

    def close(self) -> None:
        """End the session."""
        self._session.stop()

    def _count(self, rows: int, each: int) -> int:
        return max(self._cores, math.ceil(rows / each))

    def _named(self, parts: list[Part]) -> Any:
        """The parts by name, one to a task."""
        rows = [(part.model_dump_json(),) for part in parts]
        spread = self._session.sparkContext.parallelize(rows, max(1, len(rows)))
        return self._session.createDataFrame(spread, "part string")

    def _mapped(self, rows: Any, task: Any, schema: pl.Schema) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        from sourcing.engine import tasks

        return rows.mapInArrow(task, from_arrow_schema(tasks.arrow_schema(schema), prefer_timestamp_ntz=False))

    def _written(self, name: str, done: Any, target: Draft) -> int:
        from pyspark.errors import PySparkException

        with self._watched(name):
            try:
                rows = done.collect()
            except PySparkException as error:
                raise BatchError(f"{name}: a task failed: {_reason(error)}") from error
        return sum(target.add(Part.model_validate_json(row.part)).rows for row in rows)

    @contextmanager
    def _watched(self, name: str) -> Iterator[None]:
        """Say now and then how many tasks are done."""
        ended = threading.Event()

        def watch() -> None:
            tracker = self._session.sparkContext.statusTracker()
            while not ended.wait(EVERY):
                for number in tracker.getActiveStageIds():
                    if (info := tracker.getStageInfo(number)) is not None:
                        self.progress(f"{name}: {info.numCompletedTasks:,} of {info.numTasks:,} tasks")

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _place(address: str) -> str:
    """An address as workers find it too, wherever they run; ConfigError for one that is of this process alone."""
    fs, path = opened(address)
    if isinstance(fs, MemoryFileSystem):
        raise ConfigError(f"{address}: is in the memory of one process; Spark's workers need one all of them reach")
    return f"file://{path}" if isinstance(fs, LocalFileSystem) else address


def _with_keys(cap: int, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    del table
    return with_keys(rows, cap)


def _dealt(accounts: Any, count: int) -> Any:
    """Accounts with the shard each belongs to."""
    from pyspark.sql import functions as f

    return accounts.withColumn("home_shard", f.pmod(f.xxhash64(*_ACCOUNT), f.lit(count).cast("long")))


def _neighbourhoods(accounts: Any) -> Any:
    """Per shard its accounts and everybody they may meet, each with the keys it carries that are too common."""
    from pyspark.sql import functions as f

    keys = accounts.select(*_ACCOUNT, "home_shard", f.explode("keys").alias("key"))
    keys = keys.select(*_ACCOUNT, "home_shard", "key.value", "key.limit", "key.claim")
    sizes = keys.groupBy("value").agg(f.count("*").alias("size"), f.min("limit").alias("most"))
    carried = keys.join(sizes.where("size <= most").select("value"), "value")
    shards = carried.select("value", f.col("home_shard").alias("shard")).distinct()
    own = accounts.select(*_ACCOUNT, f.col("home_shard").alias("shard"))
    near = carried.join(shards, "value").select(*_ACCOUNT, "shard").unionByName(own).distinct()
    named = near.join(carried.where("claim").select(*_ACCOUNT, "value"), _ACCOUNT).select("shard", "value").distinct()
    members = carried.join(named, "value").select(*_ACCOUNT, "shard").unionByName(near).distinct()
    common = keys.join(sizes.where("size > most").select("value"), "value")
    closed = common.groupBy(*_ACCOUNT).agg(f.collect_list("value").alias("closed"))
    rows = accounts.drop("keys").join(members, _ACCOUNT).join(closed, _ACCOUNT, "left")
    return rows.withColumn("touched", f.col("home_shard") == f.col("shard")).drop("home_shard")


def missing(name: str) -> str:
    """What this machine lacks to work with an engine of this name; "" if nothing."""
    # Spark asks for pandas before it runs anything of Arrow's.
    if absent := [one for one in ("pyspark", "pyarrow", "pandas") if find_spec(one) is None]:
        return f"engine {name!r} needs {', '.join(absent)}: pip install 'sourcing-crawler[spark]'"
    version = _java()
    if version is None:
        return f"engine {name!r} needs Java {JAVA}, and there is no java: install it or set JAVA_HOME"
    return f"engine {name!r} needs Java {JAVA}, and this is {version}: set JAVA_HOME" if version < JAVA else ""


def _java() -> int | None:
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    try:
        said = subprocess.run([program or "java", "-version"], capture_output=True, text=True, check=False)  # noqa: S603  the user's own Java
    except OSError:
        return None
    found = _VERSION.search(said.stderr)
    return int(found[1]) if found else None


def _session(name: str) -> Any:
    if lack := missing(name):
        raise ConfigError(lack)
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # Workers need a Python that has this package; on a cluster PYSPARK_PYTHON says where it is there.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    logging.getLogger("py4j").setLevel(logging.WARNING)
    builder = SparkSession.builder.master(name.replace("spark-local", "local")).appName("sourcing")
    for key, value in _settings(name).items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, RuntimeError) as error:
        raise ConfigError(f"engine {name!r} does not start: {_reason(error)}") from error


def _settings(name: str) -> dict[str, str]:
    """What the work needs; everything else is the installation's (`spark-defaults.conf`)."""
    shared = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    }
    own = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "2g"}
    return shared | own if name.startswith("spark-local") else shared


def _reason(error: BaseException) -> str:
    """The line of a long trace that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if re.match(r"[\w.]+(?:Error|Exception|Lead)\b.*: ", line) and "pyspark" not in line]
    return (told or lines or [type(error).__name__])[-1 if told else 0][:500]
