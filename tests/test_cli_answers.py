"""What commands answer where there is nothing to tell, and what a quick look leaves to a long one."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.config import Config, load
from sourcing.doctor import examine
from sourcing.nightly import run
from sourcing.ranking import Row, listing
from sourcing.show import lists
from storage.store import Store
from tests.house_of_sourcing import NOW, crawls, done, furnished, people


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation with a night behind it."""
    crawls(monkeypatch, people(), [done("github")])
    config = furnished(tmp_path / "house")
    run(config, now=NOW)
    return load(config.path)


def told(house: Config, *words: str) -> Result:
    return CliRunner().invoke(app, ["--config", str(house.path), *words])


def test_decisions_of_a_role_that_is_none_name_the_roles(house: Config) -> None:
    found = told(house, "decisions", "--role", "nosuch")
    assert found.exit_code == 2
    assert "nothing was decided for 'nosuch': no role 'nosuch'" in found.stderr
    assert "mle" in found.stderr
    assert told(house, "decisions", "--role", "../mle").exit_code == 2


def test_a_role_nobody_decided_for_is_no_error(house: Config) -> None:
    found = told(house, "decisions", "--role", "mle")
    assert (found.exit_code, "nothing is decided yet" in found.stdout) == (0, True)


def test_decisions_outlive_their_role(house: Config) -> None:
    own = house.roles_folder / "mine.yaml"
    shipped = Path(__file__).parent.parent / "scoring" / "roles" / "mle.yaml"
    own.write_text(shipped.read_text("utf-8").replace("role: mle", "role: mine", 1), "utf-8")
    config = house.path.read_text("utf-8")
    house.path.write_text(config.replace('active = ["mle"]', 'active = ["mle", "mine"]'), "utf-8")
    assert told(house, "score").exit_code == 0
    assert told(house, "decide", "L000001", "yes", "--role", "mine", "--by", "grace").exit_code == 0
    own.unlink()
    found = told(house, "decisions", "--role", "mine")
    assert found.exit_code == 0, found.stderr
    assert "L000001" in found.stdout
    assert "there is no profile of this name any more" in found.stdout
    assert len(json.loads(told(house, "decisions", "--role", "mine", "--json").stdout)) == 1
    assert told(house, "undecide", "1", "--by", "grace").exit_code == 0
    taken_back = told(house, "decisions", "--role", "mine")
    assert (taken_back.exit_code, "no profile of this name" in taken_back.stdout) == (0, True)


@pytest.mark.parametrize("form", [(), ("--preset", "linkedin"), ("--format", "jsonl")])
def test_an_export_of_nobody_writes_nothing_and_says_so(house: Config, form: tuple[str, ...]) -> None:
    with Store.open(house.database_url, key=house.key) as store:
        keys = [account.key for account in store.accounts()]
        store.restrict(keys, by="a", at=NOW)
    found = told(house, "export", "mle", "--by", "grace", *form)
    assert found.exit_code == 0, found.stderr
    assert "nobody is in it, so nothing was written" in found.stdout
    assert "left out:" in found.stdout
    assert [path for path in house.exports_folder.rglob("*") if path.is_file()] == []
    with Store.open(house.database_url, key=house.key) as store:
        assert store.exports() == []


def test_an_export_of_somebody_is_written(house: Config) -> None:
    found = told(house, "export", "mle", "--by", "grace")
    assert "nothing was written" not in found.stdout
    assert len([path for path in house.exports_folder.iterdir() if path.suffix == ".csv"]) == 1


def weakened(row: Row, fine: bool) -> Row:
    return row.model_copy(update={"weakest": "impact: some", "weakest_is_fine": fine})


def test_what_pulls_nothing_down_stands_behind_no_minus(house: Config) -> None:
    with Store.open(house.database_url, key=house.key) as store:
        rows = listing(store, "mle", section=None)
        receipts = {one.lead: one for one in store.ranking("mle")}
    assert rows
    for row in rows:
        known = [part for part in receipts[row.lead].parts if part.value is not None]
        least = min(part.weight * (part.effective - part.neutral) for part in known)
        assert row.weakest_is_fine == (least >= 0), row.lead
    assert "weakest_is_fine" not in rows[0].model_dump()
    shown = [lists.ranked([weakened(rows[0], fine)]).splitlines()[-1].strip() for fine in (True, False)]
    assert shown == ["· impact: some", "- impact: some"]


def test_only_a_long_look_reads_what_was_decided(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(house, "decide", "L000001", "yes", "--role", "mle", "--by", "grace").exit_code == 0
    with Store.open(house.database_url, key=house.key) as store:
        with store._write() as connection:
            connection.execute(text("UPDATE decision SET reason = 'other'"))
        assert store.glance() == []
        assert store.check() == ["decision 1 is not what was written"]
    [quick] = [one for one in examine(house.path, now=NOW) if one.name == "database"]
    assert (quick.state, "not read through (`sourcing db check` does)" in quick.detail) == ("ok", True)
    monkeypatch.setattr("sourcing.doctor._machine.machine", lambda *_: [])
    monkeypatch.setattr("sourcing.doctor._reach.reach", lambda *_: [])
    [deep] = [one for one in examine(house.path, now=NOW, deep=True) if one.name == "database"]
    assert (deep.state, deep.detail) == ("failed", "decision 1 is not what was written")
    assert told(house, "db", "check").exit_code == 3


def test_a_quick_look_sees_a_log_that_was_cut_off(house: Config) -> None:
    with Store.open(house.database_url, key=house.key) as store:
        store.log_action("test", by="a", at=NOW)
        with store._write() as connection:
            connection.execute(text("DROP TRIGGER audit_event_no_delete"))
            connection.execute(text("DELETE FROM audit_event WHERE id = (SELECT max(id) FROM audit_event)"))
    [found] = [one for one in examine(house.path, now=NOW) if one.name == "database"]
    assert found.state == "failed"
    assert "were written" in found.detail
