"""Jobs, orders, locks and the queue of a shared night, on PostgreSQL."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from sourcing import workers
from sourcing.workers import _lead
from sourcing.workers._news import News
from storage.errors import StoreError
from storage.records import Outcome
from storage.store import Asked, Job, Order, Store, Worker
from storage.store._night.bell import Bell
from storage.store._night.orders import ENDED, LOOK, STOP, Done
from storage.store._night.queue import Queue
from storage.store._night.ringing import ring
from storage.store._night.source_lock import SourceLocks
from storage.store._night.workers import JOB_QUEUED, WAITING, WORKING
from tests.house_of_sourcing import furnished

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
NIGHT = 3
DONE = Outcome(source="github", state="done")


@pytest.fixture
def opened(postgres_store: Store) -> Store:
    postgres_store.begin_jobs(NIGHT, {"github": {"spent": 0}, "kaggle": {"spent": 0}}, continued=False)
    return postgres_store


def job(store: Store, source: str = "github") -> Job:
    return next(one for one in store.jobs() if one.source == source)


def taken(store: Store, name: str = "one", source: str = "github") -> Job:
    found = store.take_job(NIGHT, source, name)
    assert found is not None
    return found


def asked(key: str, *, kept: bool, tries: int, lane: str = "github/a") -> Asked:
    state, status = ("done", 200) if kept else ("leased", None)
    made = Asked(key, NIGHT, "github", lane, "GET", "https://x.test", 0.0, state, tries=tries, status=status)
    return made._replace(headers={}, body=b"") if kept else made


def test_a_job_has_one_worker_at_a_time(opened: Store) -> None:
    assert job(opened).state == JOB_QUEUED
    first = taken(opened, "one")
    assert (first.state, first.part, first.lost) == (WORKING, 1, {})
    assert taken(opened, "two").part == 2
    opened.set_job(NIGHT, "github", "one", WAITING)
    assert job(opened).state == WORKING, "who lost a job changes nothing"
    assert not opened.end_job(NIGHT, "github", DONE, "one")
    assert opened.end_job(NIGHT, "github", DONE, "two")
    assert job(opened).outcome == DONE
    assert not opened.end_job(NIGHT, "github", DONE, "two"), "a job ends once"
    assert opened.take_job(NIGHT, "github", "three") is None
    assert opened.take_job(NIGHT, "gitlab", "three") is None


def test_what_was_asked_in_vain_is_counted_once(opened: Store) -> None:
    opened.note_questions([asked("a", kept=True, tries=1), asked("b", kept=False, tries=2)])
    opened.begin_jobs(NIGHT, {"github": {}}, continued=True)
    first = taken(opened)
    assert (first.asked, first.lost) == ({"github/a": 1}, {}), "what an earlier night asked is not this one's"
    opened.note_questions([asked("c", kept=True, tries=2), asked("d", kept=False, tries=3)])
    second = taken(opened)
    assert second.lost == {"github/a": 3}
    assert opened.kept_requests("github") == {"github/a": 3}
    third = taken(opened)
    assert third.lost == {"github/a": 3}, "nothing was asked since"
    assert opened.questions(NIGHT) == {"github": {"done": 2, "queued": 2}}


def test_a_job_is_handed_back_with_what_it_brought(opened: Store) -> None:
    taken(opened)
    half = DONE.model_copy(update={"state": "interrupted", "accounts": 4})
    opened.hand_back_job(NIGHT, "github", "two", half)
    assert job(opened).state == WORKING, "only its worker hands it back"
    opened.hand_back_job(NIGHT, "github", "one", half)
    assert (job(opened).state, job(opened).worker, job(opened).outcome) == (JOB_QUEUED, None, half)
    assert taken(opened, "two").outcome == half


def test_orders_reach_who_has_the_job_and_stay_until_they_are_done(opened: Store) -> None:
    numbers = opened.order(NIGHT, ["github", "kaggle"], LOOK, round_=1)
    assert numbers == {"github": 1, "kaggle": 1}
    assert opened.orders_for("one") == []
    taken(opened, "one")
    [order] = opened.orders_for("one")
    assert order == Order(NIGHT, "github", 1, LOOK, 1, "", "", None)
    taken(opened, "two")
    opened.tell_done([Done(order, "asked", WORKING)], "one")
    assert opened.orders_done(NIGHT) == [], "who lost the job did nothing"
    opened.tell_done([Done(order, "nothing", WAITING)], "two")
    assert [one.did for one in opened.orders_done(NIGHT)] == ["nothing"]
    assert job(opened).state == WAITING
    assert opened.order(NIGHT, ["github"], STOP, state="limit", reason="enough") == {"github": 2}
    assert [(one.number, one.what, one.state) for one in opened.orders_for("two")] == [(2, STOP, "limit")]
    opened.end_job(NIGHT, "github", DONE)
    assert opened.orders_for("two") == []


NEWS: dict[str, Callable[[Store], object]] = {
    "jobs": lambda store: store.begin_jobs(NIGHT, {"github": {}}, continued=False),
    "taken": lambda store: store.take_job(NIGHT, "github", "one"),
    "waits": lambda store: store.set_job(NIGHT, "github", "one", WAITING),
    "told": lambda store: store.order(NIGHT, ["github"], LOOK, round_=1),
    "done": lambda store: store.tell_done([Done(one, "asked", WORKING) for one in store.orders_for("one")], "one"),
    "handed back": lambda store: store.hand_back_job(NIGHT, "github", "one", DONE),
    "ended": lambda store: store.end_job(NIGHT, "github", DONE),
}


def test_whatever_others_wait_for_rings_the_bell(opened: Store) -> None:
    with Bell(opened.url) as bell:
        assert not bell.heard()
        for what, tell in NEWS.items():
            tell(opened)
            assert bell.wait(30.0), what
            assert not bell.heard(), "once"
        opened.sign_worker(Worker(name="a", host="pc", pid=1, version="1", at_once=2, since=NOW, heartbeat=NOW))
        assert not bell.heard(), "a sign of life is no news"


def test_the_bell_is_heard_once_what_it_says_is_there(opened: Store) -> None:
    with Bell(opened.url) as bell, opened._write() as connection:
        ring(connection)
        assert not bell.wait(0.2)
        connection.commit()
        assert bell.wait(30.0)


def lose_bell(store: Store) -> None:
    """End the server's side of whoever listens to this database."""
    those = "FROM pg_stat_activity WHERE query = 'LISTEN sourcing_night' AND datname = current_database()"
    with store._write() as connection:
        assert connection.execute(text(f"SELECT pg_terminate_backend(pid) {those}")).scalar_one()


def test_a_lost_bell_says_so(opened: Store) -> None:
    with Bell(opened.url) as bell:
        lose_bell(opened)
        with pytest.raises(StoreError, match=r"the night's bell: .*; check that the database is reachable"):
            any(iter(lambda: bell.wait(30.0), None))


def test_a_worker_goes_on_without_the_bell(opened: Store, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> list[str]:
        news, woken = News(), []
        with news.listening(opened.url):
            opened.set_job(NIGHT, "github", "one", WAITING)
            await news.wait(30.0)
            woken.append("rung")
            lose_bell(opened)
            await news.wait(30.0)
            woken.append("lost")
            await news.wait(0.01)
            news.tell()
            await news.wait(30.0)
            woken.append("told")
        return woken

    assert asyncio.run(work()) == ["rung", "lost", "told"]
    assert "the night's bell is lost" in caplog.text


def test_a_continued_night_knows_whom_it_looked_at(opened: Store) -> None:
    opened.keep_named(NIGHT, 1, {"github": ["ada", "bob"], "gitlab": ["eve"]})
    opened.keep_named(NIGHT, 2, {})
    assert opened.named_in(NIGHT, "github") == {1: {"": [], "github": ["ada", "bob"]}, 2: {"": []}}
    opened.begin_jobs(NIGHT + 1, {"github": {}}, continued=True)
    assert set(opened.named_in(NIGHT + 1)) == {1, 2}
    opened.drop_answers()
    assert opened.named_in(NIGHT + 1) == {}, "with the answers goes whom they named"
    opened.keep_named(NIGHT + 1, 1, {})
    opened.begin_jobs(NIGHT + 2, {}, continued=False)
    assert opened.named_in(NIGHT + 2) == {}


def test_workers_are_known_until_they_leave(opened: Store) -> None:
    me = Worker(name="a", host="pc", pid=1, version="1", at_once=2, since=NOW, heartbeat=NOW)
    opened.sign_worker(me)
    opened.sign_worker(me.model_copy(update={"doing": ("github",)}))
    [found] = workers.listed(opened)
    assert found.doing == ("github",)
    assert found.silent < 60, "by the server's clock, whatever ours says"
    assert [one.name for one in workers.alive(opened, 60)] == ["a"]
    assert workers.alive(opened, -1) == []
    opened.forget_workers(silent=3600.0)
    assert len(workers.listed(opened)) == 1
    assert not workers.answering(opened, 1.0), "it gave no sign while we looked"
    opened.forget_worker("a")
    opened.sign_worker(me.model_copy(update={"night": NIGHT}))
    opened.forget_workers(silent=3600.0)
    assert workers.listed(opened) == [], "who came for a night goes with it"


def until(happens: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether something happens within that time; others decide when."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happens():
            return True
        time.sleep(0.02)
    return False


# --- locks -----------------------------------------------------------------------------------------------------


def test_one_worker_asks_a_source_with_a_token(postgres_store: Store) -> None:
    one, two = SourceLocks(postgres_store.url), SourceLocks(postgres_store.url)
    assert one.take("github", "me")
    assert not two.take("github", "me")
    assert two.take("github", "you"), "another token has limits of its own"
    assert two.take("kaggle", "me")
    assert postgres_store.sources_at_work() == 3
    one.let_go("github", "me")
    assert two.take("github", "me")
    two.close()
    assert one.alive()
    assert until(lambda: postgres_store.sources_at_work() == 0)
    one.close()


HOLDS = """
import sys, time
from storage.store._night.source_lock import SourceLocks
locks = SourceLocks(sys.argv[1])
print(locks.take("github", ""), flush=True)
time.sleep(60)
"""


def test_a_killed_worker_leaves_no_lock(postgres_store: Store) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, postgres_store.url], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "True"
        mine = SourceLocks(postgres_store.url)
        assert not mine.take("github", "")
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert until(lambda: mine.take("github", "")), "the server drops it with the connection"
        mine.close()


def test_workers_see_whether_anybody_holds_the_night(postgres_store: Store) -> None:
    assert until(lambda: not postgres_store.is_night_held())
    with postgres_store.hold_night("pc", 1, NOW):
        assert postgres_store.is_night_held()
        assert postgres_store.sources_at_work() == 0, "a night is no source"
    assert until(lambda: not postgres_store.is_night_held())


def test_a_new_night_waits_for_workers_of_an_earlier_one(
    opened: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lead, "IN_ORDER", 0.3)
    config = furnished(tmp_path)
    locks = SourceLocks(opened.url)
    locks.take("github", "")
    with pytest.raises(StoreError, match="workers of an earlier night are still at work"):
        workers.settle(config, opened)
    locks.close()
    workers.settle(config, opened)
    assert opened.jobs() == []


# --- the queue -------------------------------------------------------------------------------------------------


def test_the_queue_gives_the_longest_first_and_again_what_was_given_up(postgres_store: Store) -> None:
    async def play() -> None:
        async with Queue(postgres_store.url, silence=0.4) as one, Queue(postgres_store.url, silence=0.4) as two:
            await one.prepare()
            await two.prepare()  # there already
            await one.put(NIGHT, {"github": 5, "kaggle": 9, "web": 1})
            first, second = await one.claim(["github", "kaggle"]), await two.claim(["github", "kaggle"])
            assert first is not None
            assert second is not None
            assert (first.source, second.source) == ("kaggle", "github")
            assert first.night == NIGHT
            assert await two.claim(["github", "kaggle"]) is None, "web is not wanted, the others are at work"
            for _ in range(3):
                await asyncio.sleep(0.2)
                await one.beat([first])
            again = await one.claim(["github", "kaggle"])
            assert again is not None
            assert again.source == "github", "its worker was not heard of"
            await one.done(first)
            await one.hand_back(again)
            last = await two.claim(["github", "kaggle"])
            assert last is not None
            assert last.source == "github"
            await two.done(last)
            await two.clear()
            assert await two.claim(["web"]) is None

    asyncio.run(play())


def test_a_worker_of_another_version_does_not_begin(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = furnished(tmp_path)
    monkeypatch.setenv("SOURCING_DATABASE_URL", postgres_store.url)
    with postgres_store._write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer than .* install the version that wrote it"):
        workers.work(config, now=NOW)


def test_a_worker_ends_when_nothing_is_left_to_do(
    opened: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = furnished(tmp_path)
    monkeypatch.setenv("SOURCING_DATABASE_URL", opened.url)
    for source in ("github", "kaggle"):
        opened.end_job(NIGHT, source, DONE)
    assert {one.state for one in opened.jobs()} == {ENDED}
    assert workers.work(config, now=NOW, until_idle=True) == 0
    assert workers.listed(opened) == [], "it left in order"
