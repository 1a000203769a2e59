"""Decisions: rows that are never overwritten, undone completely, and go where their leads go. On both databases."""

from typing import Any

import pytest

from sourcing.decisions import REASONS, chosen, decide, history, list_of, listed, speaks_of_fit, undo
from storage.errors import ConfigError, SourcingError, UnknownLead
from storage.records import Answer, Decision
from storage.store import Store
from tests.store_kit import ADA, BO, CY, day, person, scored, settle


@pytest.fixture(autouse=True)
def leads(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})
    store.save_receipts([scored(f"L00000{at}", 0.5 + at / 100) for at in (1, 2, 3)], night=None)


def said(store: Store, lead: str, answer: str, at: float = 1, **more: Any) -> Decision:
    given: dict[str, Any] = {"by": "ann", "reason": "depth" if answer != "yes" else ""}
    return decide(store, lead, "mle", answer, **(given | more), now=day(at))


def test_a_decision_keeps_reason_author_time_and_the_score_seen(store: Store) -> None:
    found = said(store, "L000001", "no", reason="skills", note=" no serving ", by=" ann ")
    assert (found.answer, found.reason, found.note, found.by, found.at) == (
        Answer.NO,
        "skills",
        "no serving",
        "ann",
        day(1),
    )
    assert found.receipt == scored("L000001", 0.51)
    assert found.accounts == (ADA,)
    assert found.listed == "scored 2026-11-01"
    store.save_receipts([scored("L000001", 0.9, at=2)], night=None)
    (kept,) = store.decisions("mle")
    assert kept.receipt.total == 0.51, "a later score changes no decision"


def test_the_last_live_one_stands_and_nothing_is_overwritten(store: Store) -> None:
    first, second = said(store, "L000001", "yes"), said(store, "L000001", "no", at=2)
    third = said(store, "L000001", "maybe", at=3)
    assert [one.id for one in store.decisions("mle")] == [third.id, second.id, first.id]
    lead = store.lead("L000001")
    for expected in (third, second, first):
        assert history(store, lead, "mle").standing == expected
        assert undo(store, "L000001", "mle", by="ben", now=day(9)).id == expected.id
    assert history(store, lead, "mle").standing is None
    rows = history(store, lead, "mle").rows
    assert [(row.undone_by, row.undone_at) for row in rows] == [("ben", day(9))] * 3
    with pytest.raises(UnknownLead, match="nobody decided on L000001"):
        undo(store, "L000001", "mle", by="ben", now=day(9))


def test_the_same_again_is_one_decision(store: Store) -> None:
    first = said(store, "L000001", "no")
    assert said(store, "L000001", "no", at=5) == first
    assert said(store, "L000001", "no", at=5, note="and more") != first
    assert said(store, "L000001", "no", at=6, note="and more", by="ben").id == 3
    undo(store, "3", by="ben", now=day(7))
    assert said(store, "L000001", "no", at=8, note="and more", by="ben").id == 4, "undone, it can be said again"


def test_undoing_by_number_needs_no_lead(store: Store) -> None:
    found = said(store, "L000002", "yes")
    assert undo(store, str(found.id), by="ben", now=day(2)).undone_by == "ben"
    with pytest.raises(UnknownLead, match="no live decision 1"):
        undo(store, "1", by="ben", now=day(2))
    with pytest.raises(ConfigError, match="--role"):
        undo(store, "L000002", by="ben", now=day(2))


def test_decisions_go_with_a_merge_and_come_back_with_its_undoing(store: Store) -> None:
    said(store, "L000001", "no")
    said(store, "L000003", "yes", at=2)
    store.arrange({CY: "L000001"}, at=day(3))
    merged = history(store, store.lead("L000001"), "mle")
    assert [row.lead for row in merged.rows] == ["L000003", "L000001"]
    assert merged.standing is not None
    assert (merged.standing.answer, merged.standing.living) == (Answer.YES, "L000001")
    assert chosen(store.decisions("mle")) == {"L000001": True}
    store.arrange({CY: "L000003"}, at=day(4))
    assert chosen(store.decisions("mle")) == {"L000003": True, "L000001": False}


def test_what_was_said_of_both_stays_with_the_id_after_a_split(store: Store) -> None:
    store.arrange({CY: "L000001"}, at=day(1))
    store.save_receipts([scored("L000001", 0.7, at=1)], night=None)
    found = said(store, "L000001", "no", at=2)
    assert set(found.accounts) == {ADA, CY}
    store.arrange({CY: "L000003"}, at=day(3))
    assert history(store, store.lead("L000001"), "mle").standing == found
    left = history(store, store.lead("L000003"), "mle")
    assert (left.standing, left.rows) == (None, ())
    assert left.before_split == (found,), "it is shown there, and does not count"
    assert history(store, store.lead("L000002"), "mle").before_split == ()


def test_a_lead_that_was_merged_away_is_not_decided_on(store: Store) -> None:
    store.arrange({CY: "L000001"}, at=day(1))
    with pytest.raises(UnknownLead, match="L000003 was merged into L000001 since"):
        said(store, "L000003", "no")
    late = said(store, "L000001", "no").model_copy(update={"lead": "L000003"})
    with pytest.raises(UnknownLead, match="merged into L000001"):
        store.decide(late)
    with pytest.raises(UnknownLead, match="no lead 'L000099'"):
        store.decide(late.model_copy(update={"lead": "L000099"}))


def test_the_chain_tells_when_a_row_was_changed(store: Store) -> None:
    for at, lead in enumerate(("L000001", "L000002", "L000003"), 1):
        said(store, lead, "no", at=at)
    undo(store, "2", by="ben", now=day(9))
    assert store.check() == [], "undoing is no change of what was said"
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE decision SET answer = 'yes' WHERE id = 2")
    assert store.check() == ["decision 2 is not what was written"]
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE decision SET answer = 'no' WHERE id = 2")
        connection.exec_driver_sql("UPDATE decision SET listed = 'night 99' WHERE id = 1")
    assert store.check() == ["decision 1 is not what was written"]


def test_rows_put_in_another_order_are_found(store: Store) -> None:
    for at, lead in enumerate(("L000001", "L000002", "L000003"), 1):
        said(store, lead, "no", at=at)
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE decision SET id = 9 WHERE id = 1")
        connection.exec_driver_sql("UPDATE decision SET id = 1 WHERE id = 2")
    assert store.check() == ["decision 1 does not follow decision 0", "decision 9 does not follow decision 3"]


def test_the_list_of_a_decision_is_the_last_nights(store: Store) -> None:
    night = store.start_night(day(1))
    store.finish_night(night.model_copy(update={"ended_at": day(1.1)}))
    assert said(store, "L000001", "yes").listed == "night 1"
    assert list_of(store, "nlp", scored("L000001")) == "scored 2026-11-01"
    assert said(store, "L000002", "yes", listed="pack 3").listed == "pack 3"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"answer": "perhaps"}, "no answer 'perhaps'; there are: yes, no, maybe"),
    ({"answer": "no", "reason": ""}, "no needs a reason; there are: skills, depth"),
    ({"answer": "no", "reason": "fit"}, "no reason 'fit' for no"),
    ({"answer": "yes", "reason": "colour"}, "no reason 'colour' for yes; there are: fit, rare"),
    ({"answer": "yes", "by": " "}, "names the person who makes it"),
    ({"answer": "yes", "lead": "L000099"}, "L000099"),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=[message for _, message in WRONG])
def test_bad_input_is_one_line_and_writes_nothing(store: Store, given: dict[str, Any], message: str) -> None:
    with pytest.raises(SourcingError, match=message) as raised:
        said(store, **({"lead": "L000001"} | given))
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2
    assert store.decisions() == []


def test_who_was_never_scored_cannot_be_decided_on(store: Store) -> None:
    with pytest.raises(UnknownLead, match="no score for role 'nlp'"):
        decide(store, "L000001", "nlp", "yes", by="ann", now=day(1))


def test_nobody_says_yes_to_who_does_not_want_to_be_contacted(store: Store) -> None:
    store.save([person(BO, at=1, flags=("no_recruiters",))])
    with pytest.raises(ConfigError, match="does not want to be contacted"):
        said(store, "L000002", "yes")
    assert said(store, "L000002", "no", reason="contact").answer is Answer.NO


def test_strange_text_is_stored_and_comes_back(store: Store) -> None:
    found = said(store, "L000001", "no", note="nul \x00 and half \ud800 and \u202e turn")
    assert found.note == "nul  and half \ufffd and \u202e turn"
    assert store.check() == []


def test_what_speaks_of_fit_and_what_does_not(store: Store) -> None:
    said(store, "L000001", "no", reason="place")
    said(store, "L000002", "maybe", reason="depth")
    said(store, "L000003", "yes")
    assert [speaks_of_fit(one) for one in store.decisions("mle")] == [True, False, False]
    assert chosen(store.decisions("mle")) == {"L000003": True}


def test_listing_by_role_lead_and_with_what_was_undone(store: Store) -> None:
    for lead in ("L000001", "L000002"):
        said(store, lead, "yes")
    undo(store, "1", by="ben", now=day(2))
    assert [one.id for one in listed(store).rows] == [2]
    assert [one.id for one in listed(store, "mle", live=False).rows] == [2, 1]
    assert [one.id for one in listed(store, name="github:dev1", live=False).rows] == [1]
    assert listed(store, "nlp").rows == ()
    assert listed(store, limit=1).names == {"L000002": "dev2"}


def test_every_reason_has_a_key_of_its_own() -> None:
    for answer in Answer:
        keys = [one.key for one in REASONS.values() if answer in one.answers]
        assert len(keys) == len(set(keys)) > 1
