"""Invented GitHub answers for tests: people, repositories, and the GraphQL and REST shapes around them."""

from collections.abc import Mapping, Sequence
from typing import Any

from spiders._github import documents

API = "https://api.github.com"
RATE = {"cost": 1, "limit": 5000, "remaining": 4990, "used": 10, "resetAt": "2026-11-01T07:00:00Z", "nodeCount": 10}
MERGED = "2026-10-20T10:00:00Z"


def graph(
    document: str, variables: Mapping[str, Any], data: Mapping[str, Any] | None, *errors: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """One GraphQL exchange."""
    body: dict[str, Any] = {"data": {**data, "rateLimit": RATE} if data is not None else None}
    if errors:
        body["errors"] = list(errors)
    sent = {"query": document, "variables": dict(variables)}
    return {"method": "POST", "url": f"{API}/graphql", "request_body": sent, "status": 200, "body": body, **more}


def rest(path: str, body: Any, *, status: int = 200, **headers: str) -> dict[str, Any]:
    """One REST exchange."""
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {"method": "GET", "url": f"{API}{path}", "status": status, "headers": sent, "body": body}


def error(kind: str, *path: str | int) -> dict[str, Any]:
    """A GraphQL error that covers a path."""
    return {"type": kind, "path": list(path), "message": f"{kind} at {path}"}


def probed(number: int, login: str, **fields: Any) -> dict[str, Any]:
    """A person as the probe returns it."""
    return {
        "__typename": "User",
        "databaseId": number,
        "id": f"U_{number}",
        "login": login,
        "name": f"Person {number}",
        "bio": "ML engineer",
        "company": None,
        "location": "Lisbon, Portugal",
        "isHireable": False,
        "createdAt": "2015-01-01T00:00:00Z",
        "updatedAt": "2026-10-01T00:00:00Z",
        "followers": {"totalCount": 3},
        "repositories": {"totalCount": 1, "nodes": [{"pushedAt": "2026-10-02T00:00:00Z"}]},
        **fields,
    }


def profiled(number: int, login: str, **fields: Any) -> dict[str, Any]:
    """A person as the profile document returns it, with one repository."""
    repo = {
        "databaseId": number * 10,
        "name": "engine",
        "nameWithOwner": f"{login}/engine",
        "url": f"https://github.com/{login}/engine",
        "description": "Trains models",
        "isArchived": False,
        "isFork": False,
        "createdAt": "2025-01-01T00:00:00Z",
        "pushedAt": "2026-10-02T00:00:00Z",
        "stargazerCount": 12,
        "forkCount": 1,
        "primaryLanguage": {"name": "Python"},
        "languages": {"edges": [{"size": 9000, "node": {"name": "Python"}}]},
        "repositoryTopics": {"nodes": [{"topic": {"name": "pytorch"}}]},
        "licenseInfo": None,
    }
    shown = {
        "databaseId": number * 10,
        "tree": {"entries": [{"name": "Dockerfile", "type": "blob"}]},
        "workflows": None,
        "requirements": {"text": "torch\n", "isTruncated": False},
        "project": None,
        "releases": {"totalCount": 0, "nodes": []},
    }
    base = {key: value for key, value in probed(number, login).items() if key not in ("__typename", "repositories")}
    return {
        **base,
        "websiteUrl": f"https://{login}.example",
        "twitterUsername": None,
        "status": None,
        "socialAccounts": {"nodes": []},
        "pinnedItems": {"nodes": []},
        "pullRequests": {"totalCount": 5},
        "repositories": {"totalCount": 1, "nodes": [repo]},
        "showcase": {"nodes": [shown]},
        "readme": None,
        **fields,
    }


def year(commits: int, rows: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """One window of contributions."""
    return {
        "totalCommitContributions": commits,
        "totalPullRequestContributions": 0,
        "totalPullRequestReviewContributions": 0,
        "totalIssueContributions": 0,
        "restrictedContributionsCount": 0,
        "commitContributionsByRepository": list(rows),
        "pullRequestContributionsByRepository": [],
        "pullRequestReviewContributionsByRepository": [],
    }


def worked(owner: str, count: int) -> dict[str, Any]:
    """Commits to one repository of others."""
    repo = {
        "databaseId": 777,
        "nameWithOwner": f"{owner}/tool",
        "url": f"https://github.com/{owner}/tool",
        "description": "A tool",
        "isFork": False,
        "isPrivate": False,
        "stargazerCount": 40,
        "owner": {"login": owner},
        "primaryLanguage": None,
        "repositoryTopics": {"nodes": []},
    }
    seen = {"totalCount": count, "nodes": [{"occurredAt": "2026-05-01T00:00:00Z"}]}
    return {"repository": repo, "contributions": seen}


def probe(people: Sequence[tuple[int, Any]], *errors: Mapping[str, Any]) -> dict[str, Any]:
    """The exchange of one probe: (number, node or None) of everybody asked for."""
    ids = [f"U_{number}" for number, _ in people]
    return graph(documents.PROBE, {"ids": ids}, {"nodes": [node for _, node in people]}, *errors)


def profiles(people: Sequence[tuple[int, str, Any]], *errors: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The exchange of one profile document: (number, login asked with, node)."""
    variables = {f"i{n}": f"U_{number}" for n, (number, _, _) in enumerate(people)}
    variables |= {f"l{n}": login for n, (_, login, _) in enumerate(people)}
    data = {f"u{n}": node for n, (_, _, node) in enumerate(people)}
    return graph(documents.profiles(len(people)), variables, data, *errors, **more)


def contributions(
    people: Sequence[tuple[int, str, str, Any]], *errors: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """The exchange of one contributions document: (number, since, until, window or None)."""
    variables: dict[str, Any] = {}
    for n, (number, since, until, _) in enumerate(people):
        variables |= {f"i{n}": f"U_{number}", f"f{n}": since, f"t{n}": until}
    data = {
        f"u{n}": {"databaseId": number, "contributionsCollection": window}
        for n, (number, _, _, window) in enumerate(people)
    }
    return graph(documents.contributions(len(people)), variables, data, *errors, **more)


def merged(repos: Sequence[tuple[str, str | None, Any]], *errors: Mapping[str, Any]) -> dict[str, Any]:
    """The exchange of one document of merged changes: (owner/name, cursor, repository or None)."""
    variables: dict[str, Any] = {}
    for n, (target, cursor, _) in enumerate(repos):
        owner, _, name = target.partition("/")
        variables |= {f"o{n}": owner, f"n{n}": name, f"a{n}": cursor}
    data = {f"r{n}": node for n, (_, _, node) in enumerate(repos)}
    return graph(documents.merged_changes(len(repos)), variables, data, *errors)


def watched(target: str, changes: Sequence[Mapping[str, Any]], following: str | None = None) -> dict[str, Any]:
    """A watched repository with a page of merged changes."""
    return {
        "databaseId": 4242,
        "nameWithOwner": target,
        "url": f"https://github.com/{target}",
        "description": "A framework",
        "stargazerCount": 1000,
        "primaryLanguage": {"name": "Python"},
        "repositoryTopics": {"nodes": [{"topic": {"name": "deep-learning"}}]},
        "pullRequests": {
            "pageInfo": {"hasNextPage": following is not None, "endCursor": following},
            "nodes": list(changes),
        },
    }


def change(number: int, author: tuple[int, str] | None, *, files: int = 5, at: str = MERGED) -> dict[str, Any]:
    """A merged change."""
    who = None
    if author is not None:
        who = {"__typename": "User", "login": author[1], "databaseId": author[0], "id": f"U_{author[0]}"}
    return {
        "databaseId": number,
        "title": f"Mend {number}",
        "url": f"https://github.com/lab/tool/pull/{number}",
        "mergedAt": at,
        "updatedAt": at,
        "changedFiles": files,
        "additions": 4,
        "deletions": 1,
        "author": who,
    }
