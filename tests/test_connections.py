"""Connections to a server: none stays open once a Store was closed, whatever is asked of it afterwards."""

from datetime import UTC, datetime

import psycopg
import pytest

from storage.store import DONE, Asked, Store
from tests.store_kit import ADA, person

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROW = Asked("key", 1, "toy", "toy/list/a", "GET", "https://toy.example/1", 0.0, DONE)


def open_ones(url: str) -> int:
    """Connections to the database but the one that asks."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.postgres
def test_nothing_stays_open_after_the_end(postgres_url: str) -> None:
    Store.upgrade(postgres_url)
    store = Store.open(postgres_url, key=b"k" * 32)
    store.start_night(NOW)
    store.save([person()])
    store.note_questions([ROW])
    assert open_ones(postgres_url) > 0
    store.close()
    assert open_ones(postgres_url) == 0
    # A crawl that ends reads and notes on: the last question's end, the seconds waited.
    assert store.waited(1) == {}
    store.note_questions([ROW])
    assert store.account(ADA) is not None
    assert store.kept("toy") == frozenset()
    assert open_ones(postgres_url) == 0


def test_a_closed_store_still_answers(lite: Store) -> None:
    lite.save([person()])
    lite.close()
    assert lite.account(ADA) is not None
    lite.close()
