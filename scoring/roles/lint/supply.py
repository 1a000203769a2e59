"""The reality check (U6): how many known people meet each must-have, each combination, and which one costs most."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from scoring.roles.lint.finding import Finding, warning
from scoring.roles.model import Group, Role
from storage.records import Level

FEWEST = 20  # people who meet everything, from which a search is worth starting
_ALL_COMBINATIONS = 8  # must-haves up to which every combination is told; 9 would be 512 lines


class Shown(Protocol):
    """What is known of one skill of one person."""

    @property
    def level(self) -> Level:
        """The highest level of evidence."""


class Met(BaseModel):
    """Must-haves by name and how many people meet all of them."""

    model_config = ConfigDict(frozen=True)

    groups: tuple[str, ...]
    people: int


class Step(BaseModel):
    """One must-have of a funnel."""

    model_config = ConfigDict(frozen=True)

    group: str
    asks: str  # "docker and kubernetes, level 3"
    alone: int  # people who meet this one
    so_far: int  # … and all before it
    costs: int  # people more who would meet everything, were this one dropped


class Funnel(BaseModel):
    """How far the known people get through the must-haves of a role."""

    model_config = ConfigDict(frozen=True)

    role: str
    people: int
    steps: tuple[Step, ...]
    combinations: tuple[Met, ...]  # most must-haves first
    unread: int = 0  # people left out, because they asked not to be found

    @property
    def everything(self) -> int:
        """People who meet all must-haves."""
        return self.steps[-1].so_far if self.steps else self.people

    @property
    def dearest(self) -> Step | None:
        """The must-have whose removal helps most; None if none does."""
        best = max(self.steps, key=lambda step: step.costs, default=None)
        return best if best is not None and best.costs > 0 else None


def meets(role: Role, skills: Mapping[str, Shown]) -> tuple[bool, ...]:
    """Which must-haves a person's public work meets: evidence at the level asked, for any or all skills."""
    return tuple(_meets(group, skills) for group in role.must_have)


def _meets(group: Group, skills: Mapping[str, Shown]) -> bool:
    reached = [name in skills and skills[name].level >= group.level for name in group.skills]
    return all(reached) if group.all else any(reached)


def funnel(role: Role, met: Iterable[Sequence[bool]], *, unread: int = 0) -> Funnel:
    """The funnel of a role out of one row per person, each with one answer per must-have."""
    patterns = Counter(tuple(row) for row in met)
    everyone = range(len(role.must_have))
    whole = _count(patterns, everyone)
    steps = tuple(
        Step(
            group=group.name,
            asks=_asks(group),
            alone=_count(patterns, [at]),
            so_far=_count(patterns, range(at + 1)),
            costs=_count(patterns, [other for other in everyone if other != at]) - whole,
        )
        for at, group in enumerate(role.must_have)
    )
    together = tuple(
        Met(groups=tuple(role.must_have[at].name for at in chosen), people=_count(patterns, chosen))
        for chosen in _combinations(len(role.must_have))
    )
    return Funnel(role=role.role, people=patterns.total(), steps=steps, combinations=together, unread=unread)


def _count(patterns: Counter[tuple[bool, ...]], wanted: Iterable[int]) -> int:
    asked = list(wanted)
    return sum(people for pattern, people in patterns.items() if all(pattern[at] for at in asked))


def _combinations(groups: int) -> Iterator[tuple[int, ...]]:
    """Every combination of two or more; of many must-haves only all, all but one, and pairs."""
    sizes = set(range(2, groups + 1)) if groups <= _ALL_COMBINATIONS else {2, groups - 1, groups}
    for size in sorted(sizes, reverse=True):
        yield from combinations(range(groups), size)


def _asks(group: Group) -> str:
    joined = " and ".join(group.all) if group.all else " or ".join(group.any)
    return f"{joined}, level {int(group.level)}"


def scarce(found: Funnel) -> Iterator[Finding]:
    """U6: too few known people meet everything; names the must-have whose removal helps most."""
    if not found.steps or found.everything >= FEWEST:
        return
    cost = found.dearest
    way_out = f"without '{cost.group}' {found.everything + cost.costs}" if cost else "dropping any one changes nothing"
    yield warning(
        "U6", f"{found.everything} of {found.people} known people meet all {len(found.steps)} must-haves; {way_out}"
    )
