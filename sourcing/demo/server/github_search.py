"""GitHub's user search: free words, qualifiers, the 1,000 cap."""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

from sourcing.demo.cast import Cast
from sourcing.demo.clock import DAY, seconds
from sourcing.demo.profiles import front
from sourcing.demo.server.exchange import Answer, Question
from sourcing.demo.server.github_rest import invalid, paged, simple, sizes
from sourcing.demo.works import Record
from sourcing.demo.world import World

CAP = 1_000
_LONGEST = 256
_TOO_MANY = 20_000  # GitHub runs out of time somewhere there and says so
_WORD = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')
_RANGE = re.compile(r"(>=|<=|>|<)?([^.]+?)(?:\.\.(.+))?")

Test = Callable[["Row"], bool]


class UnsearchableError(ValueError):
    """A query GitHub answers with 422."""


def search(world: World, question: Question) -> Answer:
    """GET /search/users."""
    query = question.query.get("q", "").strip()
    if not query or len(query) > _LONGEST:
        return invalid("Validation Failed")
    page, size = sizes(question)
    if (page - 1) * size >= CAP:
        return invalid("Only the first 1000 search results are available")
    try:
        found = _found(world, query, question.query.get("sort", ""), question.query.get("order", "desc"))
    except ValueError:
        return invalid("Validation Failed")

    def wrap(items: list[Any]) -> Record:
        return {"total_count": len(found), "incomplete_results": len(found) > _TOO_MANY, "items": items}

    return paged(question, "/search/users", list(found), min(len(found), CAP), lambda n: _item(world, n), wrap)


def _item(world: World, index: int) -> Record:
    person = world.cast.people[index]
    row = simple(world.login(index), world.cast.github_id(index), person.kind)
    return row | {"score": 1.0}


class Row:
    """What the search looks at; counting repositories waits until a query asks for it."""

    def __init__(self, world: World, index: int, found: Record) -> None:
        self._world, self.index = world, index
        self.words = " ".join(filter(None, (found["login"], found["name"], found["bio"]))).lower()
        self.location = (found["location"] or "").lower()
        self.followers: int = found["_followers"]
        self.created = seconds(found["createdAt"])
        self.type = "org" if found["__typename"] == "Organization" else "user"

    @cached_property
    def _owned(self) -> list[Record]:
        account = self._world.github(self.index)
        return account["_repositories"] if account else []

    @cached_property
    def repos(self) -> int:
        """Public repositories."""
        return len(self._owned)

    @cached_property
    def language(self) -> str:
        """The main language of most repositories, lower case."""
        spoken = [repo["primaryLanguage"]["name"] for repo in self._owned if repo["primaryLanguage"]]
        return max(sorted(set(spoken)), key=spoken.count).lower() if spoken else ""


_SORTS = {"followers": "followers", "repositories": "repos", "joined": "created"}


@lru_cache(maxsize=256)
def _found(world: World, query: str, sort: str, order: str) -> tuple[int, ...]:
    terms = [match.groups(default="") for match in _WORD.finditer(query)]
    terms.sort(key=lambda term: term[0] in ("repos", "language"))  # these need the work itself: asked last
    tests = [_test(*term) for term in terms]
    found = [row for row in rows(world) if all(test(row) for test in tests)]
    found.sort(key=attrgetter(_SORTS.get(sort, "followers")), reverse=order != "asc")
    return tuple(row.index for row in found)


@lru_cache(maxsize=4)
def rows(world: World) -> list["Row"]:
    """What can be found, one row per living account; changed people are read anew, the others once per cast."""
    held = _fronts(world.cast)
    seen = ((index, world.github(index) if index in world.past else found) for index, found in held)
    return [Row(world, index, found) for index, found in seen if found is not None]


@lru_cache(maxsize=2)
def _fronts(cast: Cast) -> list[tuple[int, Record]]:
    return [(person.index, front(cast, person)) for person in cast.people if person.login]


def _test(name: str, quoted: str, bare: str) -> Test:
    value = (quoted or bare).lower()
    if not name:
        pattern = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")
        return lambda row: bool(pattern.search(row.words))
    if name == "location":
        return lambda row: value in row.location
    if name in ("type", "language"):
        return lambda row: getattr(row, name) == value
    if name == "in":
        return lambda _: True
    if name in ("followers", "repos"):
        low, high = _numbers(value, int)
        return lambda row: low <= getattr(row, name) <= high
    if name == "created":
        start, stop = _numbers(value, seconds)
        return lambda row: start <= row.created <= stop
    raise UnsearchableError(name)


def _numbers(value: str, read: Callable[[str], int]) -> tuple[float, float]:
    """The bounds a qualifier names, both inclusive; a day ends with its last second."""
    match = _RANGE.fullmatch(value)
    if match is None:
        raise UnsearchableError(value)
    sign, first, second = match.groups()
    low = -float("inf") if first == "*" else read(first.upper())
    last = DAY - 1 if read is seconds and "t" not in (second or first) else 0
    if second is not None:
        return low, float("inf") if second == "*" else read(second.upper()) + last
    bounds = {">=": (low, float("inf")), "<=": (-float("inf"), low + last)}
    bounds |= {">": (low + last + 1, float("inf")), "<": (-float("inf"), low - 1), "": (low, low + last)}
    return bounds[sign or ""]
