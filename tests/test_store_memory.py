"""What spiders, nights, exports and tombstones remember."""

import pytest

from storage.errors import ConfigError, StoreError
from storage.records import (
    Claim,
    Forecast,
    Item,
    LaneBill,
    LaneState,
    Link,
    Night,
    Outcome,
    Quarantined,
    Validator,
)
from storage.store import ExportRow, Saved, Store
from tests.conftest import KEY
from tests.store_kit import ADA, BO, CY, day, gone, person, sighted, withdrawn, work

LONG = "https://api.github.example/search?q=" + "x" * 4000


def test_lanes_remember_their_state(store: Store) -> None:
    assert store.lane_state("github/search/x") is None
    for state in ({"cursor": "a", "shards": [[1, 2]], "left": None}, {"cursor": "b"}):
        kept = LaneState(lane="github/search/x", state=state, updated_at=day(0))
        store.keep_lane_state(kept)
        assert store.lane_state("github/search/x") == kept


def test_validators_are_kept_per_token(store: Store) -> None:
    mine = Validator(url=LONG, owner="t1", etag='W/"1"', note={"next": "p2"})
    theirs = Validator(url=LONG, owner="t2", last_modified="Sun, 01 Nov 2026 00:00:00 GMT")
    for validator in (mine, theirs, mine.model_copy(update={"etag": '"2"'})):
        store.keep_validator(validator)
    assert store.validator(LONG, "t1") == mine.model_copy(update={"etag": '"2"'})
    assert store.validator(LONG, "t2") == theirs
    assert store.validator(LONG, "") is None


def test_a_source_that_asked_to_wait(store: Store) -> None:
    assert store.held("github") is None
    store.hold_source("github", day(1), "429")
    store.hold_source("github", day(2), "secondary limit")
    assert store.held("github") == (day(2), "secondary limit")


def test_quarantine_keeps_four_kibibytes(store: Store) -> None:
    rows = [
        Quarantined(source="github", url="u", seen_at=day(number), reason="too_deep", excerpt="é\x00\ud800" * 5000)
        for number in range(3)
    ]
    store.quarantine(rows)
    store.quarantine([])
    kept = store.quarantined(limit=2)
    assert [row.seen_at for row in kept] == [day(2), day(1)]
    assert 4000 < len(kept[0].excerpt.encode()) <= 4096
    assert kept[0].excerpt.startswith("é\ufffdé\ufffd")


def test_nights_are_numbered(store: Store) -> None:
    forecast = Forecast(lane="github/search/x", requests=3, points=2, minutes=0.5, basis="first guess")
    first, second = store.start_night(day(0), [forecast]), store.start_night(day(1))
    bill = LaneBill(lane="github/search/x", requests=3, promised=7, found=6)
    outcome = Outcome(source="github", state="done", seconds=1.5, bills=(bill,), counters={"too_deep": 1})
    done = first.model_copy(update={"ended_at": day(0.1), "outcomes": (outcome,), "counters": {"leads": 4}})
    store.finish_night(done)
    assert (first.number, second.number) == (1, 2)
    assert store.night(1) == done
    assert store.nights() == [second, done]
    assert store.nights(limit=1) == [second]
    for verb in (lambda: store.night(404), lambda: store.finish_night(Night(number=404, started_at=day(0)))):
        with pytest.raises(StoreError, match="no night 404"):
            verb()


def test_strange_texts_stop_no_night(store: Store) -> None:
    night = store.start_night(day(0))
    outcome = Outcome(source="github", state="failed", reason="got \ud800\x00")
    store.finish_night(night.model_copy(update={"outcomes": (outcome,)}))
    store.keep_lane_state(LaneState(lane="l", state={"cursor": "\ud800"}, updated_at=day(0)))
    store.keep_validator(Validator(url="u", owner="", etag="\x00e"))
    store.hold_source("github", day(1), "\udcff")
    assert store.night(1).outcomes[0].reason == "got \ufffd"
    assert store.held("github") == (day(1), "\ufffd")


def test_exports_are_a_ledger(store: Store) -> None:
    row = ExportRow(
        role="mle",
        format="csv",
        path="exports/a.csv",
        sha256="ab",
        leads=("L000002", "L000001"),
        by="ann",
        at=day(0),
        night=1,
    )
    ids = [store.record_export(row), store.record_export(row)]
    assert store.exports() == [row.model_copy(update={"id": id_}) for id_ in ids]


SITE = Link(url="https://www.ada.example/me/", claim=Claim.CLAIMED, field="website")
MET_AGAIN: list[tuple[str, list[Item], int]] = [
    ("by id", [person(ADA, 1, handle="other"), work(ADA), sighted(ADA), gone(ADA), withdrawn(ADA)], 5),
    ("by handle, under a new id", [person(BO, 1, handle="Dev1"), work(BO)], 2),
    (
        "by website, at another source",
        [person(CY, 1, handle="else", links=(SITE.model_copy(update={"url": "http://ada.example/me"}),)), work(CY)],
        2,
    ),
    ("by handle in a sighting", [sighted(BO, handle="DEV1")], 1),
]


@pytest.mark.parametrize(("items", "dropped"), [case[1:] for case in MET_AGAIN], ids=[case[0] for case in MET_AGAIN])
def test_the_erased_are_not_stored_again(store: Store, items: list[Item], dropped: int) -> None:
    assert store.bury(person(ADA, links=(SITE,))) == 5  # id, handle, website, profile, the word "dev1"
    assert store.save(items) == Saved(tombstoned=dropped)
    assert list(store.accounts()) == []


BYSTANDERS: list[tuple[str, Item]] = [
    ("another id and handle", person(BO)),
    ("the same handle elsewhere", person(CY, handle="dev1")),
    ("the site in a text", person(BO, links=(SITE.model_copy(update={"claim": Claim.MENTIONED, "field": "bio"}),))),
    ("another page of the site", person(BO, links=(SITE.model_copy(update={"url": "https://ada.example/you"}),))),
]


@pytest.mark.parametrize("item", [case[1] for case in BYSTANDERS], ids=[case[0] for case in BYSTANDERS])
def test_others_are(store: Store, item: Item) -> None:
    store.bury(person(ADA, links=(SITE,)))
    saved = store.save([item])
    assert (saved.accounts_new, saved.tombstoned) == (1, 0)


def test_tombstones_need_the_key(database_url: str) -> None:
    Store.upgrade(database_url)
    with Store.open(database_url, key=KEY) as store:
        store.bury(person(ADA))
        store.bury(person(ADA))
        with store._read() as connection:
            marks = connection.exec_driver_sql("SELECT hash FROM tombstone").scalars().all()
    assert len(marks) == 4
    assert all(len(mark) == 64 for mark in marks)
    for key in (b"another key", b""):
        with Store.open(database_url, key=key) as store, pytest.raises(ConfigError, match="4 tombstones"):
            store.save([person(ADA)])
