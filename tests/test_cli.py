"""The command line: exit codes, one-line errors, JSON, and that results alone go to standard output."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command_name
from typer.models import CommandInfo
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.commands._edge import GROUPS, MODULES
from sourcing.lock import exclusive
from sourcing.nightly import run
from storage.store import Store
from tests.house_of_sourcing import NOW, crawls, done, furnished, people

ROOT = Path(__file__).parent.parent
Sourcing = Callable[..., Result]


@pytest.fixture(autouse=True)
def _no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "KAGGLE_API_TOKEN", "SOURCING_CONFIG", "SOURCING_DATABASE_URL", "SOURCING_USER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sourcing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sourcing:
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words, **more: CliRunner().invoke(app, list(words), **more)


@pytest.fixture
def after_a_night(sourcing: Sourcing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sourcing:
    """Run a command in an installation that has one night behind it."""
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    run(config, now=NOW)
    return sourcing


INIT = ("init", "--yes", "--name", "Ada", "--contact", "a@example.org", "--purpose", "hiring")


def test_init_asks_for_what_is_missing(sourcing: Sourcing, tmp_path: Path) -> None:
    result = sourcing("init", "--name", "Ada", input="a@example.org\nhiring\n\nGermany, Poland\n")
    assert 'countries = ["Germany", "Poland"]' in (tmp_path / "sourcing.toml").read_text()
    assert result.exit_code == 0, result.output
    assert 'contact = "a@example.org"' in (tmp_path / "sourcing.toml").read_text()
    assert "An address people can write to" in result.stderr
    assert "Who answers for the data" not in result.stderr
    assert "made sourcing.toml" in result.stdout


def test_init_is_not_repeated_by_accident(sourcing: Sourcing) -> None:
    assert sourcing(*INIT).exit_code == 0
    again = sourcing(*INIT)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert sourcing(*INIT, "--force").exit_code == 0


WRONG = [
    ([], ["nightly"], 2, "sourcing init"),
    ([], ["--config", "elsewhere.toml", "rank", "mle"], 2, "elsewhere.toml"),
    ([], ["init", "--yes"], 2, "--name, --contact, --purpose"),
    (["[controller]\nname = 'A'"], ["crawl"], 2, "lacks contact, purpose"),
    (["[controller]\nname = 'A'"], ["nightly"], 2, "lacks contact, purpose"),
    (["[crawl]\nmax_profile = 1"], ["nights"], 2, "[crawl] max_profile"),
    ([""], ["nights"], 3, "sourcing db upgrade"),
    (["[database]\nurl = 'nonsense'"], ["db", "check"], None, "[database] url"),
    (["house"], ["crawl", "myspace"], 2, "no source 'myspace'"),
    (["house"], ["rank", "mlee"], 2, "no role 'mlee'"),
    (["house"], ["rank", "mle", "--section", "best"], 2, "no section 'best'"),
    (["house"], ["export", "mle", "--format", "xml"], 2, "no export format 'xml'"),
    (["house"], ["explain", "nobody", "--role", "mle"], 2, "nobody"),
    (["house"], ["explain", "github:ada", "--role", "vet"], 2, "vet"),
    (["house"], ["lead", "show", "nobody"], 2, "nobody"),
    (["house"], ["role", "lint", "vet"], 2, "vet"),
    (["house"], ["explain", "github:ada"], 2, "--role"),
    (["house"], ["fly"], 2, "fly"),
]


@pytest.mark.parametrize(
    ("files", "words", "code", "said"),
    WRONG,
    ids=lambda value: " ".join(map(str, value or [])) if isinstance(value, list) else None,
)
def test_what_is_wrong_is_said_in_one_line(
    sourcing: Sourcing, tmp_path: Path, files: list[str], words: list[str], code: int | None, said: str
) -> None:
    if files == ["house"]:
        furnished(tmp_path)
    elif files:
        (tmp_path / "sourcing.toml").write_text(files[0])
    before = sorted(tmp_path.iterdir())
    result = sourcing(*words)
    assert result.exit_code == code if code else result.exit_code in {2, 3}, result.output
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    if result.stderr.startswith("error: "):
        assert result.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_second_run_is_refused_with_4(sourcing: Sourcing, tmp_path: Path) -> None:
    furnished(tmp_path)
    with exclusive(tmp_path):
        for words in (["nightly"], ["crawl"], ["resolve"], ["score"]):
            assert sourcing(*words).exit_code == 4


def test_a_night_ends_with_the_code_of_its_worst_source(
    sourcing: Sourcing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github"), done("kaggle", "failed", reason="it fell over")])
    result = sourcing("nightly")
    assert result.exit_code == 1
    assert "kaggle        failed" in result.stdout
    assert "it fell over" in result.stdout
    assert "scoring leads" in result.stderr
    crawls(monkeypatch, stop=True)
    assert sourcing("nightly").exit_code == 130
    crawls(monkeypatch, people(), [done("github"), done("kaggle", "refused")])
    result = sourcing("crawl", "github", "--json")
    assert result.exit_code == 0
    assert [outcome["source"] for outcome in json.loads(result.stdout)["night"]["outcomes"]] == ["github"]


LISTING = [
    ["plan"],
    ["sources"],
    ["nights", "--last"],
    ["resolve"],
    ["score"],
    ["rank", "mle"],
    ["rank", "mle", "--section", "all"],
    ["explain", "github:ada", "--role", "mle"],
    ["lead", "show", "github:ada"],
    ["role", "list"],
    ["role", "show", "mle"],
    ["role", "lint", "mle"],
    ["nights"],
    ["db", "check"],
    ["doctor"],
    ["export", "mle", "--by", "ada"],
]


@pytest.mark.parametrize("words", LISTING, ids=" ".join)
def test_json_and_text_of_everything_that_lists(after_a_night: Sourcing, words: list[str]) -> None:
    text, as_json = after_a_night(*words), after_a_night(*words, "--json")
    assert text.exit_code == as_json.exit_code == 0, text.output + as_json.output
    assert text.stdout.strip()
    assert as_json.stderr == ""
    assert json.loads(as_json.stdout) is not None


def test_explain_says_the_number_again(after_a_night: Sourcing) -> None:
    shown = after_a_night("explain", "L000001", "--role", "mle").stdout
    data = json.loads(after_a_night("explain", "L000001", "--role", "mle", "--json").stdout)
    assert data["replayed"] == data["receipt"]["total"]
    assert f"computed anew from the receipt: {data['replayed']!r}, equal to the stored total" in shown
    assert "no public evidence found for" in shown
    contributions = sum(part["contribution"] for part in data["receipt"]["parts"])
    assert f"{contributions:.4f}" in shown
    assert all(url in shown for url in data["evidence"].values())


def test_a_lead_page_says_why_accounts_are_one_person(after_a_night: Sourcing) -> None:
    shown = after_a_night("lead", "show", "kaggle:ada").stdout
    assert "one person, because" in shown
    assert "github:ada names the profile of kaggle:ada as its own" in shown
    assert "work-1" in shown


def test_rank_is_best_first(after_a_night: Sourcing) -> None:
    rows = json.loads(after_a_night("rank", "mle", "--section", "all", "--json").stdout)
    assert [row["total"] for row in rows] == sorted((row["total"] for row in rows), reverse=True)
    assert [row["rank"] for row in rows] == [1, 2]
    assert {"github:ada", "kaggle:ada"} in [set(row["handles"]) for row in rows]


def test_doctor_shows_no_token_and_says_what_is_missing(
    sourcing: Sourcing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnished(tmp_path)
    without = sourcing("doctor").stdout
    assert "set the environment variable GITHUB_TOKEN" in without
    monkeypatch.setenv("GITHUB_TOKEN", "canary-7d1f")
    result = sourcing("doctor")
    assert "token in GITHUB_TOKEN" in result.stdout
    assert "canary" not in result.output
    states = {check["name"]: check["state"] for check in json.loads(sourcing("doctor", "--json").stdout)}
    assert states["reddit"] == "ok", "a source nobody switched on needs no warning"
    (tmp_path / "sourcing.db").unlink()
    assert sourcing("doctor").exit_code == 3
    (tmp_path / "sourcing.toml").write_text("[x]")
    assert sourcing("doctor").exit_code == 2


def test_db_backup_is_a_database(after_a_night: Sourcing, tmp_path: Path) -> None:
    assert after_a_night("db", "backup", "copy.db").exit_code == 0
    with Store.open(f"sqlite:///{tmp_path / 'copy.db'}") as store:
        assert len(list(store.accounts())) == 3
    assert "up to date" in after_a_night("db", "upgrade").stdout


def test_every_command_is_where_the_front_door_looks_for_it() -> None:
    for path in (ROOT / "sourcing" / "commands").glob("[a-z]*.py"):
        import_module(f"sourcing.commands.{path.stem}")
    holders: dict[str, set[str]] = {name: set() for name in GROUPS}
    for one in app.registered_commands:
        assert one.callback is not None
        holders[one.name or get_command_name(one.callback.__name__)] = {module_of(one)}
    for name, group in GROUPS.items():
        holders[name] = {module_of(one) for one in group.registered_commands}
    assert holders == {name: set(modules.split()) for name, modules in MODULES.items()}


def module_of(command: CommandInfo) -> str:
    assert command.callback is not None
    return command.callback.__module__.rpartition(".")[2]


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, cli; cli.app(['--help'], standalone_mode=False); print(' '.join(sorted(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    heavy = {"scrapy", "twisted", "sqlalchemy", "pydantic", "numpy", "httpx", "rich", "orjson", "yaml", "rapidfuzz"}
    assert loaded & heavy == set()
