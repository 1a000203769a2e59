"""The figures of a night for Prometheus: read back by its own parser, and what is unknown has no line."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from sourcing.config import Config, load
from sourcing.metrics import STATES, Metric, Sample, exposition, metrics, write
from sourcing.nightly import run
from sourcing.progress import STEPS
from storage.store import Store
from tests.house_of_sourcing import NOW, crawls, done, furnished, people

Labels = tuple[tuple[str, str], ...]


def read(text: str) -> dict[str, dict[Labels, float]]:
    """What Prometheus reads: by metric and labels; a name or a pair of labels that comes twice fails."""
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in found, "all lines of a metric stand together"
        assert family.documentation
        assert family.type == "gauge"
        own = found[family.name] = {}
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in own
            own[labels] = sample.value
    return found


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = furnished(tmp_path)
    file = config.path
    file.write_text(file.read_text() + '\n[logs]\nmetrics = "figures/sourcing.prom"\n')
    return load(tmp_path)


def figures(config: Config) -> dict[str, dict[Labels, float]]:
    assert config.metrics_file is not None
    return read(config.metrics_file.read_text("utf-8"))


def by(label: str, found: Mapping[Labels, float]) -> dict[str, float]:
    return {dict(labels)[label]: value for labels, value in found.items()}


def test_a_night_writes_its_figures(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    crawls(monkeypatch, people(), [done("github"), done("kaggle", "failed", reason="502")])
    report = run(config, now=NOW)
    found = figures(config)
    assert found["sourcing_night_number"] == {(): 1}
    assert found["sourcing_night_start_timestamp_seconds"] == {(): NOW.timestamp()}
    assert found["sourcing_night_end_timestamp_seconds"][()] >= NOW.timestamp()
    assert found["sourcing_night_exit_code"] == {(): report.exit_code} == {(): 1}
    assert "sourcing_last_success_timestamp_seconds" not in found, "there was none yet, which is not 1970"
    outcomes = {one.source: one for one in report.night.outcomes}
    assert by("source", found["sourcing_source_requests"]) == {name: one.requests for name, one in outcomes.items()}
    assert by("source", found["sourcing_source_last_success_timestamp_seconds"]).keys() == {"github"}
    states = {
        dict(labels)["state"]: value
        for labels, value in found["sourcing_source_state"].items()
        if dict(labels)["source"] == "kaggle"
    }
    assert states == {state: float(state == "failed") for state in STATES}
    changes = by("change", found["sourcing_accounts_touched"])
    assert (changes["new"], changes["gone"]) == (report.changes.new, report.changes.gone) == (3, 0)
    assert found["sourcing_leads"][()] == 2
    assert by("kind", found["sourcing_findings"])["failed"] >= 1
    assert found["sourcing_findings_total"][()] == len(report.findings)
    assert found["sourcing_tombstone_drops"][()] == 0
    assert {"same_person", "rights_requests", "inbox/mle"} <= by("queue", found["sourcing_queue_length"]).keys()
    steps = by("step", found["sourcing_step_duration_seconds"])
    assert list(steps) == [step for step in STEPS.values() if step in steps]
    assert {"plan", "crawl", "resolve", "score", "prepare", "report"} <= steps.keys()
    assert 0 < sum(steps.values()) <= report.seconds + 1


def test_the_next_night_says_when_it_last_went_well(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    first = run(config, now=NOW)
    well = figures(config)["sourcing_last_success_timestamp_seconds"][()]
    assert first.night.ended_at is not None
    assert well == pytest.approx(first.night.ended_at.timestamp())
    crawls(monkeypatch, [], [done("github", "failed", reason="502"), done("kaggle")])
    run(config, now=NOW + timedelta(days=1))
    found = figures(config)
    assert found["sourcing_last_success_timestamp_seconds"][()] == pytest.approx(well)
    served = by("source", found["sourcing_source_last_success_timestamp_seconds"])
    assert served["github"] == pytest.approx(well)
    assert served["kaggle"] > well + 80_000
    crawls(monkeypatch, [], [done("github"), done("kaggle", "limit")])
    run(config, now=NOW + timedelta(days=2))
    found = figures(config)
    assert (found["sourcing_night_exit_code"][()], found["sourcing_last_success_timestamp_seconds"][()] > well) == (
        5,
        True,
    )


def test_without_a_name_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    run(config, now=NOW)
    assert config.metrics_file is None
    assert not list(tmp_path.rglob("*.prom*"))


def test_a_file_that_cannot_be_written_ends_no_night(
    config: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert config.metrics_file is not None
    config.metrics_file.mkdir(parents=True)
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    report = run(config, now=NOW)
    assert report.exit_code == 0
    assert "the figures of the night are not in" in caplog.text
    with Store.open(config.database_url, key=config.key) as store:
        assert write(config, store, report, {}) is None


def test_a_reader_never_sees_half_a_file(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    report = run(config, now=NOW)
    path = config.metrics_file
    assert path is not None
    before = path.read_text("utf-8")

    def broken(*_: Any) -> Any:
        yield Metric("sourcing_x", "x", (Sample(1.0),))
        raise RuntimeError("in the middle")

    monkeypatch.setattr("sourcing.metrics.metrics", broken)
    with Store.open(config.database_url, key=config.key) as store, pytest.raises(RuntimeError):
        write(config, store, report, {})
    assert path.read_text("utf-8") == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@given(st.text(), st.text(max_size=200), st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_any_label_and_value_comes_back(text: str, help_: str, value: float) -> None:
    text = text.encode("utf-8", "replace").decode()
    help_ = help_.encode("utf-8", "replace").decode().replace("\r", "").strip() or "x"
    found = list(text_string_to_metric_families(exposition([Metric("a_b", help_, (Sample(value, {"l": text}),))])))
    (sample,) = found[0].samples
    assert sample.labels == {"l": text}
    assert sample.value == pytest.approx(value, rel=1e-12)


def test_a_metric_without_lines_is_left_out() -> None:
    assert exposition([Metric("a", "b", ())]) == ""


def test_no_label_is_a_person(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    crawls(monkeypatch, people(), [done("github"), done("kaggle")])
    report = run(config, now=NOW)
    with Store.open(config.database_url, key=config.key) as store:
        said = exposition(metrics(store, report, {})).lower()
    assert [word for word in ("ada", "bob", "l00000") if word in said] == []
