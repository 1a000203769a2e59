"""Leaderboard downloads of all generations, and the medals that follow from them.

Rank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount,TeamMemberUserNames   since about 2024
TeamId,TeamName,SubmissionDate,Score                                                one row a team
TeamId, TeamName, SubmissionDate, Score                                             one row an improvement, US dates
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.errors import Unreadable

LARGEST = 64 * 1024 * 1024  # bytes of an unpacked leaderboard; the largest known has 16,000 rows and 1.3 MB
ROWS = 200_000
DATES = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
GOLD, SILVER, BRONZE = 1, 2, 3
MEDALS = {GOLD: "gold", SILVER: "silver", BRONZE: "bronze"}


@dataclass(frozen=True, slots=True)
class Team:
    """One row: a team's final place; `rank` is None where the file has none, 0 marks a host's benchmark."""

    rank: int | None
    id: str
    name: str
    at: datetime | None
    members: tuple[str, ...]


def unpack(body: bytes) -> str:
    """The CSV in a download; Unreadable for a broken or oversized one."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8-sig", "replace")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            name = next((name for name in archive.namelist() if name.lower().endswith(".csv")), None)
            if name is None:
                raise Unreadable("no_csv_in_zip", ", ".join(archive.namelist())[:200])
            # The size a zip declares is a claim; what is read is bounded here.
            with archive.open(name) as held:
                raw = held.read(LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable("broken_zip", str(error)) from error
    if len(raw) > LARGEST:
        raise Unreadable("too_large", f"{name} unpacks to more than {LARGEST} bytes")
    return raw.decode("utf-8-sig", "replace")


def read(text: str) -> list[Team]:
    """All rows as teams, repeated improvements of one team folded into its last; Unreadable without a team column."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = [name.strip().lstrip("\ufeff").casefold() for name in next(rows, [])]
    if "teamid" not in header:
        raise Unreadable("no_leaderboard", f"columns {header[:10]}")
    teams: dict[str, Team] = {}
    for team in _teams(rows, header):
        teams[team.id] = team
    return list(teams.values())


def _teams(rows: Iterator[list[str]], header: list[str]) -> Iterator[Team]:
    try:
        for number, values in enumerate(rows):
            if number >= ROWS:
                raise Unreadable("too_many_items", f"more than {ROWS} rows")
            row = dict(zip(header, (value.strip() for value in values), strict=False))
            if row.get("teamid"):
                yield _team(row)
    except csv.Error as error:
        raise Unreadable("broken_csv", str(error)) from error


def _team(row: Mapping[str, str]) -> Team:
    members = (name.strip() for name in row.get("teammemberusernames", "").split(","))
    rank = row.get("rank", "")
    return Team(
        rank=int(rank) if rank.isdecimal() else None,
        id=row["teamid"],
        name=row.get("teamname", ""),
        at=_time(row.get("lastsubmissiondate") or row.get("submissiondate") or ""),
        members=tuple(dict.fromkeys(name for name in members if name)),
    )


def _time(text: str) -> datetime | None:
    for form in DATES:
        try:
            # The files name no zone; Kaggle's times are UTC.
            return datetime.strptime(text[:22], form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def medal(rank: int, teams: int) -> int | None:
    """Medal of a final private rank by the published table; shares round down (kaggle.com/progression)."""
    if rank < 1 or teams < 1:
        return None
    gold, silver, bronze = _limits(teams)
    return GOLD if rank <= gold else SILVER if rank <= silver else BRONZE if rank <= bronze else None


def _limits(teams: int) -> tuple[int, int, int]:
    if teams < 100:
        return teams * 10 // 100, teams * 20 // 100, teams * 40 // 100
    if teams < 250:
        return 10, teams * 20 // 100, teams * 40 // 100
    gold = 10 + teams * 2 // 1000
    return (gold, 50, 100) if teams < 1000 else (gold, teams * 5 // 100, teams * 10 // 100)
