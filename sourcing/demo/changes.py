"""What happens in the invented world from one day to the next: about three people in a hundred change."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance, Wheel
from sourcing.demo.clock import DAY

SHARE = 0.03
_AT_GITHUB = Wheel(
    ("repository", "push", "bio", "merge", "move", "rename", "delete"), (0.26, 0.2, 0.17, 0.17, 0.09, 0.06, 0.05)
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one person."""

    kind: str  # repository push bio merge move rename delete | edit remove (a post) | notebook
    day: int
    at: int  # seconds since 1970, within the day before that day's midnight


def changes(cast: Cast, day: int) -> Mapping[int, tuple[Change, ...]]:
    """Everything that happened up to that day, oldest first, by person."""
    happened: dict[int, tuple[Change, ...]] = defaultdict(tuple)
    for number in range(1, day + 1):
        chance = Chance(cast.seed, "day", number)
        for index in chance.some(range(cast.size), max(1, round(cast.size * SHARE))):
            if not gone(happened.get(index, ())):
                happened[index] += (_change(cast, cast.people[index], number, chance),)
    return dict(happened)


def gone(past: tuple[Change, ...]) -> bool:
    """Whether the GitHub account was deleted."""
    return any(change.kind == "delete" for change in past)


def _change(cast: Cast, person: Person, day: int, chance: Chance) -> Change:
    at = cast.zero + (day - 1) * DAY + chance.between(3_600, DAY - 3_600)
    return Change(_kind(person, chance), day, at)


def _kind(person: Person, chance: Chance) -> str:
    if person.thread >= 0 and (not person.login or chance.often(0.3)):
        return chance.pick(("edit", "remove"))
    if person.kaggle and (not person.login or chance.often(0.15)):
        return "notebook"
    kind = _AT_GITHUB.spin(chance)
    if person.kind != "User" and kind in ("rename", "delete", "merge", "move"):
        return "bio"
    return kind
