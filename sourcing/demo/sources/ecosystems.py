"""The index of packages of the invented world: what owners at its registries maintain besides."""

from typing import Any

from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources.packages import owners
from sourcing.demo.stock import stock
from sourcing.demo.world import World

_REGISTRIES = {"packages": "python.registry.example", "npm": "modules.registry.example"}


def packages(world: World, question: Question) -> Answer:
    """GET /registries/REGISTRY/maintainers/LOGIN/packages."""
    login = question.path["login"]
    kept = [host for host in range(len(stock().hosts)) if login.lower() in map(str.lower, owners(world, host))]
    if question.path["registry"] not in _REGISTRIES.values() or not kept:
        return say({"error": "Not Found"}, 404)
    return say([row for host in kept for row in _rows(host, login)])


def _rows(host: int, login: str) -> list[dict[str, Any]]:
    """The package of a well-known repository, and a small one of the owner's own."""
    repository = stock().hosts[host]
    name = repository.name.rpartition("/")[2].lower()
    site = "https://registry.example/project"
    shared = {"keywords_array": list(repository.topics), "repository_url": f"https://github.com/{repository.name}"}
    large = {"downloads": 100_000 * (host + 1), "downloads_period": "last-month", "dependent_packages_count": host}
    small = {"downloads": 40, "downloads_period": "last-month", "dependent_packages_count": 0}
    own = f"{name}-{login.lower()}"
    return [
        {"name": name, "description": "invented", "registry_url": f"{site}/{name}/", **shared, **large},
        {"name": own, "description": f"helpers for {name}", "registry_url": f"{site}/{own}/", **shared, **small},
    ]


VENUE = Venue(
    name="ecosystems",
    doors=lambda: [
        (
            "GET",
            "/ecosystems/registries/{registry}/maintainers/{login}/packages",
            Door("ecosystems", "maintainer", "ecosystems", packages),
        )
    ],
    options=lambda base: {"enabled": True, "api": f"{base}/ecosystems", "registries": _REGISTRIES},
    key=lambda _, __: None,
)
