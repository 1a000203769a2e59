"""The venue of the forums: the public JSON of three of them over the invented people."""

from collections.abc import Sequence
from typing import Any

from sourcing.demo.cast import Person
from sourcing.demo.seats import forum_seat
from sourcing.demo.server.desk import Door, Handler
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._answers import conditional
from sourcing.demo.sources._boards import CATEGORIES, LABELS, NAME, Boards, boards
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

_MEMBERS, _TOPICS, _POSTS = 50, 30, 20  # per page


def key(world: World, person: Person) -> AccountKey | None:
    """The account of a person; nobody leaves a forum here."""
    member = forum_seat(world.cast, person)
    return AccountKey(NAME, f"{member.host}/{member.number}") if member else None


def doors() -> list[tuple[str, str, Door]]:
    """Everything that can be asked."""

    def door(path: str, route: str, handler: Handler) -> tuple[str, str, Door]:
        return "GET", f"/{NAME}/{{host}}{path}", Door(NAME, route, NAME, _known(handler))

    return [
        door("/site.json", "site", site),
        door("/directory_items.json", "directory", directory),
        door("/c/{slug}/{page}", "category", category),
        door("/t/{page}", "topic", topic),
        door("/u/{page}", "profile", profile),
    ]


def _known(handler: Handler) -> Handler:
    def answer(world: World, question: Question) -> Answer:
        known = question.path["host"] in CATEGORIES
        return conditional(question, handler(world, question)) if known else _missing()

    return answer


def site(_: World, question: Question) -> Answer:
    """GET /site.json."""
    slugs = CATEGORIES[question.path["host"]]
    categories = [{"id": place + 1, "slug": slug, "name": slug.title()} for place, slug in enumerate(slugs)]
    fields = [{"id": place + 1, "name": label} for place, label in enumerate(LABELS)]
    return say({"categories": categories, "user_fields": fields})


def directory(world: World, question: Question) -> Answer:
    """GET /directory_items.json: fifty members a page."""
    rows = list(boards(world).activity[question.path["host"]])
    order = question.query.get("order", "likes_received")
    rows.sort(key=lambda row: (-row.get(order, 0), row["id"]))
    meta = {"total_rows_directory_items": len(rows), "last_updated_at": "2026-11-25T00:00:00.000Z"}
    return say({"directory_items": _cut(question, rows, _MEMBERS), "meta": meta})


def category(world: World, question: Question) -> Answer:
    """GET /c/{slug}/{id}.json: thirty topics a page, the last moved first."""
    slug = question.path["slug"]
    rows = [row for row in boards(world).topics[question.path["host"]] if row["_category"] == slug]
    page = _cut(question, rows, _TOPICS)
    last = (_number(question) + 1) * _TOPICS >= len(rows)
    following = {} if last else {"more_topics_url": f"/c/{slug}/{question.path['page']}?page={_number(question) + 1}"}
    return say({"users": [], "topic_list": {"per_page": _TOPICS, "topics": list(map(_shown, page)), **following}})


def topic(world: World, question: Question) -> Answer:
    """GET /t/{id}.json: the first twenty posts."""
    number = question.path["page"].removesuffix(".json")
    found = next((t for t in boards(world).topics[question.path["host"]] if str(t["id"]) == number), None)
    if found is None:
        return _missing()
    posts = found["_posts"]
    stream = {"posts": posts[:_POSTS], "stream": [post["id"] for post in posts]}
    return say(_shown(found) | {"post_stream": stream})


def profile(world: World, question: Question) -> Answer:
    """GET /u/{name}.json; a hidden one is not there."""
    there: Boards = boards(world)
    member = there.member(question.path["host"], question.path["page"].removesuffix(".json"))
    if member is None or there.hidden(member):
        return _missing()
    return say({"user_badges": [], "user": there.profile(member)}, x_robots_tag="noindex")


def _shown(row: Record) -> Record:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _cut(question: Question, rows: Sequence[Any], size: int) -> list[Any]:
    start = _number(question) * size
    return list(rows[start : start + size])


def _number(question: Question) -> int:
    text = question.query.get("page", "")
    return int(text) if text.isdigit() else 0


def _missing() -> Answer:
    return say({"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}, 404)


VENUE = Venue(
    name=NAME,
    doors=doors,
    options=lambda base: {"addresses": {host: f"{base}/{NAME}/{host}" for host in CATEGORIES}},
    key=key,
)
