"""Codeberg of the invented world: repositories, pull requests, users."""

from typing import Any

from sourcing.demo.bios import headline, spelled
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import stamp
from sourcing.demo.links import site
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._codehosts import PAGE, CodeHost, Merged, project_number, topics
from sourcing.demo.world import World
from storage.records import AccountKey

HOST = CodeHost("forgejo", 300_000)
_MISSING = {"errors": [], "message": "The target couldn't be found.", "url": ""}


def repository(_: World, question: Question) -> Answer:
    """GET /repos/{owner}/{name}."""
    name = f"{question.path['owner']}/{question.path['name']}"
    if name.startswith("missing/"):
        return say(_MISSING, 404)
    said = {"id": project_number(name), "full_name": name, "html_url": f"https://codeberg.org/{name}"}
    return say(said | {"description": "invented", "stars_count": 30, "language": "Python", "topics": topics(name)})


def pulls(world: World, question: Question) -> Answer:
    """GET /repos/{owner}/{name}/pulls, closed ones, those touched last first."""
    name = f"{question.path['owner']}/{question.path['name']}"
    page, size = int(question.query.get("page", "1")), min(int(question.query.get("limit", "30")), PAGE)
    rows = [_pull(world, row) for row in HOST.merged(world, name)]
    answer = say(rows[(page - 1) * size : page * size])
    if page * size < len(rows):
        query = f"state=closed&sort=recentupdate&limit={size}&page={page + 1}"
        answer.headers["link"] = f'<{question.base}/forgejo/repos/{name}/pulls?{query}>; rel="next"'
    return answer


def _pull(world: World, row: Merged) -> dict[str, Any]:
    at = stamp(row.at(world.cast.zero))
    merged = row.number % 7 != 0
    said = {"id": row.number, "number": row.number, "title": "Change", "state": "closed", "merged": merged}
    return said | {"merged_at": at if merged else None, "updated_at": at, "user": _user(world, row.person)}


def _user(world: World, person: Person) -> dict[str, Any]:
    chance = Chance(world.cast.seed, person.index, "forgejo", "profile")
    handle = HOST.handle(world.cast, person)
    return {
        "id": HOST.number(person),
        "login": handle,
        "username": handle,
        "full_name": person.name,
        "email": f"{handle}@noreply.codeberg.example",
        "location": spelled(chance, person.place) or "",
        "website": site(person) if chance.often(0.4) else "",
        "description": headline(person),
        "created": "2023-05-01T10:00:00Z",
        "visibility": "public",
    }


def user(world: World, question: Question) -> Answer:
    """GET /users/{handle}."""
    person = HOST.by_handle(world.cast, question.path["handle"])
    return say(_user(world, person)) if person else say(_MISSING, 404)


def _key(world: World, person: Person) -> AccountKey | None:
    return AccountKey("forgejo", str(HOST.number(person))) if HOST.handle(world.cast, person) else None


def _door(path: str, route: str, handler: Any) -> tuple[str, str, Door]:
    return "GET", f"/forgejo{path}", Door("forgejo", route, "forgejo", handler)


VENUE = Venue(
    name="forgejo",
    doors=lambda: [
        _door("/repos/{owner}/{name}", "repository", repository),
        _door("/repos/{owner}/{name}/pulls", "pulls", pulls),
        _door("/users/{handle}", "user", user),
    ],
    options=lambda base: {"api": f"{base}/forgejo"},
    key=_key,
)
