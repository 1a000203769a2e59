"""A lead as the components see it: its work in a fixed order, the skills each piece shows, ages and coverage."""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from scoring.person import Person
from scoring.places import Gazetteer, shipped_gazetteer
from scoring.reference import Reference, shipped_reference
from scoring.roles.model import Role
from scoring.skills import Match, Matcher
from scoring.skills.matcher import OTHERS_WORK
from storage.records import Account, Evidence, Lead, Level

DAYS_A_MONTH = 30.4375
FAINTEST = 0.15  # recency never falls below this: old work is still work
CLAIMS_AT_MOST = 0.25  # coverage of a skill that is only claimed
ITEMS_PER_SOURCE = 3

# Nothing a source shows can be older than the source: such dates are wrong and ignored.
_SOURCE_BEGAN = {"github": 1990, "kaggle": 2010, "hackernews": 2006}  # histories older than GitHub were imported
_ANY_BEGAN = 1990

_Made = TypeVar("_Made")

# Roles that read with one vocabulary share its matcher, and with it what texts and tags were found to say.
_matcher = lru_cache(maxsize=8)(Matcher)


class Shown(NamedTuple):
    """One piece of evidence for one skill; `worth` is strength · recency · match · the source's multiplier."""

    skill: str
    id: str  # of the evidence, or "source:id" of the account whose profile claims it
    source: str
    level: Level
    worth: float
    same: str | None  # items with the same text count once


class Coverage(NamedTuple):
    """How well public work covers one skill, 0 to 1, with the highest level and the best evidence first."""

    skill: str
    value: float
    level: Level
    evidence: tuple[str, ...]


class Setting:
    """What all leads of one scoring share: the role, the time, the tables and the caches."""

    def __init__(self, role: Role, now: datetime, reference: Reference | None = None) -> None:
        """`reference`: the installation's own tables, else the shipped ones."""
        self.role = role
        self.now = now.astimezone(UTC)
        # Ages count from the start of the month, so that totals do not drift from night to night without news.
        self.month = self.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        self.matcher = _matcher(role.vocabulary)
        self.gazetteer: Gazetteer = shipped_gazetteer()
        self.reference: Reference = reference or shipped_reference()
        self.unplaced: Counter[tuple[str, str]] = Counter()  # figures without a table, by source and figure
        self._made: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """What a component needs of the role in another form, made when first asked for."""
        if name not in self._made:
            self._made[name] = make()
        made: _Made = self._made[name]
        return made

    @cached_property
    def alike(self) -> Hashable:
        """What reading the skills of work hangs on besides the sources' multipliers."""
        half_lives, strengths = self.role.half_life_months, self.role.strengths
        return self.matcher, self.month, half_lives.skill, half_lives.paper, tuple(sorted(strengths.items()))

    @cached_property
    def skills_asked(self) -> frozenset[str]:
        """The skills the role names."""
        groups = (skill for group in self.role.must_have for skill in group.skills)
        return frozenset([*groups, *(nice.skill for nice in self.role.nice_to_have)])

    def age(self, at: datetime) -> float:
        """Age in months at the start of this month; a date in the future has age 0."""
        return max(0.0, (self.month - at).total_seconds() / 86_400 / DAYS_A_MONTH)

    def recency(self, at: datetime | None, half_life: float) -> float:
        """0.5 ^ (age / half life), at least 0.15; without a date as if one half life old."""
        if at is None:
            return 0.5
        return max(FAINTEST, math.exp2(-self.age(at) / half_life))


class Reading:
    """One lead, read for one role; what roles share is found once."""

    def __init__(self, lead: Lead | Person, setting: Setting) -> None:
        self.setting = setting
        self.role = setting.role
        self.person = lead if isinstance(lead, Person) else Person(lead)
        self.accounts: list[Account] = self.person.accounts
        self.work: list[Evidence] = self.person.work

    @cached_property
    def shown(self) -> dict[str, list[Shown]]:
        """The evidence of each skill, strongest first."""
        return self.person.once(("shown", self.alike), self._all_shown)

    @cached_property
    def coverage(self) -> dict[str, Coverage]:
        """Coverage of every skill with any evidence."""
        return self.person.once(
            ("coverage", self.alike), lambda: {skill: _covered(skill, items) for skill, items in self.shown.items()}
        )

    @cached_property
    def alike(self) -> Hashable:
        """All that what work shows hangs on: roles that agree in it see the same."""
        multipliers = self.role.sources
        return self.setting.alike, tuple([multipliers.get(source, 1.0) for source in self.person.sources])

    def covered(self, skill: str) -> float:
        """Coverage of one skill; 0 without evidence."""
        held = self.coverage.get(skill)
        return held.value if held is not None else 0.0

    @property
    def richness(self) -> float:
        """How much there is to read, 0 to 1 at twenty pieces of work."""
        return self.person.richness

    @property
    def own(self) -> list[Evidence]:
        """Work the person leads: everything but changes and reviews in repositories of others."""
        return self.person.own

    @property
    def elsewhere(self) -> list[Evidence]:
        """Changes and reviews in repositories of others."""
        return self.person.elsewhere

    def of_source(self, source: str) -> list[Evidence]:
        """Work at one source, in the fixed order."""
        return self.person.by_source.get(source, [])

    @cached_property
    def asked(self) -> frozenset[str] | None:
        """Ids of the work that shows a skill the role asks; None for a role that asks none."""
        wanted = self.setting.skills_asked
        return frozenset(item.id for skill in wanted for item in self.shown.get(skill, ())) if wanted else None

    def figures(self, account: Account) -> Mapping[str, float]:
        """Figures of an account, without ranks if the person opted out of them."""
        return self.person.figures(account)

    def date(self, one: Evidence) -> datetime | None:
        """When the work was last done; a date before its source existed is no date."""
        return plausible(one.event_at, one.account.source) if one.event_at is not None else None

    def began(self, one: Evidence) -> datetime | None:
        """When the work was begun, else when it was last done."""
        begun = plausible(one.started_at, one.account.source) if one.started_at is not None else None
        return begun or self.date(one)

    def _all_shown(self) -> dict[str, list[Shown]]:
        found: dict[str, list[Shown]] = {}
        matched = self.person.once(("matches", self.setting.matcher), self._matches)
        for name, one, matches in zip(self.person.ids, self.work, matched, strict=True):
            if matches:
                for item in self._shown(name, one, matches):
                    found.setdefault(item.skill, []).append(item)
        for account, text in self.person.profiles:
            for match in self.setting.matcher.words(text):
                found.setdefault(match.skill, []).append(self._claimed(account, match))
        return {skill: sorted(found[skill], key=_strongest) for skill in sorted(found)}

    def _matches(self) -> list[dict[str, Match]]:
        return [self.setting.matcher.match(one) for one in self.work]

    def _shown(self, name: str, one: Evidence, matches: Mapping[str, Match]) -> Iterator[Shown]:
        """One item per skill the work shows."""
        half_lives, source, at = self.role.half_life_months, one.account.source, self.date(one)
        others, bare = one.kind in OTHERS_WORK, not (one.packages or one.files)
        recency = self.setting.recency(at, half_lives.paper if one.kind == "paper" else half_lives.skill)
        fresh = recency * self.role.sources.get(source, 1.0)
        # A change carries the description of the repository it went into: its own title makes it another item.
        same = f"{one.title}\n{one.text}" if one.text and others else one.text
        for match in matches.values():
            level = min(one.level, most_proven(one.kind, match.strength, bare=bare))
            yield Shown(match.skill, name, source, level, self.role.strengths[level] * fresh * match.strength, same)

    def _claimed(self, account: Account, match: Match) -> Shown:
        worth = self.role.strengths[Level.CLAIM] * match.strength * self.role.sources.get(account.source, 1.0)
        return Shown(match.skill, str(account.key), account.source, Level.CLAIM, worth, None)


def most_proven(kind: str, strength: float, *, bare: bool) -> Level:
    """The most a piece of work can prove of a skill, however well known it is.

    A topic or a word is told, not shown: of own work it proves practice at most. Topics and descriptions of a
    repository are what its owner likes to write: activity, a mere claim if it is `bare` of packages and telling files.
    """
    if strength >= 1 or kind in OTHERS_WORK:
        return Level.MAINTAINED
    if kind != "repository":
        return Level.PRACTICE
    return Level.CLAIM if bare else Level.ACTIVITY


def plausible(at: datetime, source: str) -> datetime | None:
    """The date, unless its source did not exist yet."""
    return at if at.year >= _SOURCE_BEGAN.get(source, _ANY_BEGAN) else None


def _strongest(item: Shown) -> tuple[float, str]:
    return -item.worth, item.id


def _covered(skill: str, items: list[Shown]) -> Coverage:
    """Noisy-or over at most three best items per source; the same text counts once."""
    taken: dict[str, int] = {}
    texts: set[str] = set()
    left = 1.0
    used = []
    for item in items:
        if taken.get(item.source, 0) >= ITEMS_PER_SOURCE or (item.same and item.same in texts):
            continue
        if item.same:
            texts.add(item.same)
        taken[item.source] = taken.get(item.source, 0) + 1
        left *= 1 - item.worth
        used.append(item)
    level = max(item.level for item in items)
    value = 1 - left if level > Level.CLAIM else min(CLAIMS_AT_MOST, 1 - left)
    return Coverage(skill, value, level, tuple(item.id for item in used))
