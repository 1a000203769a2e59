"""`role reference`: which tables are in use, and measuring them on one's own people."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.engine import Scorer
from scoring.reference import ENOUGH_PEOPLE, shipped_reference
from scoring.roles import find_role
from sourcing import reference
from sourcing.config import Config, Controller, load
from sourcing.installation import create
from storage.errors import ConfigError
from storage.records import Lead, Receipt
from storage.store import Store
from tests.cases.scoring_people import NOW, account, lead, work


class _People:
    """A store of people with rising stars, and their receipts."""

    def __init__(self, count: int) -> None:
        self._leads = [
            lead(work(figures={"stars": number * 3.0}), accounts=(account(),), lead_id=f"L{number:06}")
            for number in range(count)
        ]

    def leads(self) -> Iterator[Lead]:
        return iter(self._leads)

    def ranking(self, role: str) -> list[Receipt]:
        scorer = Scorer(find_role(role), NOW)
        return [scorer.score(one) for one in self._leads]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    create(tmp_path, Controller(name="A", contact="a@example.org", purpose="a test"), contact_url="https://a.example")
    return load(tmp_path / "sourcing.toml")


def _rebuild(config: Config, count: int) -> reference.Tables:
    return reference.rebuild_tables(config, cast("Store", _People(count)), now=NOW)


def test_shipped_tables_are_used_until_there_are_own_ones(config: Config) -> None:
    assert reference.reference_of(config) is shipped_reference()
    done = _rebuild(config, ENOUGH_PEOPLE)
    assert done.rebuilt == {"github stars": ENOUGH_PEOPLE}
    own = reference.reference_of(config)
    assert (own.digest, own.version) == (done.digest, shipped_reference().version + 1)
    role = find_role("mle")
    assert Scorer(role, NOW, own).digest != Scorer(role, NOW).digest, "receipts name the tables they were made with"


def test_usual_values_come_from_the_active_roles(config: Config) -> None:
    done = _rebuild(config, ENOUGH_PEOPLE)
    assert set(done.cohorts) == set(config.roles.active)
    assert reference.reference_of(config).usual("mle", "impact").p50 != 0.5


def test_too_few_people_write_nothing(config: Config) -> None:
    with pytest.raises(ConfigError, match="200 people"):
        _rebuild(config, ENOUGH_PEOPLE - 1)
    assert not reference.path_of(config).exists()


def test_a_second_rebuild_builds_on_the_first(config: Config) -> None:
    _rebuild(config, ENOUGH_PEOPLE)
    assert _rebuild(config, ENOUGH_PEOPLE + 50).version == shipped_reference().version + 2


def test_the_command_shows_tables_and_refuses_an_empty_store(config: Config) -> None:
    folder = str(config.folder)

    def say(*more: str) -> Any:
        return CliRunner().invoke(app, ["--config", folder, "role", "reference", *more])

    shown = say("--json")
    assert shown.exit_code == 0
    rows = {(row["source"], row["figure"]): row for row in json.loads(shown.stdout)["tables"]}
    assert rows["huggingface", "model_likes"]["people"] >= ENOUGH_PEOPLE
    assert rows["github", "stars"]["people"] is None
    assert "by hand" in say().stdout
    refused = say("--rebuild")
    assert refused.exit_code == 2
    assert "crawl more" in refused.output
