"""Further venues of the invented world, one module each: a module in this folder with a `VENUE` is one.

A venue draws from seeds of its own (`Chance(cast.seed, person.index, NAME)`) whether a person is there, so that adding
one changes nothing at the others. Its server speaks the source's interface under `/NAME`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from sourcing.demo.cast import Cast, Person
from storage.records import AccountKey

if TYPE_CHECKING:
    from sourcing.demo.server.desk import Door
    from sourcing.demo.world import World


@dataclass(frozen=True, slots=True)
class Venue:
    """One place where invented people show their work."""

    name: str  # the source's name, and the server's path prefix
    doors: Callable[[], "list[tuple[str, str, Door]]"]  # method, path, door
    options: Callable[[str], Mapping[str, object]]  # the source's options, from the server's base address
    handle: Callable[[Cast, Person], str]  # on day 0; "" without an account
    key: Callable[["World", Person], AccountKey | None]  # the living account on the world's day
    page: Callable[[str], str]  # profile address of a handle, as people would link it
    linked: float = 0.3  # how often a GitHub account names this one among its social accounts
    environment: Mapping[str, str] = field(default_factory=dict)  # tokens the demo hands over


@cache
def venues() -> tuple[Venue, ...]:
    """All venues there are, by name."""
    found = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return tuple(sorted((module.VENUE for module in found if hasattr(module, "VENUE")), key=lambda venue: venue.name))


def pages(cast: Cast, person: Person) -> Iterator[tuple[Venue, str]]:
    """A person's profile addresses at the venues."""
    for venue in venues():
        handle = venue.handle(cast, person)
        if handle:
            yield venue, venue.page(handle)
