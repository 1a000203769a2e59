"""A night that is stopped by a limit, and those that go on: the same people in the end, and never more than allowed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bench.faults.faulty import rows
from sourcing.config import Config
from sourcing.demo.process import Serving
from sourcing.nightly import run
from sourcing.show import nights as show
from storage.store import Store
from tests.nights_kit import NOW, house, people_found, tokens, web

PEOPLE = 60
SOURCES = ("github", "hackernews", "kaggle")
DAY = timedelta(days=1)
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with tokens(), web(PEOPLE, limits={"github_core": 0, "github_search": 0, "github_graphql": 0}) as serving:
        yield serving


@pytest.mark.parametrize(
    "sources",
    [SOURCES, ("discourse",)],
    ids=["lists that end", "topics that wait"],  # a forum's topics are read one by one, two lanes of them side by side
)
def test_nights_cut_by_budgets_come_to_the_same_people(
    tmp_path: Path, server: Serving, sources: tuple[str, ...]
) -> None:
    whole = house(tmp_path / "whole", server.base, PEOPLE, only=sources)
    spent = {one.source: one.requests for one in run(whole, now=NOW).night.outcomes if one.requests}
    cut = house(tmp_path / "cut", server.base, PEOPLE, only=sources)
    budgets = {source: max(1, requests * 2 // 3) for source, requests in spent.items()}
    for night in range(6):
        report = run(cut, now=NOW + night * DAY, budgets=budgets)
        states = {one.state for one in report.night.outcomes}
        assert all(one.requests <= budgets.get(one.source, 0) for one in report.night.outcomes)
        assert states <= {"done", "limit", "skipped", "partial"}
        assert report.scored is not None  # a limit ends the crawl, not the night
        if "limit" not in states:
            break
        told = show.report(report)
        assert "finished at a limit; the next night goes on" in told or report.exit_code != 5
    assert night > 0, "the first night was not cut"
    assert "limit" not in states, "it never came to its end"
    assert people_found(cut) == people_found(whole)


def test_the_crawl_ends_at_the_time_set_and_the_night_is_finished(tmp_path: Path, server: Serving) -> None:
    config = house(tmp_path, server.base, PEOPLE, only=SOURCES)
    server.control(faults={"slow": 1.0}, slow=1.0)
    try:
        began = time.monotonic()
        report = run(config, now=NOW, until=NOW + timedelta(seconds=303))  # five minutes are set aside at first
    finally:
        server.control(faults={})
    assert report.exit_code == 5
    assert time.monotonic() - began < 60
    states = {one.source: one.state for one in report.night.outcomes if one.state != "skipped"}
    assert set(states.values()) == {"limit"}
    assert report.scored is not None
    assert "less 5.0 minutes for joining, scoring and the report" in show.report(report)


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from spiders import _base
from sourcing.config import load
from sourcing.nightly import run

sent = _base.SourceSpider.sent
def deadly(self, request):
    sent(self, request)
    if self.ledger.requests == 15:
        os.kill(os.getpid(), signal.SIGKILL)
_base.SourceSpider.sent = deadly
run(load(Path(sys.argv[1])), now=datetime.fromisoformat(sys.argv[2]), budgets={"huggingface": 40})
"""


def test_a_night_that_was_killed_and_continued_keeps_to_its_budget(tmp_path: Path, server: Serving) -> None:
    config = house(tmp_path, server.base, PEOPLE, only=("huggingface",))
    server.control(reset=True)
    killed(KILLED, config)
    with Store.open(config.database_url, key=config.key) as store:
        assert store.spent(1) == {"huggingface": 20}  # counted ahead
    report = run(config, now=NOW + timedelta(minutes=5), budgets={"huggingface": 40})
    [outcome] = [one for one in report.night.outcomes if one.source == "huggingface"]
    assert (outcome.state, outcome.requests) == ("limit", 20)
    assert "20 of them before the night was cut off" in outcome.reason
    assert server.stats()["by_source"]["huggingface"] <= 40
    # The next night has all of it again.
    assert run(config, now=NOW + DAY, budgets={"huggingface": 40}).night.outcomes


WAITED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from spiders import _base
from sourcing.config import load
from sourcing.nightly import run

asked = _base.SourceSpider.asked_to_wait
def deadly(self, seconds, reason):
    asked(self, seconds, reason)
    os.kill(os.getpid(), signal.SIGKILL)
_base.SourceSpider.asked_to_wait = deadly
run(load(Path(sys.argv[1])), now=datetime.fromisoformat(sys.argv[2]))
"""


def killed(script: str, config: Config) -> None:
    """A night that kills itself."""
    words = [sys.executable, "-c", script, str(config.path), NOW.isoformat()]
    assert subprocess.run(words, cwd=ROOT, check=False, timeout=120).returncode == -signal.SIGKILL


def test_a_night_that_was_killed_and_continued_waits_no_longer_than_it_may(tmp_path: Path, server: Serving) -> None:
    config = house(tmp_path, server.base, PEOPLE, only=("huggingface",), options={"huggingface": {"max_wait": 1.5}})
    server.control(faults={"429": 1.0})  # each asks for a second
    try:
        killed(WAITED, config)
        with Store.open(config.database_url, key=config.key) as store:
            assert store.waited(1) == {"huggingface": 1.0}
        report = run(config, now=NOW + timedelta(minutes=5))
        [outcome] = [one for one in report.night.outcomes if one.source == "huggingface"]
        assert (outcome.state, outcome.counters["waited_seconds"]) == ("limit", 2)
        assert "2 s of waiting asked for" in outcome.reason
        assert sum(bill.refused for bill in outcome.bills) == 1, "the other second was waited before the kill"
    finally:
        server.control(faults={})


def test_a_night_that_was_killed_and_continued_reads_no_more_people_than_it_may(
    tmp_path: Path, server: Serving
) -> None:
    few = {"huggingface": {"max_profiles": 4}}
    whole = house(tmp_path / "whole", server.base, PEOPLE, only=("huggingface",), options=few)
    [undisturbed] = [one for one in run(whole, now=NOW).night.outcomes if one.source == "huggingface"]
    assert undisturbed.counters["over_max_profiles"] > 0
    cut = house(tmp_path / "cut", server.base, PEOPLE, only=("huggingface",), options=few)
    killed(KILLED.replace("== 15", f"== {undisturbed.requests - 2}").replace('{"huggingface": 40}', "{}"), cut)
    run(cut, now=NOW + timedelta(minutes=5))
    assert people_found(cut) == people_found(whole)


def test_one_answer_in_ten_faulty_changes_nothing() -> None:
    for row in rows(200):
        assert row.holds, row
