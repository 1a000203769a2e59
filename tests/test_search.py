"""Full-text search: the same people on both databases, kept up to date, forgotten on request."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sourcing.desk.prepared import Prepared, prepare
from sourcing.desk.search import People, search
from storage.records import AccountKey, Level
from storage.store import BoardRow, Store
from storage.text import answers, document, read_query
from tests.store_kit import ADA, BO, CY, day, person, scored, withdrawn, work

DEE = AccountKey("github", "4")


def furnish(store: Store) -> None:
    """Ada with two accounts and much work, Bo with little, Dee who wants no recruiters."""
    store.save(
        [
            person(ADA, name="Ada Müller", bio="Machine learning in C++", location="Berlin"),
            person(CY, name="Ada Müller", headline="Kaggle notebooks"),
            person(BO, name="Bo 機械学習", bio="I teach machine and learning", location="Lisbon, Portugal"),
            person(DEE, name="Dee", bio="kubernetes", flags=("no_recruiters",)),
            work(ADA, "r1", title="serving", text="Kubernetes operator for model serving", tags=("kubernetes",)),
            work(ADA, "r2", title="trainer", text="PyTorch training", packages=("torch",)),
            work(BO, "r1", title="notes", text="notes on kubernetes", level=Level.ACTIVITY),
            work(BO, "w1", kind="wish", title="wish", text="please ask me about zebras"),
        ]
    )
    store.arrange({ADA: "L000001", CY: "L000001", BO: "L000002", DEE: "L000003"}, at=day(0))
    prepare(store)


def found(store: Store, text: str) -> list[str]:
    """Leads that answer, refusing ones included."""
    rows = {row.number: row.lead for row in _board(store)}
    return sorted(rows[number] for number in store.matches(read_query(text)) if number in rows)


def _board(store: Store) -> list[BoardRow]:
    store.save_receipts([scored(lead, 0.5) for lead in store.lead_ids()])
    return store.board("mle")


QUERIES = [
    ("kubernetes", ["L000001", "L000002", "L000003"]),
    ("kubernetes pytorch", ["L000001"]),  # each word somewhere in what the person shows
    ("kubernetes -pytorch", ["L000002", "L000003"]),
    ("kubernetes -pyto*", ["L000002", "L000003"]),
    ('"machine learning"', ["L000001"]),
    ("machine learning", ["L000001", "L000002"]),
    ("kube* serv*", ["L000001"]),
    ("c++", ["L000001"]),
    ("müller", ["L000001"]),
    ("MULLER", ["L000001"]),
    ("機械*", ["L000002"]),
    ("torch", ["L000001"]),
    ("zebras", []),  # what people say about being contacted is not searched
    ('"operator trainer"', []),
    ("dev1", ["L000001"]),
    ("AND", ["L000002"]),  # a word like others
    ("lisbon portugal", ["L000002"]),
]


def test_queries_find_the_same_people_on_both_databases(store: Store) -> None:
    furnish(store)
    assert {text: found(store, text) for text, _ in QUERIES} == dict(QUERIES)


def test_people_come_by_the_votes_of_their_work_with_where_it_says_so(store: Store) -> None:
    furnish(store)
    people = search(store, "kubernetes")
    assert [one.lead for one in people.people] == ["L000001", "L000002"], "more of it first; who refuses is not shown"
    assert (people.answering, people.voting, people.unprepared) == (2, 2, 0)
    hit = people.people[0].found[0]
    assert hit.where == "repository at github"
    assert [mark.text for mark in hit.text if mark.hit] == ["Kubernetes"]
    assert people.people[0].handles == ("github:dev1", "kaggle:dev1")


@pytest.mark.postgres
def test_the_same_answer_whatever_the_database(lite: Store, request: pytest.FixtureRequest) -> None:
    other = request.getfixturevalue("postgres_store")
    for one in (lite, other):
        furnish(one)
        one.save_receipts([scored("L000001", 0.3), scored("L000002", 0.7)])
    for text, _ in QUERIES:
        assert search(lite, text, role="mle") == search(other, text, role="mle")


def test_the_role_decides_whose_work_is_compared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(store)
    store.save_receipts([scored("L000001", 0.3), scored("L000002", 0.7)])
    monkeypatch.setattr("sourcing.desk.search.VOTING", 1)
    people = search(store, "kubernetes", role="mle")
    assert [one.lead for one in people.people] == ["L000002"]
    assert (people.answering, people.voting) == (2, 1)


# --- kept up to date -------------------------------------------------------------------------------------------------


def test_only_what_changed_is_prepared_again(store: Store) -> None:
    furnish(store)
    assert prepare(store) == Prepared(leads=0, dropped=0, cut=0)
    store.save([work(BO, "r2", at=1, title="rust compiler")])
    assert prepare(store).leads == 1
    assert found(store, "rust") == ["L000002"]
    store.save([withdrawn(BO, "r2", at=2)])
    assert prepare(store).leads == 1
    assert found(store, "rust") == []


def test_work_read_earlier_than_what_is_known_is_noticed(store: Store) -> None:
    furnish(store)
    store.save([work(BO, "old", at=-5, title="fortran library")])  # imported from a file of last week
    assert prepare(store).leads == 1
    assert found(store, "fortran") == ["L000002"]


def test_a_merge_and_a_split_move_the_words(store: Store) -> None:
    furnish(store)
    store.arrange({BO: "L000001"}, at=day(1))
    assert prepare(store) == Prepared(leads=1, dropped=1, cut=0)
    assert found(store, "lisbon kubernetes pytorch") == ["L000001"]
    store.arrange({BO: "L000002"}, at=day(2))
    assert prepare(store).leads == 2
    assert found(store, "lisbon kubernetes pytorch") == []
    assert found(store, "lisbon") == ["L000002"]


def test_numbers_are_never_given_twice(store: Store) -> None:
    furnish(store)
    before = {row.number for row in _board(store)}
    store.forget_words()
    prepare(store)
    assert before.isdisjoint({row.number for row in _board(store)})


def test_forgotten_words_are_gone_from_the_file(lite: Store) -> None:
    furnish(lite)
    assert lite.forget_words(["L000002"]) == 1
    assert found(lite, "lisbon") == []
    assert lite.unprepared() == 1
    raw = sqlite3.connect(lite.file or "")
    blocks = b"".join(row[0] for row in raw.execute("SELECT block FROM lead_words_index_data"))
    texts = [row[0] for row in raw.execute("SELECT words FROM lead_words")]
    raw.close()
    assert b"portugal" not in blocks
    assert b"berlin" in blocks, "the others stay"
    assert not any("portugal" in text for text in texts)


def test_an_erased_lead_takes_its_words_along(store: Store) -> None:
    furnish(store)
    with store._write() as connection:
        connection.exec_driver_sql("DELETE FROM lead_member WHERE lead = 'L000002'")
        connection.exec_driver_sql("DELETE FROM lead WHERE id = 'L000002'")
    assert found(store, "lisbon") == []
    assert store.check() == []


def test_a_row_prepared_twice_at_once_is_kept_once(store: Store) -> None:
    furnish(store)
    with ThreadPoolExecutor(2) as pool:
        store.forget_words()
        done = list(pool.map(lambda _: prepare(store), range(2)))
    assert max(one.leads for one in done) == 3
    assert store.unprepared() == 0
    assert found(store, "kubernetes") == ["L000001", "L000002", "L000003"]


# --- both ways of answering agree ------------------------------------------------------------------------------------

ALPHABET = st.text("ab _-'\"*ü9", max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bio=ALPHABET, title=ALPHABET, asked=ALPHABET)
def test_the_index_says_what_the_words_say(lite: Store, bio: str, title: str, asked: str) -> None:
    lite.save([person(ADA, at=1, bio=bio, observed=frozenset({"bio"})), work(ADA, "r1", at=1, title=title)])
    lite.arrange({ADA: "L000001"}, at=day(1))
    lite.forget_words()
    prepare(lite)
    try:
        query = read_query(asked)
    except ValueError:
        return
    said = next(lite.said_by(["L000001"]))
    own, _ = document(["dev1", said.profiles[0].bio, said.work[0].title])
    expected = all(answers(term, own) for term in query.wanted) and not any(answers(t, own) for t in query.unwanted)
    assert bool(lite.matches(query)) == expected


def test_people_is_a_plain_record(lite: Store) -> None:
    furnish(lite)
    people = search(lite, "kubernetes -pytorch")
    assert People.model_validate_json(people.model_dump_json()) == people
