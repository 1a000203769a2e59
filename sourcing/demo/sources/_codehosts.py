"""Code hosts of the invented world beside GitHub: who is there, and whose changes were merged into which project."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY
from sourcing.demo.seats import codehost_handle
from sourcing.demo.world import World

PAGE = 50
_NEWS = 0.03  # of the people there, who get a change merged on one day
_GIVES = 0.25  # how often somebody there gave something to a project


@dataclass(frozen=True, slots=True)
class Merged:
    """One merged change; `day` counts days before the anchor and is negative after it."""

    number: int
    person: Person
    day: int

    def at(self, zero: int) -> int:
        """Seconds since 1970."""
        return zero - self.day * DAY + 8 * 3_600 + self.number % 3_600


@dataclass(frozen=True, slots=True)
class CodeHost:
    """One host: its name as a source, and where its numbers begin."""

    name: str
    first_id: int

    def handle(self, cast: Cast, person: Person) -> str:
        """The handle there, unique by its number; "" for most people."""
        return codehost_handle(cast, person, self.name)

    def number(self, person: Person) -> int:
        """The durable number."""
        return self.first_id + person.index

    def by_number(self, cast: Cast, number: int) -> Person | None:
        """Whose number that is."""
        index = number - self.first_id
        person = cast.people[index] if 0 <= index < cast.size else None
        return person if person and self.handle(cast, person) else None

    def by_handle(self, cast: Cast, handle: str) -> Person | None:
        """Whose handle that is."""
        last = handle.rpartition("-")[2]
        person = self.by_number(cast, self.first_id + int(last)) if last.isdigit() else None
        return person if person and self.handle(cast, person) == handle.lower() else None

    def merged(self, world: World, project: str) -> list[Merged]:
        """The merged changes of a project, the latest first."""
        rows = [row for person in world.cast.people for row in self._of(world, person, project)]
        return sorted(rows, key=lambda row: (row.day, row.number))

    def _of(self, world: World, person: Person, project: str) -> Iterator[Merged]:
        if not self.handle(world.cast, person):
            return
        chance = Chance(world.cast.seed, person.index, self.name, project)
        if not chance.often(_GIVES):
            return
        days = {1 + chance.below(700) for _ in range(1 + min(chance.heavy(2), 30))}
        later = {-day + 1 for day in range(1, world.day + 1) if self._news(world, person, project, day)}
        for day in days | later:
            yield Merged(person.index * 1_000 + 300 + day, person, day)

    def _news(self, world: World, person: Person, project: str, day: int) -> bool:
        return Chance(world.cast.seed, person.index, self.name, project, day).often(_NEWS)


def project_number(project: str) -> int:
    """The durable number of a project; every owner/name is one."""
    return int.from_bytes(sha256(project.lower().encode()).digest()[:4], "big")


def topics(project: str) -> list[str]:
    """What a project says it is about."""
    return [word for word in project.rpartition("/")[2].replace("_", "-").split("-") if word]
