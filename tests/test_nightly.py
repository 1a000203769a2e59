"""A night: what it leaves behind when all goes well, when a source fails, and when it is stopped."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sourcing import ranking
from sourcing.lock import AlreadyRunningError, exclusive
from sourcing.nightly import EXIT_CODES, run
from sourcing.show import nights
from storage.errors import ConfigError, RoleError, SourcingError
from storage.records import Gone
from storage.store import Store
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, origin, people

ROOT = Path(__file__).parent.parent


def test_a_night_collects_joins_scores_and_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github", counters={"unreadable": 2}), done("kaggle")])
    lines: list[str] = []
    report = run(config, now=NOW, progress=lines.append)
    assert report.exit_code == 0
    assert (report.changes.new, report.changes.changed, report.changes.known) == (3, 0, 3)
    assert report.joined is not None
    assert (report.joined.leads, report.joined.judgements_new) == (2, 1)
    assert report.scored is not None
    assert report.scored.receipts == 2
    assert report.night.counters["unreadable"] == 2
    assert lines[0] == "planning"
    assert "scoring leads" in lines
    [path] = report.files
    assert json.loads(path.read_text())["night"]["number"] == report.night.number
    with Store.open(config.database_url) as store:
        assert [night.ended_at is not None for night in store.nights()] == [True]
    text = nights.report(report)
    for words in (
        "FORECAST",
        "github        done",
        "3 requests (2 counted, 5 points",
        "3 new, 0 changed",
        "name",
        "night-0001",
    ):
        assert words in text


def test_a_second_night_over_unchanged_people_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github")])
    first = run(config, now=NOW)
    later = NOW + timedelta(days=1)
    crawls(monkeypatch, people(later), [done("github")])
    second = run(config, now=later)
    assert (second.changes.new, second.changes.changed) == (0, 0)
    assert second.joined is not None
    assert (second.joined.judgements_new, second.joined.leads_new) == (0, 0)
    assert [row.lead for row in second.roles[0].top] == [row.lead for row in first.roles[0].top]
    assert second.roles[0].before == tuple(row.rank for row in second.roles[0].top)


def test_what_happened_to_people_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github")])
    run(config, now=NOW)
    later = NOW + timedelta(days=1)
    renamed = account("github", "bob", seen=later).model_copy(update={"handle": "robert"})
    left = Gone(account=account("kaggle", "ada").key, reason="not_found", origin=origin("kaggle", later))
    crawls(monkeypatch, [renamed, left, account("github", "cleo", seen=later)], [done("github")])
    report = run(config, now=later)
    assert (report.changes.new, report.changes.renamed, report.changes.gone) == (1, 1, 1)
    text = nights.report(report)
    assert "renamed   github:id-bob" in text
    assert "gone      kaggle:id-ada" in text


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["done", "done"], 0),
        (["done", "skipped"], 0),
        (["done", "failed"], 1),
        (["partial", "done"], 1),
        (["limit", "done"], 5),
        (["limit", "failed"], 1),
        (["refused", "failed"], 6),
        (["interrupted", "refused"], 130),
    ],
)
def test_one_bad_source_decides_the_code_and_the_others_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, states: list[str], code: int
) -> None:
    config = furnished(tmp_path)
    sources = zip(("github", "kaggle"), states, strict=True)
    crawls(monkeypatch, people(), [done(source, state) for source, state in sources])
    report = run(config, now=NOW)
    assert report.exit_code == code
    assert (report.scored is None) == ("interrupted" in states)
    assert report.changes.new == 3


def test_a_stop_closes_the_night_and_the_next_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), stop=True)
    stopped = run(config, now=NOW)
    assert (stopped.interrupted, stopped.exit_code, stopped.joined) == (True, 130, None)
    assert "the next run continues" in nights.report(stopped)
    later = NOW + timedelta(hours=1)
    crawls(monkeypatch, people(later), [done("github")])
    report = run(config, now=later)
    assert report.exit_code == 0
    assert report.joined is not None
    assert report.joined.leads == 2
    with Store.open(config.database_url) as store:
        assert all(night.ended_at for night in store.nights())
        assert len(list(store.accounts())) == 3


def test_a_stop_while_scoring_keeps_what_was_collected_and_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github")])

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ranking, "score", stop)
        report = run(config, now=NOW)
    assert (report.exit_code, report.scored) == (130, None)
    assert [outcome.state for outcome in report.night.outcomes] == ["done"]
    assert report.joined is not None


def test_a_night_that_was_killed_is_closed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    with Store.open(config.database_url) as store:
        store.start_night(NOW - timedelta(days=1))
    crawls(monkeypatch, people(), [done("github")])
    report = run(config, now=NOW)
    with Store.open(config.database_url) as store:
        killed = store.night(report.night.number - 1)
    assert killed.ended_at is not None
    assert killed.counters == {"cut_off": 1}


def test_an_error_of_a_step_still_closes_the_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github")])

    def broken(*_: object, **__: object) -> None:
        raise SourcingError("no space left")

    monkeypatch.setattr("sourcing.nightly._running.resolve", broken)
    with pytest.raises(SourcingError, match="no space left"):
        run(config, now=NOW)
    with Store.open(config.database_url) as store:
        [night] = store.nights()
    assert night.ended_at is not None
    assert [outcome.source for outcome in night.outcomes] == ["github"]


def test_nothing_is_written_without_a_controller_or_with_a_wrong_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github")])
    nameless = config.model_copy(update={"controller": config.controller.model_copy(update={"contact": ""})})
    with pytest.raises(ConfigError, match="lacks contact"):
        run(nameless, now=NOW)
    odd = config.model_copy(update={"roles": config.roles.model_copy(update={"active": ("mlee",)})})
    with pytest.raises(RoleError, match="mlee"):
        run(odd, now=NOW)
    with Store.open(config.database_url) as store:
        assert store.nights() == []


def test_two_runs_cannot_meet(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    with exclusive(tmp_path), pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}") as caught:
        run(config, now=NOW)
    assert caught.value.exit_code == 4
    with exclusive(tmp_path):
        pass


def test_every_bad_end_has_a_documented_code() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert all(f"\n| {code} |" in page for code in (0, 1, 2, 3, 4, 5, 6, 130))
    assert set(EXIT_CODES.values()) == {130, 6, 1, 5}


CHILD = """
import signal, sys, time
from sourcing import crawl
# A shell starts what runs in the background deaf to Ctrl-C, and children inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)
def run(*_, **__):
    print("crawling", file=sys.stderr, flush=True)
    time.sleep(60)
crawl.run = run
import cli
cli.app(["nightly"])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_with_130_and_a_closed_night(tmp_path: Path, number: signal.Signals) -> None:
    config = furnished(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    with child:
        assert child.stderr is not None
        for line in child.stderr:
            # The command's own "crawling" comes first; the fake crawl repeats it from inside.
            if line == "crawling\n" and next(child.stderr) == "crawling\n":
                child.send_signal(number)
                break
        assert child.wait(timeout=30) == 130
    with Store.open(config.database_url) as store:
        [night] = store.nights()
    assert night.ended_at is not None
