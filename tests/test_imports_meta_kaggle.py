"""Meta Kaggle: who is kept, what a dump may overwrite, team medals, broken and packed tables, constant memory."""

import gzip
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.imports import _blocks, _tables, meta_kaggle
from sourcing.imports._meta_kaggle import kept
from storage.errors import ConfigError, Unreadable
from storage.records import Account, AccountKey, Kind, Level, Origin
from storage.text import display
from tests.imports_kit import LATER, NOW, House, table

MADE = NOW - timedelta(days=3)


def user(number: int, **more: object) -> dict[str, object]:
    given = {"Id": number, "UserName": f"user{number}", "DisplayName": f"User {number}", "RegisterDate": "03/24/2011"}
    return {**given, "PerformanceTier": 2, "Country": "Norway", "LocationSharingOptOut": "False", **more}


def achievement(who: int, kind: str = "Competitions", tier: int = 1, rank: int | str = "") -> dict[str, object]:
    given = {"Id": who * 4, "UserId": who, "AchievementType": kind, "Tier": tier, "TierAchievementDate": "07/15/2016"}
    points = {"Points": 24, "CurrentRanking": rank, "HighestRanking": "", "TotalGold": 1, "TotalSilver": 0}
    return {**given, **points, "TotalBronze": 2}


def team(number: int, medal: int | str = "", rank: int | str = 12) -> dict[str, object]:
    given = {
        "Id": number,
        "CompetitionId": 7,
        "TeamLeaderId": 1,
        "TeamName": "a, b",
        "LastSubmissionDate": "08/18/2020",
    }
    return {**given, "IsBenchmark": "False", "Medal": medal, "MedalAwardDate": "", "PrivateLeaderboardRank": rank}


DUMP: dict[str, list[dict[str, object]]] = {
    "UserAchievements": [
        achievement(1, tier=4, rank=3),
        achievement(1, "Scripts", tier=1),
        achievement(2, "Scripts", tier=2),
        achievement(3, tier=1),  # a contributor, like everybody since 2025
        achievement(4, "Discussion", tier=1, rank=90),
        achievement(5, tier=5),  # staff
        achievement(6, tier=11),
        achievement(7, tier=3),
        achievement(9, tier=3),
    ],
    "Users": [
        user(1, PerformanceTier=4, DisplayName='Ada "the\nfirst", Example'),
        user(2, Country=""),
        user(3),
        user(4, PerformanceTier=1, LocationSharingOptOut="True"),
        user(5, PerformanceTier=5),
        user(7, UserName=""),
    ],
    "Teams": [team(70, 1), team(71, "", 900), team(72, 3, 99)],
    "TeamMemberships": [
        {"Id": 1, "TeamId": 70, "UserId": 1, "RequestDate": ""},
        {"Id": 2, "TeamId": 70, "UserId": 3, "RequestDate": ""},
        {"Id": 3, "TeamId": 71, "UserId": 2, "RequestDate": ""},
        {"Id": 4, "TeamId": 72, "UserId": 2, "RequestDate": ""},
    ],
    "Competitions": [
        {"Id": 7, "Slug": "find-cells", "Title": "Find cells", "HostSegmentTitle": "Featured"}
        | {"DeadlineDate": "05/25/2020 18:00:00", "TotalTeams": 1200, "Rules": 'long\ntext, with "all"'}
    ],
    "CompetitionTags": [{"Id": 1, "CompetitionId": 7, "TagId": 5}, {"Id": 2, "CompetitionId": 7, "TagId": 6}],
    "Tags": [{"Id": 5, "Name": "image"}, {"Id": 6, "Name": "biology"}],
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def dump(house: House, made: datetime = MADE, **tables: list[dict[str, object]]) -> Path:
    folder = house.folder / "dump"
    for name, rows in {**DUMP, **tables}.items():
        path = house.write(f"dump/{name}.csv", table(rows))
        os.utime(path, (made.timestamp(), made.timestamp()))
    return folder


def test_ranked_people_and_experts_are_kept_with_their_medals(house: House) -> None:
    done = house.bring("meta_kaggle", dump(house))
    found = house.accounts("kaggle")
    assert sorted(found) == ["1", "2", "4"]
    ada, two, four = found["1"], found["2"], found["4"]
    assert (ada.handle, ada.url, ada.name) == ("user1", "https://www.kaggle.com/user1", 'Ada "the first", Example')
    assert (ada.location, ada.created_at, ada.kind) == ("Norway", datetime(2011, 3, 24, tzinfo=UTC), Kind.PERSON)
    expected = {"competition_ranking": 3, "competition_points": 24, "competition_gold": 1, "competition_bronze": 2}
    assert dict(ada.figures) == expected | {"tier": 4}
    assert (two.location, two.figures["notebook_points"], "location" in two.observed) == (None, 24, False)
    assert (four.location, four.flags, "location" in four.observed) == (None, ("location_opt_out",), True)
    assert (ada.origin.source, ada.origin.spider) == ("kaggle", "meta_kaggle/1")
    with house.store() as store:
        work = store.evidence([AccountKey("kaggle", "1"), AccountKey("kaggle", "2")])
    (gold,), (bronze,) = work.values()
    assert (gold.source_id, gold.kind, gold.title, gold.level) == (
        "find-cells",
        "competition",
        "Find cells",
        Level.RECOGNISED,
    )
    assert dict(gold.figures) == {"teams": 1200, "team_size": 2, "rank": 12, "medal": 1}
    assert gold.tags == ("featured", "biology", "image")
    assert gold.event_at == datetime(2020, 8, 18, tzinfo=UTC)
    assert (bronze.figures["medal"], bronze.figures["team_size"]) == (3, 1)
    assert done.state == "done"
    assert done.counters == {"achievements_of_nobody": 1, "user_without_name": 1}


def test_a_dump_read_twice_doubles_nothing(house: House) -> None:
    place = dump(house)
    house.bring("meta_kaggle", place)
    before = house.accounts("kaggle")
    again = house.bring("meta_kaggle", place, now=LATER)
    assert again.counters["imported_before"] == 3
    assert (again.saved.accounts_new, again.saved.evidence_new, again.saved.evidence_unchanged) == (0, 0, 2)
    assert house.accounts("kaggle") == before


def test_an_import_that_was_stopped_is_repeated_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    place = dump(house)
    real = meta_kaggle.MetaKaggle._results

    def stop(*_: object) -> Iterator[Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(meta_kaggle.MetaKaggle, "_results", stop)
    monkeypatch.setattr("sourcing.imports._run.ROWS", 2)
    cut = house.bring("meta_kaggle", place)
    assert (cut.state, cut.exit_code, cut.saved.accounts_new) == ("interrupted", 130, 2)
    monkeypatch.setattr(meta_kaggle.MetaKaggle, "_results", real)
    rest = house.bring("meta_kaggle", place, now=LATER)
    assert (rest.saved.accounts_new, rest.saved.evidence_new, rest.imported_before) == (1, 2, None)
    assert len(house.accounts("kaggle")) == 3


def api(number: str, at: datetime, **more: Any) -> Account:
    """What the official API said of somebody."""
    origin = Origin(source="kaggle", url="https://api.kaggle.example", seen_at=at, spider="kaggle/1")
    given = {"handle": f"user{number}", "url": f"https://www.kaggle.com/user{number}", "kind": Kind.PERSON}
    return Account(source="kaggle", source_id=number, origin=origin, **{**given, **more})


def test_a_dump_never_overwrites_what_the_api_said_since(house: House) -> None:
    with house.store() as store:
        store.save(
            [api("1", NOW - timedelta(days=1), handle="renamed", name="New Name", location="Oslo, Oslo, Norway")]
        )
        store.save([api("2", MADE - timedelta(days=9), name="Old Name", location="Bergen, Norway")])
    house.bring("meta_kaggle", dump(house))
    found = house.accounts("kaggle")
    one, two = found["1"], found["2"]
    assert (one.handle, one.name, one.location) == ("renamed", "New Name", "Oslo, Oslo, Norway")
    assert one.figures["competition_ranking"] == 3  # nobody had said that
    assert (two.name, two.location) == ("User 2", "Bergen, Norway")


def test_a_newer_dump_replaces_an_older_one_however_late_that_was_read(house: House) -> None:
    house.bring("meta_kaggle", dump(house, MADE - timedelta(days=90)), now=NOW)
    newer = dump(house, MADE, Users=[user(1, DisplayName="Ada Newly")])
    house.bring("meta_kaggle", newer, now=LATER)
    assert house.accounts("kaggle")["1"].name == "Ada Newly"
    older = dump(house, MADE - timedelta(days=30), Users=[user(1, DisplayName="Ada Formerly")])
    house.bring("meta_kaggle", older, now=LATER + timedelta(days=1))
    assert house.accounts("kaggle")["1"].name == "Ada Newly"


def test_who_left_kaggle_is_gone_and_who_hides_ranks_shows_none(house: House) -> None:
    with house.store() as store:
        store.save([api("88", MADE - timedelta(days=9)), api("89", NOW - timedelta(days=1))])
        store.save([api("1", MADE - timedelta(days=9), markers={"progression": "opted_out"})])
    done = house.bring("meta_kaggle", dump(house))
    assert (done.saved.gone, done.counters["progression_opt_out"]) == (1, 1)
    assert dict(house.accounts("kaggle")["1"].figures) == {}
    with house.store() as store:
        (result,) = store.evidence([AccountKey("kaggle", "1")])[AccountKey("kaggle", "1")]
    assert "medal" not in result.figures
    assert result.level is Level.ACTIVITY


def test_a_dump_cut_at_a_line_end_sends_nobody_away(house: House) -> None:
    with house.store() as store:
        store.save([api(str(number), MADE - timedelta(days=9)) for number in range(100, 130)])
    done = house.bring("meta_kaggle", dump(house))
    assert (done.state, done.saved.gone, done.counters["too_many_gone"]) == ("partial", 0, 30)
    assert "is the file whole?" in done.findings[0]


def packed_zip(folder: Path) -> Path:
    path = folder.parent / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"meta-kaggle/{file.name}")
    return path


def packed_each(folder: Path) -> Path:
    for number, file in enumerate(sorted(folder.iterdir())):
        if number % 2:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        else:
            with zipfile.ZipFile(file.with_name(f"{file.name}.zip"), "w") as archive:
                archive.write(file, file.name)
        file.unlink()
    return folder


@pytest.mark.parametrize("pack", [packed_zip, packed_each])
def test_packed_tables_read_the_same(house: House, pack: Callable[[Path], Path]) -> None:
    done = house.bring("meta_kaggle", pack(dump(house)), settings=["made=2026-11-20"])
    assert (done.state, done.saved.accounts_new, done.saved.evidence_new) == ("done", 3, 2)


def test_a_damaged_archive_gives_what_came_before_and_says_so(house: House) -> None:
    place = dump(house)
    path = place / "Users.csv"
    whole = gzip.compress(path.read_bytes() + b"x" * 50)
    path.unlink()
    (place / "Users.csv.gz").write_bytes(whole[:-30])
    with house.store() as store:
        store.save([api("88", MADE - timedelta(days=9))])
    done = house.bring("meta_kaggle", place)
    assert (done.state, done.counters["broken_file:Users"], done.saved.gone) == ("partial", 1, 0)
    assert "fetch the file again" in done.findings[0]


LACKING: list[tuple[dict[str, Any], str]] = [
    (
        {"Users": [{"Id": 1, "Name": "x"}]},
        "Users.csv lacks the columns UserName, DisplayName, PerformanceTier; it has Id, Name",
    ),
    ({"UserAchievements": [{"UserId": 1}]}, "UserAchievements.csv lacks the columns AchievementType, Tier"),
]


@pytest.mark.parametrize(("tables", "said"), LACKING)
def test_missing_columns_are_named(house: House, tables: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        house.bring("meta_kaggle", dump(house, **tables))


def test_missing_tables(house: House) -> None:
    place = dump(house)
    (place / "Teams.csv").unlink()
    done = house.bring("meta_kaggle", place)
    assert (done.state, done.saved.evidence_new, done.counters["left_out:Teams"]) == ("done", 0, 1)
    (place / "Users.csv").unlink()
    with pytest.raises(ConfigError, match=r"no Users\.csv"):
        house.bring("meta_kaggle", place)
    with pytest.raises(ConfigError, match="not there"):
        house.bring("meta_kaggle", house.folder / "nowhere")
    with pytest.raises(ConfigError, match="KAGGLE_API_TOKEN"):
        house.bring("meta_kaggle", Path("latest"))


def test_an_archive_that_is_none(house: House) -> None:
    path = house.write("archive.zip", b"PK\x03\x04 and nothing more")
    with pytest.raises(ConfigError, match=r"archive\.zip: File is not a zip file; fetch it again"):
        house.bring("meta_kaggle", path)


def test_nobody_kept_is_a_finding(house: House) -> None:
    done = house.bring("meta_kaggle", dump(house, UserAchievements=[achievement(3)]))
    assert (done.state, done.findings[0][:6]) == ("partial", "nobody")


# ---- tables and blocks ---------------------------------------------------------------------------------------------


def scanned(tmp_path: Path, text: bytes, **more: Any) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    path = tmp_path / "T.csv"
    path.write_bytes(text)
    counted: dict[str, int] = {}

    def count(name: str, number: int = 1) -> None:
        counted[name] = counted.get(name, 0) + number

    found = _tables.Table("T", path, len(text), NOW)
    columns = {"Id": pl.Int64(), "Name": pl.String()}
    blocks = _tables.scan(found, columns, pl.col("Id") > 1, count, keys=["Id"], **more)
    return [row for block in blocks for row in block.iter_rows()], counted


ROWS = [
    (b"Id,Name\n1,a\n2,b\n", [(2, "b")], {}),
    (b"\xef\xbb\xbfId,Name\r\n2,b\r\n3,c", [(2, "b"), (3, "c")], {}),
    (b'Name,Id\n"x\n""y"",",2\n', [(2, 'x\n"y",')], {}),
    (b"Id,Name\n2,b\nx,c\n,d\n", [(2, "b")], {"unreadable_row:T": 2}),
    (b"Id,Name\n2,b,c\n3,d\n4\n", [(3, "d")], {"ragged_row:T": 2}),
    (b"Id,Name\n2,\xff\n3,c\n", [(2, "\ufffd"), (3, "c")], {}),
    (b"Id,Name,Later\n2,b,x\n", [(2, "b")], {}),
    (b"Id,Name\n99999999999999999999,b\n3,c\n", [(3, "c")], {"unreadable_row:T": 1}),
    (b"Id,Name\n", [], {}),
]


@pytest.mark.parametrize(("text", "rows", "counted"), ROWS, ids=[str(n) for n in range(len(ROWS))])
def test_rows_of_a_table(tmp_path: Path, text: bytes, rows: list[tuple[Any, ...]], counted: dict[str, int]) -> None:
    assert scanned(tmp_path, text) == (rows, counted)


def test_an_empty_table_and_one_whose_quote_never_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="is empty"):
        scanned(tmp_path, b"")
    monkeypatch.setattr(_blocks.records, "__kwdefaults__", {"largest": 1000})
    with pytest.raises(Unreadable, match="a quote opens and never closes"):
        scanned(tmp_path, b"Id,Name\n" + b'2,"b\n' + b"3,c\n" * 1000)


@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.text('ab,\n" \r', max_size=5)), max_size=12),
    size=st.integers(1, 40),
)
def test_blocks_of_any_size_hold_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str]], size: int
) -> None:
    text = table([{"Id": "Id", "Name": "Name"}, *({"Id": n, "Name": name} for n, name in rows)]).partition("\n")[2]
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_bytes(text.encode())
    pieces = _blocks.raw_blocks(path, size=size)
    blocks = list(_blocks.records(pieces, lambda _: None, quoted=True))
    assert b"".join(blocks) == text.encode()
    assert all(block.endswith(b"\n") and block.count(b'"') % 2 == 0 for block in blocks)


def test_a_record_beyond_the_limit_is_passed_over() -> None:
    counted: list[str] = []
    pieces = iter([b"ab\n" + b"x" * 50, b"x" * 50, b"xx\ncd\n", b"ef"])
    assert list(_blocks.records(pieces, counted.append, quoted=False, largest=20)) == [b"ab\n", b"cd\n", b"ef"]
    assert counted == ["line_too_long"]


def test_hostile_names_are_cleaned(house: House) -> None:
    name = "Ada\u202e\u200b Ex\x07ample"
    house.bring("meta_kaggle", dump(house, Users=[user(1, DisplayName=name)]))
    assert house.accounts("kaggle")["1"].name == display(name, limit=200)[0]


def test_where_more_qualify_than_fit_the_bar_rises() -> None:
    rows = [(n, "Competitions", 2 + n % 3, 1, n if n < 3 else None, 0, 0, 0) for n in range(1, 40)]
    blocks = [pl.DataFrame([row], schema=kept.COLUMNS, orient="row") for row in rows]
    counted: list[int] = []
    found = kept.gather(blocks, 10, lambda _, number: counted.append(number))
    assert found.height == 10
    assert set(found["UserId"]) >= {1, 2}
    assert set(found.filter(pl.col("CurrentRanking").is_null())["Tier"]) == {4}
    assert sum(counted) == len(rows) - 10
