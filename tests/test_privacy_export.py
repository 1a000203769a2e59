"""What may leave the house: nobody untold, nothing a source keeps in, nobody who refuses, all with its origin."""

import ast
import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing import digest, nightly, ranking
from sourcing.config import Config
from sourcing.desk.search import search
from sourcing.export import Exported, Wanted, write
from sourcing.export.pack import write_pack
from sourcing.export.permitted import permitted
from sourcing.export.push import Asked, push
from sourcing.privacy import notices
from spiders._registry import load, names
from storage.errors import ConfigError
from storage.records import AccountKey, Lead
from storage.store import Store
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, people, repository
from tests.notice_kit import tell_everybody

ROOT = Path(__file__).parent.parent


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    config = furnished(tmp_path / "house")
    shy = account("github", "eve", flags=("no_recruiters",))
    crawls(monkeypatch, [*people(), shy, repository("github", "eve")], [done("github")])
    nightly.run(config, now=NOW)
    return config


def opened(config: Config) -> Store:
    return Store.open(config.database_url, key=config.key)


def export(store: Store, config: Config, **wanted: Any) -> Exported:
    return write(store, config, Wanted(**{"role": "mle", "by": "grace"} | wanted), now=NOW)


def tell(store: Store, config: Config, *names_: str) -> None:
    for name in names_:
        notices.give(store, config, store.lead(name), channel="e-mail", by="grace", at=NOW)


def names_in(path: Path) -> set[str]:
    return {line["name"] for line in csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""))}


def test_nobody_untold_is_given_to_somebody_else(house: Config) -> None:
    with opened(house) as store:
        assert export(store, house).leads == 2  # in the house
        tell(store, house, "github:ada")
        done_ = export(store, house, recipient="Dana")
        assert names_in(done_.files[0]) == {"Ada"}
        [(reason, count)] = [one for one in done_.left_out.items() if "not told" in one[0]]
        assert (count, "--with-notice" in reason) == (1, True)
        open_house = house.model_copy(update={"privacy": house.privacy.model_copy(update={"regime": "us"})})
        assert export(store, open_house, recipient="Kim").leads == 2


def test_with_the_notice_they_may_go(house: Config) -> None:
    with opened(house) as store:
        tell(store, house, "github:ada")
        done_ = export(store, house, recipient="Dana", with_notice=True)
        assert (done_.leads, done_.notices) == (2, 1)
        beside = done_.files[0].with_name(f"{done_.files[0].name}.about.txt").read_text("utf-8")
        assert "NOTICE TO BE GIVEN" in beside
        assert "Hello Bob," in beside
        assert "Hello Ada," not in beside


@pytest.mark.parametrize("format_", ["csv", "xlsx", "jsonl", "html"])
def test_every_file_says_by_whom_what_for_until_when_and_where_it_is_from(house: Config, format_: str) -> None:
    with opened(house) as store:
        [path] = export(store, house, format=format_, purpose="the ranking team").files
        [row] = store.exports()
        [entry] = store.actions("export")
    assert row.expires_at == NOW + timedelta(days=90)
    assert (entry.by, entry.about, entry.detail["sha256"]) == ("grace", f"export {row.id}", row.sha256)
    beside = path.with_name(f"{path.name}.about.txt").read_text("utf-8")
    for said in (beside, _inside(path, format_) or beside):
        for words in ("grace", "the ranking team", "2027-02-23", "Ada Example", "unsolicited"):
            assert words in said, words
    for origin in ("https://github.example/api 2026-11-25", "https://kaggle.example/api 2026-11-25"):
        assert origin in beside
    assert {line.split()[0] for line in beside.splitlines() if line.startswith("L0")} == set(row.leads)


def _inside(path: Path, format_: str) -> str:
    if format_ == "csv":
        return ""
    if format_ == "xlsx":
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist() if "sheet2" in name)
    return path.read_text("utf-8")


def test_json_lines_name_the_origin_of_every_line(house: Config) -> None:
    with opened(house) as store:
        [path] = export(store, house, format="jsonl").files
    _, *lines = map(json.loads, path.read_text("utf-8").splitlines())
    assert all(line["origins"] and len(line["origins"]) == len(line["profiles"]) for line in lines)


def test_an_export_without_a_purpose_is_refused(house: Config) -> None:
    nameless = house.model_copy(update={"controller": house.controller.model_copy(update={"purpose": ""})})
    with opened(house) as store, pytest.raises(ConfigError, match="--purpose"):
        export(store, nameless)


def test_through_the_command_who_made_it_is_named(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "login-name")
    result = CliRunner().invoke(app, ["--config", str(house.path), "export", "mle", "--to", "Dana"])
    assert result.exit_code == 0, result.output
    assert "not told yet" in result.stdout
    with opened(house) as store:
        assert store.exports() == [], "of nobody nothing is written"
    told = CliRunner().invoke(app, ["--config", str(house.path), "export", "mle", "--to", "Dana", "--with-notice"])
    assert told.exit_code == 0, told.output
    with opened(house) as store:
        assert store.exports()[0].by == "login-name"


# --- what sources keep in the house ----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["reddit", "slack", "slack_export"])
def test_some_sources_let_nothing_out(source: str) -> None:
    closed = account("github", "ada").model_copy(update={"source": source})
    alone = Lead(id="L000001", accounts=(closed,), first_seen=NOW, last_changed=NOW)
    assert permitted(alone) is None
    joined = alone.model_copy(update={"accounts": (closed, account("github", "ada"))})
    left = permitted(joined)
    assert left is not None
    assert [one.source for one in left.accounts] == ["github"]


def test_a_source_that_is_no_more_lets_nothing_out() -> None:
    gone = account("github", "ada").model_copy(update={"source": "orkut"})
    assert permitted(Lead(id="L000001", accounts=(gone,), first_seen=NOW, last_changed=NOW)) is None


@pytest.mark.parametrize("source", names())
def test_cards_name_only_what_there_is(source: str) -> None:
    assert set(load(source).card.not_exported) <= {"everything", "work", *type(account("github", "a")).model_fields}


# --- who refuses is nowhere ------------------------------------------------------------------------------------------


def in_ranking(store: Store, config: Config) -> str:
    return str(ranking.listing(store, "mle", section=None))


def in_search(store: Store, config: Config) -> str:
    return str(search(store, "pytorch", role="mle"))


def in_export(store: Store, config: Config) -> str:
    return "".join(path.read_text("utf-8") for path in export(store, config).files)


def in_pack(store: Store, config: Config) -> str:
    return write_pack(store, config, "mle", by="g", recipient="", anonymous=False, now=NOW).file.read_text("utf-8")


def in_push(store: Store, config: Config) -> str:
    tell_everybody(store, NOW)
    return str(push(store, config, Asked(system="lever", role="mle", by="g"), now=NOW))


def in_digest(store: Store, config: Config) -> str:
    return str(digest.previews(store, config))


def in_notices(store: Store, config: Config) -> str:
    return str(notices.due(store, config, now=NOW))


@pytest.mark.parametrize(
    "place", [in_ranking, in_search, in_export, in_pack, in_push, in_digest, in_notices], ids=lambda one: one.__name__
)
def test_who_wants_no_recruiters_is_nowhere(house: Config, place: Callable[[Store, Config], str]) -> None:
    with opened(house) as store:
        assert store.account(AccountKey("github", "id-eve")) is not None
        ada, eve = store.lead("github:ada").id, store.lead("github:eve").id
        shown = place(store, house)
    assert any(word in shown for word in ("Ada", ada))
    assert not [word for word in ("Eve", "/eve", eve) if word in shown]


# --- a person decides ------------------------------------------------------------------------------------------------


def test_a_night_sets_no_status_and_takes_no_decision(house: Config) -> None:
    with opened(house) as store:
        assert {lead.status for lead in store.leads()} == {"new"}
        assert [store.status_history(name) for name in store.lead_ids()] == [[], [], []]


def test_nothing_but_a_persons_act_sets_a_status() -> None:
    """Every call that sets a status stands where a person acts, and no such file reads a score to do so."""
    places: set[str] = set()
    for path in [
        *(ROOT / "sourcing").rglob("*.py"),
        *(ROOT / "scoring").rglob("*.py"),
        *(ROOT / "spiders").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("set_status"):
                places.add(path.relative_to(ROOT).as_posix())
    assert places <= {
        "sourcing/desk/contact.py",
        "sourcing/desk/statuses.py",
        "sourcing/commands/leads.py",
        "sourcing/review/pages/person.py",
        "sourcing/review/pages/inbox.py",
        "sourcing/desk/inbox.py",
    }, places
