"""Receipts: written when they say something new, kept per night, ranked in a fixed order."""

import pytest

from storage.store import Store
from tests.store_kit import ADA, BO, CY, day, person, scored, settle, work


@pytest.fixture(autouse=True)
def leads(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})


def rows(store: Store) -> int:
    with store._read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM receipt").scalar_one())


def test_a_receipt_comes_back_to_the_last_bit(store: Store) -> None:
    receipt = scored("L000001", 0.1 + 0.2)
    assert store.save_receipts([receipt], night=1) == 1
    assert store.receipt("L000001", "mle") == receipt
    assert store.receipt("L000001", "other") is None
    assert store.receipt("L000002", "mle") is None


def test_what_says_the_same_is_not_written(store: Store) -> None:
    store.save_receipts([scored("L000001"), scored("L000002")], night=1)
    assert store.save_receipts([scored("L000001", at=1), scored("L000002", 0.7, at=1)], night=2) == 1
    assert rows(store) == 3
    assert [item.scored_at for item in store.ranking("mle")] == [day(1), day(0)]


def test_a_night_has_one_receipt(store: Store) -> None:
    store.save_receipts([scored("L000001", 0.1)], night=1)
    store.save_receipts([scored("L000001", 0.2)], night=2)
    store.save_receipts([scored("L000001", 0.3)], night=2)
    assert rows(store) == 2
    assert [item.total for item in store.ranking("mle")] == [0.3]


def test_without_a_night_history_is_kept_as_well(store: Store) -> None:
    store.save_receipts([scored("L000001", 0.1)])
    store.save_receipts([scored("L000001", 0.2)])
    assert rows(store) == 2


def test_the_last_of_two_receipts_of_one_lead_counts(store: Store) -> None:
    assert store.save_receipts([scored("L000001", 0.1), scored("L000001", 0.2)], night=1) == 1
    assert [item.total for item in store.ranking("mle")] == [0.2]


def test_ranking_is_by_total_then_by_lead(store: Store) -> None:
    hidden = scored("L000002", 0.9, section="restricted")
    store.save_receipts([scored("L000003"), hidden, scored("L000001"), scored("L000003", 0.9, role="nlp")], night=1)
    assert [item.lead for item in store.ranking("mle")] == ["L000002", "L000001", "L000003"]
    assert [item.lead for item in store.ranking("mle", section="ranked")] == ["L000001", "L000003"]
    assert [item.lead for item in store.ranking("mle", limit=1)] == ["L000002"]
    assert [item.role for item in store.ranking("nlp")] == ["nlp"]


def test_a_total_stands_among_those_of_its_list(store: Store) -> None:
    thin = scored("L000003", 0.1, section="too_little_evidence")
    store.save_receipts([scored("L000001", 0.5), scored("L000002", 0.3), thin], night=1)
    store.save_receipts([scored("L000001", 0.7), scored("L000001", 0.9, role="nlp")], night=2)
    assert store.place("mle", 0.3) == (0, 1, 2)
    assert store.place("mle", 0.6) == (1, 0, 2)
    assert store.place("mle", 0.7) == (1, 1, 2)
    assert store.place("mle", 0.2, section="too_little_evidence") == (1, 0, 1)
    assert store.place("other", 0.5) == (0, 0, 0)
    store.arrange({BO: "L000001"}, at=day(1))  # L000002 is nobody's any more
    assert len(store.ranking("mle", section="ranked")) == 1
    assert store.place("mle", 0.6) == (0, 0, 1)


def test_merged_leads_are_not_ranked(store: Store) -> None:
    store.save_receipts([scored("L000001"), scored("L000002")], night=1)
    store.arrange({BO: "L000001"}, at=day(1))
    assert [item.lead for item in store.ranking("mle")] == ["L000001"]


def test_nothing_scored_is_nothing_written(store: Store) -> None:
    assert store.save_receipts([]) == 0
    assert store.ranking("mle") == []


def stale(store: Store, digest: str | None = None, since: float = -9) -> list[str]:
    return store.to_score("mle", digest or scored("L000001").digest, since=day(since))


def test_only_what_changed_is_to_be_scored_again(store: Store) -> None:
    assert stale(store) == ["L000001", "L000002", "L000003"]
    store.save_receipts([scored(name, at=1) for name in ("L000001", "L000002", "L000003")], night=1)
    assert stale(store) == []
    assert stale(store, digest="another role or table") == ["L000001", "L000002", "L000003"]
    assert stale(store, since=2) == ["L000001", "L000002", "L000003"]
    store.save([person(ADA, at=3, bio="something new"), work(BO, "r9", at=3)])
    assert stale(store) == ["L000001", "L000002"]


def test_a_lead_that_gained_or_lost_an_account_is_to_be_scored_again(store: Store) -> None:
    store.save_receipts([scored(name, at=1) for name in ("L000001", "L000002", "L000003")], night=1)
    settle(store, {CY: "L000001"}, at=2)
    assert stale(store) == ["L000001"]
    store.save_receipts([scored("L000001", at=3)], night=2)
    settle(store, {CY: "L000003"}, at=4)
    assert stale(store) == ["L000001", "L000003"]


def test_news_of_any_account_makes_its_lead_to_be_scored_again(store: Store) -> None:
    settle(store, {BO: "L000001"}, at=1)
    store.save_receipts([scored(name, at=2) for name in ("L000001", "L000003")], night=1)
    assert stale(store) == []
    store.save([work(BO, "r9", at=3)])  # of the account the lead was not made for
    assert stale(store) == ["L000001"]


def test_a_receipt_that_says_the_same_again_counts_as_checked(store: Store) -> None:
    store.save_receipts([scored(name, at=1) for name in ("L000001", "L000002", "L000003")], night=1)
    store.save([person(ADA, at=3, bio="something new")])
    assert store.save_receipts([scored("L000001", at=3)], night=2) == 0
    assert stale(store) == []
    assert store.ranking("mle")[0].scored_at == day(1)
