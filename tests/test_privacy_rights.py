"""Rights while data stay: who is meant, corrections, restrictions, objections, clocks, and the key."""

import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from sourcing import ranking
from sourcing.config import Config
from sourcing.desk.prepared import prepare
from sourcing.desk.search import search
from sourcing.export import Wanted, write
from sourcing.privacy import correcting, restricting
from sourcing.privacy.clock import clocked
from sourcing.privacy.subject import find, the_one
from storage.errors import ConfigError, UnknownLead
from storage.records import AccountKey
from storage.store import Store
from tests.erase_kit import command
from tests.house_of_sourcing import NOW, account, furnished, repository
from tests.store_kit import day, scored

ADA, BOB = AccountKey("github", "id-ada"), AccountKey("github", "id-bob")
BIO = "observed"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return furnished(tmp_path / "house")


@pytest.fixture
def house(config: Config) -> Store:
    """Ada and Bob, both called by the same name, scored and prepared."""
    store = Store.open(config.database_url, key=config.key)
    ada = account("github", "ada", name="Sam Example", company="Old Firm")
    store.save([ada, account("github", "bob", name="Sam Example"), repository("github", "ada")])
    store.arrange({ADA: "L000001", BOB: "L000002"}, at=NOW)
    store.save_receipts([scored("L000001", 0.6), scored("L000002", 0.5)])
    prepare(store)
    return store


def ada(house: Store) -> object:
    found = house.account(ADA)
    assert found is not None
    return found


# --- who is meant ----------------------------------------------------------------------------------------------------

NAMES = ["ada", "ADA", "github:ada", "github:id-ada", "id-ada", "https://github.com/ada", "github.com/ada/", "l000001"]


@pytest.mark.parametrize("name", NAMES)
def test_a_person_is_found_by_whatever_they_are_called(house: Store, name: str) -> None:
    [one] = find(house, name)
    assert (one.lead, one.accounts[0].account) == ("L000001", ADA)


def test_a_former_handle_finds_as_well(house: Store) -> None:
    house.save([account("github", "ada", seen=NOW + timedelta(days=1)).model_copy(update={"handle": "ada-new"})])
    assert [one.lead for one in find(house, "ada")] == ["L000001"]


@pytest.mark.parametrize("name", ["nobody-at-all", "", "  ", "https://nowhere.example/x", "L999999"])
def test_naming_nobody_is_an_error(house: Store, config: Config, name: str) -> None:
    with pytest.raises(UnknownLead):
        find(house, name)
    house.close()
    done = command(config, "subject", "erase", name, "--yes")
    assert done.exit_code == 2
    assert "nobody" in done.output or "name somebody" in done.output


def test_a_name_of_two_people_does_nothing_to_either(house: Store, config: Config) -> None:
    assert [one.lead for one in find(house, "Sam Example")] == ["L000001", "L000002"]
    with pytest.raises(ConfigError, match=r"may be 2 people: L000001 \(github:id-ada\); L000002"):
        the_one(house, "Sam Example")
    house.close()
    for words in (("erase", "--yes"), ("restrict",), ("export",), ("object",)):
        done = command(config, "subject", words[0], "Sam Example", *words[1:])
        assert (done.exit_code, "L000002" in done.output) == (2, True)
    with Store.open(config.database_url, key=config.key) as store:
        assert len(list(store.accounts())) == 2
        assert store.requests() == []


def test_an_erasure_asks_for_a_handle_to_be_typed(house: Store, config: Config) -> None:
    house.close()
    wrong = command(config, "subject", "erase", "L000001", given="bob\n")
    assert (wrong.exit_code, "nothing was erased" in wrong.output) == (2, True)
    assert command(config, "subject", "erase", "L000001", given="ada\n").exit_code == 0
    with Store.open(config.database_url, key=config.key) as store:
        assert [one.handle for one in store.accounts()] == ["bob"]


# --- corrections -----------------------------------------------------------------------------------------------------

CLEANED = [
    ("company", "  New\u202e  Firm\x00 ", "New Firm"),
    ("name", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("location", "", None),
    ("open_to_work", "no", False),
    ("open_to_work", "Yes", True),
    ("open_to_work", "", None),
    ("bio", "two\nlines", "two\nlines"),
]


@pytest.mark.parametrize(("field", "text", "value"), CLEANED)
def test_corrections_are_cleaned_like_what_sources_say(field: str, text: str, value: object) -> None:
    assert correcting.read_value(field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("handle", "x", "cannot be corrected"),
        ("name", "x" * 201, "the most is 200"),
        ("open_to_work", "perhaps", "write yes, no"),
        ("name", "\u202e\u200b", "nothing that can be shown"),
    ],
)
def test_what_cannot_be_a_correction(field: str, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        correcting.read_value(field, text)


def test_a_correction_outlives_later_crawls_and_can_be_withdrawn(house: Store, config: Config) -> None:
    correcting.correct(config, house, "ada", "company", "New Firm", account="", by="ann", now=NOW)
    later = account("github", "ada", name="Sam Example", company="Third Firm", seen=NOW + timedelta(days=1))
    later = later.model_copy(update={"observed": later.observed | {"company"}})
    assert house.save([later]).accounts_unchanged == 1
    assert getattr(ada(house), "company") == "New Firm"  # noqa: B009  mypy does not know what ada() gives
    [row] = house.corrections([ADA])
    assert (row.value, row.said, row.by) == ("New Firm", "Third Firm", "ann")
    correcting.correct(config, house, "ada", "company", None, account="", by="ann", now=NOW)
    assert house.corrections([ADA]) == []
    assert getattr(ada(house), "company") == "Third Firm"  # noqa: B009
    assert [one.action for one in house.actions("subject")][:1] == ["subject.correct"]


def test_mark_up_in_a_correction_is_text_everywhere(house: Store, config: Config) -> None:
    correcting.correct(config, house, "ada", "name", "<b>Ada</b>", account="", by="ann", now=NOW)
    house.close()
    done = command(config, "subject", "export", "ada", "--by", "ann")
    assert done.exit_code == 0, done.output
    [page] = [Path(line) for line in done.output.splitlines() if line.endswith(".html")]
    body = page.read_text()
    assert "<b>Ada</b>" not in body
    assert "&lt;b&gt;Ada&lt;/b&gt;" in body
    assert "from the person" in body
    told = json.loads(page.with_suffix(".json").read_text())
    [fact] = [one for one in told["facts"] if one["field"] == "name" and one["about"] == "github:id-ada"]
    assert (fact["source"], fact["value"]) == ("from the person", "<b>Ada</b>")


# --- restrictions ----------------------------------------------------------------------------------------------------


def listed(store: Store, config: Config) -> set[str]:
    """Everybody any list, search or file shows."""
    shown = {row.lead for section in (None, "ranked") for row in ranking.listing(store, "mle", section=section)}
    shown |= {one.lead for one in search(store, "engineer").people}
    done = write(store, config, Wanted(role="mle", format="jsonl", by="ann"), now=NOW)
    lines = [json.loads(line) for path in done.files for line in path.read_text().splitlines()]
    return shown | {line["lead"] for line in lines if "lead" in line}  # others say who made the file and what for


def test_a_restricted_person_is_nowhere(house: Store, config: Config) -> None:
    assert listed(house, config) == {"L000001", "L000002"}
    restricting.restrict(config, house, "ada", by="ann", now=NOW)
    assert listed(house, config) == {"L000002"}
    prepare(house)
    assert listed(house, config) == {"L000002"}
    assert house.restricted([ADA]) == {ADA: "restricted"}


def test_nothing_is_added_to_a_restricted_person(house: Store, config: Config) -> None:
    restricting.restrict(config, house, "ada", by="ann", now=NOW)
    before = ada(house)
    fresh = account("github", "ada", name="Another Name", seen=NOW + timedelta(days=1))
    saved = house.save([fresh, repository("github", "ada", "second", NOW + timedelta(days=1))])
    assert (saved.restricted, saved.accounts_changed, saved.evidence_new) == (2, 0, 0)
    assert ada(house) == before
    restricting.unrestrict(config, house, "ada", by="ann", now=NOW)
    prepare(house)
    assert listed(house, config) == {"L000001", "L000002"}
    assert house.save([fresh]).accounts_changed == 1


def test_who_is_merged_with_a_restricted_account_is_hidden_too(house: Store, config: Config) -> None:
    restricting.restrict(config, house, "ada", by="ann", now=NOW)
    house.arrange({ADA: "L000002"}, at=NOW)
    assert listed(house, config) == set()
    house.arrange({ADA: "L000001"}, at=NOW)
    prepare(house)
    assert listed(house, config) == {"L000002"}


def test_an_objection_hides_at_once_and_waits_for_an_answer(house: Store, config: Config) -> None:
    done = restricting.object_to(config, house, "ada", by="ann", now=NOW)
    assert listed(house, config) == {"L000002"}
    [one] = house.requests(open_only=True)
    assert (one.id, one.kind, one.lead) == (done.request, "object", "L000001")
    house.close_request(done.request, by="ann", at=NOW, outcome="granted")
    assert house.requests(open_only=True) == []


# --- clocks ----------------------------------------------------------------------------------------------------------

CLOCK = [(0, "fine"), (19.9, "fine"), (20, "warning"), (27.9, "warning"), (28, "red"), (30, "red"), (30.1, "overdue")]


@pytest.mark.parametrize(("days", "state"), CLOCK)
def test_the_clock_of_a_request(house: Store, days: float, state: str) -> None:
    house.open_request("access", lead="L000001", accounts=[ADA], by="ann", at=day(0))
    [one] = house.requests()
    assert clocked(one, day(days)).state == state
    house.close_request(one.id, by="ann", at=day(1), outcome="given")
    assert clocked(house.requests()[0], day(days)).state == "done"


def test_the_check_up_warns_of_requests(house: Store, config: Config) -> None:
    house.open_request("access", lead="L000001", accounts=[ADA], by="ann", at=NOW - timedelta(days=400))
    house.close()
    done = command(config, "doctor")
    assert done.exit_code == 3
    assert "request 1 (access) day" in done.output


# --- the key ---------------------------------------------------------------------------------------------------------


def test_a_new_installation_has_a_key_only_its_owner_reads(config: Config) -> None:
    assert stat.S_IMODE(config.key_file.stat().st_mode) == 0o600
    assert len(config.key) == 64
    assert config.key.decode() not in config.path.read_text()


def test_the_environment_goes_before_the_file(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCING_KEY", "from outside")
    assert config.key == b"from outside"


def test_no_key_file_is_made_where_the_environment_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCING_KEY", "from outside")
    assert not furnished(tmp_path / "other").key_file.exists()


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX systems")
def test_a_key_others_may_read_is_refused(config: Config) -> None:
    config.key_file.chmod(0o644)
    done = command(config, "subject", "log")
    assert done.exit_code == 2
    assert "chmod 600" in done.output


def test_a_lost_key_stops_an_import(house: Store, config: Config, tmp_path: Path) -> None:
    house.close()
    assert command(config, "subject", "erase", "ada", "--yes").exit_code == 0
    config.key_file.unlink()
    people = tmp_path / "Connections.csv"
    people.write_text("First Name,Last Name,URL\nBo,Example,https://www.linkedin.com/in/bo-example\n")
    done = command(config, "import", "linkedin", str(people))
    assert (done.exit_code, "the key is missing" in done.output) == (2, True)


def test_beginning_anew_says_what_is_given_up(house: Store, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    house.close()
    command(config, "subject", "erase", "ada", "--yes")
    monkeypatch.setenv("SOURCING_KEY", "another")
    refused = command(config, "subject", "new-key")
    assert (refused.exit_code, "tombstones would be given up" in refused.output) == (2, True)
    assert command(config, "subject", "new-key", "--yes").exit_code == 0
    assert command(config, "db", "check").exit_code == 0


def test_a_source_that_is_on_is_not_purged(house: Store, config: Config) -> None:
    house.close()
    on = command(config, "privacy", "purge", "github")
    assert (on.exit_code, "switched on" in on.output) == (2, True)
    config.path.write_text(
        config.path.read_text()
        .replace("[sources.github]", "[sources.github]\nenabled = false", 1)
        .replace("enabled = true\n", "", 1)
    )
    done = command(config, "privacy", "purge", "github")
    assert done.exit_code in (0, 2), done.output
