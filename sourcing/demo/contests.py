"""Competitions at Kaggle with their leaderboards."""

import csv
import io
import zipfile
from dataclasses import dataclass

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp, stamp_ms
from sourcing.demo.stock import Contest, stock
from sourcing.demo.works import Record

_SPACING = 37  # days between two deadlines
_AHEAD = 50  # days the latest deadline lies after the anchor
_EDITIONS = 2
_CATEGORIES = {"Featured", "Research"}  # the ones that award points


@dataclass(frozen=True, slots=True)
class Edition:
    """One run of a competition."""

    number: int
    contest: Contest
    slug: str
    deadline: int  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Team:
    """One row of a leaderboard."""

    number: int
    name: str
    members: tuple[int, ...]  # people
    score: float
    entries: int
    last: int


def editions(cast: Cast) -> list[Edition]:
    """All runs, latest deadline first."""
    rows = []
    for number in range(len(stock().contests) * _EDITIONS):
        contest = stock().contests[number % len(stock().contests)]
        deadline = cast.zero + (_AHEAD - number * _SPACING) * DAY + 86_340
        rows.append(Edition(number, contest, f"{contest.slug}-{stamp(deadline)[:4]}-{number:02}", deadline))
    return rows


def describe(edition: Edition, teams: int) -> Record:
    """The competition as ListCompetitions shows it, defaults omitted."""
    contest, points = edition.contest, edition.contest.category in _CATEGORIES
    url = f"https://www.kaggle.com/competitions/{edition.slug}"
    tags = [{"ref": tag, "name": tag, "fullPath": f"technique > {tag}"} for tag in contest.tags]
    record = {
        "id": 90_000 + edition.number,
        "ref": url,
        "title": contest.title,
        "url": url,
        "description": f"Predict well, measured by {contest.metric.lower()}.",
        "organizationName": "Lumenforge",
        "category": contest.category,
        "reward": "50,000 Usd" if points else "Kudos",
        "tags": tags,
        "deadline": stamp_ms(edition.deadline),
        "teamCount": teams,
        "maxTeamSize": 5,
        "evaluationMetric": contest.metric,
        "enabledDate": stamp_ms(edition.deadline - 90 * DAY),
        "maxDailySubmissions": 5,
    }
    return record | ({"awardsPoints": True} if points else {})


def teams(cast: Cast, edition: Edition) -> list[Team]:
    """The leaderboard, best first."""
    chance = Chance(cast.seed, "contest", edition.number)
    joined = [person for person in cast.people if person.kaggle and _joins(chance, person, edition)]
    formed = _formed(chance, cast, edition, joined)
    return sorted(formed, key=lambda team: (-team.score, team.number))


def _joins(chance: Chance, person: Person, edition: Edition) -> bool:
    return chance.often((0.4 if person.field.id in edition.contest.fields else 0.05) * (0.3 + 0.7 * person.active))


def _formed(chance: Chance, cast: Cast, edition: Edition, left: list[Person]) -> list[Team]:
    rows: list[Team] = []
    while left:
        size = 1 if chance.often(0.75) else chance.between(2, 4)
        members, left = left[:size], left[size:]
        strength = max(member.tier + member.seniority for member in members) / 5
        name = members[0].name if len(members) == 1 else " & ".join(member.kaggle for member in members[:2])
        last = min(edition.deadline, cast.zero) - chance.below(20 * DAY)
        score = round(0.5 + 0.35 * strength + 0.15 * chance.real(), 5)
        people = tuple(member.index for member in members)
        rows.append(
            Team(14_000_000 + edition.number * 100_000 + len(rows), name, people, score, chance.between(1, 90), last)
        )
    return rows


def leaderboard(cast: Cast, edition: Edition, rows: list[Team]) -> bytes:
    """The zip that DownloadLeaderboard answers: one CSV, UTF-8 with byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["Rank", "TeamId", "TeamName", "LastSubmissionDate", "Score", "SubmissionCount", "TeamMemberUserNames"]
    )
    start = stamp(edition.deadline - 89 * DAY).replace("T", " ").rstrip("Z")
    writer.writerow([0, 13_000_000 + edition.number, "Host Baseline Benchmark", start, "0.50000", 1, "lumenforge"])
    for rank, team in enumerate(rows, start=1):
        names = ",".join(cast.people[index].kaggle for index in team.members)
        last = stamp(team.last).replace("T", " ").rstrip("Z")
        writer.writerow([rank, team.number, team.name, last, f"{team.score:.5f}", team.entries, names])
    return _zipped(f"{edition.slug}-publicleaderboard.csv", "\ufeff" + text.getvalue())


def _zipped(name: str, text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return held.getvalue()
