"""Leads: arranging, merging, splitting, names, status."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from storage.errors import UnknownLead
from storage.records import AccountKey
from storage.store import StatusChange, Store
from tests.store_kit import ADA, BO, CY, day, person, settle, work
from tests.test_store_properties import fresh

DEE = AccountKey("hackernews", "dee")


def test_lead_ids_are_never_given_twice(store: Store) -> None:
    assert store.next_lead_ids(2) == ["L000001", "L000002"]
    assert store.next_lead_ids(0) == []
    assert store.next_lead_ids(1) == ["L000003"]


def test_a_lead_has_its_accounts_and_their_work(store: Store) -> None:
    store.save([person(ADA), person(CY, 1, name="Ada"), person(BO), work(CY, at=2), work(ADA, "r2"), work(ADA, "r1")])
    store.arrange({ADA: "L000001", CY: "L000001", BO: "L000002"}, at=day(0))
    ada, bo = store.leads()
    assert (ada.id, [item.key for item in ada.accounts]) == ("L000001", [ADA, CY])
    assert [item.id for item in ada.evidence] == [work(ADA, "r1").id, work(ADA, "r2").id, work(CY).id]
    assert (ada.first_seen, ada.last_changed, ada.status, ada.name) == (day(0), day(2), "new", "Ada")
    assert (bo.id, bo.evidence) == ("L000002", ())
    assert store.clusters() == {ADA: "L000001", CY: "L000001", BO: "L000002"}
    assert store.lead_ids() == ["L000001", "L000002"]
    assert [lead.id for lead in store.leads(["L000002", "L999999"])] == ["L000002"]


def test_merged_leads_become_aliases(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})
    store.arrange({BO: "L000001"}, at=day(1))
    assert store.lead_ids() == ["L000001", "L000003"]
    assert store.lead("L000002").id == "L000001"
    store.arrange({ADA: "L000003", BO: "L000003"}, at=day(2))
    assert store.lead("L000002").id == store.lead("L000001").id == "L000003"
    assert store.lead("L000003").last_changed == day(2)
    assert store.check() == []


def test_an_emptied_lead_follows_the_account_it_was_made_for(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000001", CY: "L000001", DEE: "L000009"})
    store.arrange({ADA: "L000003", BO: "L000002", CY: "L000002"}, at=day(1))
    assert store.lead("L000001").id == "L000003"
    store.arrange({ADA: "L000009"}, at=day(2))
    assert store.lead("L000001").id == store.lead("L000003").id == "L000009"
    assert store.born([ADA, BO, CY, DEE]) == {ADA: "L000001", BO: "L000002", DEE: "L000009"}


def test_a_lead_that_keeps_an_account_is_no_alias(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000001"})
    store.arrange({BO: "L000002"}, at=day(1))
    assert store.lead_ids() == ["L000001", "L000002"]
    assert store.lead("L000001").id == "L000001"


def test_an_undone_merge_gives_the_id_back(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002"})
    store.set_status("L000002", "contacted", by="ann", note="", at=day(0))
    store.arrange({BO: "L000001"}, at=day(1))
    assert store.lead("L000001").status == "contacted"
    store.arrange({BO: "L000002"}, at=day(2))
    assert store.lead("L000002").id == "L000002"
    assert [(lead.id, lead.status) for lead in store.leads()] == [("L000001", "new"), ("L000002", "contacted")]
    assert store.check() == []


def test_arranging_the_same_again_changes_nothing(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002"})
    before = list(store.leads())
    store.arrange({ADA: "L000001", BO: "L000002"}, at=day(5))
    assert list(store.leads()) == before


def test_status_history_has_its_authors(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002"})
    store.set_status("L000001", "shortlisted", by="ann", note="strong", at=day(1))
    store.set_status("L000002", "contacted", by="ben", note="", at=day(2))
    assert store.status_history("L000001") == [
        StatusChange(lead="L000001", status="shortlisted", by="ann", note="strong", at=day(1))
    ]
    store.arrange({BO: "L000001"}, at=day(3))
    assert [change.by for change in store.status_history("L000002")] == ["ann", "ben"]
    store.set_status("L000002", "hired", by="ann", note="via the alias", at=day(4))
    assert store.lead("L000001").status == "hired"
    with pytest.raises(UnknownLead, match="L000404"):
        store.set_status("L000404", "hired", by="ann", note="", at=day(4))


NAMES = [
    ("id", "L000001"),
    ("id in lower case", "l000001"),
    ("alias", "L000002"),
    ("key", "github:1"),
    ("source and handle", "github:Ada-L"),
    ("handle", "ada-l"),
    ("handle with a sign", "@ADA-L"),
    ("handle of another account", "ada_k"),
    ("profile page", "https://github.com/ada-l"),
    ("profile page, other spelling", "http://www.GitHub.com/Ada-L/?tab=repositories"),
    ("address without scheme", "kaggle.com/ada_k"),
    ("address of a site of its own", "https://people.example/ada/"),
    ("exact name", "Ada Ünïcode"),
    ("white space around", "  ada-l "),
]


@pytest.mark.parametrize("name", [case[1] for case in NAMES], ids=[case[0] for case in NAMES])
def test_a_lead_answers_to(store: Store, name: str) -> None:
    dee = AccountKey("web", "dee")
    store.save(
        [
            person(ADA, handle="Ada-L", url="https://github.com/Ada-L", name="Ada Ünïcode"),
            person(CY, handle="ada_k", url="https://www.kaggle.com/ada_k"),
            person(BO, handle="bo", url="https://github.com/bo", name="Bo"),
            person(dee, handle="d", url="https://people.example/ada", name="Dee"),
        ]
    )
    store.arrange({ADA: "L000001", CY: "L000002", BO: "L000003", dee: "L000001"}, at=day(0))
    store.arrange({CY: "L000001"}, at=day(0))
    assert store.lead(name).id == "L000001"


def test_no_lead_answers(store: Store) -> None:
    store.save(
        [person(ADA, handle="lovelace", name="Ada"), person(BO, handle="bo"), person(CY, handle="bo", name="Ada")]
    )
    with pytest.raises(UnknownLead, match="has no lead yet; run `sourcing resolve`"):
        store.lead("lovelace")
    store.arrange({ADA: "L000001", BO: "L000002", CY: "L000003"}, at=day(0))
    with pytest.raises(UnknownLead, match=r"near: L000001 \(github: lovelace\)"):
        store.lead("lovelance")
    with pytest.raises(UnknownLead, match="give a lead id"):
        store.lead("zzzzzzzzzzzzzz")
    for name in ("bo", "Ada"):
        with pytest.raises(UnknownLead, match="2 leads answer"):
            store.lead(name)
    for name in (
        "",
        "L000099",
        "100%_\\",
        "'; DROP TABLE lead;--",
        "https://github.com/nobody",
        "a:b",
        "\udcff",
        "a\x00b",
        "\x00",
    ):
        with pytest.raises(UnknownLead):
            store.lead(name)


@contextmanager
def counting(store: Store) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    yield asked
    event.remove(store._engine, "before_cursor_execute", note)


@pytest.mark.parametrize("count", [3, 400, 1100])
def test_leads_stream_with_few_queries(lite: Store, count: int) -> None:
    keys = [AccountKey("github", f"{number:05d}") for number in range(count)]
    lite.save([item for key in keys for item in (person(key), work(key))])
    lite.arrange(dict(zip(keys, lite.next_lead_ids(count), strict=True)), at=day(0))
    with counting(lite) as asked:
        assert sum(len(lead.evidence) for lead in lite.leads()) == count
    selects = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(selects) == 1 + 2 * -(-count // 500)


accounts = st.sampled_from([ADA, BO, CY, DEE])
moves = st.lists(st.dictionaries(accounts, st.sampled_from([f"L{n:06d}" for n in range(1, 6)]), min_size=1), max_size=8)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_however_accounts_move_every_lead_ever_made_is_found(
    empty_file: Any, steps: list[dict[AccountKey, str]]
) -> None:
    with fresh(empty_file) as store:
        store.save([person(key) for key in (ADA, BO, CY, DEE)])
        expected: dict[AccountKey, str] = {}
        for at, step in enumerate(steps):
            store.arrange(step, at=day(at))
            expected |= step
        assert store.clusters() == expected
        assert store.lead_ids() == sorted(set(expected.values()))
        assert [lead.id for lead in store.leads()] == store.lead_ids()
        for made in {name for step in steps for name in step.values()}:
            assert store.lead(made).id in store.lead_ids()
        assert store.check() == []
