"""What a shared night is made of: rounds that are told, joined outcomes, shares, the settings, what people read."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing import nightly, workers
from sourcing.config import Config, Database, Workers
from sourcing.crawl import Limits
from sourcing.progress import silent
from sourcing.show import workers as show
from sourcing.workers._joined import TAKEN_OVER, joined
from sourcing.workers._lead import IN_ORDER, _Leading
from sourcing.workers._rounds import ToldRounds
from sourcing.workers._shares import shares
from sourcing.workers._task import config_for, task_of
from spiders._course.purse import Claim
from spiders._course.rounds import Did
from spiders._registry import about, load, names
from storage.errors import ConfigError
from storage.records import Forecast, Lane, LaneBill, Night, Outcome
from storage.store import Store, Worker
from storage.store._engine import connect, read_url
from tests.house_of_sourcing import furnished

DEPLOY = Path(__file__).parent.parent / "docs" / "deploy"
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


class Source:
    """A source that waits, and notes when it looked at whom."""

    name, turn = "github", 1

    def __init__(self, rounds: ToldRounds, *, asks: tuple[int, ...] = ()) -> None:
        self.rounds, self.asks = rounds, asks
        self.looked: list[tuple[int, tuple[str, ...], bool]] = []
        self.finished = False

    def look(self, *, asking: bool) -> Did:
        number = self.rounds.number
        self.looked.append((number, self.rounds.named(None, self.name), asking))  # type: ignore[arg-type]  # unused
        return Did.ASKED if number in self.asks else Did.NOTHING

    def finish(self) -> None:
        self.finished = True


def named(number: int) -> tuple[str, ...]:
    return tuple(f"h{one}" for one in range(1, number + 1))


def test_a_source_looks_when_it_is_told_to() -> None:
    rounds = ToldRounds("github", named)
    source = Source(rounds, asks=(2,))
    rounds.wait(source)
    assert rounds.is_waiting
    assert source.looked == [], "nobody looks by itself"
    assert rounds.look(1, asking=True) is Did.NOTHING
    assert rounds.is_waiting
    assert rounds.look(2, asking=True) is Did.ASKED
    assert not rounds.waits("github"), "who asks does not wait"
    rounds.wait(source)
    rounds.look(3, asking=False)
    rounds.finish()
    assert source.finished
    assert source.looked == [(1, ("h1",), True), (2, ("h1", "h2"), True), (3, ("h1", "h2", "h3"), False)]


def test_who_takes_over_looks_at_the_same_people_in_the_same_rounds() -> None:
    rounds = ToldRounds("github", named, past=[1, 3, 4])
    source = Source(rounds, asks=(3,))
    rounds.wait(source)
    assert [number for number, *_ in source.looked] == [1, 3], "a round that asks has its answers first"
    assert not rounds.is_waiting
    rounds.wait(source)
    assert [number for number, *_ in source.looked] == [1, 3, 4]
    assert rounds.is_waiting, "all was done again: now it waits for the others"


def test_a_stopped_source_does_nothing_again() -> None:
    rounds = ToldRounds("github", named, past=[1])
    rounds.end()
    source = Source(rounds)
    rounds.wait(source)
    assert source.looked == []


def outcome(state: str = "done", **bills: int) -> Outcome:
    made = tuple(LaneBill(lane=lane, requests=n, counted=n, points=2 * n, accounts=n) for lane, n in bills.items())
    total = sum(bills.values())
    return Outcome(source="github", state=state, seconds=10.0, requests=total, accounts=total, bills=made)


def test_one_part_is_its_own_outcome() -> None:
    assert joined(outcome(a=3), before={}, earlier=None, part=1) == outcome(a=3)


def test_parts_are_joined_without_counting_a_request_twice() -> None:
    earlier = outcome("interrupted", a=5).model_copy(update={"counters": {"saved:new": 4, "lost": 1}})
    last = outcome(a=2, b=1).model_copy(update={"counters": {"saved:new": 1, "saved:unchanged": 4}})
    done = joined(last, before={"a": 5, "robots": 1}, earlier=earlier, part=2)
    assert {bill.lane: (bill.requests, bill.points, bill.accounts) for bill in done.bills} == {
        "a": (7, 14, 2),  # accounts are those of who was given all answers
        "b": (1, 2, 1),
        "robots": (1, 0, 0),
    }
    assert done.requests == 9
    assert done.seconds == 20.0
    assert done.counters == {"saved:new": 5, "saved:unchanged": 4, TAKEN_OVER: 1}
    assert done.state == "done"


claims = some.dictionaries(
    some.sampled_from("abcdefg"),
    some.builds(Claim, some.integers(0, 500), some.floats(0, 1)),
    min_size=1,
)


@given(some.integers(1, 2000), some.integers(0, 500), claims)
def test_shares_are_all_there_is_and_no_more(total: int, spent: int, wanted: Mapping[str, Claim]) -> None:
    given_out = shares(total, spent, wanted)
    assert given_out is not None
    assert sum(given_out.values()) == max(0, total - spent)
    assert min(given_out.values()) >= 0


def test_those_that_bring_most_are_sure_of_what_they_need() -> None:
    given_out = shares(100, 0, {"good": Claim(80, 0.9), "poor": Claim(200, 0.1), "tiny": Claim(3, 0.0)})
    assert given_out == {"good": 80, "poor": 17, "tiny": 3}
    assert shares(None, 0, {"good": Claim(80, 0.9)}) is None


def test_a_worker_works_with_the_settings_of_who_runs_the_night(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    lanes = [Lane(source="github", kind="search", target="x"), Lane(source="kaggle", kind="tag", target="y")]
    task = task_of(config, "github", lanes, clock=NOW, spent=3, most=40)
    assert [lane.source for lane in task.lanes] == ["github"]
    other = config.model_copy(update={"sources": {}})
    got = config_for(other, "github", type(task).model_validate_json(task.model_dump_json()))
    assert got.source("github").model_dump() == {**config.source("github").model_dump(), "max_requests": 40}
    assert got.crawl.max_requests is None, "what all may send together is divided beforehand"


def test_the_longest_is_begun_first_and_what_only_follows_links_last(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    minutes = {"github/a": 1.0, "packages/owners/x": 0.004, "packages/owners/y": 0.004, "web/linked/sites": 30.0}
    minutes |= {"kaggle/a": 2.0, "kaggle/linked/accounts": 9.0}
    rows = tuple(
        Forecast(lane=lane, requests=1, points=0, minutes=one, basis="first guess") for lane, one in minutes.items()
    )
    night = Night(number=1, started_at=NOW, forecast=rows)
    with Store.open(config.database_url, key=config.key) as store:
        leading = _Leading(config, store, night, silent, Limits())
        assert leading._seconds() == {"github": 600, "packages": 5, "kaggle": 1200}


LEADING = """
import sys
from sourcing.workers import _lead
from spiders._registry import about, names
print(max(about(name).turn for name in names()), "scrapy" in sys.modules)
"""


def test_who_runs_a_night_knows_whose_turn_it_is_without_loading_spiders() -> None:
    words = [sys.executable, "-c", LEADING]
    home = Path(__file__).parent.parent
    done = subprocess.run(words, cwd=home, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "False"]


@pytest.mark.parametrize("name", names())
def test_a_source_looks_in_the_turn_it_says(name: str) -> None:
    assert load(name).turn == about(name).turn


# --- where there is no server ----------------------------------------------------------------------------------


def test_a_file_is_not_shared(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    for refused in (lambda: workers.work(config, now=NOW), lambda: nightly.run(config, now=NOW, workers=2)):
        with pytest.raises(ConfigError, match=r"is a file; set \[database\] url, see docs/workers.md"):
            refused()
    with Store.open(config.database_url, key=config.key) as store:
        assert store.nights() == [], "nothing was begun"


def test_a_worker_names_a_source_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no source is called 'gitbub'; there are: bluesky"):
        workers.work(furnished(tmp_path), now=NOW, sources=("gitbub",))


def test_a_file_knows_no_workers(lite: Store, tmp_path: Path) -> None:
    assert workers.listed(lite) == []
    config = furnished(tmp_path)
    done = CliRunner().invoke(app, ["--config", str(config.path), "worker", "--list"])
    assert done.exit_code == 0
    assert "no worker is known; start one with `sourcing worker`" in done.output
    refused = CliRunner().invoke(app, ["--config", str(config.path), "worker"])
    assert refused.exit_code == 2
    assert "a night is shared through PostgreSQL" in refused.output


# --- settings and what people read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "pool", "opened"),
    [
        ("postgresql://u@h/d", 5, "postgresql://u@h/d"),
        ("postgresql://u@h/d", 3, "postgresql://u@h/d?pool=3"),
        ("postgresql://u@h/d?host=/run", 3, "postgresql://u@h/d?host=/run&pool=3"),
        ("postgresql://u@h/d?pool=9", 3, "postgresql://u@h/d?pool=9"),
        ("sqlite:////srv/s.db", 3, "sqlite:////srv/s.db"),
    ],
)
def test_the_address_carries_the_limit(url: str, pool: int, opened: str) -> None:
    assert Config(path=Path("/x/sourcing.toml"), database=Database(url=url, pool=pool)).database_url == opened


def test_the_engine_keeps_to_it() -> None:
    engine = connect(read_url("postgresql://u@h/d?pool=3"))
    assert engine.pool.size() == 3  # type: ignore[attr-defined]  # of this kind of pool
    assert engine.pool._max_overflow == 3  # type: ignore[attr-defined]  # it tells nobody
    assert "pool" not in engine.url.query, "the server's driver does not know the word"


@pytest.mark.parametrize("told", ["0", "many", "101"])
def test_a_wrong_limit_names_the_way_out(told: str) -> None:
    with pytest.raises(ConfigError, match=r"1 to 100, see \[database\] pool"):
        connect(read_url(f"postgresql://u@h/d?pool={told}"))


def worker(**facts: object) -> Worker:
    told = {"name": "pc/12/ab", "host": "pc", "pid": 12, "version": "1", "at_once": 4, "since": NOW, "heartbeat": NOW}
    return Worker.model_validate({**told, **facts})


def test_workers_are_listed_with_those_given_up() -> None:
    busy = worker(doing=("github", "kaggle"), silent=2.0)
    dead = worker(name="pc/13/cd", silent=300.0, sources=("web",))
    text = show.listed([busy, dead], Workers().silence)
    assert "github, kaggle" in text
    assert "5 min ago, given up" in text
    assert "nothing (only web)" in text
    assert show.at_work([busy, dead]) == "at work: 1 worker on 2 sources"
    assert show.at_work([dead]) == ""


# --- deployment ------------------------------------------------------------------------------------------------


def test_the_deployment_follows_the_published_schema_and_is_no_root() -> None:
    manifest = yaml.safe_load((DEPLOY / "worker.yaml").read_text("utf-8"))
    kubernetes_validate.validate(manifest, "1.32", strict=True)
    pod = manifest["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["args"] == ["worker"]
    assert pod["terminationGracePeriodSeconds"] > IN_ORDER, "a night waits that long for sources that are told to stop"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_the_unit_is_valid() -> None:
    unit = str(DEPLOY / "sourcing-worker.service")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
