"""Controller first, the record of processing, the AI Act pack, the opt-out page, and swaps on the demo's people."""

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing import nightly
from sourcing.config import REQUIRED, Config, load
from sourcing.demo.run import run_demo
from sourcing.imports import names as file_kinds
from sourcing.privacy import legal
from sourcing.privacy.ai_act import DUTIES, HIGH_RISK, NOT_MEASURED
from sourcing.privacy.optout import KINDS
from storage.records import AccountKey
from storage.store import ExportRow, Store
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, people

Sourcing = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("SOURCING_DATABASE_URL", database_url)
    return furnished(tmp_path / "house")


@pytest.fixture
def sourcing(house: Config) -> Sourcing:
    def run(*words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["--config", str(house.path), *words])
        return result.exit_code, result.stdout, result.stderr

    return run


@pytest.fixture
def after_a_night(house: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    crawls(monkeypatch, people(), [done("github")])
    nightly.run(house, now=NOW)
    return house


def without(config: Config, *lines: str) -> None:
    """Empty lines of the settings."""
    text = config.path.read_text("utf-8")
    for name in lines:
        text = "\n".join(f'{name} = ""' if line.startswith(f"{name} = ") else line for line in text.split("\n"))
    config.path.write_text(text, "utf-8")


# --- controller first ------------------------------------------------------------------------------------------------

CRAWLING = [["nightly"], ["crawl"], ["crawl", "github"], *(["import", kind, "x.csv"] for kind in file_kinds())]


@pytest.fixture
def no_request(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Addresses somebody tried to reach beside the database."""
    asked: list[Any] = []
    plain = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX:
            return plain(self, address)
        asked.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return asked


@pytest.mark.parametrize(
    ("words", "missing"),
    [(words, REQUIRED) for words in CRAWLING] + [(["nightly"], (line,)) for line in REQUIRED],
    ids=lambda one: " ".join(one),
)
def test_nothing_is_collected_without_a_controller(
    tmp_path: Path, no_request: list[Any], words: list[str], missing: tuple[str, ...]
) -> None:
    house = furnished(tmp_path)
    without(house, *missing)
    result = CliRunner().invoke(app, ["--config", str(house.path), *words])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"lacks {', '.join(missing)}" in result.stderr
    assert no_request == []
    with Store.open(house.database_url, key=house.key) as store:
        assert (store.nights(), list(store.accounts())) == ([], [])


@pytest.mark.parametrize("words", [["nightly"], ["import", "linkedin", "x.csv"]], ids=" ".join)
def test_nor_is_it_with_another_database(
    house: Config, sourcing: Sourcing, no_request: list[Any], words: list[str]
) -> None:
    without(house, "purpose")
    assert sourcing(*words)[:2] == (2, "")
    assert [one for one in no_request if "5432" not in str(one)] == []
    with Store.open(house.database_url, key=house.key) as store:
        assert (store.nights(), list(store.accounts())) == ([], [])


def test_what_init_was_told_stands_in_the_file_and_presets_behind_a_mark(tmp_path: Path) -> None:
    words = ["init", "--yes", "--dir", str(tmp_path), "--name", "Ada", "--contact", "a@example.org"]
    words += ["--purpose", "hiring engineers", "--data-protection-contact", "dpo@example.org"]
    words += ["--lawful-basis", "legitimate interests", "--weighing", "weighed on 3 May", "--country", "Germany"]
    words += ["--country", "Poland", "--lead-days", "90"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    config = load(tmp_path)
    controller = config.controller
    assert (controller.rights_contact, controller.countries) == ("dpo@example.org", ("Germany", "Poland"))
    assert (config.lawful_basis, config.weighing) == ("legitimate interests", "weighed on 3 May")
    assert (config.rules.lead_days, config.rules.pool_days) == (90, 7)
    text = config.path.read_text("utf-8")
    for line in ("lead_days = 90", "# pool_days = 7", "# notice_days = 30", 'regime = "gdpr"'):
        assert f"\n{line}\n" in text, line


def test_init_refuses_a_regime_there_is_none_of(tmp_path: Path) -> None:
    words = ["init", "--yes", "--dir", str(tmp_path), "--name", "A", "--contact", "c", "--purpose", "p"]
    assert CliRunner().invoke(app, [*words, "--regime", "uk"]).exit_code == 2
    assert list(tmp_path.iterdir()) == []


# --- the record ------------------------------------------------------------------------------------------------------


def test_the_record_has_the_installations_own_numbers(after_a_night: Config, sourcing: Sourcing) -> None:
    with Store.open(after_a_night.database_url, key=after_a_night.key) as store:
        ada = store.lead("github:ada").id
        for number in (1, 2):
            row = ExportRow(
                role="mle", format="csv", path=f"x{number}.csv", sha256="", leads=(ada,), by="grace", at=NOW,
                recipient="Dana", purpose="interviews",
            )  # fmt: skip
            store.record_export(row)
    code, out, _ = sourcing("legal", "show", "--json")
    told = json.loads(out)
    record = told["record"]
    assert (code, record["accounts"], record["leads"], record["pool"]) == (0, 3, 2, 0)
    assert {one["name"]: one["accounts"] for one in record["sources"] if one["accounts"]} == {"github": 2, "kaggle": 1}
    [given] = record["recipients"]
    assert (given["name"], given["files"], given["people"], given["purposes"]) == ("Dana", 2, 1, ["interviews"])
    assert record["notices"]["pending"] == 2
    titles = [chapter["title"] for chapter in told["assessment"]]
    assert len(titles) == 5
    text = sourcing("legal", "show")[1]
    for words in ("hiring engineers", "Dana", "notice_days = 30", "3 accounts of 2 people", "THIN"):
        assert words in text, words


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"data_protection_contact": "dpo@example.org"}, "data_protection_contact"),
        ({"countries": ("Germany",)}, "countries"),
        ({"weighing": "Our interest outweighs theirs because only public technical work is read."}, "weighing"),
        ({"lawful_basis": "legitimate interests, Article 6(1)(f)"}, "lawful_basis"),
        ({"purpose": "finding engineers for our open positions in machine learning"}, "purpose"),
    ],
)
def test_what_is_thin_is_named_until_it_is_filled_in(tmp_path: Path, changes: dict[str, Any], gone: str) -> None:
    config = furnished(tmp_path)
    assert any(gone in sentence for sentence in legal.thin(config))
    filled = config.model_copy(update={"controller": config.controller.model_copy(update=changes)})
    assert not any(gone in sentence for sentence in legal.thin(filled))


def test_changed_rules_are_in_the_log_once(after_a_night: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(after_a_night.database_url, key=after_a_night.key) as store:
        assert len(store.actions("legal.changed")) == 1
        legal.note_rules(store, after_a_night, now=NOW, by="night")
        assert len(store.actions("legal.changed")) == 1
        longer = after_a_night.model_copy(
            update={"retention": after_a_night.retention.model_copy(update={"lead_days": 90})}
        )
        legal.note_rules(store, longer, now=NOW, by="night")
        assert [action.detail["rules"]["lead_days"] for action in store.actions("legal.changed")] == [90, 180]  # type: ignore[index]  # plain data


# --- the AI Act ------------------------------------------------------------------------------------------------------


def test_the_pack_is_whole_and_invents_no_figures(after_a_night: Config, sourcing: Sourcing, tmp_path: Path) -> None:
    figures = tmp_path / "figures"
    figures.mkdir()
    (figures / "scoring.json").write_text('[{"figure": "order", "value": 0.91, "unit": "tau", "target": ">= 0.9"}]')
    (figures / "identity.json").write_text("not json")
    folder = tmp_path / "pack"
    code, out, _ = sourcing("legal", "ai-act", str(folder), "--figures", str(figures))
    assert (code, len(out.splitlines())) == (0, 8)
    pages = {path.stem: path.read_text("utf-8") for path in folder.iterdir()}
    assert "| order | 0.91 | tau | >= 0.9 |" in pages["3-figures"]
    assert pages["3-figures"].count(NOT_MEASURED) == 3
    assert "2 December 2027" in pages["7-open-duties"]
    assert pages["7-open-duties"].count("to come") + pages["7-open-duties"].count("in force") == len(DUTIES)
    assert "legal.changed" in pages["6-changes"]
    assert "hiring engineers" in pages["1-purpose"]
    assert HIGH_RISK.year == 2027
    (tmp_path / "file").write_text("")
    assert sourcing("legal", "ai-act", str(tmp_path / "file"))[0] == 2


# --- opting out ------------------------------------------------------------------------------------------------------


def test_the_page_has_no_scripts_and_loads_nothing(after_a_night: Config, sourcing: Sourcing, tmp_path: Path) -> None:
    code, out, _ = sourcing("optout", "build", str(tmp_path / "page"))
    assert code == 0
    page = html.document_fromstring(Path(out.strip()).read_bytes())
    assert not page.xpath(
        "//script | //img | //iframe | //link | //form | //*[@style] | //@*[starts-with(name(), 'on')]"
    )
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    text = page.text_content()
    for words in ("Ada Example", "ada@example.org", "OBJECT", "GitHub", "7 days", "30 days"):
        assert words in text, words
    assert all(url.startswith(("https://", "mailto:")) for url in page.xpath("//a/@href"))
    without(after_a_night, "contact")
    assert sourcing("optout", "build", str(tmp_path / "page"))[0] == 2


def test_requests_are_carried_out_and_none_is_repeated(
    after_a_night: Config, sourcing: Sourcing, tmp_path: Path
) -> None:
    with Store.open(after_a_night.database_url, key=after_a_night.key) as store:
        ada = store.lead("github:ada").id
        store.save([account("github", "cleo")])
    file = tmp_path / "requests.csv"
    lines = ["request,who", f"erase,OBJECT {ada}", "restrict,https://github.com/bob", "erase,nobody-at-all"]
    file.write_text("\n".join([*lines, "sell,github:bob", "erase,", "erase", "object,github:cleo"]) + "\n")
    code, out, _ = sourcing("optout", "import", str(file), "--by", "grace", "--json")
    told = json.loads(out)
    assert code == 1
    assert told["counts"] == {"restrict": 1, "object": 1, "erase": 1, "refused": 4}
    assert "nobody-at-all" not in out
    with Store.open(after_a_night.database_url, key=after_a_night.key) as store:
        assert store.account(AccountKey("github", "id-ada")) is None
        assert store.tombstones() > 0
        hidden = store.restricted([AccountKey("github", f"id-{name}") for name in ("bob", "cleo")])
        assert {key.source_id: why for key, why in hidden.items()} == {"id-bob": "restricted", "id-cleo": "objected"}
        states = {request.kind: request.state for request in store.requests()}
        assert states == {"erase": "done", "restrict": "done", "object": "open"}
        assert store.check() == []
        done_again = store.save(people())
        assert done_again.tombstoned > 0
        assert store.account(AccountKey("github", "id-ada")) is None


@pytest.mark.parametrize(
    "body", [b"", b"who\nx\n", b"\xff\xfe", b'request,who\n"a', b"request,who\n" + b"x" * 1_000_001]
)
def test_a_file_that_is_none_is_refused(sourcing: Sourcing, tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "requests.csv"
    file.write_bytes(body)
    code, out, err = sourcing("optout", "import", str(file))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert KINDS == ("restrict", "object", "erase")


# --- the demo --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night on forty invented people, with the rules of a real installation."""
    folder = tmp_path_factory.mktemp("demo")
    run_demo(folder, people=40)
    return folder


def test_swapped_names_and_places_move_no_score(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCING_KEY", "demo")
    result = CliRunner().invoke(app, ["--config", str(demo), "audit", "proxies", "--role", "mle", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["people"] > 10
    assert sum(told["changed"].values()) > 10  # the swaps did change people
    assert (told["moved"], told["differences"]) == (0, [])


def test_the_demo_needs_no_controller_and_keeps_all_rules(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCING_KEY", "demo")
    config = load(demo)
    with Store.open(config.database_url, key=config.key) as store:
        assert {lead.status for lead in store.leads()} == {"new"}
        assert store.check() == []
        record = legal.processing(store, config, now=datetime.now(UTC))
        assert record.notices["pending"] + record.pool == record.leads
        assert record.left_out.get("special_category_removed", 0) > 0
