"""A lead as the components see it: its work in a fixed order, the skills each piece shows, ages and coverage."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from scoring.places import Gazetteer, shipped_gazetteer
from scoring.reference import Reference, shipped_reference
from scoring.roles.model import Role
from scoring.skills import Match, Matcher
from scoring.skills.matcher import OTHERS_WORK
from storage.records import WISH, Account, AccountKey, Evidence, Lead, Level

DAYS_A_MONTH = 30.4375
FAINTEST = 0.15  # recency never falls below this: old work is still work
CLAIMS_AT_MOST = 0.25  # coverage of a skill that is only claimed
ITEMS_PER_SOURCE = 3
RICH = 20  # pieces of work from which a missing skill says something

# Nothing a source shows can be older than the source: such dates are wrong and ignored.
_SOURCE_BEGAN = {"github": 1990, "kaggle": 2010, "hackernews": 2006}  # histories older than GitHub were imported
_ANY_BEGAN = 1990

# What a person who asked not to be ranked there must not be ranked by.
_PROGRESSION = ("tier", "grandmaster_level", "competition_", "notebook_", "dataset_", "discussion_")


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

    def age(self, at: datetime) -> float:
        """Age in months at the start of this month; a date in the future has age 0."""
        return max(0.0, (self.month - at).total_seconds() / 86_400 / DAYS_A_MONTH)

    def recency(self, at: datetime | None, half_life: float) -> float:
        """0.5 ^ (age / half life), at least 0.15; without a date as if one half life old."""
        if at is None:
            return 0.5
        return max(FAINTEST, math.exp2(-self.age(at) / half_life))


class Reading:
    """One lead, read once."""

    def __init__(self, lead: Lead, setting: Setting) -> None:
        self.setting = setting
        self.role = setting.role
        self.accounts: list[Account] = sorted(lead.accounts, key=lambda account: account.key)
        self.by_key: Mapping[AccountKey, Account] = {account.key: account for account in self.accounts}
        unranked = {a.key for a in self.accounts if "progression_opt_out" in a.flags}
        self.work: list[Evidence] = sorted(
            (
                one
                for one in lead.evidence
                if one.kind != WISH and not (one.account in unranked and one.kind == "competition")
            ),
            key=lambda one: one.id,
        )
        self._unranked = unranked

    @cached_property
    def shown(self) -> dict[str, list[Shown]]:
        """The evidence of each skill, strongest first."""
        found: dict[str, list[Shown]] = {}
        for one in self.work:
            for item in self._shown(one):
                found.setdefault(item.skill, []).append(item)
        for account in self.accounts:
            for match in self._claims(account):
                found.setdefault(match.skill, []).append(self._claimed(account, match))
        return {skill: sorted(found[skill], key=_strongest) for skill in sorted(found)}

    @cached_property
    def coverage(self) -> dict[str, Coverage]:
        """Coverage of every skill with any evidence."""
        return {skill: _covered(skill, items) for skill, items in self.shown.items()}

    def covered(self, skill: str) -> float:
        """Coverage of one skill; 0 without evidence."""
        held = self.coverage.get(skill)
        return held.value if held is not None else 0.0

    @cached_property
    def richness(self) -> float:
        """How much there is to read, 0 to 1 at twenty pieces of work."""
        return min(1.0, sum(one.level > Level.CLAIM for one in self.work) / RICH)

    @cached_property
    def own(self) -> list[Evidence]:
        """Work the person leads: everything but changes and reviews in repositories of others."""
        return [one for one in self.work if one.kind not in OTHERS_WORK or self.owns(one)]

    def of_source(self, source: str) -> list[Evidence]:
        """Work at one source, in the fixed order."""
        return self._by_source.get(source, [])

    @cached_property
    def _by_source(self) -> dict[str, list[Evidence]]:
        found: dict[str, list[Evidence]] = {}
        for one in self.work:
            found.setdefault(one.account.source, []).append(one)
        return found

    @cached_property
    def asked(self) -> frozenset[str] | None:
        """Ids of the work that shows a skill the role asks; None for a role that asks none."""
        if not self.role.must_have and not self.role.nice_to_have:
            return None
        asked = {skill for group in self.role.must_have for skill in group.skills}
        asked |= {nice.skill for nice in self.role.nice_to_have}
        return frozenset(item.id for skill in asked for item in self.shown.get(skill, ()))

    @cached_property
    def elsewhere(self) -> list[Evidence]:
        """Changes and reviews in repositories of others."""
        return [one for one in self.work if one.kind in OTHERS_WORK and not self.owns(one)]

    def owns(self, one: Evidence) -> bool:
        """Whether the address lies under the account's own handle."""
        account = self.by_key.get(one.account)
        parts = one.url.split("/", 4)
        return account is not None and len(parts) > 3 and parts[3].lower() == account.handle.lower()

    def figures(self, account: Account) -> Mapping[str, float]:
        """Figures of an account, without ranks if the person opted out of them."""
        if account.key not in self._unranked:
            return account.figures
        return {name: value for name, value in account.figures.items() if not name.startswith(_PROGRESSION)}

    def date(self, one: Evidence) -> datetime | None:
        """When the work was last done; a date before its source existed is no date."""
        return plausible(one.event_at, one.account.source) if one.event_at is not None else None

    def began(self, one: Evidence) -> datetime | None:
        """When the work was begun, else when it was last done."""
        begun = plausible(one.started_at, one.account.source) if one.started_at is not None else None
        return begun or self.date(one)

    def _shown(self, one: Evidence) -> Iterator[Shown]:
        """One item per skill the work shows."""
        matches = self.setting.matcher.match(one)
        if not matches:
            return
        half_lives, source, name, at = self.role.half_life_months, one.account.source, one.id, self.date(one)
        others, bare = one.kind in OTHERS_WORK, not (one.packages or one.files)
        recency = self.setting.recency(at, half_lives.paper if one.kind == "paper" else half_lives.skill)
        fresh = recency * self.role.sources.get(source, 1.0)
        # A change carries the description of the repository it went into: its own title makes it another item.
        same = f"{one.title}\n{one.text}" if one.text and others else one.text
        for match in matches.values():
            level = min(one.level, most_proven(one.kind, match.strength, bare=bare))
            yield Shown(match.skill, name, source, level, self.role.strengths[level] * fresh * match.strength, same)

    def _claims(self, account: Account) -> tuple[Match, ...]:
        text = "\n".join(part for part in (account.headline, account.bio) if part)
        return self.setting.matcher.words(text) if text else ()

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
