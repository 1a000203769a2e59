"""Slices of real files beside the project: Meta Kaggle's tables, recorded GitHub events, the layout of LinkedIn.

Facts about real people are written down as counts and digests: the repository holds nothing of them.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sourcing.imports import _tables
from sourcing.imports._gh_archive import Event, Hour, Watch, read_hour
from sourcing.imports._meta_kaggle import kept, medals, people
from sourcing.imports.gh_archive import INTEREST, node_id
from storage.records import AccountKey
from tests.imports_kit import NOW, House

SHARED = Path(__file__).resolve().parents[3] / "shared" / "recordings"
DUMP, EVENTS = SHARED / "kaggle" / "meta_kaggle", SHARED / "github" / "events.jsonl"
CONNECTIONS = SHARED / "slack" / "linkedin_import" / "Connections.csv"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SHARED.is_dir(), reason="recorded answers are not beside the project"),
]
READ = {
    "UserAchievements": kept.COLUMNS,
    "Users": people.COLUMNS,
    "Teams": medals.TEAMS,
    "TeamMemberships": medals.MEMBERS,
    "Competitions": medals.COMPETITIONS,
    "CompetitionTags": medals.COMPETITION_TAGS,
    "Tags": medals.TAGS,
}


@pytest.mark.parametrize("name", sorted(READ))
def test_columns_are_those_of_the_dump(name: str) -> None:
    tables = json.loads((DUMP / "schema.json").read_text("utf-8"))["tables"]
    assert READ[name].keys() <= set(tables[f"{name}.csv"]["columns"])


@pytest.mark.parametrize("name", sorted(READ))
def test_rows_of_the_dump_are_read(name: str) -> None:
    table = _tables.find_table(DUMP, name)
    assert table is not None
    counted: list[str] = []
    blocks = _tables.scan(
        table, READ[name], pl.lit(value=True), counted.append, keys=[next(iter(READ[name]))], optional=["TotalTeams"]
    )
    assert (sum(block.height for block in blocks), counted) == (3, [])


def test_a_dump_made_of_the_recorded_rows(tmp_path: Path) -> None:
    """The recorded heads meet nobody above tier 2 in their achievements, so one row is raised."""
    for name in READ:
        text = (DUMP / f"{name}.csv").read_text("utf-8")
        (tmp_path / f"{name}.csv").write_text(text.replace("Competitions,1,", "Competitions,2,"), "utf-8")
    house = House(tmp_path)
    done = house.bring("meta_kaggle", tmp_path)
    (found,) = house.accounts("kaggle").values()
    said = (found.source_id, found.handle, found.name, found.location, found.created_at)
    assert hashlib.sha256(repr(said).encode()).hexdigest()[:12] == PERSON
    assert dict(found.figures) == {"competition_points": 24, "tier": 2}
    assert done.state == "done"
    with house.store() as store:
        assert store.evidence([AccountKey("kaggle", found.source_id)]) == {}


PERSON = "fce6f02c5191"


def test_medals_of_the_recorded_team(tmp_path: Path) -> None:
    """The recorded members are of other teams, so one is made to fit."""
    competitions = medals.competitions_of(_scan("Competitions", medals.COMPETITIONS), {2435: ("biology",)}, print)
    assert sorted(competitions) == [2408, 2435, 2438]
    assert competitions[2435].deadline == datetime(2010, 8, 2, 12, 32, tzinfo=UTC)
    teams = pl.concat(_scan("Teams", medals.TEAMS, medals.WITH_MEDAL))
    assert teams["Medal"].to_list() == [3]
    members = pl.DataFrame({"TeamId": teams["Id"].to_list() * 2, "UserId": [1, 2]})
    held = medals.Medals(teams, members, {2447: competitions[2435].model_copy(update={"team_count": 0})})
    results = list(held.results([1], {}, "https://www.kaggle.com", lambda url: _origin(url), print))
    assert [dict(result.figures) for result in results] == [{"team_size": 2, "rank": 99, "medal": 3}]


def _origin(url: str) -> Any:
    from storage.records import Origin

    return Origin(source="kaggle", url=url, seen_at=NOW, spider="meta_kaggle/1")


def _scan(name: str, columns: Any, where: pl.Expr | None = None) -> list[pl.DataFrame]:
    table = _tables.find_table(DUMP, name)
    assert table is not None
    wanted = pl.lit(value=True) if where is None else where
    return list(_tables.scan(table, columns, wanted, print, keys=["Id"], optional=["TotalTeams"]))


def recorded_events() -> Iterator[dict[str, Any]]:
    for line in EVENTS.read_text("utf-8").splitlines():
        body = json.loads(line)["body"]
        yield from (one for one in body if isinstance(one, dict) and "actor" in one)


def test_every_recorded_event_is_read_in_both_shapes(tmp_path: Path) -> None:
    events = list(recorded_events())
    path = tmp_path / "2026-11-24-3.json"
    path.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in events), "utf-8")
    numbers = {str(one["actor"]["id"]) for one in events}
    hour = Hour("2026-11-24T03")
    found = list(read_hour(path, hour, Watch([], numbers)))
    assert (hour.state, hour.unreadable, hour.lines) == ("read", 0, len(events))
    assert len(found) == len(events)
    assert sum(one.type in INTEREST for one in found) == 448


def test_the_trimmed_shape_is_among_them() -> None:
    trimmed = [one for one in recorded_events() if one["type"] == "PushEvent" and "commits" not in one["payload"]]
    assert len(trimmed) == 1
    assert Event.model_validate(trimmed[0]).repo.name.count("/") == 1


def test_node_ids_are_spelled_as_recorded() -> None:
    """Of the recorded users one carries an id of the present form, the others one of the old form."""
    bodies = [json.loads(line)["body"] for line in (SHARED / "github" / "users.jsonl").read_text("utf-8").splitlines()]
    users = [one for body in bodies for one in (body if isinstance(body, list) else [body]) if isinstance(one, dict)]
    present = [one for one in users if str(one.get("node_id", "")).startswith("U_") and one.get("type") == "User"]
    assert present
    assert all(one["node_id"] == node_id(one["id"]) for one in present)


def test_the_layout_of_linkedin(tmp_path: Path) -> None:
    """These people are invented by that folder."""
    house = House(tmp_path)
    done = house.bring("linkedin", CONNECTIONS)
    found = house.accounts("linkedin")
    assert (done.state, dict(done.counters)) == ("done", {})
    assert sorted(found) == ["ada-example", "josé-muestra-1a2b3c", "nehaexample"]
    assert found["ada-example"].company == "Example, Inc."
