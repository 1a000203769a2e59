"""Fields of repositories and their merged changes."""

from collections.abc import Callable
from typing import Any

from sourcing.demo.clock import stamp
from sourcing.demo.server.files import opened
from sourcing.demo.server.resolvers.pages import Info, page
from sourcing.demo.works import Record
from sourcing.demo.world import World


def _languages(repo: Record, _: Info, first: int | None = None, after: str | None = None, **__: Any) -> Record:
    rows = [{"size": size, "node": {"name": name}, "cursor": name} for name, size in repo["_languages"]]
    made = page(rows, first, after)
    return made | {
        "edges": made["nodes"],
        "nodes": [row["node"] for row in made["nodes"]],
        "totalSize": sum(row["size"] for row in rows),
    }


def _topics(repo: Record, _: Info, first: int | None = None, after: str | None = None, **__: Any) -> Record:
    return page([{"topic": {"name": name}} for name in repo["_topics"]], first, after)


def _object(repo: Record, _: Info, expression: str | None = None, **__: Any) -> Record | None:
    return opened(repo, (expression or "").removeprefix("HEAD:"))


def _releases(repo: Record, _: Info, first: int | None = None, after: str | None = None, **__: Any) -> Record:
    count = len(repo["_releases"])
    rows = [
        {"publishedAt": stamp(at), "createdAt": stamp(at), "tagName": f"v0.{count - n}.0", "name": None}
        for n, at in enumerate(repo["_releases"])
    ]
    return page(rows, first, after)


def _merged(
    repo: Record,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    states: list[str] | None = None,
    **__: Any,
) -> Record:
    world: World = info.context.world
    host = world.host_index(repo["nameWithOwner"])
    if host is None or (states and "MERGED" not in states):
        return page([], first, after)
    return page(world.merged(host), first, after)


def _author(change: Record, info: Info) -> Record | None:
    found: Record | None = info.context.world.github(change["_author"])
    return found


TABLE: dict[tuple[str, str], Callable[..., Any]] = {
    ("Repository", "languages"): _languages,
    ("Repository", "repositoryTopics"): _topics,
    ("Repository", "object"): _object,
    ("Repository", "releases"): _releases,
    ("Repository", "pullRequests"): _merged,
    ("PullRequest", "author"): _author,
}
