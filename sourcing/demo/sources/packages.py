"""The package registry of the invented world: packages of well-known repositories and who owns them."""

from functools import lru_cache
from typing import Any

from sourcing.demo.cast import Person
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.stock import stock
from sourcing.demo.world import World
from storage.records import AccountKey

_SITE = "https://registry.example"
_OWNERS = 3  # the busiest contributors


def package(world: World, question: Question) -> Answer:
    """GET /NAME/json; packages are called like their repositories."""
    name = question.path["name"].lower().replace("_", "-")
    found = host_called(name)
    if found is None:
        return say({"message": "Not Found"}, 404)
    return say(_package(world, found))


@lru_cache(maxsize=512)
def owners(world: World, host: int) -> tuple[str, ...]:
    """Logins of the owners of a well-known repository's package."""
    return tuple(login for index, _ in world.contributors(host)[:_OWNERS] if (login := world.login(index)))


def host_called(name: str) -> int | None:
    """The well-known repository a package is called like."""
    return next((index for index, host in enumerate(stock().hosts) if _called(host.name) == name), None)


def _called(repository: str) -> str:
    return repository.rpartition("/")[2].lower().replace("_", "-")


def _package(world: World, host: int) -> dict[str, Any]:
    repository = stock().hosts[host]
    info = {
        "name": _called(repository.name),
        "summary": "invented",
        "keywords": ",".join(repository.topics),
        "classifiers": [],
        "project_urls": {"Source": f"https://github.com/{repository.name}"},
        "author_email": "",
    }
    roles = [{"role": "Owner", "user": login} for login in owners(world, host)]
    return {"info": info, "ownership": {"organization": None, "roles": roles}, "urls": [], "vulnerabilities": []}


def _key(world: World, person: Person) -> AccountKey | None:
    """The account of somebody who owns one of the packages."""
    login = world.login(person.index)
    owns = login and any(login in owners(world, shift.host) for shift in person.shifts)
    return AccountKey("packages", login.lower()) if owns else None


VENUE = Venue(
    name="packages",
    doors=lambda: [("GET", "/packages/{name}/json", Door("packages", "package", "packages", package))],
    options=lambda base: {"enabled": True, "api": f"{base}/packages", "site": _SITE},
    key=_key,
)
