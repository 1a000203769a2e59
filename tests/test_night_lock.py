"""One night at a time: on one machine and across machines, with holders that are killed and servers that go away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from sourcing.lock import AlreadyRunningError
from sourcing.nightly import run
from storage.store import Hold, Store
from tests.house_of_sourcing import NOW, crawls, done, furnished, people

ROOT = Path(__file__).parent.parent
SINCE = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
BEAT = 0.05
# A night whose crawl says that it runs, and goes on for a minute.
CHILD = """
import sys, time
from sourcing import crawl
def run(*_, **__):
    print("crawling", flush=True)
    time.sleep(60)
crawl.run = run
import cli
cli.app(["nightly"])
"""


@contextmanager
def another_night(house: Path) -> Iterator["subprocess.Popen[str]"]:
    """A night of another process, at work; killed at the end, if it is not yet."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "crawling\n"
        try:
            yield child
        finally:
            child.kill()


def on(folder: Path, url: str) -> Path:
    """An installation whose database is elsewhere."""
    config = furnished(folder)
    Store.upgrade(url)
    text = config.path.read_text("utf-8").replace('url = "sqlite:///sourcing.db"', f'url = "{url}"')
    config.path.write_text(text, "utf-8")
    return folder


def start(house: Path) -> "subprocess.CompletedProcess[str]":
    """`sourcing crawl hackernews`, which would take the lock; it is refused before it asks anybody."""
    words = [sys.executable, "-c", "import cli; cli.app(['crawl', 'slack'])"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(words, cwd=house, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_second_start_says_who_and_since_when_and_a_kill_leaves_nothing(tmp_path: Path) -> None:
    furnished(tmp_path)
    with another_night(tmp_path) as child:
        refused = start(tmp_path)
        assert refused.returncode == 4
        assert f"process {child.pid} on " in refused.stderr
        assert f"since {datetime.now(UTC):%Y-%m-%d}" in refused.stderr
        child.send_signal(signal.SIGKILL)
        child.wait()
        # Whoever comes next runs at once, and closes what was cut off.
        assert start(tmp_path).returncode == 0


@pytest.mark.postgres
def test_two_machines_on_one_server_never_meet(tmp_path: Path, postgres_url: str) -> None:
    here, there = on(tmp_path / "here", postgres_url), on(tmp_path / "there", postgres_url)
    with another_night(here) as child:
        refused = start(there)
        assert refused.returncode == 4
        assert f"another night is at work (process {child.pid} on " in refused.stderr
        assert f"since {datetime.now(UTC):%Y-%m-%d}" in refused.stderr
        child.send_signal(signal.SIGKILL)
        child.wait()
        # The server notices the end of the connection by itself; the row of the dead locks nobody out.
        assert _free_within(there, 10.0)
    with Store.open(postgres_url) as store:
        assert [night.counters.get("cut_off") for night in reversed(store.nights())] == [1, None]


def _free_within(house: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if start(house).returncode == 0:
            return True
    return False


def test_the_row_of_a_night_on_sqlite_names_its_process(lite: Store) -> None:
    assert lite.holder() is None
    with lite.hold_night("alpha", 4711, SINCE):
        holder = lite.holder()
        assert holder is not None
        assert str(holder) == "process 4711 on alpha since 2026-11-25 02:00 UTC, last heard of at 02:00:00"
    with lite.hold_night("beta", 1, SINCE):
        assert str(lite.holder()).startswith("process 1 on beta")


@pytest.mark.postgres
def test_a_night_gives_signs_of_life(postgres_store: Store) -> None:
    with postgres_store.hold_night("alpha", 4711, SINCE, beat=BEAT) as held:
        assert _within(5, lambda: postgres_store.holder().heartbeat > SINCE)  # type: ignore[union-attr]  # it is held
        assert held.lost == ""


@pytest.mark.postgres
def test_a_lost_connection_is_noticed_and_the_lock_taken_again(postgres_store: Store, postgres: str) -> None:
    with postgres_store.hold_night("alpha", 4711, SINCE, beat=BEAT) as held:
        _hang_up(postgres, held)
        assert _within(5, lambda: held.retaken == 1)
        assert held.lost == ""
        with (
            pytest.raises(AlreadyRunningError, match="process 4711 on alpha since"),
            postgres_store.hold_night("beta", 1, SINCE),
        ):
            pass


@pytest.mark.postgres
def test_a_lock_that_another_machine_took_meanwhile_ends_the_night(postgres_store: Store, postgres: str) -> None:
    with postgres_store.hold_night("alpha", 4711, SINCE, beat=3600) as held:
        _hang_up(postgres, held)
        with postgres_store.hold_night("beta", 1, SINCE):
            held._sign()
            assert "process 1 on beta" in held.lost
            assert held.retaken == 0


@pytest.mark.postgres
def test_a_night_whose_lock_is_lost_stops_with_the_name_of_who_took_it(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sourcing import config as settings

    house = on(tmp_path / "here", postgres_url)
    config = settings.load(house / settings.FILE_NAME)
    crawls(monkeypatch, people(), [done("github")])
    monkeypatch.setattr(Hold, "lost", "the lock was lost, and process 1 on beta took it", raising=False)
    monkeypatch.setattr(Hold, "__init__", _lost_from_the_start)
    with pytest.raises(AlreadyRunningError, match="process 1 on beta took it; what was collected is stored"):
        run(config, now=NOW)
    with Store.open(postgres_url) as store:
        [night] = store.nights()
    assert night.ended_at is not None


_init = Hold.__init__


def _lost_from_the_start(held: Hold, *given: object) -> None:
    _init(held, *given)  # type: ignore[arg-type]  # passed on
    held.lost = "the connection was lost, and process 1 on beta took it"


def _hang_up(server: str, held: Hold) -> None:
    """End the connection that holds the lock, as a server that is restarted does."""
    assert held._lock is not None
    assert held._lock._connection is not None
    pid = held._lock._connection.info.backend_pid
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        assert _within(5, lambda: not _backend(connection, pid))


def _backend(connection: "psycopg.Connection[tuple[object, ...]]", pid: int) -> bool:
    return connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone() is not None


def _within(seconds: float, holds: object) -> bool:
    assert callable(holds)
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
