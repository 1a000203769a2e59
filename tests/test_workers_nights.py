"""Nights shared by workers on the invented web, undisturbed, killed and stopped: they end as in one process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from sourcing import nightly
from sourcing.config import Config, load
from sourcing.demo.process import Serving
from sourcing.nightly import NightReport
from sourcing.workers._joined import TAKEN_OVER
from sourcing.workers._lead import NOBODY
from storage.store import Store, Worker
from tests import nights_kit as kit
from tests.conftest import postgres_database

pytestmark = pytest.mark.postgres
PEOPLE = 30
ONLY = ("forem", "github", "gitlab", "kaggle", "web")  # discovery, look-ups in batches, pages in a later turn
SILENCE = 1.5  # seconds
FAULTS = {"slow": 1.0}


class House(NamedTuple):
    """An installation on a database of its own."""

    config: Config
    web: Serving


class Left(NamedTuple):
    """What a night left and told: all that must not depend on who crawled."""

    people: dict[str, frozenset[str]]
    finds: frozenset[tuple[str, str]]
    bills: dict[str, dict[str, int]]
    states: dict[str, str]
    marks: dict[str, Mapping[str, str]]  # what sources noted of each account


@pytest.fixture(scope="module")
def web() -> Iterator[Serving]:
    # Its minute of searches would be one for all nights of this file, and a refusal is on the bill.
    with kit.web(PEOPLE, faults=FAULTS, limits={"github_search": 0}) as served, kit.tokens():
        served.control(slow=0.01)
        yield served


@contextmanager
def a_house(folder: Path, served: Serving, server: str, template: str) -> Iterator[House]:
    with postgres_database(server, template) as url:
        config = kit.house(folder, served.base, PEOPLE, only=ONLY, database=url)
        with config.path.open("a", encoding="utf-8") as file:
            file.write(f"\n[workers]\nat_once = 2\nsilence = {SILENCE}\n")
        yield House(load(config.path), served)


@pytest.fixture
def house(tmp_path: Path, web: Serving, postgres: str, empty_postgres: str) -> Iterator[House]:
    with a_house(tmp_path / "house", web, postgres, empty_postgres) as made:
        yield made


def left(config: Config, done: NightReport) -> Left:
    with Store.open(config.database_url, key=config.key) as store:
        finds = frozenset((str(one.account), one.lane) for one in store.finds())
        marks = {str(one.key): one.markers for one in store.accounts()}
    asked = {one.source: {bill.lane: bill.requests for bill in one.bills} for one in done.night.outcomes}
    return Left(kit.people_found(config), finds, asked, {one.source: one.state for one in done.night.outcomes}, marks)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, web: Serving) -> Left:
    """The same night in one process, on a file."""
    config = kit.house(tmp_path_factory.mktemp("alone"), web.base, PEOPLE, only=ONLY)
    found = left(config, nightly.run(config, now=kit.NOW))
    assert len(found.people) > 10
    return found


def sent(served: Serving) -> int:
    return int(sum(served.stats()["by_source"].values()))


def test_two_workers_bring_what_one_process_does(house: House, alone: Left) -> None:
    said: list[str] = []
    done = nightly.run(house.config, now=kit.NOW, workers=2, progress=said.append)
    assert left(house.config, done) == alone
    assert done.exit_code == 0
    assert any(line.startswith("following links, round") for line in said)
    with Store.open(house.config.database_url) as store:
        assert store.workers() == [], "all left in order"
        assert store.jobs() == []
        assert store.sources_at_work() == 0
        assert store.questions(1), "closed with their counts"


# --- accidents -------------------------------------------------------------------------------------------------


@contextmanager
def accidents(config: Config, count: int, what: int, wanted: Callable[[Worker], bool]) -> Iterator[list[Worker]]:
    """Send a signal to workers that are at the wanted thing, so many times while the with-block lasts."""
    hit: list[Worker] = []
    over = threading.Event()

    def lurk() -> None:
        with Store.open(config.database_url) as store:
            while not over.wait(0.05) and len(hit) < count:
                fresh = [one for one in store.workers() if wanted(one) and one.name not in {two.name for two in hit}]
                for one in fresh[:1]:
                    os.kill(one.pid, what)
                    hit.append(one)

    thread = threading.Thread(target=lurk)
    thread.start()
    try:
        yield hit
    finally:
        over.set()
        thread.join()


def test_killed_workers_lose_and_double_nothing(house: House, alone: Left) -> None:
    house.web.control(reset=True)
    with accidents(house.config, 3, signal.SIGKILL, lambda one: bool(one.doing)) as killed:
        done = nightly.run(house.config, now=kit.NOW, workers=2)
    now = left(house.config, done)
    assert len(killed) == 3
    assert now.people == alone.people
    assert now.finds == alone.finds
    assert now.states == alone.states
    over = sum(one.counters.get(TAKEN_OVER, 0) for one in done.night.outcomes)
    assert over >= 1, "somebody went on with what they had begun"
    # What was in flight may have been heard of by the source alone; all else is on the bill, and asked once.
    assert abs(sent(house.web) - sum(one.requests for one in done.night.outcomes)) <= 2 * len(ONLY) * len(killed)
    assert sent(house.web) <= sum(sum(one.values()) for one in alone.bills.values()) + 2 * len(ONLY) * len(killed)


def test_who_takes_over_sees_things_as_they_were_before_the_night(house: House, alone: Left) -> None:
    """A worker dies once GitHub's lists are read: who begins anew must not find that they were read lately."""

    def has_read(one: Worker) -> bool:
        with Store.open(house.config.database_url) as store:
            task = next((job.task for job in store.jobs() if job.source == "github" and job.worker == one.name), None)
            lanes = [lane for lane in task["lanes"] if lane["kind"] == "contributors"] if task is not None else []
            kept = [store.lane_state(f"github/contributors/{lane['target']}") for lane in lanes]
            return any(state is not None and "read_at" in state.state for state in kept)

    with accidents(house.config, 1, signal.SIGKILL, has_read) as killed:
        done = nightly.run(house.config, now=kit.NOW, workers=2)
    assert len(killed) == 1
    [github] = [one for one in done.night.outcomes if one.source == "github"]
    assert github.counters[TAKEN_OVER] == 1
    assert not {"contributors_not_due", "search_not_due"} & github.counters.keys()
    now = left(house.config, done)
    assert (now.people, now.finds, now.states, now.marks) == (alone.people, alone.finds, alone.states, alone.marks)


@pytest.mark.slow
def test_a_worker_that_is_told_to_leave_hands_its_sources_on(house: House, alone: Left) -> None:
    with accidents(house.config, 1, signal.SIGTERM, lambda one: "github" in one.doing) as told:
        done = nightly.run(house.config, now=kit.NOW, workers=2)
    assert len(told) == 1
    now = left(house.config, done)
    assert (now.people, now.finds, now.states) == (alone.people, alone.finds, alone.states)


@pytest.mark.slow
def test_a_stopped_night_is_continued_to_the_same_end(house: House, alone: Left) -> None:
    def impatient(line: str) -> None:
        if line.startswith("sources:") and "working" in line:
            raise KeyboardInterrupt

    first = nightly.run(house.config, now=kit.NOW, workers=1, progress=impatient)
    assert first.exit_code == 130
    assert {one.state for one in first.night.outcomes} >= {"interrupted"}
    second = nightly.run(house.config, now=kit.NOW + timedelta(minutes=5), workers=2)
    assert second.exit_code == 0
    now = left(house.config, second)
    assert (now.people, now.finds) == (alone.people, alone.finds)


RUN = """
import sys
from pathlib import Path
from sourcing import nightly
from sourcing.config import load
from tests import nights_kit as kit
nightly.run(load(Path(sys.argv[1])), now=kit.NOW, workers=2)
"""


@pytest.mark.slow
def test_a_night_whose_leader_was_killed_is_continued_to_the_same_end(house: House, alone: Left) -> None:
    words = [sys.executable, "-c", RUN, str(house.config.path)]
    with subprocess.Popen(words, env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}) as child:
        with Store.open(house.config.database_url) as store:
            end = time.monotonic() + 60
            while time.monotonic() < end and not any("github" in one.doing for one in store.workers()):
                time.sleep(0.05)
            assert any("github" in one.doing for one in store.workers())
        child.kill()
    done = nightly.run(house.config, now=kit.NOW + timedelta(minutes=5), workers=2)
    now = left(house.config, done)
    assert (now.people, now.finds) == (alone.people, alone.finds)
    assert done.exit_code == 0


@pytest.mark.slow
def test_a_night_uses_the_workers_it_finds(house: House, alone: Left) -> None:
    """As on several machines: a worker was started long before, and stays when the night is over."""
    root = Path(__file__).parent.parent
    words = [sys.executable, str(root / "cli.py"), "--config", str(house.config.path), "worker", "--at-once", "3"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            with Store.open(house.config.database_url) as store:
                end = time.monotonic() + 60
                while time.monotonic() < end and not store.workers():
                    time.sleep(0.05)
                done = nightly.run(house.config, now=kit.NOW)
                end = time.monotonic() + 60
                while time.monotonic() < end and any(one.doing for one in store.workers()):
                    time.sleep(0.05)  # what it last said it was doing holds until its next sign of life
                [still] = store.workers()
                assert (still.at_once, still.doing) == (3, ())
        finally:
            child.terminate()
        said, told = child.communicate(timeout=60)
        with Store.open(house.config.database_url) as store:
            assert store.workers() == [], "it left in order"
    assert left(house.config, done) == alone
    assert child.returncode == 0, told
    assert said.strip() == f"{len(ONLY)} sources came to their end here"


@contextmanager
def signing(config: Config, one: Worker) -> Iterator[None]:
    """A worker that gives signs of life until the night believes it is there, and takes nothing."""
    over, signed = threading.Event(), threading.Event()

    def sign() -> None:
        with Store.open(config.database_url) as store:
            store.sign_worker(one)
            signed.set()
            while not over.wait(0.05) and not store.jobs():
                store.sign_worker(one)

    thread = threading.Thread(target=sign)
    thread.start()
    assert signed.wait(60), "a night that begins before the first sign crawls by itself"
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_without_workers_a_night_ends_with_the_way_out(house: House) -> None:
    asleep = Worker(name="gone", host="pc", pid=1, version="1", at_once=1, since=kit.NOW, heartbeat=kit.NOW)
    with signing(house.config, asleep):
        done = nightly.run(house.config, now=kit.NOW)
    assert done.exit_code == 1
    assert {one.reason for one in done.night.outcomes if one.state == "failed"} == {NOBODY}
