"""The venue Stack Exchange: the network's API over the invented people."""

from collections.abc import Sequence
from typing import Any

from sourcing.demo.cast import Person
from sourcing.demo.seats import SITES
from sourcing.demo.server.desk import Door, Handler
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._network import NAME, account_id, network
from sourcing.demo.world import World
from storage.records import AccountKey

_API = f"/{NAME}/2.3"
_QUOTA = 10_000
_MOST = 100
_PAUSE = 0.05  # seconds; real answers ask for whole ones


def key(world: World, person: Person) -> AccountKey | None:
    """The living account of a person."""
    return AccountKey(NAME, str(account_id(person))) if person.index in network(world).members else None


def doors() -> list[tuple[str, str, Door]]:
    """Everything that can be asked."""

    def door(path: str, route: str, handler: Handler) -> tuple[str, str, Door]:
        return "GET", f"{_API}{path}", Door(NAME, route, NAME, handler)

    return [
        door("/filters/create", "filters", created),
        door("/tags/{tag}/top-answerers/{period}", "top_answerers", top_answerers),
        door("/users/{ids}", "users", users),
        door("/users/{ids}/tags", "tags", tags),
        door("/users/{ids}/associated", "associated", associated),
    ]


def created(_: World, question: Question) -> Answer:
    """GET /filters/create."""
    included = question.query.get("include", "").split(";")
    return _page(question, [{"filter": "!demo", "filter_type": "safe", "included_fields": included}])


def top_answerers(world: World, question: Question) -> Answer:
    """GET /tags/{tag}/top-answerers/{period}; an unknown tag is an empty list."""
    name, period = question.query.get("site", ""), question.path["period"]
    if name not in SITES or period not in ("month", "all_time"):
        return _bad(f"No site found for name `{name}`" if name not in SITES else "period")
    return _page(question, network(world).top(name, question.path["tag"], period))


def users(world: World, question: Question) -> Answer:
    """GET /users/{ids}: who is not there is left out."""
    name, ids = question.query.get("site", ""), _ids(question)
    if name not in SITES or ids is None:
        return _bad("site" if ids else "ids")
    there, filtered = network(world), question.query.get("filter", "default") != "default"
    found = [index for number in ids if (index := there.by_seat.get((name, number))) is not None]
    rows = [there.user(index, name, filtered=filtered) for index in found]
    return _page(question, sorted(rows, key=lambda row: -row["reputation"]))


def tags(world: World, question: Question) -> Answer:
    """GET /users/{ids}/tags: the tags of all of them, most posts first."""
    name, ids = question.query.get("site", ""), _ids(question)
    if name not in SITES or ids is None:
        return _bad("site" if ids else "ids")
    there, least = network(world), _number(question, "min", 0)
    found = [index for number in ids if (index := there.by_seat.get((name, number))) is not None]
    rows = [row for index in found for row in there.tag_rows(index, name, least)]
    return _page(question, sorted(rows, key=lambda row: (-row["count"], row["user_id"], row["name"])))


def associated(world: World, question: Question) -> Answer:
    """GET /users/{account ids}/associated: one row per site of each person."""
    ids, there = _ids(question), network(world)
    if ids is None:
        return _bad("ids")
    found = [there.by_account[number] for number in ids if number in there.by_account]
    return _page(question, [row for index in found for row in there.associated(index)], pause=_PAUSE)


def _page(question: Question, rows: Sequence[Any], *, pause: float = 0.0) -> Answer:
    size, number = min(_number(question, "pagesize", 30), _MOST), max(1, _number(question, "page", 1))
    body = {
        "items": list(rows[(number - 1) * size : number * size]),
        "has_more": number * size < len(rows),
        "quota_max": _QUOTA,
        "quota_remaining": _QUOTA - 1,
    }
    return say(body | ({"backoff": pause} if pause else {}))


def _ids(question: Question) -> list[int] | None:
    words = question.path["ids"].split(";")
    return [int(word) for word in words] if len(words) <= _MOST and all(map(str.isdigit, words)) else None


def _number(question: Question, name: str, default: int) -> int:
    text = question.query.get(name, "")
    return int(text) if text.isdigit() else default


def _bad(message: str) -> Answer:
    return say({"error_id": 400, "error_name": "bad_parameter", "error_message": message}, 400)


VENUE = Venue(
    name=NAME,
    doors=doors,
    options=lambda base: {"api": f"{base}{_API}"},
    key=key,
    environment={"STACKEXCHANGE_KEY": "demo-stackexchange"},
)
