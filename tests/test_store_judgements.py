"""Judgements are rows: one live one per pair, none overwritten, all undone completely."""

from itertools import pairwise

import pytest

from storage.errors import StoreError
from storage.records import Judgement, Verdict
from storage.store import Store
from tests.store_kit import ADA, BO, CY, day, person, same


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    store.save([person(ADA), person(BO), person(CY)])


def test_pairs_are_put_in_order(store: Store) -> None:
    (id_,) = store.judge([same(CY, ADA, bits=14.5, evidence=("https://ada.example",))])
    assert store.judgements() == [same(ADA, CY, id=id_, bits=14.5, evidence=("https://ada.example",))]


def test_the_same_again_is_not_written(store: Store) -> None:
    first = store.judge([same(), same(CY, ADA), same(ADA, BO)])
    assert first[0] == first[1] != first[2]
    assert store.judge([same(created_at=day(3))]) == first[:1]
    assert len(store.judgements(live=False)) == 2


def test_a_new_verdict_undoes_the_old_one(store: Store) -> None:
    old, new = store.judge([same(verdict=Verdict.SUGGESTED), same(created_at=day(1))])
    assert [item.id for item in store.judgements()] == [new]
    (former,) = [item for item in store.judgements(live=False) if item.id == old]
    assert (former.undone_at, former.undone_by, former.verdict) == (day(1), "identity/1", Verdict.SUGGESTED)


def test_a_rule_never_undoes_a_person(store: Store) -> None:
    (human,) = store.judge([same(verdict=Verdict.DIFFERENT, by="ann")])
    assert store.judge([same()]) == [human]
    assert [item.verdict for item in store.judgements()] == [Verdict.DIFFERENT]
    (changed,) = store.judge([same(by="ben", verdict=Verdict.UNSURE)])
    assert changed != human


def test_undone_is_undone(store: Store) -> None:
    (id_,) = store.judge([same()])
    store.undo_judgement(id_, by="ann", at=day(1))
    assert store.judgements() == []
    assert [(item.undone_by, item.undone_at) for item in store.judgements(live=False)] == [("ann", day(1))]
    for wrong in (id_, 404):
        with pytest.raises(StoreError, match=f"no live judgement {wrong}"):
            store.undo_judgement(wrong, by="ann", at=day(2))
    assert store.judge([same()]) != [id_], "judged again, it is another row"


def test_one_account_is_no_pair(store: Store) -> None:
    with pytest.raises(StoreError, match="itself"):
        store.judge([same(ADA, ADA)])


def test_nothing_judged_is_nothing_written(store: Store) -> None:
    assert store.judge([]) == []


def test_the_chain_tells_when_a_row_was_changed(store: Store) -> None:
    store.judge([same(), same(ADA, BO), same(BO, CY)])
    store.undo_judgement(1, by="ann", at=day(1))
    assert store.check() == [], "undoing is no change of what was said"
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE judgement SET why = 'invented later' WHERE id = 2")
    assert store.check() == ["judgement 2 is not what was written"]


def test_rows_stay_in_order_of_writing(store: Store) -> None:
    rows: list[Judgement] = [same(), same(ADA, BO), same(BO, CY)]
    assert all(left < right for left, right in pairwise(store.judge(rows)))
