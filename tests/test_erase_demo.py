"""A night, an erasure, another night: through the real commands, with a search through every byte."""

import json
import sqlite3
from pathlib import Path

import pytest

from sourcing.config import Config, load
from sourcing.demo.run import run_demo
from sourcing.nightly import NightReport
from storage.store import Store, Subject
from storage.tables import lane_state, validator
from tests.conftest import postgres_database
from tests.erase_kit import (
    PEOPLE,
    carried,
    command,
    copied,
    found_in_files,
    found_in_rows,
    needles,
    night_apart,
    on,
    telling_subject,
)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo after its first night."""
    folder = tmp_path_factory.mktemp("erase") / "demo"
    report = run_demo(folder, people=PEOPLE)
    assert (report.interrupted, report.changes.known > PEOPLE / 2) == (False, True)
    return folder


@pytest.fixture
def config(first_night: Path, tmp_path: Path) -> Config:
    return copied(first_night, tmp_path / "demo")


@pytest.fixture
def subject(config: Config) -> Subject:
    with Store.open(config.database_url, key=config.key) as store:
        return telling_subject(store)


def erased(config: Config, subject: Subject) -> dict[str, object]:
    done = command(config, "subject", "erase", str(subject.accounts[0].key), "--yes", "--by", "ann", "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def counted(report: NightReport, name: str) -> int:
    return sum(outcome.counters.get(f"saved:{name}", 0) for outcome in report.night.outcomes)


def forget_answers(config: Config) -> None:
    """Have the next night ask everybody for everything again, instead of only for what changed."""
    with Store.open(config.database_url, key=config.key) as store, store._write() as connection:
        for table in (validator, lane_state):
            connection.execute(table.delete())


def test_nothing_is_left_and_the_next_night_brings_nothing_back(config: Config, subject: Subject) -> None:
    wanted = needles(subject)
    before = found_in_files(config.folder, wanted)
    assert {line.partition(":")[0] for line in before} >= {"sourcing.db", "logs/night-0001.json"}

    command(config, "subject", "export", str(subject.accounts[0].key), "--by", "ann")
    answer = erased(config, subject)
    assert answer["compacted"]
    assert found_in_files(config.folder, wanted) == []

    forget_answers(config)
    report = run_demo(config.folder)
    assert not report.interrupted
    assert counted(report, "tombstoned") > 0
    assert found_in_files(config.folder, wanted) == []
    check = command(config, "db", "check")
    assert check.exit_code == 0, check.output


@pytest.mark.postgres
def test_on_postgresql_as_well(config: Config, subject: Subject, postgres: str) -> None:
    wanted = needles(subject)
    with postgres_database(postgres, "template0") as url:
        carried(config, url)
        Path(config.database_url.removeprefix("sqlite:///")).unlink()
        _night_after(config, subject, wanted, url)


def _night_after(config: Config, subject: Subject, wanted: list[str], url: str) -> None:
    with on(url):
        assert len(found_in_rows(url, wanted)) > len(wanted)
        erased(config, subject)
        assert found_in_rows(url, wanted) == []
        forget_answers(config)
        assert night_apart(config.folder, url) > 0
        assert found_in_rows(url, wanted) == []
        assert found_in_files(config.folder, wanted) == []
        assert command(config, "db", "check").exit_code == 0


def test_an_export_for_the_person_names_every_source(config: Config) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        merged = max(store.leads(work=()), key=lambda lead: len(lead.accounts))
    done = command(config, "subject", "export", merged.id, "--json", "--by", "ann")
    told = json.loads(done.stdout)
    urls = {fact["url"] for fact in told["facts"]}
    assert {account.origin.url for account in merged.accounts} <= urls
    assert {fact["source"] for fact in told["facts"]} >= {account.source for account in merged.accounts}
    assert told["scores"]
    assert told["scores"][0]["receipt"]["parts"]
    assert [row["format"] for row in told["exports"]] == ["csv"]
    assert told["exports"][0]["leads"] == []


def test_no_value_of_anybody_lacks_the_address_of_its_source(config: Config) -> None:
    from sourcing.privacy.exporting import export
    from sourcing.privacy.subject import Person
    from tests.house_of_sourcing import NOW

    with Store.open(config.database_url, key=config.key) as store:
        for lead in store.leads(work=()):
            person = Person(lead.id, tuple(account.key for account in lead.accounts))
            shown = export(store, config, person, now=NOW)
            assert all(fact.url.startswith("http") for fact in shown.facts), lead.id


def test_a_value_without_an_address_fails(config: Config) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        lead = next(iter(store.leads(work=())))
    raw = sqlite3.connect(config.database_url.removeprefix("sqlite:///"))
    raw.execute("UPDATE account SET origin_url = ''")
    raw.commit()
    raw.close()
    done = command(config, "subject", "export", lead.id, "--by", "ann")
    assert done.exit_code == 3
    assert "has no address of its source" in done.output


def test_a_past_list_is_rebuilt_after_an_erasure(config: Config) -> None:
    before = json.loads(command(config, "replay", "1", "--json").stdout)
    top = before[0]["top"][0][0]
    assert command(config, "subject", "erase", top, "--yes", "--by", "ann").exit_code == 0
    again = command(config, "replay", "1", "--json")
    after = json.loads(again.stdout)
    assert after[0]["same"], after[0]["difference"]
    assert 1 in after[0]["erased"]
    assert after[0]["top"] == before[0]["top"]
    assert top not in after[0]["names"]
    assert "erased" in command(config, "replay", "1").output


def test_what_was_done_is_proved_without_a_name(config: Config, subject: Subject) -> None:
    erased(config, subject)
    log = command(config, "subject", "log", "--json").stdout
    assert not [one for one in needles(subject) if one in log]
    asked = command(config, "subject", "log", "--about", str(subject.accounts[0].key), "--json")
    [row] = json.loads(asked.stdout)
    assert (row["request"]["kind"], row["state"]) == ("erase", "done")
    assert json.loads(command(config, "subject", "log", "--about", "github:999", "--json").stdout) == []


@pytest.mark.parametrize("words", [("nightly",), ("crawl",), ("subject", "erase", "L000002", "--yes")])
def test_another_key_is_refused_before_anything_is_asked(
    config: Config, subject: Subject, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    erased(config, subject)
    monkeypatch.setenv("SOURCING_KEY", "another key")
    done = command(load(config.path), *words)
    assert done.exit_code == 2, done.output
    assert "not the one this database was begun with" in done.output
