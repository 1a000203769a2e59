"""Counting whom a source knows gives the numbers that reading everybody gives."""

from itertools import product

import pytest
from sqlalchemy import select

from sourcing.crawl.planning import past_of
from spiders._course.past import Past
from storage.records import AccountKey, Gone, Item
from storage.store import Store
from storage.store._saving.counting import _marked
from tests.store_kit import day, origin, person, sighted

READ = (  # what a marker may hold: nothing, a day, a time with and without parts of a second
    None,
    "",
    "2026-11-03",
    "2026-11-04",
    "2026-11-04T02:00:00+00:00",
    "2026-11-04T02:00:00.000001+00:00",
    "2026-11-04T01:59:59.999999+00:00",
    "2026-11-20T02:00:00+00:00",
)
TIMES = (day(9.5), day(10), day(10.000001), day(13))


def people(source: str) -> list[Item]:
    """One person for each thing a marker may hold, seen on different days; every third is gone."""
    items: list[Item] = []
    for number, read in enumerate(READ * 3):
        key = AccountKey(source, str(number))
        items.append(person(key, number / 4))
        items.append(sighted(key, number / 4, **({} if read is None else {"read": read, "other": "x"})))
        if number % 3 == 2:
            items.append(Gone(account=key, reason="not_found", origin=origin(source, number / 4)))
    return items


@pytest.fixture
def full(store: Store) -> Store:
    store.save([*people("kaggle"), *people("github"), *people("gitlab")[:4]])
    return store


def test_counted_as_read(full: Store) -> None:
    everybody = list(full.known("github"))
    for now, days, marker, unmarked in product(TIMES, (3, 7, 30), ("", "read", "never set"), (True, False)):
        counted, read = past_of(full, "github", [], now=now), Past(now, known=everybody)
        asked = {"unmarked": unmarked}
        assert counted.due(days, marker, **asked) == read.due(days, marker, **asked), (now, days, marker, unmarked)


def test_the_table_tells_the_ways_apart(full: Store) -> None:
    past = past_of(full, "github", [], now=day(10))
    asked = [(days, marker, more) for days in (3, 7) for marker in ("", "read") for more in (True, False)]
    found = {past.due(days, marker, unmarked=more) for days, marker, more in asked}
    assert len(found) >= 4
    assert 0 not in found


def test_only_the_accounts_of_the_source_count(full: Store) -> None:
    names = ("github", "gitlab", "kaggle", "git", "")
    found = {name: len(past_of(full, name, [], now=day(10)).known) for name in names}
    assert found == {"github": 24, "gitlab": 2, "kaggle": 24, "git": 0, "": 0}


def test_who_goes_through_them_reads_them(full: Store) -> None:
    known = past_of(full, "gitlab", [], now=day(10)).known
    assert list(known) == list(full.known("gitlab"))
    assert known[0] == next(full.known("gitlab"))
    assert list(known[1:]) == list(full.known("gitlab"))[1:]


def test_counting_leaves_the_connection_as_it_was(full: Store) -> None:
    def room() -> object:
        with full._read() as connection:
            lite = connection.dialect.name == "sqlite"
            return connection.exec_driver_sql("PRAGMA cache_size").scalar() if lite else None

    before = room()
    full.count_due("github", day(5), "read")
    assert room() == before


@pytest.mark.parametrize("unmarked", [True, False])
def test_who_was_read_when_is_counted_in_an_index(lite: Store, unmarked: bool) -> None:
    """On SQLite, where the command itself would read all the rows."""
    lite.save(people("github"))
    with lite._read() as connection:
        count = _marked(connection, "github", day(9), "read", unmarked)
        compiled = select(count).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        steps = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    reads = [step for step in steps if "account" in step]
    assert any("account_read" in step for step in reads)
    assert all("INDEX" in step for step in reads), steps
