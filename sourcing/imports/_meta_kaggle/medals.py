"""Medals of teams as evidence of their members: Teams → TeamMemberships → Competitions → tags."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from sourcing.imports._meta_kaggle.people import Met, day, key
from spiders._kaggle import work
from spiders._kaggle.answers import Category, Competition
from spiders._kaggle.leaderboard import Team
from spiders._kaggle.people import Person
from storage.records import Evidence, Origin

TEAMS: Mapping[str, pl.DataType] = {
    "Id": pl.Int64(),
    "CompetitionId": pl.Int64(),
    "TeamName": pl.String(),
    "LastSubmissionDate": pl.String(),
    "Medal": pl.Int32(),
    "PrivateLeaderboardRank": pl.Int64(),
}
WITH_MEDAL = pl.col("Medal").is_between(1, 3)
MEMBERS: Mapping[str, pl.DataType] = {"TeamId": pl.Int64(), "UserId": pl.Int64()}
COMPETITIONS: Mapping[str, pl.DataType] = {
    "Id": pl.Int64(),
    "Slug": pl.String(),
    "Title": pl.String(),
    "HostSegmentTitle": pl.String(),
    "DeadlineDate": pl.String(),
    "TotalTeams": pl.Int64(),
}
COMPETITION_TAGS: Mapping[str, pl.DataType] = {"CompetitionId": pl.Int64(), "TagId": pl.Int64()}
TAGS: Mapping[str, pl.DataType] = {"Id": pl.Int64(), "Name": pl.String()}


@dataclass(slots=True)
class Medals:
    """What is known of teams with a medal once their tables are read: tens of thousands of rows."""

    teams: pl.DataFrame
    members: pl.DataFrame
    competitions: dict[int, Competition] = field(default_factory=dict)

    def results(
        self,
        users: Collection[int],
        met: Mapping[int, Met],
        site: str,
        stamp: Callable[[str], Origin],
        count: Callable[[str], object],
    ) -> Iterator[Evidence]:
        """A result per member among these users, user by user."""
        sizes = self.members.group_by("TeamId").len("size")
        ours = self.members.unique().filter(pl.col("UserId").is_in(pl.Series(list(users), dtype=pl.Int64).implode()))
        rows = ours.join(self.teams, left_on="TeamId", right_on="Id").join(sizes, on="TeamId").sort("UserId", "TeamId")
        for row in rows.iter_rows(named=True):
            competition = self.competitions.get(row["CompetitionId"])
            if competition is None:
                count("competition_not_in_dump")
                continue
            before = met.get(row["UserId"])
            person = Person(key(row["UserId"]), "", before is not None and before.opted_out)
            origin = stamp(f"{site}/competitions/{competition.slug}/leaderboard")
            made = work.result(competition, _team(row), competition.team_count, row["Medal"], person, site, origin)
            yield made if competition.team_count else _without_size(made)


def _without_size(result: Evidence) -> Evidence:
    """A result of a competition whose number of teams the dump does not say."""
    return result.model_copy(
        update={"text": None, "figures": {k: v for k, v in result.figures.items() if k != "teams"}}
    )


def _team(row: Mapping[str, object]) -> Team:
    rank, size = row["PrivateLeaderboardRank"], row["size"]
    assert isinstance(size, int)
    at = day(str(row["LastSubmissionDate"] or ""))
    members = tuple(str(number) for number in range(size))  # only their number is used
    return Team(rank if isinstance(rank, int) else None, str(row["TeamId"]), str(row["TeamName"] or ""), at, members)


def members_of(blocks: Iterable[pl.DataFrame], teams: pl.DataFrame) -> pl.DataFrame:
    """All members of these teams; the table is read once, a block at a time."""
    chosen = teams.select(pl.col("Id").alias("TeamId"))
    parts = [block.join(chosen, on="TeamId", how="semi") for block in blocks]
    return pl.concat([part for part in parts if part.height] or [pl.DataFrame(schema=MEMBERS)])


def competitions_of(
    blocks: Iterable[pl.DataFrame], tags: Mapping[int, tuple[str, ...]], count: Callable[[str], object]
) -> dict[int, Competition]:
    """Competitions by number, with the names of their tags."""
    found: dict[int, Competition] = {}
    for row in (row for block in blocks for row in block.iter_rows(named=True)):
        if not row["Slug"]:
            count("competition_without_name")
            continue
        found[row["Id"]] = Competition(
            id=row["Id"],
            ref=row["Slug"],
            title=row["Title"] or "",
            category=row["HostSegmentTitle"] or "",
            deadline=day(row["DeadlineDate"]),
            team_count=max(0, row["TotalTeams"] or 0),
            tags=[Category(name=name) for name in tags.get(row["Id"], ())],
        )
    return found


def tags_of(links: Iterable[pl.DataFrame], tags: Iterable[pl.DataFrame]) -> dict[int, tuple[str, ...]]:
    """Names of tags by competition, in alphabetical order."""
    names = {number: name for block in tags for number, name in block.iter_rows() if name}
    found: dict[int, set[str]] = {}
    for competition, tag in (row for block in links for row in block.iter_rows()):
        if tag in names:
            found.setdefault(competition, set()).add(names[tag])
    return {competition: tuple(sorted(chosen)) for competition, chosen in found.items()}
