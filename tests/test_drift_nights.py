"""Fields that vanish, empty themselves, change their type or turn to zero: one night on, and nothing known is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sourcing.config import Config
from sourcing.nightly import NightReport
from storage.records import Account, AccountKey, Evidence
from storage.store import Store
from tests.demo_web import Tamper, a_night, installation

CHANGED = "2026-11-25T12:00:00Z"
SOURCES = ("github",)


def everywhere(data: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The data with every object changed, inner ones first."""
    if isinstance(data, dict):
        return change({name: everywhere(value, change) for name, value in data.items()})
    return [everywhere(one, change) for one in data] if isinstance(data, list) else data


def with_fields(**fields: Any) -> Tamper:
    """Everybody is read again, and these fields say this; `...` takes them away."""

    def change(one: dict[str, Any]) -> dict[str, Any]:
        put = {name: value for name, value in {"updatedAt": CHANGED, **fields}.items() if name in one}
        return {name: value for name, value in {**one, **put}.items() if value is not ...}

    return lambda path, status, data: everywhere(data, change)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, NightReport]:
    """An installation after its first night; tests go on with copies of it."""
    config = installation(tmp_path_factory.mktemp("first"))
    return config, a_night(config, SOURCES)


@pytest.fixture
def config(first: tuple[Config, NightReport], tmp_path: Path) -> Config:
    """A copy of the installation after its first night."""
    config = installation(tmp_path)
    with Store.open(first[0].database_url) as store:
        target = Path(config.database_url.removeprefix("sqlite:///"))
        target.unlink()
        store.backup(target)
    return config


def people(config: Config) -> dict[AccountKey, Account]:
    with Store.open(config.database_url, key=config.key) as store:
        return {one.key: one for one in store.accounts(source="github")}


def work(config: Config) -> dict[str, Evidence]:
    with Store.open(config.database_url, key=config.key) as store:
        return {one.id: one for some in store.evidence(people(config).keys()).values() for one in some}


def kinds(report: NightReport) -> set[str]:
    return {one.kind for one in report.findings}


def test_the_first_night_has_nothing_to_compare_with(first: tuple[Config, NightReport]) -> None:
    [outcome] = first[1].night.outcomes
    assert (outcome.state, outcome.drift) == ("done", ())
    assert outcome.shapes["profiles:person"].fields["bio"][0] > 30
    assert outcome.shapes["profiles:person"].fields["figures.followers"][1] is not None
    assert outcome.answers["all"] == outcome.requests


def test_a_healthy_night_says_nothing_and_believes_everything(config: Config) -> None:
    before = people(config)
    report = a_night(config, SOURCES, tamper=with_fields(), day=1)
    [outcome] = report.night.outcomes
    assert (outcome.state, outcome.drift, kinds(report)) == ("done", (), set())
    assert len(outcome.shapes["profiles:person"].fields) > 5, "everybody was read again"
    assert {key for key, one in people(config).items() if one.bio} >= {k for k, one in before.items() if one.bio}


@pytest.mark.parametrize("said", [None, "", 12345, ...], ids=["null", "empty", "number", "missing"])
def test_a_text_that_vanishes_is_a_finding_the_same_night_and_stays(config: Config, said: Any) -> None:
    before = people(config)
    report = a_night(config, SOURCES, tamper=with_fields(bio=said), day=1)
    [outcome] = report.night.outcomes
    assert outcome.state == "partial"
    assert "bio is missing" in outcome.reason
    [finding] = [one for one in report.findings if one.kind == "drift" and "bio" in one.text]
    assert "values of 25 Nov stay in use" in finding.text
    assert "given_up in [sources.github]" in finding.text
    after = people(config)
    assert [after[key].bio for key in before] == [one.bio for one in before.values()]
    assert [after[key].flags for key in before] == [one.flags for one in before.values()], "no wish is taken back"
    assert ("type_change" in kinds(report)) == (said == 12345)


def test_a_count_that_turns_to_zero_is_never_stored(config: Config) -> None:
    before = people(config)
    report = a_night(config, SOURCES, tamper=with_fields(followers={"totalCount": 0}), day=1)
    assert any("followers is missing" in one.text for one in report.findings)
    after = people(config)
    figures = [one.figures.get("followers") for one in before.values()]
    assert sum(map(bool, figures)) > 50
    assert [after[key].figures.get("followers") for key in before] == figures


def test_figures_of_work_stay_with_their_level(config: Config) -> None:
    before = {name: one for name, one in work(config).items() if one.kind == "repository"}
    report = a_night(config, SOURCES, tamper=with_fields(stargazerCount=0), day=1)
    assert any("stars is missing" in one.text for one in report.findings)
    after = work(config)
    assert sum(one.figures.get("stars", 0) > 0 for one in before.values()) > 50
    for name, one in before.items():
        assert after[name].figures.get("stars", 0) >= one.figures.get("stars", 0)
        assert after[name].level >= one.level


def test_a_shift_by_a_thousand_is_said_and_stored(config: Config) -> None:
    report = a_night(config, SOURCES, tamper=with_fields(followers={"totalCount": 9_000_000}), day=1)
    assert kinds(report) == {"distribution_shift"}
    assert report.night.outcomes[0].state == "done"


def test_what_a_field_lacks_is_believed_where_others_carry_it(config: Config) -> None:
    """One person empties the biography on a night on which everybody is read."""
    known = people(config)
    someone = next(key for key, one in sorted(known.items()) if one.bio and one.company)
    login = known[someone].handle

    def change(one: dict[str, Any]) -> dict[str, Any]:
        one = {**one, "updatedAt": CHANGED} if "updatedAt" in one else one
        return {**one, "bio": None} if one.get("login") == login and "bio" in one else one

    report = a_night(config, SOURCES, tamper=lambda path, status, data: everywhere(data, change), day=1)
    assert report.night.outcomes[0].drift == ()
    assert people(config)[someone].bio is None


def test_a_field_given_up_is_believed_to_be_empty(config: Config) -> None:
    github = config.source("github").model_copy(update={"given_up": ("bio",)})
    told = config.model_copy(update={"sources": {**config.sources, "github": github}})
    report = a_night(told, SOURCES, tamper=with_fields(bio=None), day=1)
    assert report.night.outcomes[0].drift == ()
    assert not any(one.bio for one in people(config).values())


def test_everybody_gone_is_nobody_gone(config: Config) -> None:
    """An index that is lost at the source answers for everybody that there is no such person."""
    before = people(config)

    def nobody(path: str, status: int, data: Any) -> Any:
        if "graphql" in path and isinstance(data.get("data"), dict):
            nodes = data["data"].get("nodes") or []
            errors = [{"type": "NOT_FOUND", "path": ["nodes", at], "message": "none"} for at in range(len(nodes))]
            return {"data": {**data["data"], "nodes": [None] * len(nodes)}, "errors": errors}
        return [] if isinstance(data, list) else data

    report = a_night(config, SOURCES, tamper=nobody, day=1)
    with Store.open(config.database_url, key=config.key) as store:
        assert [one for one in store.known("github") if one.gone_at] == []
    assert people(config).keys() == before.keys()
    assert report.night.outcomes[0].state == "partial"
    assert any("called gone" in one.text and "values of 25 Nov" in one.text for one in report.findings)


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        ((200, "<!DOCTYPE html><title>Sign in</title>"), "refused", "login_wall"),
        ((403, '{"message": "no"}'), "refused", "blocked"),
    ],
)
def test_a_source_that_shuts_the_door_is_left_alone(
    config: Config, answer: tuple[int, str], state: str, word: str
) -> None:
    before = people(config)
    report = a_night(config, SOURCES, tamper=lambda path, status, data: answer, day=1)
    [outcome] = report.night.outcomes
    assert people(config) == before
    assert outcome.state in {state, "partial"}
    assert word in outcome.reason or outcome.requests < 40
    assert any("values of 25 Nov" in one.text for one in report.findings)
