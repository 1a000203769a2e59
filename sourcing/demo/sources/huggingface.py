"""The venue Hugging Face: the Hub's interface over the invented people."""

import time
from collections.abc import Iterable

from sourcing.demo.cast import Person
from sourcing.demo.seats import hub_page
from sourcing.demo.server.budgets import Budget
from sourcing.demo.server.desk import Door, Handler
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._answers import conditional, page
from sourcing.demo.sources._hub import NAME, Hub, hub, number
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

_PATH = f"/{NAME}/api"
_KINDS = ("models", "datasets", "spaces")
_PAGE, _MOST = 30, 1_000


def key(world: World, person: Person) -> AccountKey | None:
    """The living account of a person."""
    here = hub_page(world.cast, person) and not hub(world).left(person.index)
    return AccountKey(NAME, number(person)) if here else None


def doors() -> list[tuple[str, str, Door]]:
    """Everything that can be asked."""

    def door(path: str, route: str, handler: Handler) -> tuple[str, str, Door]:
        return "GET", f"{_PATH}{path}", Door(NAME, route, NAME, handler, _limits)

    return [
        door("/users/{login}/overview", "overview", overview),
        door("/organizations/{login}/overview", "organisation", _no_user),
        *(door(f"/{kind}", kind, listed(kind)) for kind in _KINDS),
        door("/daily_papers", "daily_papers", daily_papers),
        door("/papers/search", "papers_search", papers_search),
    ]


def _limits(budget: Budget) -> dict[str, str]:
    window, reset = round(budget.limit.seconds), max(0, round(budget.until - time.time()))
    return {
        "ratelimit": f'"api";r={budget.left};t={reset}',
        "ratelimit-policy": f'"fixed window";"api";q={budget.size};w={window}',
    }


def overview(world: World, question: Question) -> Answer:
    """GET /api/users/{login}/overview; a former login sends on to the present one."""
    there, login = hub(world), question.path["login"].lower()
    index = there.logins.get(login)
    former = there.former.get(login)
    if index is None and former is not None and not there.left(former):
        where = f"{_PATH}/users/{there.login(former)}/overview"
        return Answer(b"Temporary Redirect.", 307, {"location": where}, "text/plain; charset=utf-8")
    if index is None or world.cast.people[index].kind != "User":
        return _no_user(world, question)
    return conditional(question, say(there.overview(index)))


def _no_user(_: World, __: Question) -> Answer:
    return say({"error": "Sorry, we can't find the page you are looking for."}, 404)


def listed(kind: str) -> Handler:
    """GET /api/models, /api/datasets or /api/spaces."""

    def answer(world: World, question: Question) -> Answer:
        rows = [row for row in _on_shelf(hub(world), kind, question.query.get("author")) if _fits(row, question)]
        order = question.query.get("sort", "trendingScore")
        rows.sort(key=lambda row: (row.get(order) or 0 if order == "likes" else str(row.get(order, "")), row["_id"]))
        return page(question, f"{_PATH}/{kind}", rows[::-1], size=_PAGE, most=_MOST)

    return answer


def _on_shelf(there: Hub, kind: str, author: str | None) -> Iterable[Record]:
    if author is not None:
        return there.shelves.get((kind, author.lower()), ())
    return (row for works in there.works.values() for row in works[kind])


def _fits(row: Record, question: Question) -> bool:
    asked = question.query
    return (
        asked.get("pipeline_tag", row.get("pipeline_tag")) == row.get("pipeline_tag")
        and ("filter" not in asked or asked["filter"] in row["tags"])
        and asked.get("search", "").lower() in f"{row['id']} {' '.join(row['tags'])}".lower()
    )


def daily_papers(world: World, question: Question) -> Answer:
    """GET /api/daily_papers?date=."""
    return conditional(question, say(hub(world).papers(question.query.get("date", ""))))


def papers_search(world: World, question: Question) -> Answer:
    """GET /api/papers/search?q=: papers whose title holds one of the words."""
    words = question.query.get("q", "").lower().split()
    there = hub(world)
    papers = [there.paper(index, "2026-01-01T00:00:00.000Z") for index in there.authors if not there.left(index)]
    return conditional(question, say([one for one in papers if any(word in one["title"].lower() for word in words)]))


VENUE = Venue(
    name=NAME,
    doors=doors,
    options=lambda base: {"api": f"{base}{_PATH}"},
    key=key,
    environment={"HF_TOKEN": "demo-hf"},
)
