"""GitLab of the invented world: projects, merged requests, users."""

from typing import Any
from urllib.parse import urlencode

from sourcing.demo.bios import company, headline, spelled
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import stamp
from sourcing.demo.links import site
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._codehosts import CodeHost, Merged, project_number, topics
from sourcing.demo.world import World
from storage.records import AccountKey

HOST = CodeHost("gitlab", 20_000_000)
_PROJECTS: dict[int, str] = {}  # numbers of projects asked for, since later calls name them by number


def project(_: World, question: Question) -> Answer:
    """GET /projects/owner%2Fname."""
    name = question.path["project"]
    if name.count("/") < 1 or name.startswith("missing/"):
        return say({"message": "404 Project Not Found"}, 404)
    _PROJECTS[project_number(name)] = name
    said = {"id": project_number(name), "path_with_namespace": name, "web_url": f"https://gitlab.com/{name}"}
    return say(said | {"description": f"{name}, invented", "topics": topics(name), "star_count": 120})


def merge_requests(world: World, question: Question) -> Answer:
    """GET /projects/{id}/merge_requests, merged ones, the latest first, with Link headers."""
    name = _PROJECTS.get(int(question.path["number"]))
    if name is None:
        return say({"message": "404 Project Not Found"}, 404)
    after, page = question.query.get("updated_after", ""), int(question.query.get("page", "1"))
    size = min(int(question.query.get("per_page", "20")), 100)
    rows = [_request(world, row) for row in HOST.merged(world, name)]
    rows = [row for row in rows if row["updated_at"] > after.replace("+00:00", "Z")]
    answer = say(rows[(page - 1) * size : page * size])
    if page * size < len(rows):
        query = urlencode({**question.query, "page": page + 1})
        number = project_number(name)
        answer.headers["link"] = f'<{question.base}/gitlab/projects/{number}/merge_requests?{query}>; rel="next"'
    return answer


def _request(world: World, row: Merged) -> dict[str, Any]:
    at = stamp(row.at(world.cast.zero))
    said = {"id": row.number, "iid": row.number, "title": "Change", "state": "merged"}
    return said | {"merged_at": at, "updated_at": at, "author": _brief(world, row.person)}


def _brief(world: World, person: Person) -> dict[str, Any]:
    handle = HOST.handle(world.cast, person)
    said = {"id": HOST.number(person), "username": handle, "name": person.name, "state": "active"}
    return said | {"web_url": f"https://gitlab.com/{handle}", "avatar_url": ""}


def user(world: World, question: Question) -> Answer:
    """GET /users/{id}."""
    person = HOST.by_number(world.cast, int(question.path["number"]))
    if person is None:
        return say({"message": "404 User Not Found"}, 404)
    chance = Chance(world.cast.seed, person.index, "gitlab", "profile")
    login = world.login(person.index)
    return say(
        _brief(world, person)
        | {
            "bio": headline(person),
            "location": spelled(chance, person.place),
            "organization": company(person),
            "job_title": headline(person) if chance.often(0.5) else "",
            "website_url": site(person) if chance.often(0.3) else "",
            "github": login if login and chance.often(0.35) else "",
            "linkedin": "",
            "twitter": "",
            "public_email": "",
            "bot": False,
        }
    )


def users(world: World, question: Question) -> Answer:
    """GET /users?username=NAME: a list of at most one."""
    person = HOST.by_handle(world.cast, question.query.get("username", ""))
    return say([_brief(world, person)] if person else [])


def _key(world: World, person: Person) -> AccountKey | None:
    return AccountKey("gitlab", str(HOST.number(person))) if HOST.handle(world.cast, person) else None


def _door(path: str, route: str, handler: Any) -> tuple[str, str, Door]:
    return "GET", f"/gitlab{path}", Door("gitlab", route, "gitlab", handler)


VENUE = Venue(
    name="gitlab",
    doors=lambda: [
        _door("/projects/{number:int}/merge_requests", "merge_requests", merge_requests),
        _door("/projects/{project:path}", "project", project),
        _door("/users/{number:int}", "user", user),
        _door("/users", "users", users),
    ],
    options=lambda base: {"api": f"{base}/gitlab"},
    key=_key,
)
