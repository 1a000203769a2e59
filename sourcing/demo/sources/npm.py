"""npm of the invented world: modules called like well-known repositories, kept by those who own their packages."""

from typing import Any

from sourcing.demo.cast import Person
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources.packages import host_called, owners
from sourcing.demo.stock import stock
from sourcing.demo.world import World
from storage.records import AccountKey

_SITE = "https://modules.example"
_SHARED = "the-project-bot"  # a name many registries know: nobody's account


def module(world: World, question: Question) -> Answer:
    """GET /NAME; only projects for the web have a module."""
    found = host_called(question.path["name"].lower())
    if found is None or not _is_module(found):
        return say({"error": "Not found"}, 404)
    return say(_module(world, found))


def _is_module(host: int) -> bool:
    """Every third project ships one."""
    return host % 3 == 0


def _module(world: World, host: int) -> dict[str, Any]:
    repository = stock().hosts[host]
    names = [*owners(world, host), _SHARED]
    return {
        "_id": repository.name,
        "name": repository.name.rpartition("/")[2].lower(),
        "description": "invented",
        "keywords": list(repository.topics),
        "repository": {"type": "git", "url": f"git+https://github.com/{repository.name}.git"},
        "maintainers": [{"name": name, "email": f"{name}@mail.invalid"} for name in names],
        "time": {"created": "2020-01-01T00:00:00.000Z", "1.0.0": "2026-05-01T00:00:00.000Z"},
    }


def _key(world: World, person: Person) -> AccountKey | None:
    """The account of somebody who keeps one of the modules."""
    login = world.login(person.index)
    hosts = (shift.host for shift in person.shifts)
    keeps = login and any(_is_module(host) and login in owners(world, host) for host in hosts)
    return AccountKey("npm", login.lower()) if login and keeps else None


VENUE = Venue(
    name="npm",
    doors=lambda: [("GET", "/npm/{name}", Door("npm", "module", "npm", module))],
    options=lambda base: {"enabled": True, "api": f"{base}/npm", "site": _SITE},
    key=_key,
)
