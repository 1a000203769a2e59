"""Answers of the Stack Exchange API for invented people, as exchanges to be played."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

API = "https://api.stackexchange.com/2.3"
INCLUDE = "user.about_me;user.answer_count;user.question_count"
EXCLUDE = "user.profile_image;user.collectives;user.accept_rate;user.view_count"
VISITED = 1795400000  # two days before the nights of the tests


def call(path: str, query: dict[str, object], items: Iterable[Any], *, more: bool = False, **extra: Any) -> Any:
    """One call and its answer; `left` is what remains of the quota."""
    left = extra.pop("left", 9000)
    body = {"items": list(items), "has_more": more, "quota_max": 10000, "quota_remaining": left, **extra}
    return {"url": f"{API}/{path}?{urlencode(query)}", "body": body}


def failed(exchange: dict[str, Any], number: int, name: str, message: str = "", status: int = 400) -> dict[str, Any]:
    """The same call answered with one of the API's own errors."""
    body = {"error_id": number, "error_name": name, "error_message": message}
    return exchange | {"status": status, "body": body}


def created(name: str = "!invented") -> dict[str, Any]:
    """The call that makes the filter."""
    query: dict[str, object] = {"base": "default", "include": INCLUDE, "exclude": EXCLUDE, "unsafe": "false"}
    made: dict[str, Any] = call("filters/create", query, [{"filter": name}])
    return made


def row(number: int, score: int = 50, answers: int = 10, kind: str = "registered") -> dict[str, Any]:
    """One row of a list of top answerers."""
    return {"user": {"user_id": number, "user_type": kind, "display_name": "x"}, "score": score, "post_count": answers}


def top(*rows: Any, tag: str = "pytorch", site: str = "stackoverflow", period: str = "month", **extra: Any) -> Any:
    """One list of top answerers."""
    page = extra.pop("page", 1)
    query = {"site": site, "pagesize": 100, "page": page}
    return call(f"tags/{tag}/top-answerers/{period}", query, rows, **extra)


def user(number: int, account: int, **facts: Any) -> dict[str, Any]:
    """One profile."""
    base = {"user_id": number, "account_id": account, "display_name": f"P{account}", "last_access_date": VISITED}
    return {**base, "answer_count": 10, "question_count": 1, "reputation": 500, **facts}


def users(numbers: Iterable[int], *rows: Any, site: str = "stackoverflow", filter: str = "!invented") -> Any:  # noqa: A002 - as the API calls it
    """Profiles of one site."""
    query: dict[str, object] = {"site": site, "pagesize": 100, **({"filter": filter} if filter else {})}
    return call(f"users/{';'.join(map(str, numbers))}", query, rows)


def membership(account: int, number: int, site: str = "https://stackoverflow.com", **facts: Any) -> dict[str, Any]:
    """One site of one person."""
    base = {"account_id": account, "user_id": number, "site_url": site, "reputation": 500}
    return {**base, "answer_count": 10, "question_count": 1, **facts}


def network(accounts: Iterable[int], *rows: Any, page: int = 1, **extra: Any) -> Any:
    """The sites of some people."""
    query: dict[str, object] = {"pagesize": 100, "page": page}
    return call(f"users/{';'.join(map(str, accounts))}/associated", query, rows, **extra)


def tags(numbers: Iterable[int], *rows: Any, site: str = "stackoverflow", page: int = 1, **extra: Any) -> Any:
    """The tags of some people of one site."""
    query = {"site": site, "order": "desc", "sort": "popular", "min": 5, "pagesize": 100, "page": page}
    return call(f"users/{';'.join(map(str, numbers))}/tags", query, rows, **extra)


def one_person(number: int = 1, account: int = 11) -> list[dict[str, Any]]:
    """Everything that is asked about one new person."""
    tag = {"user_id": number, "name": "pytorch", "count": 40}
    return [
        users([number], user(number, account)),
        network([account], membership(account, number)),
        tags([number], tag),
    ]
