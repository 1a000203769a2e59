"""Who lives in the invented world: one small record per person, drawn in order of their number.

Only what indexes need is drawn here (names, handles, places, who works on which well-known repository); the
work itself is drawn when somebody asks for it, from a seed of its own.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sourcing.demo.chance import Chance, Wheel
from sourcing.demo.clock import DAY, midnight
from sourcing.demo.naming import Handles, invent
from sourcing.demo.stock import Field, Host, Place, Region, stock

FIRST_GITHUB_ID = 1_000_000
LAST_GITHUB_ID = 230_000_000
FIRST_KAGGLE_ID = 9_000_000
TIERS = ("NOVICE", "CONTRIBUTOR", "EXPERT", "MASTER", "GRANDMASTER")
_OLDEST_DAYS = 15 * 365  # the first accounts are that much older than the anchor


@dataclass(frozen=True, slots=True)
class Shift:
    """What one person gave to one well-known repository."""

    host: int  # index into the stock's hosts
    commits: int
    merged: int  # merged pull requests
    last: int  # days before the anchor of the last one


@dataclass(frozen=True, slots=True)
class Person:
    """One person, organisation or bot, as drawn on day 0; empty handles mean no account there."""

    index: int
    field: Field
    region: Region
    place: Place
    name: str
    latin: str
    seniority: float  # 0..1
    active: float  # 0..1
    created: int  # seconds since 1970, of the GitHub account
    login: str
    kaggle: str
    tier: int  # index into TIERS
    hn: str
    thread: int  # how many monthly threads back a post stands; -1: none
    opted_out: bool
    hireable: bool
    heavy: bool  # too many contributions for one year's window
    shifts: tuple[Shift, ...]

    @property
    def kind(self) -> str:
        """The GitHub type: User, Organization or Bot."""
        if self.field.id == "organisation":
            return "Organization"
        return "Bot" if self.login.endswith("[bot]") else "User"


class Cast:
    """All people of a world on day 0."""

    def __init__(self, seed: str, people: int, anchor: date) -> None:
        self.seed, self.size, self.zero = str(seed), people, midnight(anchor)
        self.anchor = anchor
        self.step = (LAST_GITHUB_ID - FIRST_GITHUB_ID) // max(people, 1)
        self.people: list[Person] = []
        self._regions = Wheel(stock().regions, [region.share for region in stock().regions])
        self._fields = Wheel(stock().fields, [field.share for field in stock().fields])
        self._by_field = {field.id: _hosts_of(field) for field in stock().fields}
        popular = [(index, host) for index, host in enumerate(stock().hosts) if host.fields]
        self._popular = Wheel([index for index, _ in popular], [host.stars**0.5 for _, host in popular])
        self._handles = Handles()
        for index in range(people):
            self.people.append(self._person(index))
        self._handles.forget()

    @cached_property
    def givers(self) -> list[list[tuple[int, int, Shift]]]:
        """(person, commits, shift) of every well-known repository, in the order of the stock."""
        rows: list[list[tuple[int, int, Shift]]] = [[] for _ in stock().hosts]
        for person in self.people:
            for shift in person.shifts:
                rows[shift.host].append((person.index, shift.commits, shift))
        return rows

    def github_id(self, index: int) -> int:
        """The durable number of a GitHub account; grows with the age of the account."""
        return FIRST_GITHUB_ID + index * self.step + (index * 7919) % self.step

    def github_index(self, number: int) -> int | None:
        """Whose GitHub number that is."""
        index = (number - FIRST_GITHUB_ID) // self.step
        return index if 0 <= index < self.size and self.github_id(index) == number else None

    def kaggle_id(self, index: int) -> int:
        """The durable number of a Kaggle account."""
        return FIRST_KAGGLE_ID + index * 13 + index % 7

    def _person(self, index: int) -> Person:
        chance = Chance(self.seed, index)
        region, field = self._regions.spin(chance), self._fields.spin(chance)
        name, latin = invent(chance, region, field.id)
        if index and chance.often(0.015):  # a namesake of somebody else
            other = self.people[chance.below(index)]
            if "organisation" not in (field.id, other.field.id):
                name, latin, region = other.name, other.latin, other.region
        seniority, active = chance.real(), chance.real()
        login, kaggle, hn = self._accounts(chance, index, field, latin)
        return Person(
            index=index,
            field=field,
            region=region,
            place=chance.pick(region.places),
            name=name,
            latin=latin,
            seniority=seniority,
            active=active,
            created=self._created(chance, index),
            login=login,
            kaggle=kaggle,
            tier=_tier(chance, field, seniority) if kaggle else 0,
            hn=hn,
            thread=_thread(chance, field) if hn else -1,
            opted_out=chance.often(0.025),
            hireable=chance.often(0.22),
            heavy=seniority > 0.9 and chance.often(0.12),
            shifts=tuple(self._shifts(chance, field, seniority, active)) if login else (),
        )

    def _created(self, chance: Chance, index: int) -> int:
        age = _OLDEST_DAYS * (1 - (index + chance.real()) / self.size) + 20
        return self.zero - int(age * DAY)

    def _accounts(self, chance: Chance, index: int, field: Field, latin: str) -> tuple[str, str, str]:
        if field.id in ("bot", "organisation"):
            return self._handles.machine(chance, field.id), "", ""
        login = self._handles.github(chance, latin) if chance.often(0.93) else ""
        kaggle = hn = ""
        if chance.often(_KAGGLE.get(field.id, 0.4)):
            kaggle = self._handles.kaggle(chance, latin, login, self._somebody(chance, index))
        if chance.often(0.26) or not (login or kaggle):
            hn = self._handles.hackernews(chance, latin, login)
        return login, kaggle, hn

    def _somebody(self, chance: Chance, index: int) -> str:
        """The login of another person, once in a while: equal handles, different people."""
        if index < 20 or not chance.often(0.06):
            return ""
        other = self.people[chance.below(index)]
        return "" if other.kaggle or other.kind != "User" else other.login

    def _shifts(self, chance: Chance, field: Field, seniority: float, active: float) -> list[Shift]:
        hosts = chance.some(self._by_field[field.id], _shift_count(chance, field, seniority))
        if field.id not in ("organisation", "bot") and chance.often(_PASSING[bool(field.role)]):
            hosts.append(self._popular.spin(chance))
        return [_shift(chance, field, seniority, active, host) for host in dict.fromkeys(hosts)]


_PASSING = {True: 0.45, False: 0.4}  # how many leave a small change in some popular repository, by having a role
_KAGGLE = {"web": 0.1, "other": 0.15, "recruiter": 0.05, "student": 0.5, "ds": 0.6, "aipd": 0.25, "ml-ops": 0.2}


def _hosts_of(field: Field) -> list[int]:
    numbered = [(index, host) for index, host in enumerate(stock().hosts) if host.fields]
    own = [index for index, host in numbered if field.id in host.fields]
    return own or [index for index, _ in numbered]


def _shift_count(chance: Chance, field: Field, seniority: float) -> int:
    if field.id == "organisation":
        return 0
    if field.id == "bot":
        return chance.between(1, 5)
    if not field.role:
        return 1 if chance.often(0.12) else 0
    return chance.between(1, 2 + int(3 * seniority)) if chance.often(0.6 + 0.4 * seniority) else 0


def _shift(chance: Chance, field: Field, seniority: float, active: float, host: int) -> Shift:
    weight = 6.0 if field.role else 1.0
    commits = min(chance.heavy(1 + weight * seniority**3), 4_000)
    if field.id == "bot":
        commits = chance.between(30, 300)
    merged = min(max(1, int(commits * (0.4 + 0.6 * chance.real()))), 150)
    last = 1 + int(chance.real() ** (1 + 2 * active) * 700)
    return Shift(host, commits, merged, last)


def _tier(chance: Chance, field: Field, seniority: float) -> int:
    level = 0.35 * chance.real() + 0.65 * seniority * (1.0 if field.role else 0.5)
    return sum(level > edge for edge in (0.06, 0.38, 0.66, 0.88))


def _thread(chance: Chance, field: Field) -> int:
    posts = 0.0 if field.id == "recruiter" else 0.45
    return chance.below(4) if chance.often(posts) else -1


def host_of(shift: Shift) -> Host:
    """The well-known repository of a shift."""
    return stock().hosts[shift.host]
