"""Replay: a past list comes back bit for bit, and whatever was touched since is named. On both databases."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring import engine
from scoring.engine import Scorer
from scoring.roles import find_role
from sourcing.replay import list_of_night, replay
from sourcing.show import receipts
from storage.errors import ConfigError
from storage.store import Ordered, Store, first_other_block, list_digests
from storage.store._judged.lists import pack, unpack
from storage.tables import night_list
from tests.cases.scoring_people import NOW
from tests.house_of_sourcing import furnished
from tests.store_kit import ADA, BO, CY, day, person, scored, settle
from tests.test_what_if import LEADS

MLE = find_role("mle")


@pytest.fixture(autouse=True)
def leads(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})


def night(store: Store, *totals: float, at: float = 0) -> int:
    """A night that scored the three leads; a negative total leaves one as it is."""
    begun = store.start_night(day(at))
    rows = [scored(f"L00000{n}", total, at=at) for n, total in enumerate(totals, 1) if total >= 0]
    store.save_receipts(rows, night=begun.number)
    store.finish_night(begun.model_copy(update={"ended_at": day(at + 0.1)}))
    return begun.number


def test_a_past_list_is_rebuilt_after_later_nights(store: Store) -> None:
    night(store, 0.1, 0.5, 0.3)
    night(store, 0.9, -1, 0.31, at=1)
    store.save_receipts([scored("L000002", 0.99, at=2)])
    night(store, -1, -1, 0.2, at=3)
    tops = [[lead for lead, _ in replay(store, number)[0].top] for number in (1, 2, 3)]
    assert tops == [
        ["L000002", "L000003", "L000001"],
        ["L000001", "L000002", "L000003"],
        ["L000002", "L000001", "L000003"],
    ]
    for number in (1, 2, 3):
        (found,) = replay(store, number, "mle")
        assert (found.same, found.difference, found.leads) == (True, "", 3)
        assert found.versions == ((1, "d1", 3),)


def test_leads_merged_and_renamed_since_were_apart_then(store: Store) -> None:
    night(store, 0.1, 0.5, 0.3)
    store.arrange({CY: "L000001"}, at=day(1))
    store.save([person(BO, at=1, name="Bo Other")])
    night(store, 0.4, -1, -1, at=2)
    (first,), (second,) = replay(store, 1), replay(store, 2)
    assert first.same
    assert [lead for lead, _ in first.top] == ["L000002", "L000003", "L000001"]
    assert first.names == {"L000002": "Bo Other", "L000003": "dev1 (now L000001)", "L000001": "dev1"}
    assert (second.same, second.leads) == (True, 2)
    assert [row.lead for row in list_of_night(store, 1, "mle")] == ["L000002", "L000001", "L000001"]
    assert [row.total for row in list_of_night(store, 1, "mle")] == [0.5, 0.3, 0.1]


TOUCHED = [
    ("UPDATE receipt SET total = 0.77 WHERE lead = 'L000003'", "rank 2, L000003: its parts give 0.3, the receipt says"),
    ("UPDATE receipt SET high = 0.77 WHERE lead = 'L000003'", "rank 2, L000003: the receipt is not what was written"),
    ("UPDATE receipt SET digest = 'd2' WHERE lead = 'L000001'", "rank 3, L000001: the receipt is not what was"),
    ("DELETE FROM receipt WHERE lead = 'L000002'", "rank 1 was L000002 with 0.5, the receipt of which is not stored"),
    ("DELETE FROM receipt WHERE lead = 'L000001'", "rank 3 was L000001, the receipt of which is not stored any more"),
    ("UPDATE receipt SET section = 'restricted', hash = hash WHERE lead = 'L000002'", "rank 1, L000002: the receipt"),
]


@pytest.mark.parametrize(("change", "said"), TOUCHED, ids=[change for change, _ in TOUCHED])
def test_what_was_touched_since_is_named(store: Store, change: str, said: str) -> None:
    night(store, 0.1, 0.5, 0.3)
    with store._write() as connection:
        connection.exec_driver_sql(change)
    (found,) = replay(store, 1)
    assert not found.same
    assert found.difference.startswith(said)
    assert f"DIFFERS: {said}" in receipts.replayed([found])


def test_a_kept_list_that_was_touched_is_told_too(store: Store) -> None:
    night(store, 0.1, 0.5, 0.3)
    with store._write() as connection:
        connection.execute(update(night_list).values(digest=b"other"))
    assert replay(store, 1)[0].difference.startswith("what the night kept of the list was changed")
    with store._write() as connection:
        connection.execute(update(night_list).values(blocks=b"otherone"))
    assert replay(store, 1)[0].difference == "the order differs between ranks 1 and 100"


def test_nights_without_a_list_name_those_with_one(store: Store) -> None:
    night(store)
    with pytest.raises(ConfigError, match="night 1 kept no list; no night did so far"):
        replay(store, 1)
    for at in (1, 2, 3):
        night(store, 0.1 * at, 0.5, 0.3, at=at)
    for number in (1, 9):
        with pytest.raises(ConfigError, match=f"night {number} kept no list of role 'mle'; nights that did: 2-4"):
            replay(store, number, "mle")
    with pytest.raises(ConfigError, match="of role 'nlp'; no night did"):
        list_of_night(store, 2, "nlp")


def test_every_scored_role_has_its_list(store: Store) -> None:
    begun = store.start_night(day(0))
    store.save_receipts([scored("L000001"), scored("L000002", role="nlp")], night=begun.number)
    store.finish_night(begun.model_copy(update={"ended_at": day(0.1)}))
    assert store.night_lists() == [(1, "mle"), (1, "nlp")]
    assert [(row.role, row.leads, row.same) for row in replay(store, 1)] == [("mle", 1, True), ("nlp", 1, True)]
    assert replay(store, 1, "nlp")[0].top == (("L000002", 0.5),)


def test_a_night_that_ran_again_keeps_its_last_list(store: Store) -> None:
    begun = store.start_night(day(0))
    for total in (0.2, 0.6):
        store.save_receipts([scored("L000001", total), scored("L000002", 0.4)], night=begun.number)
        store.finish_night(begun.model_copy(update={"ended_at": day(0.1)}))
    assert [lead for lead, _ in replay(store, 1)[0].top] == ["L000001", "L000002"]
    assert replay(store, 1)[0].same


def test_sections_and_limits_of_a_past_list(store: Store) -> None:
    begun = store.start_night(day(0))
    rows = [scored("L000001", 0.2), scored("L000002", 0.9, section="too_little_evidence"), scored("L000003", 0.4)]
    store.save_receipts(rows, night=begun.number)
    store.finish_night(begun.model_copy(update={"ended_at": day(0.1)}))
    assert [row.lead for row in list_of_night(store, 1, "mle")] == ["L000003", "L000001"]
    assert [row.lead for row in list_of_night(store, 1, "mle", limit=1, section=None)] == ["L000002"]


def test_real_receipts_come_back_to_the_last_bit(lite: Store) -> None:
    settle(lite, {one.accounts[0].key: one.id for one in LEADS})
    scorer = Scorer(MLE, NOW)
    begun = lite.start_night(NOW)
    made = [scorer.score(one) for one in LEADS]
    lite.save_receipts(made, night=begun.number)
    lite.finish_night(begun.model_copy(update={"ended_at": NOW}))
    (found,) = replay(lite, 1, top=500)
    assert found.same
    assert dict(found.top) == {one.lead: one.total for one in made} == {one.lead: engine.replay(one) for one in made}


@given(st.sets(st.integers(1, 10**9), max_size=50))
def test_members_are_packed_and_unpacked(ids: set[int]) -> None:
    assert unpack(pack(ids)) == sorted(ids)


@given(st.lists(st.integers(0, 3), max_size=250), st.integers(0, 300))
def test_another_row_is_found_in_its_block(kinds: list[int], at: int) -> None:
    rows = [Ordered(f"L{number:06d}", kind / 3, "ranked", b"") for number, kind in enumerate(kinds)]
    whole, blocks = list_digests(rows)
    assert first_other_block(blocks, blocks) is None
    assert first_other_block(blocks, blocks + b"12345678") == len(blocks) // 8
    if at < len(rows):
        other = [*rows[:at], rows[at]._replace(total=0.123), *rows[at + 1 :]]
        changed, parts = list_digests(other)
        assert changed != whole
        assert first_other_block(blocks, parts) == at // 100


def test_the_command_ends_with_one_if_a_list_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Store.open(config.database_url) as store:
        settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})
        night(store, 0.1, 0.5, 0.3)
    fine = CliRunner().invoke(app, ["replay", "1", "--json"])
    assert (fine.exit_code, json.loads(fine.stdout)[0]["same"]) == (0, True)
    shown = CliRunner().invoke(app, ["rank", "mle", "--night", "1", "--json"])
    assert [row["lead"] for row in json.loads(shown.stdout)] == ["L000002", "L000003", "L000001"]
    with Store.open(config.database_url) as store, store._write() as connection:
        connection.exec_driver_sql("UPDATE receipt SET total = 0.6 WHERE lead = 'L000001'")
    differs = CliRunner().invoke(app, ["replay", "1", "--role", "mle"])
    assert differs.exit_code == 1
    assert "DIFFERS: rank 3, L000001" in differs.stdout
    for words in (["replay", "7"], ["rank", "mle", "--night", "7"], ["replay", "1", "--role", "nlp"]):
        wrong = CliRunner().invoke(app, words)
        assert (wrong.exit_code, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)
