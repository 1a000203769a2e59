"""The commands of review, from the outside: what is printed, what is written, what they end with."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

import cli as front  # noqa: TID251  tests stand above the top floor
from storage.store import Store
from tests.house_of_sourcing import account, furnished


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = furnished(tmp_path)
    with Store.open(config.database_url) as store:
        store.save(
            [
                account("github", "quillfeather", name="Maarten Oosterhuis", links=["https://www.kaggle.com/oostduck"]),
                account("kaggle", "oostduck", name="Maarten Oosterhuis"),
                account("github", "lanternotter", name="Perpetua Nkemelu"),
                account("kaggle", "lanternotter", name="Perpetua \u202eNkemelu"),
            ]
        )
    assert run(tmp_path, "resolve").exit_code == 0
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(front.app, ["--config", str(folder), *words], prog_name="sourcing")


def leads(folder: Path) -> list[str]:
    with Store.open(f"sqlite:///{folder / 'sourcing.db'}") as store:
        return store.lead_ids()


def test_the_queue_shows_both_sides_and_every_value(folder: Path) -> None:
    shown = run(folder, "identity", "queue").output
    assert "github: lanternotter" in shown
    assert "│ kaggle: lanternotter" in shown
    assert "name +" in shown
    assert "\u202e" not in shown
    [item] = orjson.loads(run(folder, "identity", "queue", "--json").output)
    assert item["row"]["verdict"] == "suggested"


@pytest.mark.parametrize(("key", "count"), [("y", 2), ("n", 3), ("u", 3), ("s", 3), ("q", 3)])
def test_one_key_answers(folder: Path, key: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.getchar", lambda: key)
    done = run(folder, "identity", "queue", "--ask", "--by", "ann")
    assert done.exit_code == 0, done.output
    assert len(leads(folder)) == count
    left = orjson.loads(run(folder, "identity", "queue", "--json").output)
    assert len(left) == (1 if key in "sq" else 0)


def test_merge_split_undo(folder: Path) -> None:
    before = leads(folder)
    done = run(folder, "lead", "merge", "github:lanternotter", "kaggle:lanternotter", "--by", "ann")
    assert done.output.startswith("merged: 1 judgement; now ")
    assert len(leads(folder)) == 2
    assert run(folder, "lead", "undo", "github:lanternotter", "--by", "ann").exit_code == 0
    assert leads(folder) == before
    assert run(folder, "lead", "split", "github:quillfeather", "kaggle:oostduck", "--by", "ann").exit_code == 0
    assert len(leads(folder)) == 4
    refused = run(folder, "lead", "merge", "github:quillfeather", "kaggle:oostduck", "--by", "ann")
    assert refused.exit_code == 2
    assert "sourcing lead undo" in refused.stderr
    assert run(folder, "db", "check").exit_code == 0


def test_what_if_shows_and_saves(folder: Path) -> None:
    shown = run(folder, "identity", "what-if", "strict_claims=true")
    assert "0 would appear, 1 would vanish" in shown.output
    assert "  - github:quillfeather names the profile of kaggle:oostduck" in shown.output
    assert len(leads(folder)) == 3
    assert run(folder, "identity", "what-if", "strict_claims=true", "--save").exit_code == 0
    assert run(folder, "resolve").exit_code == 0
    assert len(leads(folder)) == 4
    assert run(folder, "identity", "what-if", "nothing=1").exit_code == 2
