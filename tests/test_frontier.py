"""The frontier: questions as rows, answers kept until the night is closed, nights that are continued."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders._course.book import shown
from storage.errors import StoreError
from storage.records import LaneState
from storage.store import DONE, FAILED, LEASED, QUEUED, Asked, Store
from tests.replay import Replay, crawl
from tests.store_kit import ADA, BO, day, gone, person, scored, settle, sighted
from tests.test_polite import CLOCK, HOST, LANE, ROBOTS, OpenToy, Toy

HOUR = timedelta(hours=1)


def row(key: str = "k", **fields: Any) -> Asked:
    """Invent a question."""
    given: dict[str, Any] = {
        "night": 1,
        "source": "toy",
        "lane": "toy/pages/a",
        "method": "GET",
        "url": HOST,
        "worth": 0.0,
    }
    return Asked(key, **(given | {"state": QUEUED} | fields))


def answered(key: str = "k", **fields: Any) -> Asked:
    """Invent a question with its answer."""
    given = {"state": DONE, "status": 200, "headers": {"etag": ["1"]}, "body": b"\x00packed", "tries": 1}
    return row(key, **(given | fields))


# --- rows -------------------------------------------------------------------------------------------------------


def test_answers_are_kept_until_the_night_is_closed_and_leave_counts(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([row("a"), row("b", state=LEASED, leased_by="process 1", leased_at=day(0))])
    store.note_questions([answered("a"), row("c", state=FAILED, reason="status 503")])
    assert store.kept("toy") == {"a"}
    assert store.kept("other") == frozenset()
    kept = store.kept_answer("a")
    assert kept is not None
    assert (kept.status, kept.headers, bytes(kept.body)) == (200, {"etag": ["1"]}, b"\x00packed")
    assert store.kept_answer("b") is None
    counts = {"toy": {DONE: 1, FAILED: 1, LEASED: 1}}
    assert store.questions(1) == counts
    assert store.close_questions(1) == counts
    assert (store.kept("toy"), store.questions(1)) == (frozenset(), counts)
    assert not store.is_begun(1)


def test_a_night_that_was_cut_off_hands_on_what_it_asked_and_its_clock(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a"), row("b", state=LEASED, leased_by="process 1", leased_at=day(0), tries=1)])
    second = store.start_night(day(0) + HOUR)
    assert (second.number, second.started_at) == (2, day(0))
    assert store.questions(2) == {"toy": {DONE: 1, QUEUED: 1}}, "nobody works on what a dead process had leased"
    third = store.start_night(day(0) + 2 * HOUR)
    assert (third.number, third.started_at) == (3, day(0))
    assert store.kept("toy") == {"a"}


@pytest.mark.parametrize("after", [timedelta(hours=12), timedelta(days=1), timedelta(minutes=-1)])
def test_answers_of_another_night_are_let_go(store: Store, after: timedelta) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a")])
    assert store.start_night(day(0) + after).started_at == day(0) + after
    assert store.kept("toy") == frozenset()
    assert store.questions(1) == {"toy": {DONE: 1}}


def test_a_closed_night_is_not_continued(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a")])
    store.close_questions(1)
    assert store.start_night(day(0) + HOUR).started_at == day(0) + HOUR


def test_the_clock_is_not_turned_back_over_what_was_stored_since(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a")])
    store.save([person(ADA, at=0.01)])  # an import, a quarter of an hour later
    assert store.start_night(day(0) + HOUR).started_at == day(0) + HOUR
    assert store.kept("toy") == {"a"}


def test_the_clock_is_not_turned_back_once_what_had_failed_was_answered(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a"), row("b", state=FAILED, reason="TimeoutError")])
    store.save([person(ADA)])
    store.all_asked(1)
    scored_at(store, 0.01)  # the night was killed after it had scored
    assert store.start_night(day(0) + HOUR).started_at == day(0) + HOUR, "what it asks again is of now"
    store.save([person(ADA, at=1 / 24)])
    store.note_questions([answered("b", night=2)])
    assert store.start_night(day(0) + 2 * HOUR).started_at == day(0) + 2 * HOUR, "older answers would not be stored"


def test_a_whole_night_that_was_scored_keeps_its_clock(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a")])
    store.save([person(ADA)])
    store.all_asked(1)
    scored_at(store, 0.01)
    assert store.start_night(day(0) + HOUR).started_at == day(0)


def scored_at(store: Store, at: float) -> None:
    settle(store, {ADA: "L000001"})
    store.save_receipts([scored("L000001", at=at)])


def test_dropped_answers_are_asked_again(store: Store) -> None:
    store.start_night(day(0))
    store.note_questions([answered("a"), answered("b"), row("c")])
    store.all_asked(1)
    assert store.drop_answers() == 2
    assert store.questions(1) == {"toy": {QUEUED: 3}}
    assert not store.is_all_asked(1)
    assert store.kept_answer("a") is None
    assert store.drop_answers() == 0


# --- how things were --------------------------------------------------------------------------------------------


def test_a_continued_night_sees_accounts_and_lanes_as_before_it_until_it_comes_to_them(store: Store) -> None:
    store.save([person(ADA, at=-1, bio="old")])
    store.keep_lane_state(LaneState(lane="l", state={"at": 1}, updated_at=day(-1)))
    store.start_night(day(0))
    store.before = store.before_night(1)
    store.save([person(ADA, bio="new"), person(BO)], night=1)
    store.keep_lane_state(LaneState(lane="l", state={"at": 2}, updated_at=day(0)))
    store.keep_lane_state(LaneState(lane="m", state={"at": 9}, updated_at=day(0)))
    assert {one.bio for one in store.accounts()} == {"new", None}, "the night itself sees what it stored"

    store.note_questions([answered()])
    store.start_night(day(0) + HOUR)
    store.before = store.before_night(2)
    assert [known.account for known in store.known("github")] == [ADA]
    assert [one.bio for one in store.accounts()] == ["old"]
    assert store.account(BO) is None
    assert (_state(store, "l"), _state(store, "m")) == ({"at": 1}, None)

    store.save([sighted(BO, at=0), person(ADA, bio="new")], night=2)
    store.keep_lane_state(LaneState(lane="m", state={"at": 9}, updated_at=day(0)))
    assert {one.bio for one in store.accounts()} == {"new", None}
    assert (_state(store, "l"), _state(store, "m")) == ({"at": 1}, {"at": 9})
    store.before = None
    assert _state(store, "l") == {"at": 2}, "the Store itself never went back"


def _state(store: Store, lane: str) -> Any:
    state = store.lane_state(lane)
    return None if state is None else dict(state.state)


def test_markers_and_losses_are_seen_as_before(store: Store) -> None:
    store.save([person(ADA, at=-1, markers={"read": "1"})])
    store.start_night(day(0))
    store.before = store.before_night(1)
    store.save([sighted(ADA, at=0, read="2")], night=1)
    store.save([gone(ADA, at=0)], night=1)
    store.note_questions([answered()])
    store.start_night(day(0) + HOUR)
    store.before = store.before_night(2)
    [known] = store.known("github")
    assert (known.markers, known.gone_at, known.last_seen) == ({"read": "1"}, None, day(-1))
    store.close_questions(2)
    store.before = store.before_night(2)
    [known] = store.known("github")
    assert known.markers == {"read": "2"}


# --- through the engine -----------------------------------------------------------------------------------------


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/night.db"


def night(
    url: str, exchanges: list[dict[str, Any]], *pages: str, toy: type[Toy] = OpenToy, after: timedelta = 0 * HOUR
) -> tuple[Replay, Store, SourceSpider]:
    """A night of the toy that nobody closes, as if its process had died at the end of the crawl."""
    Store.upgrade(url)
    with Store.open(url) as store:
        number = store.start_night(CLOCK + after).number
    replay = Replay(exchanges)
    settings, options = {"NIGHT": number}, {"pages": list(pages)}
    store, spider = crawl(toy, replay, lanes=[LANE], options=options, store_url=url, clock=CLOCK, settings=settings)
    return replay, store, spider


def page(path: str, *people: str, **more: Any) -> dict[str, Any]:
    """Invent an answer."""
    return {"url": HOST + path, "body": {"people": list(people)}} | more


def test_a_continued_night_asks_nothing_that_was_answered(url: str) -> None:
    exchanges = [ROBOTS, page("/a", "ada", headers={"ETag": '"1"'}), page("/b", "bo")]
    first, store, _ = night(url, exchanges, "/a", "/b", toy=Toy)
    store.close()
    assert len(first.asked) == 3
    second, store, spider = night(url, [page("/c", "cy")], "/a", "/b", "/c", toy=Toy, after=HOUR)
    with store:
        assert [request.url for request in second.asked] == [f"{HOST}/c"], "robots.txt is kept as well"
        assert sorted(one.handle for one in store.accounts()) == ["ada", "bo", "cy"]
        assert store.validator(f"{HOST}/a", spider.token_owner) is not None
        assert store.questions(2) == {"toy": {DONE: 4}}
    assert spider.replayed == 3
    assert spider.ledger.requests == 1, "what was not sent is not on the bill"


def test_a_question_asked_twice_is_two_questions(url: str) -> None:
    two = [page("/a", "ada"), page("/a", "bo")]
    _, store, _ = night(url, two, "/a", "/a")
    store.close()
    second, store, _ = night(url, [page("/a", "cy")], "/a", "/a", "/a", after=HOUR)
    with store:
        assert len(second.asked) == 1
        assert sorted(one.handle for one in store.accounts()) == ["ada", "bo", "cy"]


def test_what_passes_is_asked_again_and_what_stays_is_kept(url: str) -> None:
    lost = {"url": f"{HOST}/lost", "raises": "timeout"}
    first = [page("/gone", status=404), page("/down", status=503), *[page("/down", status=503)] * 2, *[lost] * 3]
    replay, store, _ = night(url, first, "/gone", "/down", "/lost")
    with store:
        assert store.questions(1) == {"toy": {DONE: 1, FAILED: 2}}
    second, store, _ = night(url, [page("/down", "ada"), page("/lost", "bo")], "/gone", "/down", "/lost", after=HOUR)
    with store:
        assert sorted(request.url for request in second.asked) == [f"{HOST}/down", f"{HOST}/lost"]
        assert store.questions(2) == {"toy": {DONE: 3}}
    assert replay.unrecorded == second.unrecorded == []


def test_an_unchanged_page_stays_unchanged_and_one_nobody_knows_any_more_is_asked(url: str) -> None:
    _, store, _ = night(url, [page("/a", "ada", headers={"ETag": '"1"'})], "/a")
    with store:
        store.close_questions(1)
    _, store, _ = night(url, [page("/a", status=304)], "/a", after=timedelta(days=1))
    store.close()
    third, store, _ = night(url, [], "/a", after=timedelta(days=1, hours=1))
    with store:
        assert third.asked == []
        [known] = store.known("toy")
        assert known.handle == "ada"


def test_an_answer_that_cannot_be_kept_ends_the_source_before_anybody_reads_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Store, rows: list[Asked]) -> None:
        if any(one.status is not None for one in rows):
            raise StoreError("database or disk is full; make room")

    monkeypatch.setattr(Store, "note_questions", full)
    replay, store, spider = night(url, [page("/a", "ada"), page("/b", "bo")], "/a", "/b")
    with store:
        assert list(store.accounts()) == []
    assert len(replay.asked) == 1
    assert spider.stopped is not None
    assert spider.stopped[0] == "failed"
    assert "make room" in spider.stopped[1]


# --- secrets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?page=2&q=a+b", "https://a.example/x?page=2&q=a+b"),
        ("https://a.example/x?key=canary&page=2", "https://a.example/x?key=***&page=2"),
        ("https://a.example/?api_key=canary&Access_Token=canary", "https://a.example/?api_key=***&Access_Token=***"),
        ("https://me:canary@a.example:8080/x", "https://a.example:8080/x"),
        ("https://a.example/x?X-Amz-Signature=canary&code=canary", "https://a.example/x?X-Amz-Signature=***&code=***"),
        ("https://a.example/monkey?monkey=1", "https://a.example/monkey?monkey=1"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, expected: str) -> None:
    assert shown(url) == expected


def test_no_secret_gets_into_a_row(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_TOKEN", "canary-token")
    cookie = {"Set-Cookie": "session=canary-cookie", "Proxy-Authenticate": "canary-proxy"}
    told = page("/told", "ada") | {"body": {"people": ["ada"], "access_token": "canary-told"}}
    lost = {"url": f"{HOST}/lost?key=canary-lost", "raises": "connection"}  # its message holds the address
    exchanges = [page("/a?token=canary-query", "bo", headers=cookie), told, *[lost] * 3]
    replay, store, _ = night(url, exchanges, "/a?token=canary-query", "/told", "/lost?key=canary-lost")
    assert replay.asked[0].headers["Authorization"] == b"Bearer canary-token"
    with store, store._read() as connection:
        rows = [tuple(one) for one in connection.exec_driver_sql("SELECT * FROM frontier")]
        kept = [store.kept_answer(name) for name in store.kept("toy")]
    assert len(rows) == 3
    assert "canary" not in repr(rows)
    assert "ConnectionError" in repr(rows)
    assert [one is not None and one.status for one in kept] == [200], "an answer that holds a token is not kept"
