"""The demo, whole: two nights over real HTTP on the invented web, and one that is stopped in the middle."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sourcing.config import load
from sourcing.demo import World
from sourcing.demo.run import DemoWorld, read_faults, run_demo
from sourcing.demo.truth import keys
from sourcing.nightly import NightReport
from sourcing.show import nights
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
        [sys.executable, "cli.py", "demo", "--dir", str(folder), "--people", str(PEOPLE), *words],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def contents(folder: Path) -> tuple[list[str], list[str]]:
    """Whom lanes found, and the work of these people.

    Sources that follow links of others see what was stored by then, so whom they add, and which account of a person
    holds a personal page, depends on the pace of a night; the next one adds the rest.
    """
    with Store.open(load(folder).database_url) as store:
        found = {find.account for find in store.finds() if "/linked/" not in find.lane}
        rows = [one for some in store.evidence(found).values() for one in some]
        work = [one.id for one in rows if one.kind not in ("page", "resume", "wish")]
    return sorted(map(str, found)), sorted(work)


@pytest.mark.slow
def test_a_night_stopped_in_the_middle_is_continued_and_nothing_is_doubled(tmp_path: Path) -> None:
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    with command(stopped, "--faults", "slow:0.3") as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith(("github:", "kaggle:", "hackernews:")):
                child.send_signal(signal.SIGTERM)
                break
        assert child.wait(timeout=60) == 130
    with Store.open(load(stopped).database_url) as store:
        assert [night.ended_at is not None for night in store.nights()] == [True]
    assert not world_of(stopped).night_done
    assert run_demo(stopped).exit_code == 0
    assert world_of(stopped).day == 0
    assert run_demo(whole, people=PEOPLE).exit_code == 0
    assert contents(stopped) == contents(whole)


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
