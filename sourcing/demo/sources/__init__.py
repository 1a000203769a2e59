"""Further venues of the invented world, one module each: a module in this folder with a `VENUE` is one.

A venue draws from seeds of its own (`Chance(cast.seed, person.index, NAME)`), so that adding one changes nothing at the
others; who has a profile there that others name stands in `seats.py`. Its server speaks the source's interface under
`/NAME`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sourcing.demo.cast import Person
from sourcing.demo.server.desk import Door
from sourcing.demo.world import World
from storage.records import AccountKey


@dataclass(frozen=True, slots=True)
class Venue:
    """One place where invented people show their work."""

    name: str  # the source's name, and the server's path prefix
    doors: Callable[[], list[tuple[str, str, Door]]]  # method, path, door
    options: Callable[[str], Mapping[str, object]]  # the source's options, from the server's base address
    key: Callable[[World, Person], AccountKey | None]  # the living account on the world's day
    environment: Mapping[str, str] = field(default_factory=dict)  # tokens the demo hands over


@cache
def venues() -> tuple[Venue, ...]:
    """All venues there are, by name."""
    found = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return tuple(sorted((module.VENUE for module in found if hasattr(module, "VENUE")), key=lambda venue: venue.name))
