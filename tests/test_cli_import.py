"""`sourcing import` on the command line: what it prints, where, and how it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.lock import exclusive
from tests.house_of_sourcing import furnished
from tests.test_imports_people import CONNECTIONS


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    furnished(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Connections.csv").write_text(CONNECTIONS, "utf-8")
    (tmp_path / "dump.csv").write_text("Nr,Person,Seite\n1,Ada,ada.example\n2,Bo\n", "utf-8")
    return tmp_path


def sourcing(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.stdout, done.stderr


def test_an_import_says_what_it_did(house: Path) -> None:
    code, out, _ = sourcing("import", "linkedin", "Connections.csv")
    assert code == 0
    assert out.startswith("linkedin: Connections.csv, done in ")
    assert "accounts new                4" in " ".join(out.split("\n")) or "accounts new" in out
    assert "no_profile_address" in out
    assert "sourcing resolve" in out
    code, out, _ = sourcing("import", "linkedin", "Connections.csv")
    assert "a file of this name was imported before" in out
    assert "next:" not in out


def test_json_holds_the_same(house: Path) -> None:
    code, out, _ = sourcing("import", "linkedin", "Connections.csv", "--by", "Ada", "--json")
    told = json.loads(out)
    assert (code, told["kind"], told["by"], told["saved"]["accounts_new"]) == (0, "linkedin", "Ada", 4)


def test_a_file_that_was_read_in_part_ends_with_1(house: Path) -> None:
    columns = ("--map", "id=Nr", "--map", "name=Person", "--map", "website=Seite")
    code, out, _ = sourcing("import", "ats", "dump.csv", *columns, "--set", "system=own")
    assert (code, "partial" in out, "ragged_row" in out) == (1, True, True)


WRONG = [
    (["import", "myspace", "x"], 2, "no kind of file is called 'myspace'; there are: ats, gh_archive, linkedin"),
    (["import", "linkedin", "nowhere.csv"], 2, "nowhere.csv: cannot be read"),
    (["import", "ats", "dump.csv"], 2, "--preset ashby, greenhouse, lever, opencats"),
    (["import", "ats", "dump.csv", "--preset", "lever"], 2, "it has: Nr, Person, Seite"),
    (["import", "meta_kaggle", ".", "--map", "a=b"], 2, "fixed columns"),
    (["import", "meta_kaggle", "."], 2, "no UserAchievements.csv"),
    (["import", "gh_archive", "2026-11-24-99"], 2, "hours go from 0 to 23"),
    (["import", "linkedin"], 2, "PATH"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=[" ".join(case[0][1:3]) for case in WRONG])
def test_what_is_wrong_is_said_in_one_line(house: Path, words: list[str], code: int, said: str) -> None:
    ended, out, err = sourcing(*words)
    assert (ended, out) == (code, "")
    assert said in err
    if err.startswith("error: "):
        assert err.count("\n") == 1


def test_no_import_without_a_controller_or_beside_another_run(house: Path) -> None:
    with exclusive(house):
        assert sourcing("import", "linkedin", "Connections.csv")[0] == 4
    settings = house / "sourcing.toml"
    settings.write_text(settings.read_text("utf-8").replace('name = "Ada Example"', 'name = ""'), "utf-8")
    code, _, err = sourcing("import", "linkedin", "Connections.csv")
    assert (code, "lacks name" in err) == (2, True)
