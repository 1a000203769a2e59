"""Reading Kaggle answers: leaderboards of all generations, medals, opt-outs, lanes."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders._kaggle import calls, lanes, leaderboard, people, work
from spiders._kaggle.about import LISTS
from spiders._kaggle.answers import Competition, Kernel, SharedModel, UserDocument
from spiders._kaggle.leaderboard import BRONZE, GOLD, SILVER, Team
from spiders._kaggle.memory import Memory
from spiders._kaggle.people import Person
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Kind, Level, Origin
from tests.replay import zipped

ORIGIN = Origin(
    source="kaggle", url="https://www.kaggle.com/x", seen_at=datetime(2026, 11, 25, tzinfo=UTC), spider="kaggle/1"
)
SITE = "https://www.kaggle.com"


def test_the_forecast_knows_how_many_lists_a_person_takes() -> None:
    assert len(calls.WORK) == LISTS


# --- leaderboards ---------------------------------------------------------------------------------------------------

NEW = (
    "\ufeffRank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount,TeamMemberUserNames\r\n"
    '0,1,"Benchmark, host","2026-01-01 00:00:00",0.5,1,hostexample\r\n'
    '1,2,"Ana & Bo","2026-02-03 04:05:06",0.9,7,"anaexample, boexample,anaexample"\r\n'
    "2,3,Ünïcode 团队,bad date,0.8,2,cexample\r\n"
)
MIDDLE = '\ufeffTeamId,TeamName,SubmissionDate,Score\n7,"Two, Words","2023-02-11 16:58:33",1.0\n'
OLD = (
    "TeamId, TeamName, SubmissionDate, Score\r\n"
    '6287,"J H",9/17/2011 9:35:39 PM,0.56\r\n6287,"J H",9/17/2011 9:36:59 PM,0.84\r\n'
    '6806,"x",9/19/2011 3:12:10 PM,0.5\r\n'
)


def test_new_leaderboard_with_members_and_benchmark() -> None:
    benchmark, first, second = leaderboard.read(leaderboard.unpack(zipped({"x.csv": NEW})))
    assert (benchmark.rank, benchmark.name) == (0, "Benchmark, host")
    assert first == Team(1, "2", "Ana & Bo", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), ("anaexample", "boexample"))
    assert (second.name, second.at) == ("Ünïcode 团队", None)


def test_leaderboard_without_ranks_and_members() -> None:
    (team,) = leaderboard.read(leaderboard.unpack(MIDDLE.encode()))
    assert (team.rank, team.members, team.name) == (None, (), "Two, Words")


def test_old_leaderboard_folds_improvements_and_reads_us_dates() -> None:
    first, second = leaderboard.read(OLD)
    assert (first.id, first.at) == ("6287", datetime(2011, 9, 17, 21, 36, 59, tzinfo=UTC))
    assert second.id == "6806"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"PK\x03\x04 broken", "broken_zip"),
        (zipped({"readme.txt": "x"}), "no_csv_in_zip"),
        (b"", "no_leaderboard"),
        (b"<html>login</html>", "no_leaderboard"),
        (b"Rank,Score\n1,2\n", "no_leaderboard"),
        (b'TeamId,TeamName\n1,"' + b"x" * 200_000 + b'"\n', "broken_csv"),
    ],
)
def test_unreadable_leaderboards_say_why(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        leaderboard.read(leaderboard.unpack(body))
    assert error.value.reason == reason


def test_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaderboard, "LARGEST", 1000)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", "0" * 1_000_000)
    with pytest.raises(Unreadable, match="too_large"):
        leaderboard.unpack(held.getvalue())


@pytest.mark.parametrize(
    ("teams", "gold", "silver", "bronze"),
    [
        (1, 0, 0, 0),
        (10, 1, 2, 4),
        (99, 9, 19, 39),
        (100, 10, 20, 40),
        (249, 10, 49, 99),
        (250, 10, 50, 100),
        (999, 11, 50, 100),
        (1000, 12, 50, 100),
        (2345, 14, 117, 234),
    ],
)
def test_medals_by_the_published_table(teams: int, gold: int, silver: int, bronze: int) -> None:
    for last, kind in ((gold, GOLD), (silver, SILVER), (bronze, BRONZE)):
        if last:
            assert leaderboard.medal(last, teams) == kind
    assert leaderboard.medal(bronze + 1, teams) is None
    assert leaderboard.medal(0, teams) is None


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_a_better_rank_never_wins_less(teams: int, rank: int) -> None:
    better, worse = leaderboard.medal(rank, teams), leaderboard.medal(rank + 1, teams)
    assert (better or 9) <= (worse or 9)


# --- people ---------------------------------------------------------------------------------------------------------


def document(*, facts: dict[str, object] | None = None, **owner: object) -> UserDocument:
    base = {"id": 7, "userName": "AnaExample", "displayName": "Ana Example", "tier": "MASTER"} | owner
    return UserDocument.model_validate({"ownerUser": base, "userDocument": facts or {}})


def account(given: UserDocument, counted: list[str] | None = None) -> Account:
    return people.account(given, SITE, ORIGIN, (counted if counted is not None else []).append)


@pytest.mark.parametrize(
    ("tier", "figure", "flags", "kind"),
    [
        ("GRANDMASTER", 4, (), Kind.PERSON),
        ("USER_ACHIEVEMENT_TIER_MASTER", 3, (), Kind.PERSON),
        (2, 2, (), Kind.PERSON),
        ("CONTRIBUTOR", None, (), Kind.PERSON),
        ("STAFF", None, ("kaggle_staff",), Kind.PERSON),
        (11, None, (), Kind.ORGANISATION),
        ("LEGEND", None, (), Kind.PERSON),
    ],
)
def test_tiers(tier: object, figure: int | None, flags: tuple[str, ...], kind: Kind) -> None:
    counted: list[str] = []
    found = account(document(tier=tier), counted)
    assert (found.figures.get("tier"), found.flags, found.kind) == (figure, flags, kind)
    assert counted == (["unknown_tier:LEGEND"] if tier == "LEGEND" else [])


def test_progression_opt_out_drops_tier_ranks_and_points() -> None:
    facts = {"competitionRanking": 3, "competitionPoints": 50, "userLocation": "Oslo, Oslo, Norway"}
    found = account(document(facts=facts, progressionOptOut=True))
    assert (dict(found.figures), found.flags) == ({}, ("progression_opt_out",))
    assert (found.location, found.markers["progression"]) == ("Oslo, Oslo, Norway", "opted_out")
    assert "figures" in found.observed


def test_location_opt_out_drops_the_place_only() -> None:
    found = account(document(facts={"userLocation": "Oslo", "competitionRanking": 3}, locationSharingOptOut=True))
    assert (found.location, found.figures["competition_ranking"]) == (None, 3)
    assert "location" in found.observed


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ({}, False),
        ({"competitionPoints": 90}, False),
        ({"competitionRanking": 99}, False),
        ({"competitionPoints": 101}, True),
        ({"kernelPoints": 1}, True),
        ({"userLocation": "Bergen"}, True),
    ],
    ids=["same", "decayed", "overtaken", "risen", "new kind", "moved"],
)
def test_work_is_read_again_when_the_person_did_something(now: dict[str, object], again: bool) -> None:
    facts = {"competitionPoints": 100, "competitionRanking": 5, "userLocation": "Oslo"}
    mark = people.work_mark(document(facts=dict(facts)))
    assert people.has_new_work(document(facts=facts | now), mark) == again


def test_first_meeting_reads_the_work() -> None:
    assert people.has_new_work(document(), "")


# --- work -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opted_out", "won", "level", "figures"),
    [
        (False, GOLD, Level.RECOGNISED, {"teams": 50, "team_size": 2, "rank": 4, "medal": 1}),
        (False, None, Level.ACTIVITY, {"teams": 50, "team_size": 2, "rank": 4}),
        (True, GOLD, Level.ACTIVITY, {"teams": 50, "team_size": 2}),
    ],
)
def test_results_of_a_competition(opted_out: bool, won: int | None, level: Level, figures: dict[str, float]) -> None:
    team = Team(4, "1", "A", None, ("a", "b"))
    competition = Competition(ref="https://www.kaggle.com/competitions/cells/", title="Cells", deadline=ORIGIN.seen_at)
    person = Person(AccountKey("kaggle", "7"), "a", opted_out)
    found = work.result(competition, team, 50, won, person, SITE, ORIGIN)
    assert (found.level, dict(found.figures), found.source_id) == (level, figures, "cells")
    assert (found.text is None) == opted_out
    assert found.event_at == ORIGIN.seen_at
    bare = work.without_rank(found, ORIGIN)
    assert (dict(bare.figures), bare.text, bare.level) == ({"teams": 50, "team_size": 2}, None, Level.ACTIVITY)


@pytest.mark.parametrize(
    ("ref", "own"), [("AnaExample/x", True), ("anaexample/x", True), ("other/x", False), ("x", False)]
)
def test_only_own_work_counts(ref: str, own: bool) -> None:
    assert work.owned(ref, "anaexample") == own


def test_enum_values_nobody_knows_survive() -> None:
    given = SharedModel.model_validate({"ref": "a/b", "instances": [{"framework": "MODEL_FRAMEWORK_NEXT_THING"}]})
    assert work.model(given, AccountKey("kaggle", "7"), SITE, ORIGIN).tags == ("NEXT_THING",)


def test_omitted_defaults_are_read() -> None:
    kernel = Kernel.model_validate({"ref": "a/b"})
    found = work.notebook(kernel, AccountKey("kaggle", "7"), SITE, ORIGIN)
    assert (found.title, found.event_at, dict(found.figures)) == ("a/b", None, {"votes": 0})


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Fork of Titanic baseline", Level.ACTIVITY),
        ("copy of notebook1", Level.ACTIVITY),
        ("Exercise: Your First Machine Learning Model", Level.ACTIVITY),
        ("EDA, copied from the winner", Level.ACTIVITY),
        ("Forking paths in model selection", Level.PRACTICE),
        ("Exercise tracking with accelerometers", Level.PRACTICE),
        (None, Level.PRACTICE),
    ],
)
def test_copied_notebooks_are_activity(title: str | None, level: Level) -> None:
    kernel = Kernel.model_validate({"ref": "a/b", "title": title} if title else {"ref": "a/b"})
    assert work.notebook(kernel, AccountKey("kaggle", "7"), SITE, ORIGIN).level is level


# --- lanes and memory -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "filters", "order"),
    [
        ("tier=GRANDMASTER", {"tier": "GRANDMASTER"}, "COMPETITION"),
        (
            "tier=master; place=Berlin, Berlin, Germany",
            {"tier": "MASTER", "userLocations": ["Berlin, Berlin, Germany"]},
            "COMPETITION",
        ),
        (
            "ranking=notebooks;employer=Example",
            {"requireRankingForType": "USER_ACHIEVEMENT_TYPE_NOTEBOOKS", "occupationOrganizationNames": ["Example"]},
            "KERNEL",
        ),
    ],
)
def test_search_targets(target: str, filters: dict[str, object], order: str) -> None:
    body = lanes.user_search(target)
    assert body is not None
    assert body["filters"]["userFilters"] == filters
    assert body["usersOrderBy"] == f"SEARCH_USERS_ORDER_BY_{order}_RANKING"


@pytest.mark.parametrize("target", ["", "tier", "tier=", "rank=1", "ranking=likes", "tier=MASTER;age=30"])
def test_search_targets_not_understood(target: str) -> None:
    assert lanes.user_search(target) is None


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("latest:5", lanes.Boards(latest=5)),
        ("cell-images", lanes.Boards(slug="cell-images")),
        ("latest:0", None),
        ("latest:x", None),
        ("newest:5", None),
        ("a/b", None),
        ("", None),
    ],
)
def test_leaderboard_targets(target: str, found: lanes.Boards | None) -> None:
    assert lanes.boards(target) == found


def test_memory_closes_a_competition_when_everybody_was_asked_for() -> None:
    memory = Memory({})
    assert not memory.begin("cells", 2, left=False)
    assert not memory.settle("cells", nobody="ghost")
    assert memory.is_nobody("cells", "ghost")
    again = Memory(memory.state())
    assert again.is_nobody("cells", "ghost")
    assert memory.settle("cells")
    assert memory.state() == {"read": ["cells"], "nobody": {}}


@pytest.mark.parametrize("left", [True, False])
def test_memory_keeps_a_competition_open_while_names_are_left(left: bool) -> None:
    memory = Memory({})
    memory.begin("cells", 1, left=left)
    memory.settle("cells", lost=not left)
    assert memory.state() == {"read": [], "nobody": {}}
