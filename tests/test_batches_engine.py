"""Tables in folders, and the engine of this machine: what is half there is never taken for whole."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import polars as pl
import pytest

from scoring import batches
from scoring.roles import find_role
from sourcing.engine import stages
from sourcing.engine.choosing import engine
from sourcing.engine.folder import MANIFEST, BatchError, Draft, Folder
from sourcing.engine.local import Local
from sourcing.engine.stage import whole
from sourcing.identity.model import Model
from sourcing.identity.shards import SHARDED, ShardPairs, pairs_of, with_keys
from sourcing.imports._gh_archive import Watch
from storage.errors import ConfigError
from tests.batch_kit import bits, people, table, written
from tests.cases.scoring_people import NOW
from tests.test_batches_scoring import tables

MLE = find_role("mle")
ROWS = pl.DataFrame({"lead": ["a", "a", "b"], "n": [1, 2, 3]})


@pytest.fixture(params=["path", "file", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    named = {"path": str(tmp_path / "out"), "file": f"file://{tmp_path}/out", "memory": f"memory://{uuid4().hex}"}
    yield named[request.param]
    memory = fsspec.filesystem("memory")
    for name in memory.ls("/", detail=False):
        memory.rm(name, recursive=True)


def test_a_folder_gives_back_what_was_written(address: str) -> None:
    target = Draft(address)
    for part in (ROWS, ROWS.head(0), ROWS.tail(1)):
        target.write("numbers", part)
    done = target.finish(kind="test")
    found = Folder(address)
    assert found.manifest == done
    assert (found.tables, found.manifest.rows("numbers"), found.manifest.about) == (["numbers"], 4, {"kind": "test"})
    assert bits(table(found, "numbers")) == bits(pl.concat([ROWS, ROWS.tail(1)]))
    with pytest.raises(BatchError, match=r"no table 'others'; it holds numbers"):
        found.parts("others")


def test_without_its_list_a_folder_is_half_written_and_written_anew(address: str) -> None:
    with pytest.raises(ConfigError, match="nothing there"):
        Folder(address)
    Draft(address).write("numbers", ROWS)
    with pytest.raises(BatchError, match=r"half written.*run it again"):
        Folder(address)
    again = Draft(address)
    again.write("numbers", ROWS)
    again.finish()
    assert Folder(address).manifest.rows("numbers") == 3
    fs, root = fsspec.core.url_to_fs(address)
    assert len(fs.find(root)) == 2  # the leftover is gone


def test_parts_that_no_list_names_do_not_exist(address: str) -> None:
    target = Draft(address)
    target.write("numbers", ROWS)
    stray = Draft.__new__(Draft)
    stray.__dict__.update(target.__dict__ | {"_parts": []})
    stray.write("numbers", ROWS)  # a task that was run twice
    target.finish()
    assert len(table(Folder(address), "numbers")) == 3


def test_a_finished_folder_is_replaced_only_when_told_and_foreign_files_never(tmp_path: Path) -> None:
    home = tmp_path / "out"
    Draft(str(home)).finish()
    assert not home.stat().st_mode & 0o077  # nobody else's to read
    with pytest.raises(ConfigError, match=r"exists; .*--replace"):
        Draft(str(home))
    Draft(str(home), replace=True)
    assert not (home / MANIFEST).exists()
    (home / "letter.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"other files \(letter.txt\)"):
        Draft(str(home), replace=True)
    assert (home / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-9]), r"not what was written \(\d+ of \d+ bytes"),
        (lambda file: file.write_bytes(bytes(len(file.read_bytes()))), "another digest"),
        (lambda file: file.unlink(), "is missing"),
    ],
)
def test_a_part_that_is_not_what_the_list_says_is_named(damage, words: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # a table of lambdas
    target = Draft(str(tmp_path))
    part = target.write("numbers", ROWS)
    target.finish()
    damage(tmp_path / part.name)
    with pytest.raises(BatchError, match=words):
        list(Folder(str(tmp_path)).frames("numbers"))


@pytest.mark.parametrize(
    ("content", "words"), [('{"parts": 3}', "not a list of parts"), ('{"format": 99}', "format 99, not 1")]
)
def test_a_list_that_cannot_be_read_is_named(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(BatchError, match=words):
        Folder(str(tmp_path))


@pytest.mark.parametrize("address", ["nosuch://bucket/x"])
def test_an_address_nobody_can_open_is_named(address: str) -> None:
    with pytest.raises(ConfigError, match=r"nosuch://bucket/x: cannot be opened"):
        Folder(address)


def test_whole_keeps_every_value_together() -> None:
    frame = pl.DataFrame({"lead": [f"L{at // 7:03d}" for at in range(200)], "n": range(200)})
    for size, rows in ((1, 5), (3, 5), (50, 10), (200, 1), (200, 10_000)):
        found = list(whole(frame.iter_slices(size), "lead", rows))
        assert pl.concat(found).equals(frame)
        seen = [set(one["lead"]) for one in found]
        assert all(not one & other for at, one in enumerate(seen) for other in seen[at + 1 :])
    assert list(whole([], "lead")) == []


@pytest.mark.parametrize("bucket", [10, 10_000_000])
def test_features_and_scores_of_this_machine_are_those_of_one_batch(bucket: int, address: str) -> None:
    found = people(40)
    source = written(f"{address}-in", found)
    target = Draft(address)
    local = Local(bucket=bucket)
    for stage in stages.features(MLE, NOW):
        local.run(stage, source, target)
    target.finish()
    accounts, work = tables(found)
    rows = pl.concat([pl.DataFrame(schema=batches.ROWS), accounts, work], how="diagonal")
    reading = batches.Reading(MLE, NOW)
    wanted = {
        "receipts": batches.Judge(MLE, NOW)(rows),
        "coverage": batches.covered(pl.concat([batches.shown(work, reading), batches.claimed(accounts, reading)])),
        "counts": batches.totalled(batches.counted(work, MLE, NOW)),
    }
    made = Folder(address)
    assert {name: bits(table(made, name)) for name in made.tables} == {n: bits(one) for n, one in wanted.items()}
    scores = Draft(f"{address}-scores")
    local.run(stages.scores(MLE), made, scores)
    scores.finish()
    assert bits(table(Folder(f"{address}-scores"), "scores")) == bits(batches.weighed(wanted["receipts"], MLE))


def test_pairs_of_shards_are_the_pairs_of_the_crowd(tmp_path: Path) -> None:
    """The neighbourhood of a shard, brought together here by hand as an engine does it by joins."""
    source = written(str(tmp_path / "in"), people(60))
    facts = table(source, "facts")
    model = Model.model_validate_json(table(source, "model")["content"][0])
    close = model.model_copy(update={"settings": model.settings.model_copy(update={"block": 4})})
    for one in (model, close):
        whole_crowd = pairs_of(facts, one)
        assert (whole_crowd["zone"] > 0).any()
        for count in (1, 3, 7):
            found = ShardPairs(one)(sharded(facts, count, one.settings.block))
            assert bits(found) == bits(whole_crowd), count


def sharded(facts: pl.DataFrame, count: int, cap: int) -> pl.DataFrame:
    keyed = with_keys(facts, cap).with_row_index("row").with_columns(dealt=pl.col("row") % count)
    keys = keyed.select("row", "dealt", "keys").explode("keys").drop_nulls("keys").unnest("keys")
    sizes = keys.group_by("value").agg(pl.len(), pl.col("limit").min())
    common = sizes.filter(pl.col("len") > pl.col("limit"))["value"].to_list()
    carried = keys.filter(~pl.col("value").is_in(common))
    rows = []
    for shard in range(count):
        own = set(keyed.filter(pl.col("dealt") == shard)["row"])
        met = carried.filter(pl.col("value").is_in(carried.filter(pl.col("row").is_in(own))["value"].implode()))
        near = own | set(met["row"])
        named = carried.filter(pl.col("row").is_in(near) & pl.col("claim"))["value"]
        near |= set(carried.filter(pl.col("value").is_in(named.implode()))["row"])
        shut = keys.filter(pl.col("value").is_in(common)).group_by("row").agg(pl.col("value").alias("closed"))
        some = keyed.filter(pl.col("row").is_in(near)).join(shut, on="row", how="left")
        rows.append(
            some.with_columns(shard=pl.lit(shard, pl.Int64), touched=pl.col("dealt") == shard).select(SHARDED.names())
        )
    return pl.concat(rows)


def test_lines_of_an_archive_become_the_events_that_matter(tmp_path: Path) -> None:
    line = (
        '{{"id":"{0}","type":"PushEvent","actor":{{"id":{1},"login":"dev{1}"}},"repo":{{"id":1,"name":"{2}"}},'
        '"created_at":"2026-11-24T03:00:00Z"}}'
    )
    lines = [line.format(at, at % 5 + 1, f"o/r{at % 7}") for at in range(70)] + ['{"id": broken', "", "[]"]
    target = Draft(str(tmp_path / "in"))
    for start in range(0, len(lines), 9):
        target.write("lines", pl.DataFrame({"line": lines[start : start + 9]}))
    target.finish()
    out = Draft(str(tmp_path / "out"))
    Local().run(stages.archived(Watch({"O/R3"}, {"3"})), Folder(str(tmp_path / "in")), out)
    out.finish()
    found = table(Folder(str(tmp_path / "out")), "events")
    wanted = {str(at) for at in range(70) if at % 7 == 3 or at % 5 == 2}
    assert set(found["id"].drop_nulls()) == wanted
    assert found["unreadable"].sum() == 2


@pytest.mark.parametrize("name", ["sparkle", "spark://", "spark-local", "spark-local[0x]", "local[2]", ""])
def test_an_engine_nobody_knows_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=r"there are: local, spark-local\[2\], spark://host:7077"), engine(name):
        pass
