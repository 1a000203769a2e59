"""Apache Spark beside this machine: the same results, bit by bit, on the same tables."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from scoring.roles import find_role
from sourcing.engine import stages
from sourcing.engine.choosing import Engine, engine
from sourcing.engine.folder import BatchError, Draft, Folder
from sourcing.engine.local import Local
from sourcing.engine.spark import missing
from sourcing.engine.stage import Stage
from sourcing.identity.model import Model
from sourcing.imports._gh_archive import Watch
from storage.errors import ConfigError
from tests.batch_kit import bits, people, table, written
from tests.cases.scoring_people import NOW

NAME = "spark-local[2]"
MLE = find_role("mle")
pytestmark = [pytest.mark.spark]
LACK = missing(NAME)


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    if LACK:
        pytest.skip(LACK)
    with engine(NAME) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return written(str(tmp_path_factory.mktemp("crowd") / "in"), people(150))


def both(stage: Stage, spark: Engine, source: Folder, folder: Path) -> tuple[Folder, Folder]:
    """The stage done by both engines."""
    out = []
    for name, one in (("local", Local(bucket=200)), ("spark", spark)):
        target = Draft(str(folder / f"{stage.name}-{name}"))
        rows = one.run(stage, source, target)
        target.finish()
        out.append(Folder(target.address))
        assert rows == out[-1].manifest.rows(stage.name) > 0
    return out[0], out[1]


@pytest.mark.parametrize("stage", stages.features(MLE, NOW), ids=lambda stage: stage.name)
def test_features_are_equal_bit_by_bit(stage: Stage, spark: Engine, crowd: Folder, tmp_path: Path) -> None:
    local, other = both(stage, spark, crowd, tmp_path)
    assert table(local, stage.name).schema == table(other, stage.name).schema
    assert bits(table(local, stage.name)) == bits(table(other, stage.name))


def test_scores_are_equal_bit_by_bit(spark: Engine, crowd: Folder, tmp_path: Path) -> None:
    made, _ = both(stages.receipts(MLE, NOW), spark, crowd, tmp_path)
    local, other = both(stages.scores(MLE), spark, made, tmp_path)
    assert bits(table(local, "scores")) == bits(table(other, "scores"))


def test_scored_pairs_are_equal_bit_by_bit(spark: Engine, crowd: Folder, tmp_path: Path) -> None:
    """With blocks of four most keys are too common, which every shard has to know."""
    model = Model.model_validate_json(table(crowd, "model")["content"][0])
    model = model.model_copy(update={"settings": model.settings.model_copy(update={"block": 4})})
    found = []
    for name, one in (("local", Local()), ("spark", spark)):
        target = Draft(str(tmp_path / name))
        assert one.pairs(crowd, target, model) > 0
        target.finish()
        found.append(table(Folder(target.address), "pairs"))
    assert set(found[0]["zone"]) == {0, 1, 2}
    assert bits(found[0]) == bits(found[1])


def test_events_of_an_archive_are_equal(spark: Engine, tmp_path: Path) -> None:
    line = (
        '{{"id":"{0}","type":"PushEvent","actor":{{"id":{1},"login":"dev{1}"}},"repo":{{"id":1,"name":"o/r{2}"}},'
        '"created_at":"2026-11-24T03:00:00Z"}}'
    )
    target = Draft(str(tmp_path / "in"))
    for start in range(0, 300, 70):
        lines = [line.format(at, at % 9 + 1, at % 7) for at in range(start, start + 70)]
        target.write("lines", pl.DataFrame({"line": [*lines, "no event"]}))
    target.finish()
    local, other = both(stages.archived(Watch({"o/r3"}, {"2"})), spark, Folder(str(tmp_path / "in")), tmp_path)
    assert bits(table(local, "events")) == bits(table(other, "events"))


def test_what_fails_in_a_task_is_said_in_one_line(spark: Engine, tmp_path: Path) -> None:
    home = tmp_path / "in"
    source = written(str(home), people(5), parts=1)
    next((home / "evidence").glob("*.parquet")).unlink()
    with pytest.raises(BatchError, match=r"counts: a task failed: .*evidence/part-\w+.parquet is missing") as caught:
        spark.run(stages.counts(MLE, NOW), source, Draft(str(tmp_path / "out")))
    assert "\n" not in str(caught.value)


def test_an_address_of_one_process_is_refused(spark: Engine) -> None:
    source = written("memory://spark-crowd", people(2), parts=1)
    with pytest.raises(ConfigError, match=r"memory://spark-crowd: is in the memory of one process"):
        spark.run(stages.counts(MLE, NOW), source, Draft("memory://spark-out"))


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sourcing.engine.spark.find_spec", lambda name: None if name == "pyarrow" else object())
    with pytest.raises(ConfigError, match=r"needs pyarrow: pip install 'sourcing-crawler\[spark\]'"), engine(NAME):
        pass
    monkeypatch.setattr("sourcing.engine.spark.find_spec", lambda _: object())
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=r"needs Java 17, and there is no java"), engine(NAME):
        pass
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    program.chmod(0o755)
    with pytest.raises(ConfigError, match=r"needs Java 17, and this is 11"), engine(NAME):
        pass
