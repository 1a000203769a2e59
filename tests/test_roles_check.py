"""A role looked at from all sides: supply from the store, names asked at the sources, and the commands around it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.roles import Role
from sourcing import audits
from sourcing.config import Config
from sourcing.ranking import beside_scores, score
from sourcing.role_check import check_role
from sourcing.role_names import repository_document, unknown_names
from storage.errors import ConfigError
from storage.records import Account
from storage.store import Store
from tests.house_of_sourcing import NOW, furnished, people

SCHEMA = Path(__file__).parent.parent / "sourcing" / "demo" / "server" / "schema.graphql"
LANES = [
    {"source": "github", "kind": "contributors", "targets": ["old/name", "here/it-is", "gone/away"]},
    {"source": "stackexchange", "kind": "answerers", "targets": ["stackoverflow/pytorch", "stackoverflow/pytorhc"]},
    {"source": "huggingface", "kind": "models", "targets": ["text-ranking", "text-rankings"]},
]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A furnished installation without leads."""
    for name in ("SOURCING_CONFIG", "SOURCING_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return furnished(tmp_path)


def _role(**changes: object) -> Role:
    base = {"role": "t", "version": 1, "confirmed": True, "titles": ["ML engineer"], "lanes": LANES}
    return Role.model_validate({**base, **changes})


def _known_names(request: httpx.Request) -> httpx.Response:
    """What the three sources answer."""
    if request.url.path.endswith("/graphql"):
        assert request.headers["authorization"] == "Bearer secret"
        data = {"r0": {"nameWithOwner": "new/name"}, "r1": {"nameWithOwner": "Here/It-is"}, "r2": None}
        return httpx.Response(200, json={"data": data, "errors": [{"type": "NOT_FOUND"}]})
    if "/tags/" in request.url.path:
        assert request.url.params["site"] == "stackoverflow"
        return httpx.Response(200, json={"items": [{"name": "pytorch", "count": 9}], "backoff": 10})
    return httpx.Response(200, json={"text-ranking": {"label": "Text Ranking"}})


def _asked(config: Config, answer: Callable[[httpx.Request], httpx.Response], role: Role | None = None) -> list[str]:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return [finding.message for finding in unknown_names(config, role or _role(), client=client)]


def test_names_are_asked_at_their_sources(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    assert _asked(house, _known_names) == [
        "repository 'old/name' is called new/name now; write that",
        "repository 'gone/away' is unknown to its source",
        "tag 'stackoverflow/pytorhc' is unknown to its source; did you mean stackoverflow/pytorch?",
        "task 'text-rankings' is unknown to its source; did you mean text-ranking?",
    ]


def test_without_a_token_github_is_not_asked(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    assert "github: 3 repositories not checked; set a token in GITHUB_TOKEN" in _asked(house, _known_names)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(503), "503"),
        (httpx.Response(200, text="<html>"), "no JSON"),
        (httpx.Response(200, json=[1]), "no JSON object"),
        (httpx.Response(200, json={"items": 3, "data": 3, "x": 1}), "holds no"),
        (httpx.Response(301, headers={"location": "https://elsewhere.example/"}), "301"),
    ],
)
def test_a_source_that_does_not_answer_is_a_finding(
    house: Config, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, reason: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    found = _asked(house, lambda _: answer)
    assert any(reason in message and "not all of 3 names checked" in message for message in found)


def test_a_wait_asked_for_ends_the_questions(house: Config) -> None:
    tags = [f"stackoverflow/t{at}" for at in range(25)]
    role = _role(lanes=[{"source": "stackexchange", "kind": "answerers", "targets": tags}])
    answer = {"items": [{"name": f"t{at}"} for at in range(20)], "backoff": 30}
    assert _asked(house, lambda _: httpx.Response(200, json=answer), role) == [
        "stackexchange: not all of 25 names checked (backoff: the source asks to wait 30 seconds); try again later"
    ]


def test_hosts_outside_the_list_are_not_asked(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    narrow = house.model_copy(update={"crawl": house.crawl.model_copy(update={"only_hosts": ("127.0.0.1",)})})
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(500)

    found = _asked(narrow, answer)
    assert not asked
    assert sum("is not to be asked" in message for message in found) == 3


def test_the_document_is_one_the_schema_knows() -> None:
    document = repository_document(["pytorch/pytorch", 'odd"name/x'])
    assert not validate(build_schema(SCHEMA.read_text("utf-8")), parse(document))


def _stocked(config: Config) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        store.save(people())
        keys = [item.key for item in people() if isinstance(item, Account)]
        store.arrange({key: f"L{at:06d}" for at, key in enumerate(keys, 1)}, at=NOW)


def test_supply_of_the_stored_leads(house: Config) -> None:
    _stocked(house)
    found = check_role(house, "mle", now=NOW)
    assert found.supply is not None
    assert found.supply.people == 3
    assert found.supply.steps[1].alone == 2  # both have packages of a framework in their repositories
    assert [finding.id for finding in found.findings] == ["U6"]
    without = check_role(house, "mle", now=NOW, supply=False)
    assert (without.supply, without.findings) == (None, ())


def test_without_leads_the_profile_is_still_read(house: Config) -> None:
    found = check_role(house, "mle", now=NOW)
    assert (found.supply, found.supply_skipped, found.findings) == (None, "no leads yet", ())
    assert "supply not counted: no leads yet" in _run("--config", str(house.path), "role", "lint", "mle").stdout


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_lint_draws_the_funnel_and_gives_it_as_json(house: Config) -> None:
    _stocked(house)
    page = _run("--config", str(house.path), "role", "lint", "mle")
    assert page.exit_code == 0, page.output
    assert "SUPPLY  3 known leads" in page.stdout
    assert "must-haves" in page.stdout
    told: dict[str, Any] = json.loads(_run("--config", str(house.path), "role", "lint", "mle", "--json").stdout)
    assert told["supply"]["people"] == 3
    assert told["supply"]["steps"][0]["group"] == "python"


def test_a_refused_role_exits_2_and_stores_nothing(house: Config) -> None:
    _stocked(house)
    (house.roles_folder / "bad.yaml").write_text("role: bad\nversion: 1\ntitles: [young talent]\n", "utf-8")
    before = Path(house.database_url.removeprefix("sqlite:///")).read_bytes()
    done = _run("--config", str(house.path), "role", "lint", "bad")
    assert done.exit_code == 2
    assert "bad.yaml:3: titles.0: 'young' stands for age" in done.stderr
    assert done.stderr.count("\n") == 1
    assert Path(house.database_url.removeprefix("sqlite:///")).read_bytes() == before


def test_audit_proxies_on_the_stored_leads(house: Config) -> None:
    _stocked(house)
    done = _run("--config", str(house.path), "audit", "proxies", "--role", "mle", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["people"], told["swapped"], told["moved"], told["differences"]) == (3, 3, 0, [])
    assert told["changed"]["name"] == 3
    assert "every score the same to the last bit" in _run(
        "--config", str(house.path), "audit", "proxies", "--role", "mle"
    ).stdout  # fmt: skip


def test_audit_proxies_reports_what_a_swap_moves(house: Config) -> None:
    _stocked(house)
    text = "role: local\nversion: 1\nconfirmed: true\ntitles: [ML engineer]\nlocation: {countries: [DE]}\n"
    (house.roles_folder / "local.yaml").write_text(text, "utf-8")
    done = _run("--config", str(house.path), "audit", "proxies", "--role", "local")
    assert done.exit_code == 1
    assert "moved, which must not be" in done.stdout
    assert "location.value" in done.stdout


def _scored(config: Config) -> None:
    _stocked(config)
    with Store.open(config.database_url, key=config.key) as store:
        from scoring.roles import find_role

        score(store, [find_role("mle")], now=NOW)


def test_audit_bias_reads_a_file_and_keeps_nothing(house: Config, tmp_path: Path) -> None:
    _scored(house)
    file = tmp_path / "groups.csv"
    file.write_text("lead,gender\nL000001,a\nL000002,b\nL000003,\nL999999,a\n", "utf-8")
    before = Path(house.database_url.removeprefix("sqlite:///")).read_bytes()
    done = _run("--config", str(house.path), "audit", "bias", str(file), "--role", "mle", "--top", "1", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["declared"], told["unknown"]) == (2, 1)
    assert {row["verdict"] for row in told["rows"]} == {"too few"}
    assert Path(house.database_url.removeprefix("sqlite:///")).read_bytes() == before
    page = _run("--config", str(house.path), "audit", "bias", str(file), "--role", "mle").stdout
    assert "too few to say" in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"groups\.csv:1: the first line must be"),
        ("lead\nL1\n", r"groups\.csv:1: the first line must be"),
        ("name,group\n", r"groups\.csv:1: the first line must be"),
        ("lead,a,a\n", r"groups\.csv:1: the first line must be"),
        ("lead,a\nL1,x\nL1,y\n", r"groups\.csv:3: L1 stands on line 2 already"),
        ("lead,a\nL1\n", r"groups\.csv:2: 1 cells under 2 columns"),
        ("lead,a\n,x\n", r"groups\.csv:2: names no lead"),
        ('lead,a\nL1,"x\n', r"not readable CSV"),
    ],
)
def test_wrong_files_of_groups_name_the_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message):
        audits.declared_groups(file)


def test_unreadable_files_of_groups(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        audits.declared_groups(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"lead,a\nL1,\xe9\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        audits.declared_groups(tmp_path / "latin.csv")


def test_nobody_scored_is_said(house: Config, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("lead,a\nL1,x\n", "utf-8")
    done = _run("--config", str(house.path), "audit", "bias", str(file), "--role", "mle")
    assert done.exit_code == 2
    assert "nobody is scored for role 'mle'" in done.stderr


def test_strata_are_declared_and_nothing_protected(house: Config) -> None:
    _stocked(house)
    with Store.open(house.database_url, key=house.key) as store:
        known = beside_scores(store)
    assert set(audits.strata(known, "region", NOW).values()) == {"western-europe"}
    assert set(audits.strata(known, "source", NOW).values()) == {"github", "kaggle"}
    assert set(audits.strata(known, "seniority", NOW).values()) == {"under 3 years", "unknown"}
    with pytest.raises(ConfigError, match="no stratum 'gender'; a list can be balanced on region, seniority, source"):
        audits.strata(known, "gender", NOW)
