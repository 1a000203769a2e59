"""The venue Reddit: the Data API over invented communities, with its token and the headers of its limit."""

import base64
import time
from datetime import UTC, datetime

from sourcing.demo.cast import Person
from sourcing.demo.seats import reddit_name
from sourcing.demo.server.budgets import Budget
from sourcing.demo.server.desk import Door, Handler
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._communities import COMMUNITIES, NAME, communities, id_of
from sourcing.demo.works import Record
from sourcing.demo.world import World
from spiders._reddit.deletions import pseudonym
from storage.records import AccountKey

_APP = "demo-app:demo-secret"
_TOKEN = "demo-reddit"  # noqa: S105 - the invented server's own
_KEY = b"demo"  # the demo's key of tombstones
_KINDS = {"new": "t3", "comments": "t1"}


def key(world: World, person: Person) -> AccountKey | None:
    """The living account of a person."""
    here = reddit_name(world.cast, person) and not communities(world).left(person)
    return AccountKey(NAME, pseudonym(_KEY, f"t2_{id_of(person)}")) if here else None


def doors() -> list[tuple[str, str, Door]]:
    """Everything that can be asked."""

    def door(path: str, route: str, handler: Handler) -> tuple[str, str, Door]:
        return "GET", f"/{NAME}{path}", Door(NAME, route, NAME, _guarded(handler), _limits)

    return [
        ("POST", f"/{NAME}/api/v1/access_token", Door(NAME, "access_token", NAME, _sign_in)),
        door("/r/{community}/{kind}", "listing", _listing),
        door("/api/info", "info", _info),
        door("/api/user_data_by_account_ids", "user_data", _user_data),
        door("/user/{name}/about", "about", _about),
    ]


def _limits(budget: Budget) -> dict[str, str]:
    return {
        "x-ratelimit-remaining": f"{budget.left}.0",
        "x-ratelimit-used": str(budget.used),
        "x-ratelimit-reset": str(max(0, round(budget.until - time.time()))),
        "x-robots-tag": "noindex, nofollow",
    }


def _error(message: str, status: int) -> Answer:
    return say({"message": message, "error": status}, status)


def _guarded(handler: Handler) -> Handler:
    def answer(world: World, question: Question) -> Answer:
        if question.token != _TOKEN:
            return _error("Unauthorized", 401) if question.token else _error("Forbidden", 403)
        return handler(world, question)

    return answer


def _sign_in(_: World, question: Question) -> Answer:
    expected = f"Basic {base64.b64encode(_APP.encode()).decode()}"
    if question.headers.get("authorization") != expected:
        return _error("Unauthorized", 401)
    return say({"access_token": _TOKEN, "token_type": "bearer", "expires_in": 86_400, "scope": "*"})


def _listing(world: World, question: Question) -> Answer:
    community, kind = question.path["community"], _KINDS.get(question.path["kind"])
    if kind is None or community.lower() not in (name.lower() for name in COMMUNITIES):
        return _error("Not Found", 404)
    rows = communities(world).listed(community, kind)
    asked, after = question.query.get("limit", ""), question.query.get("after", "")
    names = [row["data"]["name"] for row in rows]
    start = names.index(after) + 1 if after in names else 0
    size = min(int(asked) if asked.isdigit() else 25, 100)
    following = names[start + size - 1] if start + size < len(rows) else None
    return say(_listed(rows[start : start + size], following))


def _listed(rows: list[Record], after: str | None = None) -> Record:
    data = {"after": after, "before": None, "dist": len(rows), "modhash": None, "geo_filter": "", "children": rows}
    return {"kind": "Listing", "data": data}


def _info(world: World, question: Question) -> Answer:
    there = communities(world)
    names = question.query.get("id", "").split(",")[:100]
    return say(_listed([there.thing(there.posts[name]) for name in names if name in there.posts]))


def _user_data(world: World, question: Question) -> Answer:
    there = communities(world)
    names = {number: there.by_id.get(number, "") for number in question.query.get("ids", "").split(",")}
    found = {number: name for number, name in names.items() if name and not there.left(there.people[name])}
    rows = {number: {"name": name, "created_utc": 1.5e9, "link_karma": 1} for number, name in found.items()}
    return say(rows) if rows else _error("Not Found", 404)


def _about(world: World, question: Question) -> Answer:
    there = communities(world)
    person = there.people.get(question.path["name"])
    if person is None or there.left(person):
        return _error("Not Found", 404)
    data = {"id": id_of(person), "name": question.path["name"], "hide_from_robots": there.hides(person)}
    return say({"kind": "t2", "data": data | {"created_utc": 1.5e9, "is_suspended": False, "total_karma": 1}})


def _options(base: str) -> dict[str, object]:
    stated = {"approved_by": "the demo", "approval": "nobody there exists", "account": "demo"}
    days = {"approved_on": datetime(2026, 1, 1, tzinfo=UTC).date()}
    addresses = {"api": f"{base}/{NAME}", "auth": f"{base}/{NAME}/api/v1/access_token"}
    return {"enabled": True, "communities": list(COMMUNITIES), **addresses, **stated, **days}


VENUE = Venue(
    name=NAME,
    doors=doors,
    options=_options,
    key=key,
    environment={"REDDIT_APP": _APP},
)
