"""What somebody contributed in a window of time, by repository."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from sourcing.demo.clock import DAY, seconds, stamp
from sourcing.demo.server.resolvers.pages import Info, page
from sourcing.demo.works import Record
from sourcing.demo.world import World

_HALF_YEAR = 184 * DAY
_YEAR = 366 * DAY


def _contributions(user: Record, info: Info, start: str | None = None, end: str | None = None, **__: Any) -> Record:
    world: World = info.context.world
    until = seconds(end) if end else world.cast.zero + world.day * DAY
    since = seconds(start) if start else until - 365 * DAY
    if until - since > _YEAR:
        raise GraphQLError("The total time spanned by 'from' and 'to' must not exceed 1 year")
    rows = [_within(row, since, until) for row in user["_given"]]
    made = {"startedAt": stamp(since), "endedAt": stamp(until), "_rows": rows, "_user": user}
    if user["_heavy"] and until - since > _HALF_YEAR:
        return _exhausted(user, info, made)
    return made


def _exhausted(user: Record, info: Info, made: Record) -> Record:
    """Two ways GitHub says it will not count that much: nothing at all, or fields silently zero."""
    message = "Resource limits for this query exceeded."
    if user["databaseId"] % 2:
        raise GraphQLError(message, extensions={"type": "RESOURCE_LIMITS_EXCEEDED"})
    path = [*info.path.as_list(), "commitContributionsByRepository"]
    info.context.errors.append({"type": "RESOURCE_LIMITS_EXCEEDED", "path": path, "message": message})
    return made | {"_rows": [row | {"commits": 0} for row in made["_rows"]]}


def _within(row: Record, start: int, end: int) -> Record:
    """The part of a stretch of work that lies in a window; parts of a split window add up to the whole."""
    span = max(1, row["end"] - row["start"])
    edges = [min(max(moment - row["start"], 0), span) for moment in (start, end)]
    counts = {key: row[key] * edges[1] // span - row[key] * edges[0] // span for key in ("commits", "prs", "reviews")}
    return {"where": row["where"], "latest": min(row["end"], end), **counts}


def _total(kind: str) -> Callable[..., int]:
    def resolve(made: Record, _: Info, **__: Any) -> int:
        return sum(row[kind] for row in made["_rows"])

    return resolve


def _by_repository(kind: str) -> Callable[..., list[Record]]:
    def resolve(made: Record, info: Info, max_repositories: int = 25, **__: Any) -> list[Record]:
        rows = sorted((row for row in made["_rows"] if row[kind]), key=lambda row: -row[kind])
        found = ((_repository_at(info.context.world, made["_user"], row), row) for row in rows)
        shown = [_repository_row(repo, row, kind) for repo, row in found if repo is not None]
        return shown[:max_repositories]

    return resolve


def _repository_row(repo: Record, row: Record, kind: str) -> Record:
    last = {"occurredAt": stamp(row["latest"]), "isRestricted": False, "commitCount": row[kind]}
    return {"repository": repo, "_count": row[kind], "_last": last}


def _repository_at(world: World, user: Record, row: Record) -> Record | None:
    where: str = row["where"][0]
    number: int = row["where"][1]
    if where == "host":
        return world.hosts[number]
    owned: list[Record] = user["_repositories"]
    return next((repo for repo in owned if repo["databaseId"] == number), None)


def _counted(row: Record, _: Info, first: int | None = None, after: str | None = None, **__: Any) -> Record:
    return page([row["_last"]], first, after) | {"totalCount": row["_count"]}


def _issues(made: Record, _: Info, **__: Any) -> int:
    count: int = made["_user"]["_issues"]
    return count


def _restricted(made: Record, _: Info) -> int:
    count: int = made["_user"]["_restricted"]
    return count


TABLE: dict[tuple[str, str], Callable[..., Any]] = {
    ("User", "contributionsCollection"): _contributions,
    ("ContributionsCollection", "totalCommitContributions"): _total("commits"),
    ("ContributionsCollection", "totalPullRequestContributions"): _total("prs"),
    ("ContributionsCollection", "totalPullRequestReviewContributions"): _total("reviews"),
    ("ContributionsCollection", "totalIssueContributions"): _issues,
    ("ContributionsCollection", "restrictedContributionsCount"): _restricted,
    ("ContributionsCollection", "commitContributionsByRepository"): _by_repository("commits"),
    ("ContributionsCollection", "pullRequestContributionsByRepository"): _by_repository("prs"),
    ("ContributionsCollection", "pullRequestReviewContributionsByRepository"): _by_repository("reviews"),
    ("CommitContributionsByRepository", "contributions"): _counted,
    ("PullRequestContributionsByRepository", "contributions"): _counted,
    ("PullRequestReviewContributionsByRepository", "contributions"): _counted,
}
