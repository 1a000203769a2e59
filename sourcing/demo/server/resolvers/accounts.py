"""Fields of accounts that take arguments or live under another name."""

from collections.abc import Callable
from typing import Any

from sourcing.demo.server.resolvers.pages import Info, not_found, nothing, page
from sourcing.demo.works import Record

_KEYS: dict[str, Callable[[Record], Any]] = {
    "STARGAZERS": lambda repo: repo["stargazerCount"],
    "PUSHED_AT": lambda repo: repo["pushedAt"],
    "UPDATED_AT": lambda repo: repo["updatedAt"],
    "CREATED_AT": lambda repo: repo["createdAt"],
    "NAME": lambda repo: repo["name"],
}


def _repositories(
    user: Record,
    _: Info,
    first: int | None = None,
    after: str | None = None,
    is_fork: bool | None = None,
    is_archived: bool | None = None,
    privacy: str | None = None,
    order_by: Record | None = None,
    **__: Any,
) -> Record:
    owned = [] if privacy == "PRIVATE" else user["_repositories"]
    kept = [repo for repo in owned if is_fork is None or repo["isFork"] == is_fork]
    kept = [repo for repo in kept if is_archived is None or repo["isArchived"] == is_archived]
    if order_by:
        kept = sorted(kept, key=lambda repo: repo["databaseId"])
        kept.sort(key=_KEYS[order_by["field"]], reverse=order_by["direction"] == "DESC")
    return page(kept, first, after)


def _socials(user: Record, _: Info, first: int | None = None, after: str | None = None, **__: Any) -> Record:
    return page(user["_socials"], first, after)


def _pins(user: Record, _: Info, first: int | None = None, after: str | None = None, **__: Any) -> Record:
    return page(user["_pins"], first, after)


def _followers(user: Record, _: Info, **__: Any) -> Record:
    return page([], 0, None) | {"totalCount": user["_followers"]}


def _following(user: Record, _: Info, **__: Any) -> Record:
    return page([], 0, None) | {"totalCount": user["_following"]}


def _merged_count(user: Record, _: Info, states: list[str] | None = None, **__: Any) -> Record:
    share = user["_merged"] if not states or "MERGED" in states else 0
    return page([], 0, None) | {"totalCount": share}


def _url(record: Record, _: Info) -> str:
    return record.get("url") or f"https://github.com/{record['login']}"


def _own_repository(user: Record, _: Info, name: str, **__: Any) -> Record:
    found: Record | None = user["_by_name"].get(name.lower())
    if found is None:
        raise not_found(f"Could not resolve to a Repository with the name '{user['login']}/{name}'.")
    return found


TABLE: dict[tuple[str, str], Callable[..., Any]] = {
    ("User", "repositories"): _repositories,
    ("User", "repository"): _own_repository,
    ("User", "socialAccounts"): _socials,
    ("User", "pinnedItems"): _pins,
    ("User", "organizations"): nothing,
    ("User", "followers"): _followers,
    ("User", "following"): _following,
    ("User", "pullRequests"): _merged_count,
    ("User", "url"): _url,
    ("Bot", "url"): _url,
    ("Organization", "url"): _url,
}
