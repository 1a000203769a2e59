"""The demo, whole: two nights over real HTTP on the invented web, and one that is stopped in the middle."""

import csv
import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sourcing.config import load
from sourcing.demo import World
from sourcing.demo.run import DemoWorld, read_faults, run_demo
from sourcing.demo.truth import keys
from sourcing.nightly import NightReport
from sourcing.show import nights
from spiders._registry import names
from storage.errors import ConfigError
from storage.store import Store

ROOT = Path(__file__).parent.parent
PEOPLE = 150


def world_of(folder: Path) -> DemoWorld:
    return DemoWorld.model_validate_json((folder / "world.json").read_bytes())


def test_two_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary-real-token")
    monkeypatch.setenv("SOURCING_DATABASE_URL", "sqlite:////nowhere/real.db")
    folder = tmp_path / "demo"
    first = run_demo(folder, people=PEOPLE)
    assert (first.exit_code, first.night.number) == (0, 1)
    states = {outcome.source: outcome.state for outcome in first.night.outcomes}
    assert set(states.values()) <= {"done", "skipped"}
    assert {states[source] for source in ("github", "hackernews", "kaggle")} == {"done"}
    _contributions_are_told(first)
    assert first.changes.new == first.changes.known > 20
    assert first.joined is not None
    assert first.joined.judgements_new > 0
    assert len(first.roles[0].top) == 15

    second = run_demo(folder, people=9, seed="ignored from now on")
    assert (second.exit_code, second.night.number) == (0, 2)
    assert (second.night.started_at - first.night.started_at).days == 1
    requests = [sum(outcome.requests for outcome in report.night.outcomes) for report in (first, second)]
    assert requests[1] < requests[0] / 2
    assert second.changes.new + second.changes.changed < first.changes.new / 4
    assert "FORECAST" in nights.report(second)

    assert (world_of(folder).people, world_of(folder).day) == (PEOPLE, 1)
    assert os.environ["GITHUB_TOKEN"] == "canary-real-token"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in second.files} <= {path.name for path in files}
    assert not [path for path in files if b"canary-real-token" in path.read_bytes()]
    monkeypatch.delenv("SOURCING_DATABASE_URL")
    exported = next(path for path in second.files if path.suffix == ".csv")
    rows = list(csv.DictReader(exported.read_bytes().decode().splitlines()))
    assert [row["rank"] for row in rows] == [str(at) for at in range(1, len(rows) + 1)]
    _joins_are_true(folder)


def _contributions_are_told(report: NightReport) -> None:
    """Each source's share adds up, and the world's true number of people stands beside the estimate."""
    found = report.contributions
    assert found is not None
    assert report.truth is not None
    assert 0 < report.truth.known <= report.truth.there <= PEOPLE
    shares = {share.name: share for share in found.sources}
    assert {"github", "hackernews", "kaggle"} <= shares.keys()
    assert all(share.only <= share.people <= found.people for share in found.sources)
    assert sum(share.only for share in found.sources) <= found.people
    assert all(share.only_new == share.only for share in found.sources)
    [estimate] = found.estimates
    assert 0 < estimate.known <= found.people
    missed = report.truth.there - report.truth.known
    assert f"In truth {report.truth.there} people of the invented world can be found" in nights.report(report)
    assert f"{missed} missed." in nights.report(report)


def _joins_are_true(folder: Path) -> None:
    """No lead holds accounts of two people of the invented world."""
    kept = world_of(folder)
    days = [World(kept.seed, kept.people, kept.anchor, day) for day in range(kept.day + 1)]
    owner = {key: person.index for world in days for person in world.cast.people for key in keys(world, person)}
    with Store.open(load(folder).database_url) as store:
        leads = list(store.leads())
    assert leads
    assert all(account.key in owner for lead in leads for account in lead.accounts)
    assert all(len({owner[account.key] for account in lead.accounts}) == 1 for lead in leads)


def command(folder: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "cli.py", "demo", "--dir", str(folder), *words],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def begun(folder: Path, people: int = PEOPLE) -> Path:
    """A folder whose first night is still to come; all of them tell of the same people on the same day."""
    folder.mkdir()
    world = DemoWorld(seed="demo", people=people, anchor=date(2026, 11, 24))
    (folder / "world.json").write_text(world.model_dump_json())
    return folder


# When a night began, and at which port of this machine the invented web was: both differ from run to run.
_PASSING = re.compile(r"127\.0\.0\.1:\d+|2026-11-24(?:T02:0\d:00(?:Z|\+00:00))?")


def contents(folder: Path) -> dict[str, str]:
    """All a night leaves of people: accounts, their work, which lane found them, leads; without times of the night."""
    with Store.open(load(folder).database_url) as store:
        accounts = list(store.accounts())
        kept = {f"account {one.key}": one.model_dump_json() for one in accounts}
        kept |= {f"gone {k.account}": str(k.gone_at) for s in names() for k in store.known(s)}
        work = [one for some in store.evidence([one.key for one in accounts]).values() for one in some]
        kept |= {f"work {one.id}": one.model_dump_json() for one in work}
        kept |= {f"find {one.account} {one.lane}": "" for one in store.finds()}
        members = (" ".join(sorted(str(one.key) for one in lead.accounts)) for lead in store.leads())
        kept |= {f"lead {those}": "" for those in members}
    return {key: _PASSING.sub("*", text) for key, text in kept.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What a night leaves and says that nobody stopped."""
    folder = begun(tmp_path_factory.mktemp("whole") / "demo")
    report = run_demo(folder)
    assert report.exit_code == 0
    return contents(folder), _yields(report)


def _yields(report: NightReport) -> list[tuple[str, str]]:
    """Findings of what sources gave; others are of what was asked this time."""
    kinds = {"nothing", "far_below", "below_card"}
    return [(one.source, one.kind) for one in report.findings if one.kind in kinds]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pace", "moment", "number", "code"),
    [
        (("--faults", "slow:0.3"), ("github:", "kaggle:", "hackernews:"), signal.SIGTERM, 130),
        ((), ("following links, round 2",), signal.SIGKILL, -signal.SIGKILL),
    ],
    ids=["told to stop while finding people", "killed while following links"],
)
def test_a_night_stopped_in_the_middle_is_continued_and_comes_to_the_same_end(
    tmp_path: Path,
    whole: tuple[dict[str, str], list[tuple[str, str]]],
    pace: tuple[str, ...],
    moment: tuple[str, ...],
    number: signal.Signals,
    code: int,
) -> None:
    stopped = begun(tmp_path / "stopped")
    with command(stopped, *pace) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith(moment):
                child.send_signal(number)
                break
        assert child.wait(timeout=60) == code
    with Store.open(load(stopped).database_url) as store:
        assert [night.ended_at is not None for night in store.nights()] == [number is signal.SIGTERM]
    assert not world_of(stopped).night_done
    report = run_demo(stopped)
    assert report.exit_code == 0
    assert world_of(stopped).day == 0
    _are_equal(contents(stopped), whole[0])
    assert _yields(report) == whole[1]


@pytest.mark.slow
def test_the_pace_of_a_night_does_not_change_its_end(tmp_path: Path) -> None:
    slow, fast = begun(tmp_path / "slow", people=60), begun(tmp_path / "fast", people=60)
    run_demo(slow, faults={"slow": 0.1})
    run_demo(fast)
    _are_equal(contents(slow), contents(fast))


def _are_equal(found: dict[str, str], expected: dict[str, str]) -> None:
    """Two nights left the same; what they did not is shown, and nothing else."""
    assert {key: found[key] for key in found.keys() - expected.keys()} == {}
    assert {key: (text, found.get(key)) for key, text in expected.items() if found.get(key) != text} == {}


def test_faults_are_read_or_refused() -> None:
    assert read_faults("429:0.02,slow:0.5") == {"429": 0.02, "slow": 0.5}
    for words in ("plague:0.1", "429:much"):
        with pytest.raises(ConfigError, match="KIND:SHARE"):
            read_faults(words)


def test_a_real_installation_is_never_pointed_at_the_demo(tmp_path: Path) -> None:
    (tmp_path / "sourcing.toml").write_text("# real\n")
    with pytest.raises(ConfigError, match="real installation"):
        run_demo(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "world.json").write_text("{}")
    with pytest.raises(ConfigError, match="new demo"):
        run_demo(tmp_path / "other")
