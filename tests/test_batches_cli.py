"""`sourcing batch`: out of the database, worked on, back into it; what is wrong is one line and an exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.roles import find_role
from sourcing.config import load
from sourcing.engine.folder import Folder
from sourcing.nightly import run
from storage.errors import ConfigError
from storage.store import Store
from tests.batch_kit import table
from tests.house_of_sourcing import NOW, crawls, done, furnished, people
from tests.store_kit import person as stranger

MLE = find_role("mle")
Sourcing = Callable[..., Result]


@pytest.fixture
def sourcing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sourcing:
    """Run a command in an installation that has one night behind it, on the day after."""
    for name in ("SOURCING_CONFIG", "SOURCING_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    run(config, now=NOW)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sourcing.commands.batch.clock", lambda: NOW)
    return lambda *words: CliRunner().invoke(app, list(words))


def rows(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_receipts_made_outside_are_those_the_night_wrote(sourcing: Sourcing, tmp_path: Path) -> None:
    dumped = rows(sourcing("batch", "dump", "out/dump", "--json"))
    assert dumped["rows"] == {"accounts": 3, "evidence": 7, "members": 3, "facts": 3}
    made = rows(sourcing("batch", "features", "out/dump", "out/features", "--role", "mle", "--json"))
    assert made["rows"]["receipts"] == made["rows"]["counts"] == 2
    scored = rows(sourcing("batch", "scores", "out/features", "out/scores", "--role", "mle", "--json"))
    assert scored["rows"] == {"scores": 2}
    with Store.open(load(tmp_path).database_url) as store:
        before = {one.lead: one for one in store.ranking("mle")}
    totals = dict(table(Folder("out/scores"), "scores").select("lead", "total").iter_rows())
    assert totals == {name: one.total for name, one in before.items()}
    loaded = rows(sourcing("batch", "load", "out/features", "--role", "mle", "--json"))
    assert loaded == {"role": "mle", "receipts": 2, "written": 0, "vanished": 0, "newer": 2}


def test_load_fills_what_is_missing_and_leaves_what_is_newer(sourcing: Sourcing, tmp_path: Path) -> None:
    assert sourcing("batch", "dump", "dump").exit_code == 0
    assert sourcing("batch", "features", "dump", "made", "--role", "cv").exit_code == 0
    config = load(tmp_path)
    with Store.open(config.database_url) as store:
        first, second = store.lead_ids()
        store.arrange({store.lead(second).accounts[0].key: first}, at=NOW)  # a merge since the dump
    loaded = rows(sourcing("batch", "load", "made", "--role", "cv", "--json"))
    assert loaded == {"role": "cv", "receipts": 2, "written": 1, "vanished": 1, "newer": 0}
    with Store.open(config.database_url) as store:
        receipt = store.receipt(first, "cv")
        assert receipt is not None
        assert receipt.scored_at == NOW
    again = rows(sourcing("batch", "load", "made", "--role", "cv", "--json"))
    assert again["written"] == 0


def test_pairs_say_who_may_be_one_person(sourcing: Sourcing) -> None:
    assert sourcing("batch", "dump", "dump").exit_code == 0
    shown = sourcing("batch", "pairs", "dump", "pairs")
    assert shown.exit_code == 0, shown.output
    assert "pairs" in shown.stdout
    found = table(Folder("pairs"), "pairs")
    best = found.sort("bits").row(-1, named=True)
    assert (best["left_source_id"], best["right_source_id"], best["zone"]) == ("id-ada", "id-ada", 2)


def test_a_dump_of_a_store_that_was_never_resolved_brings_a_model_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = furnished(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Store.open(config.database_url) as store:
        store.save([stranger(name="Ada Quill")])
    result = CliRunner().invoke(app, ["batch", "dump", "dump", "--json"])
    assert rows(result)["rows"]["facts"] == 1
    assert CliRunner().invoke(app, ["batch", "pairs", "dump", "pairs"]).exit_code == 0


WRONG = [
    (["features", "nowhere", "out", "--role", "mle"], 2, "nowhere: nothing there"),
    (["features", "dump", "dump", "--role", "mle"], 2, "is read from"),
    (["features", "dump", "out", "--role", "nobody"], 2, "nobody"),
    (["features", "dump", "out", "--role", "mle", "--engine", "cluster"], 2, "no engine 'cluster'"),
    (["scores", "dump", "out", "--role", "mle"], 2, "features of role None, not 'mle'"),
    (["scores", "made", "out", "--role", "cv"], 2, "features of role 'mle', not 'cv'"),
    (["load", "made", "--role", "cv"], 2, "receipts of role 'mle'"),
    (["load", "dump", "--role", "mle"], 1, "no table 'receipts'; it holds accounts"),
    (["dump", "dump"], 2, "--replace"),
    (["pairs", "half", "out"], 1, "half written"),
    (["dump", "s4://bucket/x"], 2, "cannot be opened"),
    (["dump", "sourcing.toml/x"], 2, "cannot be made"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG)
def test_what_is_wrong_is_one_line(words: list[str], code: int, said: str, sourcing: Sourcing, tmp_path: Path) -> None:
    sourcing("batch", "dump", "dump")
    sourcing("batch", "features", "dump", "made", "--role", "mle")
    (tmp_path / "half" / "facts").mkdir(parents=True)
    (tmp_path / "half" / "facts" / f"part-{'0' * 32}.parquet").write_bytes(b"")
    result = sourcing("batch", *words)
    assert result.exit_code == code, result.output
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert said in errors[0]


@pytest.mark.parametrize("name", ["spark", "spark-local[]", "yarn"])
def test_the_settings_name_an_engine_that_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "sourcing.toml").write_text(f'[engine]\nname = "{name}"\n')
    with pytest.raises(ConfigError, match=r"\[engine\] name"):
        load(tmp_path / "sourcing.toml")
