"""What the check-up says of nights, and what a damaged database leaves to do."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sourcing.config import Config
from sourcing.doctor import examine
from sourcing.nightly import run
from storage.errors import StoreError
from storage.store import Store
from storage.store._rights.compacting import note_pending
from tests.house_of_sourcing import NOW, crawls, done, furnished, people


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation in which no night was run yet."""
    monkeypatch.delenv("SOURCING_DATABASE_URL", raising=False)
    return furnished(tmp_path)


def said(config: Config, *, days: float = 0.0) -> tuple[str, str]:
    """What the check-up says of the last night, some days later."""
    [check] = [one for one in examine(config.path, now=NOW + timedelta(days=days)) if one.name == "last night"]
    return check.state, check.detail


def begin(config: Config, host: str, pid: int) -> None:
    """A night that begins and has no end yet."""
    with Store.open(config.database_url) as store, store.hold_night(host, pid, NOW):
        store.start_night(NOW)


def gone() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


def test_nights_that_end_are_fine_and_missed_when_they_stay_away(house: Config) -> None:
    assert said(house) == ("ok", "none was run yet")
    with Store.open(house.database_url) as store:
        night = store.start_night(NOW)
        store.finish_night(night.model_copy(update={"ended_at": NOW + timedelta(hours=1)}))
    assert said(house, days=1) == ("ok", "night 1 has ended")
    assert said(house, days=3.5) == ("warning", "night 1 ended 3 days ago; look at the timer that starts it")


@pytest.mark.parametrize("here", [True, False], ids=["on this machine", "elsewhere"])
def test_a_night_at_work_is_no_night_cut_off(house: Config, here: bool) -> None:
    begin(house, socket.gethostname() if here else "elsewhere", os.getpid())
    state, detail = said(house)
    assert (state, detail.partition(":")[0]) == ("ok", "night 1 is at work")


def test_a_night_that_died_is_told(house: Config) -> None:
    begin(house, socket.gethostname(), gone())
    assert said(house)[0] == "warning"
    assert "was cut off" in said(house)[1]


def test_a_night_nobody_hears_of_is_told(house: Config) -> None:
    begin(house, "elsewhere", os.getpid())
    assert said(house, days=0.1)[0] == "warning"


def leave_bytes(config: Config) -> None:
    """People were forgotten, and their bytes are still in the file."""
    with Store.open(config.database_url) as store, store._write() as connection:
        note_pending(connection)


@pytest.mark.parametrize("read", [False, True], ids=["alone", "beside a reader"])
def test_a_night_removes_the_bytes_of_the_forgotten(house: Config, monkeypatch: pytest.MonkeyPatch, read: bool) -> None:
    crawls(monkeypatch, people(), [done("github")])
    leave_bytes(house)
    with closing(sqlite3.connect(house.folder / "sourcing.db", isolation_level=None)) as reader:
        if read:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM account").fetchall()
        report = run(house, now=NOW)
    assert (report.exit_code, report.night.counters.get("not_compacted", 0)) == (0, int(read))
    # The next night does what this one could not.
    run(house, now=NOW + timedelta(days=1))
    with Store.open(house.database_url) as store:
        assert store.is_compact()


@pytest.mark.parametrize("at", [0, 2])
def test_a_damaged_database_names_the_way_out(house: Config, at: int) -> None:
    file = house.folder / "sourcing.db"
    with Store.open(house.database_url) as store:
        store.compact()
    with file.open("r+b") as pages:
        pages.seek(at * 4096)
        pages.write(os.urandom(4096 * 20))
    with pytest.raises(StoreError, match="put a backup back"), Store.open(house.database_url) as store:
        store.check()
