"""What a night ends with on the command line: every exit code by the real command; disks, clocks and signals."""

import datetime as dt
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

import cli as front  # noqa: TID251  tests stand above the top floor
from sourcing import logs, space
from sourcing.commands import nights as commands
from sourcing.config import Config
from sourcing.demo.process import Serving
from sourcing.lock import exclusive
from sourcing.nightly import run
from spiders._polite.answers import Answers
from storage.errors import StoreError
from storage.store import Store
from tests.nights_kit import NOW, house, people_found, tokens, web

ROOT = Path(__file__).parent.parent
PEOPLE = 30
ONE, OTHER = "hackernews", "kaggle"
QUICK = {"back_off": 0.0, "max_wait": 3}
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with tokens(), web(PEOPLE) as serving:
        yield serving


@pytest.fixture
def clean(server: Serving) -> Iterator[Serving]:
    """The server without faults, before and after."""
    yield server
    server.control(faults={}, retry=1)


def installation(folder: Path, server: Serving, **more: Any) -> Config:
    options = {ONE: QUICK, OTHER: QUICK}
    return house(folder, server.base, PEOPLE, only=more.pop("only", (ONE,)), options=options, **more)


def command(config: Config, *words: str) -> Result:
    return CliRunner().invoke(front.app, ["--config", str(config.path), *words])


def same_as_undisturbed(config: Config, folder: Path, server: Serving, **more: Any) -> None:
    """The next night ends well, and with the people of a night nothing happened to."""
    assert run(config, now=NOW + dt.timedelta(hours=1)).exit_code == 0
    quiet = installation(folder / "quiet", server, **more)
    assert run(quiet, now=NOW).exit_code == 0
    assert people_found(config) == people_found(quiet)
    with Store.open(config.database_url, key=config.key) as store:
        assert store.check() == []


# --- codes -----------------------------------------------------------------------------------------------------

NO_FAULT: dict[str, float] = {}
CODES = [
    # exit code, faults of the one source, what else is wrong, words that are told
    (0, NO_FAULT, "", "hackernews    done"),
    (1, {"502": 1.0}, "", "outage: all 5 answers were 5xx"),
    (2, NO_FAULT, "settings", "unknown"),
    (3, NO_FAULT, "disk", "499 MiB free, a night needs 500"),
    (4, NO_FAULT, "another", "another run"),
    (5, {"429": 1.0}, "", "asked to wait (status 429)"),
    (6, {"ban": 1.0}, "", "blocked: all 1 answers were 403"),
]  # 130 needs a process of its own: below


@pytest.mark.parametrize(("code", "faults", "wrong", "words"), CODES, ids=[str(one[0]) for one in CODES])
def test_every_code_is_reached_by_the_command(
    tmp_path: Path,
    clean: Serving,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    faults: dict[str, float],
    wrong: str,
    words: str,
) -> None:
    config = installation(tmp_path, clean)
    clean.control(faults={f"{ONE}/{kind}": share for kind, share in faults.items()}, retry=60)
    monkeypatch.setattr(commands, "clock", lambda: NOW)
    with _gone_wrong(wrong, config, monkeypatch):
        done = command(config, "nightly")
    told = f"{done.stdout}\n{done.stderr}"
    assert done.exit_code == code, told
    assert words in told
    with Store.open(config.database_url, key=config.key) as store:
        assert all(night.ended_at is not None for night in store.nights())
        assert len(store.nights()) == (wrong not in {"settings", "disk", "another"})


def _gone_wrong(wrong: str, config: Config, monkeypatch: pytest.MonkeyPatch) -> AbstractContextManager[object]:
    if wrong == "settings":
        config.path.write_text(f"{config.path.read_text('utf-8')}\n[nonsense]\nx = 1\n", "utf-8")
    if wrong == "disk":
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=499 * space.MIB))
    return exclusive(config.folder) if wrong == "another" else nullcontext()


@pytest.mark.parametrize(
    ("statuses", "ends"),
    [
        ([403] * 5 + [200] * 5, "blocked: 50% of 10 answers were 403"),
        ([503] * 7 + [200] * 5, "outage: 58% of 12 answers were 5xx"),
        ([403] * 4 + [200] * 6, None),
        ([403] * 8 + [200], None),  # too few to say so
        ([429] * 10 + [200], None),  # said while it runs
    ],
)
def test_what_most_answers_were_tells_how_a_source_ended(statuses: list[int], ends: str | None) -> None:
    answers = Answers()
    assert [one for one in map(answers.add, statuses) if one is not None] == []
    told = answers.mostly()
    assert (told.reason if told is not None else None) == ends


def test_two_sources_that_fail_at_once_are_both_named_and_the_worst_decides(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean, only=(ONE, OTHER))
    clean.control(faults={f"{ONE}/502": 1.0, f"{OTHER}/ban": 1.0})
    monkeypatch.setattr(commands, "clock", lambda: NOW)
    done = command(config, "nightly")
    assert done.exit_code == 6
    assert "hackernews ended failed (outage" in done.stdout
    assert "kaggle ended refused (blocked" in done.stdout
    clean.control(faults={})
    monkeypatch.setattr(commands, "clock", lambda: NOW + DAY)
    assert command(config, "nightly").exit_code == 0


# --- told to stop, and told again ------------------------------------------------------------------------------

CHILD = """
import sys
import cli
from datetime import datetime
from sourcing.commands import nights
nights.clock = lambda: datetime.fromisoformat(sys.argv[2])
cli.app(["--config", sys.argv[1], "nightly"])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_who_presses_twice_gets_a_closed_night_all_the_same(
    tmp_path: Path, clean: Serving, number: signal.Signals
) -> None:
    config = installation(tmp_path, clean)
    clean.control(faults={f"{ONE}/slow": 1.0}, slow=0.3)
    words = [sys.executable, "-c", CHILD, str(config.path), NOW.isoformat()]
    given = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=given, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        next(line for line in child.stderr if line.startswith(f"{ONE}:"))
        child.send_signal(number)
        child.send_signal(number)
        assert child.wait(timeout=60) == 130
        assert "Traceback" not in child.stderr.read()
    with Store.open(config.database_url, key=config.key) as store:
        assert [night.ended_at is not None for night in store.nights()] == [True]
    clean.control(faults={})
    same_as_undisturbed(config, tmp_path, clean)


# --- clocks ----------------------------------------------------------------------------------------------------


def test_a_clock_that_went_back_between_two_nights_is_told_and_loses_nothing(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    run(config, now=NOW)
    before = people_found(config)
    monkeypatch.setattr(commands, "clock", lambda: NOW - 30 * DAY)
    done = command(config, "nightly")
    assert done.exit_code == 0
    assert "the clock went back: night 1 began on 25 Nov 2026 02:00 UTC, this one on 26 Oct 2026 02:00" in done.stdout
    assert people_found(config) == before
    right = run(config, now=NOW + DAY)
    assert right.findings == (), "put right"
    assert people_found(config) == before


# --- a database that fails when the last is stored ---------------------------------------------------------------


def test_what_cannot_be_stored_at_a_sources_end_is_no_good_end(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scrapy only logs what a pipeline raises when it is closed: the source would end `done` with nothing stored."""
    config = installation(tmp_path, clean, only=(ONE, OTHER))

    def gone(*_: object, **__: object) -> None:
        raise StoreError("the connection is closed")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "keep", gone)
        with pytest.raises(StoreError, match="storing failed: the connection is closed") as caught:
            run(config, now=NOW)
    assert caught.value.exit_code == 3
    with Store.open(config.database_url, key=config.key) as store:
        [night] = store.nights()
        assert {one.state for one in night.outcomes if one.source in (ONE, OTHER)} == {"failed"}
    same_as_undisturbed(config, tmp_path, clean, only=(ONE, OTHER))


# --- disks that fill up ----------------------------------------------------------------------------------------


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.postgres
def test_a_server_whose_disk_is_full_ends_the_night_in_order(tmp_path: Path, clean: Serving, postgres_url: str) -> None:
    Store.upgrade(postgres_url)
    config = installation(tmp_path, clean, database=postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END$$"
        )
        connection.execute("CREATE TRIGGER full_disk BEFORE INSERT ON account EXECUTE FUNCTION full_disk()")
        with pytest.raises(StoreError, match="No space left on device") as caught:
            run(config, now=NOW)
        assert caught.value.exit_code == 3
        connection.execute("DROP TRIGGER full_disk ON account")
    with Store.open(postgres_url, key=config.key) as store:
        assert [night.ended_at is not None for night in store.nights()] == [True]
        assert list(store.accounts()) == []
    same_as_undisturbed(config, tmp_path, clean)


def test_a_report_that_finds_no_room_says_so_and_the_night_is_kept(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    monkeypatch.setattr(commands, "clock", lambda: NOW)
    with monkeypatch.context() as patch:
        patch.setattr("sourcing.export.files.os.fsync", full)
        done = command(config, "nightly")
    assert done.exit_code == 3
    assert "night-0001.json: cannot be written: No space left on device" in done.stderr
    assert list(config.logs_folder.glob("*night-0001*")) == []
    with Store.open(config.database_url, key=config.key) as store:
        [night] = store.nights()
        assert night.ended_at is not None
        assert [one.state for one in night.outcomes if one.source == ONE] == ["done"]
    assert people_found(config) != {}
    same_as_undisturbed(config, tmp_path, clean)


def test_an_export_that_finds_no_room_leaves_no_half_of_a_file(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    role = config.roles.active[0]
    run(config, now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr("sourcing.export.files.os.fsync", full)
        done = command(config, "export", role, "--by", "ann")
    assert done.exit_code == 3, done.output
    assert "cannot be written: No space left on device" in done.stderr
    assert [file for file in config.exports_folder.rglob("*") if file.is_file()] == []
    assert command(config, "export", role, "--by", "ann").exit_code == 0


def test_a_cache_that_finds_no_room_changes_nothing(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    (tmp_path / "cache").mkdir()
    monkeypatch.setenv("SOURCING_CACHE", str(tmp_path / "cache"))
    with monkeypatch.context() as patch:
        patch.setattr("storage.kept.tempfile.NamedTemporaryFile", full)
        assert run(config, now=NOW).exit_code == 0
    assert people_found(config) != {}


def test_a_log_that_finds_no_room_ends_nothing_and_repeats_no_event(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    monkeypatch.setattr(commands, "clock", lambda: NOW)
    monkeypatch.setattr(logs.Lines, "flush", full)
    done = command(config, "nightly")
    assert done.exit_code == 0, done.output
    assert "lines of the log could not be written (No space left on device)" in done.stderr
    assert "Logging error" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_of_logs_that_cannot_be_is_named(tmp_path: Path, clean: Serving) -> None:
    config = installation(tmp_path, clean)
    for file in config.logs_folder.glob("*"):
        file.unlink()
    config.logs_folder.rmdir()
    config.logs_folder.write_text("a file where the folder should be", "utf-8")
    done = command(config, "nightly")
    assert done.exit_code == 3
    assert "sourcing.log: cannot be written" in done.stderr
