"""What is true of every invented account, for measuring quality; nothing here is ever served.

Skill levels are those of the scoring design: 1 claimed, 2 active, 3 practised, 4 recognised by others, 5 maintained.
Public work is not the whole truth. Some of what people can do nobody sees, some work looks like more than it is, and
neither shows anywhere: no reader of the web can be right about everybody.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sourcing.demo.bios import claims
from sourcing.demo.cast import Person, Shift
from sourcing.demo.chance import Chance
from sourcing.demo.sources import venues
from sourcing.demo.sources._hub import hub
from sourcing.demo.stock import Place, stock
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

_STUDIES = ("coursework", "eda", "dotfiles")
_UNSEEN = 0.25  # share of a field's skills practised at work alone, for the most senior
_LESS = 0.12  # share of shown skills that are one level less than the work looks like
_USED = 3  # likes from which a Space is used by others


@dataclass(frozen=True, slots=True)
class Truth:
    """One person as the world knows them; `fit` is 0..1 per role."""

    person: int
    kind: str  # person, bot, organisation
    name: str
    field: str
    skills: Mapping[str, int]
    place: Place
    fit: Mapping[str, float]
    met: Mapping[str, float]  # share of the role's needs that is met, 0..1
    seniority: float
    opted_out: bool
    hireable: bool
    accounts: tuple[AccountKey, ...]

    @property
    def zone(self) -> str:
        """IANA time zone of the place."""
        return self.place.zone


class Truths(Mapping[AccountKey, Truth]):
    """Account → truth of everybody with a living account, worked out when asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owners = {key: person.index for person in world.cast.people for key in keys(world, person)}

    def __getitem__(self, key: AccountKey) -> Truth:
        return tell(self._world, self._world.cast.people[self._owners[key]])

    def __iter__(self) -> Iterator[AccountKey]:
        return iter(self._owners)

    def __len__(self) -> int:
        return len(self._owners)


def keys(world: World, person: Person) -> tuple[AccountKey, ...]:
    """The living accounts of a person."""
    found = []
    if world.login(person.index):
        found.append(AccountKey("github", str(world.cast.github_id(person.index))))
    if person.kaggle:
        found.append(AccountKey("kaggle", str(world.cast.kaggle_id(person.index))))
    if person.hn:
        found.append(AccountKey("hackernews", person.hn))
    found += [key for venue in venues() if (key := venue.key(world, person)) is not None]
    return tuple(found)


def tell(world: World, person: Person) -> Truth:
    """Everything true of one person."""
    skills = _true(world.cast.seed, person, _shown(world, person))
    met = {role: _met(skills, groups) for role, groups in _needs().items()}
    return Truth(
        person=person.index,
        kind={"bot": "bot", "organisation": "organisation"}.get(person.field.id, "person"),
        name=person.name,
        field=person.field.id,
        skills=skills,
        place=person.place,
        fit={role: _fit(person, role, share) for role, share in met.items()},
        met=met,
        seniority=person.seniority,
        opted_out=person.opted_out,
        hireable=person.hireable,
        accounts=keys(world, person),
    )


def _shown(world: World, person: Person) -> dict[str, int]:
    """What everything the person published would prove to somebody who saw all of it."""
    levels = dict.fromkeys(claims(person), 1)

    def shown(skill: str, level: int) -> None:
        levels[skill] = max(level, levels.get(skill, 0))

    account = world.github(person.index)
    for repo in account["_repositories"] if account else ():
        if not repo["isFork"] and not repo.get("_profile"):
            for skill in repo["_theme"].skills:
                shown(skill, _level(repo))
    for shift in person.shifts:
        for skill in _proved(shift):
            shown(skill, 5 if shift.merged >= 100 else 4)
    for space in hub(world).works.get(person.index, {}).get("spaces", ()):
        shown("demo-apps", 3 if space["likes"] >= _USED else 2)
    if person.kaggle and person.tier >= 2:
        shown("python", 3)
    return levels


def _true(seed: str, person: Person, shown: Mapping[str, int]) -> dict[str, int]:
    """What the person can do: some of the shown is less than it looks, some of the rest is only seen at work."""
    levels = {}
    for skill, level in shown.items():
        less = level >= 3 and Chance("less", seed, person.index, skill).often(_LESS)
        levels[skill] = level - less
    for skill in person.field.claims if person.field.role else ():
        if Chance("unseen", seed, person.index, skill).often(_UNSEEN * person.seniority):
            levels[skill] = max(3, levels.get(skill, 0))
    return levels


def _level(repo: Record) -> int:
    stars = repo["stargazerCount"]
    if repo.get("_hollow"):
        return 1
    if repo["_theme"].id in _STUDIES:
        return 2
    if stars >= 200 and repo["_releases"]:
        return 5
    if stars >= 20:
        return 4
    return 3 if stars >= 3 or "tests" in repo["_files"] or "Dockerfile" in repo["_files"] else 2


def _proved(shift: Shift) -> set[str]:
    host = stock().hosts[shift.host]
    named = {stock().topic_skill[topic] for topic in host.topics if topic in stock().topic_skill}
    return named | ({"python"} if host.language == "Python" else set())


def _met(skills: Mapping[str, int], groups: list[list[str | int]]) -> float:
    met = [min(1.0, max(skills.get(str(skill), 0) for skill in group[1:]) / int(group[0])) for group in groups]
    return sum(met) / len(met)


def _fit(person: Person, role: str, met: float) -> float:
    fit = 0.65 * met + 0.15 * (person.field.role == role) + 0.1 * person.seniority
    return round(fit + 0.1 * person.active, 6)


@cache
def _needs() -> dict[str, list[list[str | int]]]:
    with (Path(__file__).parent / "data" / "truth.toml").open("rb") as file:
        return {role: row["groups"] for role, row in tomllib.load(file).items()}
