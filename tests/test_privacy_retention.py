"""Forgetting: the pool, the notice clock, the terms, and that seeing somebody again moves none of them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing import nightly
from sourcing.config import Config, load
from sourcing.privacy import notices, retention, terms
from sourcing.privacy.retention import Forgotten
from sourcing.regimes import PRESETS, Privacy, Retention, Rules
from sourcing.replay import replay
from storage.errors import ConfigError
from storage.records import AccountKey, Quarantined, Verdict
from storage.store import ExportRow, LeadTimes, Store
from storage.tables import forgotten
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, people
from tests.store_kit import same

GDPR = PRESETS["gdpr"]
ADA = AccountKey("github", "id-ada")


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)


@pytest.fixture
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation on each database in turn."""
    monkeypatch.setenv("SOURCING_DATABASE_URL", database_url)
    return furnished(tmp_path / "house")


def ruled(config: Config, **terms_: int) -> Config:
    return config.model_copy(update={"retention": Retention(**terms_)})


def night(config: Config, monkeypatch: pytest.MonkeyPatch, day: float) -> Mapping[str, int]:
    """A night that sees everybody again; gives what it forgot."""
    crawls(monkeypatch, people(later(day)), [done("github")])
    counters = nightly.run(config, now=later(day)).night.counters
    return {name.removeprefix("purged/"): count for name, count in counters.items() if name.startswith("purged/")}


def open_store(config: Config) -> Store:
    return Store.open(config.database_url, key=config.key)


def leads(config: Config) -> dict[str, str]:
    with open_store(config) as store:
        return {account.handle: lead.id for lead in store.leads() for account in lead.accounts}


# --- through nights --------------------------------------------------------------------------------------------------


def test_who_was_not_told_is_gone_after_thirty_days_however_often_seen(
    house: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (0, 10, 29.9):
        assert night(house, monkeypatch, day) == {}
        assert set(leads(house)) == {"ada", "bob"}
    with open_store(house) as store:
        ada = store.lead("github:ada")
        notices.give(store, house, ada, channel="e-mail", by="grace", at=later(29))
        first = {one.lead: one.collected_at for one in store.lead_times(terms.TWO_WAY)}
        assert set(first.values()) == {NOW}
    assert night(house, monkeypatch, 30) == {"untold": 1}
    # The crawl of that night saw Bob before he was forgotten; nothing of him is left, and no tombstone.
    assert set(leads(house)) == {"ada"}
    with open_store(house) as store:
        assert store.account(AccountKey("github", "id-bob")) is None
        assert store.tombstones() == 0
        assert store.check() == []
        counts = notices.listed(store, house, now=later(30)).counts
        assert (counts["given"], counts["erased"]) == (1, 1)


def test_seen_again_renews_no_term(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    night(house, monkeypatch, 0)
    with open_store(house) as store:
        for name in ("github:ada", "github:bob"):
            notices.give(store, house, store.lead(name), channel="e-mail", by="grace", at=later(1))
    assert night(house, monkeypatch, 179) == {}
    gone = night(house, monkeypatch, 180)
    assert gone["term"] == 2
    assert leads(house) == {}


def times_of(config: Config, handle: str) -> LeadTimes:
    with open_store(config) as store:
        name = store.lead(f"github:{handle}").id
        return next(one for one in store.lead_times(terms.TWO_WAY) if one.lead == name)


def tell(config: Config, day: float, *handles: str) -> None:
    with open_store(config) as store:
        for handle in handles:
            notices.give(store, config, store.lead(f"github:{handle}"), channel="e-mail", by="grace", at=later(day))


def test_the_pool_is_forgotten_after_a_week_and_found_again_keeps_the_first_day(
    house: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ruled(house, best=1)
    night(config, monkeypatch, 0)
    assert night(config, monkeypatch, 6.9) == {}
    assert night(config, monkeypatch, 7) == {"pool": 1}
    assert set(leads(config)) == {"bob"}  # first of the list
    night(config, monkeypatch, 8)
    with open_store(config) as store:
        assert store.check() == []
        assert store.first_collected(store.lead("github:ada").id) == NOW
    ada = times_of(config, "ada")
    assert (ada.collected_at, ada.found_at, ada.untold_from) == (NOW, later(8), later(8 - 7))
    assert night(config, monkeypatch, 14.9) == {}
    assert night(config, monkeypatch, 15) == {"pool": 1}


def test_nobody_is_held_untold_for_more_than_thirty_days_in_all(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weeks in the pool add up; then the person is not stored until the purge is forgotten."""
    config = ruled(house, best=1)
    held, day = 0.0, 0
    gone: Mapping[str, int] = {}
    while "untold" not in gone:
        night(config, monkeypatch, day)
        tell(config, day, *({"bob"} if day == 0 else set()))  # the one kept is told: only Ada's clock runs
        stay = min(7.0, 30 - held)
        gone = night(config, monkeypatch, day + stay)
        assert gone == {"pool" if stay == 7 else "untold": 1}
        held, day = held + stay, day + 10
    assert held == 30
    last = day - 10 + stay
    assert night(config, monkeypatch, last + 1) == night(config, monkeypatch, last + 130) == {}
    assert set(leads(config)) == {"bob"}
    with open_store(config) as store:
        assert store.save(people(later(last + 130))).not_again == 8  # Ada: two accounts and six pieces of work
        assert store.tombstones() == 0


def test_a_term_runs_from_the_first_day_whatever_was_purged_between(
    house: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ruled(house, best=1)
    night(config, monkeypatch, 0)
    tell(house, 1, "bob")
    night(config, monkeypatch, 7)  # Ada goes with the pool
    night(house, monkeypatch, 100)  # found again, and now among the best: told
    tell(house, 101, "ada")
    with open_store(house) as store:
        text = notices.render(store, house, store.lead("github:ada"), ["en"]).body
    assert (f"{NOW:%Y-%m-%d}" in text, f"{later(180):%Y-%m-%d}" in text) == (True, True)
    assert night(house, monkeypatch, 179.9) == {}
    assert night(house, monkeypatch, 180)["term"] == 2
    assert "memory" not in night(house, monkeypatch, 359)
    assert leads(house) == {}
    assert night(house, monkeypatch, 360)["memory"] == 3  # after the crawl of that night, which still met it
    night(house, monkeypatch, 361)
    assert times_of(house, "ada").collected_at == later(361)


def test_the_memory_of_a_purge_names_nobody_and_an_erasure_takes_it_along(
    house: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ruled(house, best=1)
    night(config, monkeypatch, 0)
    night(config, monkeypatch, 7)
    with open_store(config) as store, store._read() as connection:
        rows = connection.execute(forgotten.select()).mappings().all()
    assert len(rows) == 2
    assert all(set(row["hash"]) <= set("0123456789abcdef") and len(row["hash"]) == 64 for row in rows)
    night(config, monkeypatch, 8)
    with open_store(config) as store:
        keys = [one.key for one in store.lead("github:ada").accounts]
        store.erase(store.subject(keys), by="grace", at=later(9))
        with store._read() as connection:
            assert connection.execute(forgotten.select()).all() == []


def test_without_a_key_a_purge_says_that_it_cannot_remember(lite: Store) -> None:
    lite.save(people())
    keyless = Store.open(str(lite._engine.url))
    gone = keyless.purge_accounts([ADA], at=later(1), memory=timedelta(days=180))
    assert (gone.accounts, gone.unremembered) == (1, 1)
    keyless.close()


def test_another_key_is_refused_and_nothing_is_purged(lite: Store) -> None:
    lite.save(people())
    lite.purge_accounts([ADA], at=later(1), memory=timedelta(days=180))
    other = Store.open(str(lite._engine.url), key=b"another")
    bob = AccountKey("github", "id-bob")
    with pytest.raises(ConfigError, match="1 people whose term ran out"):
        other.purge_accounts([bob], at=later(1), memory=timedelta(days=180))
    with pytest.raises(ConfigError, match="not the one this database was begun with"):
        other.save([account("github", "new")])
    assert other.account(bob) is not None
    other.close()


def test_a_conversation_extends_the_term(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    night(house, monkeypatch, 0)
    with open_store(house) as store:
        for name, status in (("github:ada", "replied"), ("github:bob", "contacted")):
            lead = store.lead(name)
            notices.give(store, house, lead, channel="e-mail", by="grace", at=later(1))
            store.set_status(lead.id, status, by="grace", note="", at=later(20))
    gone = night(house, monkeypatch, 180)
    assert gone["term"] == 1
    assert set(leads(house)) == {"ada"}
    kept = leads(house)["ada"]
    night(house, monkeypatch, 749)
    assert leads(house)["ada"] == kept
    assert night(house, monkeypatch, 750)["term"] == 1
    assert leads(house).get("ada") != kept


def test_lists_of_past_nights_can_still_be_checked(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ruled(house, best=1)
    night(config, monkeypatch, 0)
    night(config, monkeypatch, 7)
    with open_store(config) as store:
        assert store.check() == []
        [past] = replay(store, 1, "mle")
        assert (past.same, past.difference, len(past.erased)) == (True, "", 1)


def test_without_a_list_the_pool_stays_and_it_is_said(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    night(house, monkeypatch, 0)
    other = house.model_copy(update={"roles": house.roles.model_copy(update={"active": ("mle", "nlp")})})
    with open_store(house) as store:
        done_ = retention.purge(store, other, now=later(8))
        assert (done_.unlisted, dict(done_.counters)) == (("nlp",), {})


def test_restricted_data_are_kept_as_they_are(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    night(house, monkeypatch, 0)
    with open_store(house) as store:
        store.restrict([AccountKey("github", "id-bob")], by="grace", at=later(1))
        assert retention.purge(store, house, now=later(400)).counters["untold"] == 1
        assert store.account(AccountKey("github", "id-bob")) is not None


def test_what_was_kept_aside_and_old_files_go_too(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    night(house, monkeypatch, 0)
    ours, changed = house.exports_folder / "a.csv", house.exports_folder / "b.csv"
    outside = house.folder / "c.csv"
    for path in (ours, changed, outside):
        path.write_bytes(b"x")
    (house.exports_folder / "a.csv.about.txt").write_bytes(b"about")
    digest = hashlib.sha256(b"x").hexdigest()
    with open_store(house) as store:
        store.quarantine([Quarantined(source="github", url="u", seen_at=NOW, reason="r")])
        for path in (ours, changed, outside):
            row = ExportRow(
                role="mle", format="csv", path=str(path), sha256=digest, leads=(), by="g", at=NOW, expires_at=later(5)
            )
            store.record_export(row)
        changed.write_bytes(b"y")
        before = retention.preview(store, house, now=later(14.1))
        assert (before.counts["quarantine"], before.counts["files"]) == (1, 2)
        assert store.quarantined()
        gone = retention.purge(store, house, now=later(14.1))
        assert (gone.counters["quarantine"], gone.counters["files"]) == (1, 2)
        assert [action.action for action in store.actions("retention")] == ["retention.run"]
        assert retention.purge(store, house, now=later(14.1)).counters == {}
    assert (ours.exists(), changed.exists(), outside.exists()) == (False, True, True)


def test_a_preview_says_what_the_purge_does(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ruled(house, best=1)
    night(config, monkeypatch, 0)
    with open_store(config) as store:
        soon = retention.preview(store, config, now=later(1), days=6)
        assert [(one.why, one.at) for one in soon.leads] == [("pool", later(7))]
        assert retention.preview(store, config, now=later(1)).leads == ()
        ahead = retention.preview(store, config, now=later(8), days=25)
        assert [one.why for one in ahead.leads] == ["pool", "untold"]
        done_: Forgotten = retention.purge(store, config, now=later(8))
        assert done_.counters == {"pool": 1}
        assert (done_.purged.leads, done_.purged.accounts) == (1, 2)


def test_a_joined_lead_keeps_what_is_left_of_it(store: Store) -> None:
    """Part of a lead goes (somebody says they are under age): the rest is scored anew, aliases keep their place."""
    kaggle = AccountKey("kaggle", "id-ada")
    store.save([account("github", "ada"), account("kaggle", "ada")])
    store.judge([same(ADA, kaggle, verdict=Verdict.SAME)])
    first, second = store.next_lead_ids(2)
    store.arrange({ADA: first, kaggle: second}, at=NOW)
    store.arrange({ADA: first, kaggle: first}, at=NOW)
    gone = store.purge_accounts([kaggle], at=later(1))
    assert (gone.accounts, gone.leads) == (1, 0)
    [left] = store.leads()
    assert [one.key for one in left.accounts] == [ADA]
    assert store.judgements() == []
    assert store.check() == []
    assert store.purge_accounts([ADA], at=later(2)).leads >= 1
    assert (list(store.leads()), store.lead_ids(), store.check()) == ([], [], [])


# --- the clocks ------------------------------------------------------------------------------------------------------


def clocked(**facts: Any) -> LeadTimes:
    plain = {"lead": "L000001", "collected_at": NOW, "sources": ("github",), "refuses": False, "acted": False}
    return LeadTimes.model_validate(plain | facts)


@pytest.mark.parametrize(
    ("facts", "best", "why", "days"),
    [
        ({}, False, "pool", 7),
        ({}, True, "untold", 30),
        ({"acted": True}, False, "untold", 30),
        ({"notice": "given"}, False, "term", 180),
        ({"notice": "exempt"}, False, "term", 180),
        ({"notice": "proposed"}, True, "untold", 30),
        ({"refuses": True}, True, "pool", 7),  # hidden from lists: nobody is served by keeping them
        ({"refuses": True, "acted": True}, True, "untold", 30),
        ({"sources": ("ats",)}, False, "term", 180),  # told when they applied
        ({"sources": ("ats", "github")}, False, "untold", 30),
        ({"sources": ("linkedin",)}, False, "untold", 30),
        ({"notice": "given", "contacted_at": NOW + timedelta(days=100)}, True, "term", 830),
        ({"restricted": True}, False, None, 0),
    ],
)
def test_which_clock_runs_out_first(facts: dict[str, Any], best: bool, why: str | None, days: int) -> None:
    found = terms.fate(clocked(**facts), {"L000001"} if best else set(), GDPR)
    assert (found and (found.why, found.at)) == (why and (why, later(days)))


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["", "given", "exempt", "proposed"]))
def test_a_lead_never_outlives_its_pool_time_untold_under_gdpr(
    acted: bool, refuses: bool, best: bool, told: str
) -> None:
    found = terms.fate(clocked(acted=acted, refuses=refuses, notice=told), {"L000001"} if best else set(), GDPR)
    assert found is not None
    assert found.at <= later(30 if told not in ("given", "exempt") else 180)


def test_us_rules_have_no_notice_clock() -> None:
    assert terms.fate(clocked(), set(), PRESETS["us"]) == terms.Fate(
        lead="L000001", collected_at=NOW, at=later(730), why="term"
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[privacy]\nregime = 'custom'\nnotice_days = 5", "state export_needs_notice"),
        ("[privacy]\nregime = 'gdrp'", "[privacy] regime = 'gdrp'"),
        ("[privacy]\nnotice_days = 45", "notice_days = 45"),
        ("[privacy]\nnotice_days = 0", "notice_days = 0"),
        ("[retention]\npool_days = 60", "pool_days = 60"),
        ("[retention]\npool_days = -1", "[retention] pool_days = -1"),
        ("[retention]\npool_weeks = 1", "[retention] pool_weeks"),
    ],
)
def test_rules_that_cannot_stand_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "sourcing.toml").write_text(lines)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_value_of_a_preset_can_be_changed(tmp_path: Path) -> None:
    both = {name: 3 for name in Rules.model_fields if name.endswith(("days", "best"))}
    both |= {"export_needs_notice": False, "export_needs_purpose": False}
    lines = ["[privacy]", "regime = 'custom'"]
    lines += [f"{name} = {str(value).lower()}" for name, value in both.items() if name in Privacy.model_fields]
    lines += ["[retention]"] + [f"{name} = {value}" for name, value in both.items() if name in Retention.model_fields]
    (tmp_path / "sourcing.toml").write_text("\n".join(lines))
    assert load(tmp_path).rules.model_dump(exclude={"regime"}) == both


# --- the commands ----------------------------------------------------------------------------------------------------


def test_through_the_commands(house: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def sourcing(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["--config", str(house.path), *words])
        return result.exit_code, result.stdout

    night(house, monkeypatch, 0)
    monkeypatch.setattr("sourcing.commands.retention.clock", lambda: later(29))
    assert sourcing("retention", "preview")[1].startswith("until 2026-12-24 02:00 UTC: ")
    code, out = sourcing("retention", "preview", "--days", "1", "--json")
    assert (code, [one["why"] for one in json.loads(out)["leads"]]) == (0, ["untold", "untold"])
    assert set(leads(house)) == {"ada", "bob"}  # a look changes nothing
    monkeypatch.setattr("sourcing.commands.retention.clock", lambda: later(30))
    code, out = sourcing("retention", "run", "--by", "grace", "--json")
    done_ = json.loads(out)
    assert (code, done_["counters"]["untold"], done_["purged"]["accounts"]) == (0, 2, 3)
    assert leads(house) == {}
    with open_store(house) as store:
        [entry] = store.actions("retention.run")
        assert (entry.by, entry.detail["untold"]) == ("grace", 2)
        assert store.is_compact()
