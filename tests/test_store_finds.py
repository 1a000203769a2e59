"""Which lane showed which account: kept once, with the first night, and gone with the account."""

from sqlalchemy import delete

from storage.store import Find, Store
from storage.tables import account
from tests.store_kit import ADA, BO, CY, person

LANE, OTHER = "github/search/ml", "github/contributors/pytorch/pytorch"


def test_a_find_is_kept_once_with_its_first_night(store: Store) -> None:
    store.save([person(ADA), person(BO)])
    assert store.keep_finds([(ADA, LANE), (BO, LANE), (ADA, LANE)], night=1) == []
    assert store.keep_finds([(ADA, LANE), (ADA, OTHER)], night=2) == []
    assert list(store.finds()) == [
        Find(account=ADA, lane=OTHER, night=2),
        Find(account=ADA, lane=LANE, night=1),
        Find(account=BO, lane=LANE, night=1),
    ]


def test_accounts_that_are_not_stored_are_given_back(store: Store) -> None:
    store.save([person(ADA)])
    assert store.keep_finds([(CY, LANE), (ADA, LANE)]) == [(CY, LANE)]
    assert store.keep_finds([]) == []
    assert [find.account for find in store.finds()] == [ADA]


def test_finds_go_with_their_account(store: Store) -> None:
    store.save([person(ADA), person(BO)])
    store.keep_finds([(ADA, LANE), (BO, LANE)], night=1)
    with store._write() as connection:
        connection.execute(delete(account).where(account.c.key == str(ADA)))
    assert [find.account for find in store.finds()] == [BO]
    assert store.check() == []
