"""The highest level at which each lead shows each skill: what must-haves ask, whatever else a role weighs.

It hangs on texts and vocabulary alone, so it is read once per lead and vocabulary and kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.fairness.blind import plain
from scoring.heard import heard_text
from scoring.reading import most_proven
from scoring.roles import Group, Role
from scoring.skills import Match, Matcher
from scoring.skills.matcher import said_in
from storage.records import WISH, Level

Mask = NDArray[np.bool_]


class Work(NamedTuple):
    """One piece of work as it came."""

    account: str
    kind: str
    level: int
    url: str
    title: str
    text: str | None
    tags: tuple[str, ...]
    packages: tuple[str, ...]
    files: tuple[str, ...]


class Profile(NamedTuple):
    """One account as it came; `unranked` if it asked not to be ranked there."""

    key: str
    name: str | None
    headline: str | None
    bio: str | None
    unranked: bool


class Told(NamedTuple):
    """One lead as it came; `refuses` if it wants no recruiters."""

    lead: str
    mark: str  # differs when anything of it does
    refuses: bool
    profiles: Sequence[Profile]
    work: Sequence[Work]


@dataclass(frozen=True, eq=False)
class Levels:
    """One row per lead, in the order of their ids, and one entry per lead and skill with any evidence."""

    leads: NDArray[np.bytes_]
    mark: NDArray[np.bytes_]
    refuses: Mask
    ends: NDArray[np.int64]  # where the entries of each lead end
    skill: NDArray[np.int32]  # entries: index in `skills`
    level: NDArray[np.int8]  # entries
    skills: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.leads)

    def meets(self, role: Role) -> Mask:
        """Leads × must-haves: evidence at the level asked, for any or all of its skills."""
        met = np.zeros((len(self), len(role.must_have)), np.bool_)
        rows = np.repeat(np.arange(len(self)), np.diff(self.ends, prepend=0))
        for at, group in enumerate(role.must_have):
            met[:, at] = self._meets(group, rows)
        return met

    def _meets(self, group: Group, rows: NDArray[np.int64]) -> Mask:
        each = np.zeros((len(group.skills), len(self)), np.bool_)
        deep = self.level >= group.level
        for at, skill in enumerate(group.skills):
            if skill in self.skills:
                each[at, rows[deep & (self.skill == self.skills.index(skill))]] = True
        decides = np.logical_and if group.all else np.logical_or
        met: Mask = decides.reduce(each)
        return met


def levels(told: Iterable[Sequence[Told]], matcher: Matcher, skills: Sequence[str] = ()) -> Levels:
    """The levels of leads that come in batches, by their ids; `skills` are those numbered before."""
    numbers = {skill: at for at, skill in enumerate(skills)}
    names, marks, refuses, ends, skill, level = [], [], [], [], list[int](), list[int]()
    for batch in told:
        for one, shown in zip(batch, _shown(batch, matcher), strict=True):
            skill += [numbers.setdefault(name, len(numbers)) for name in shown]
            level += shown.values()
            names.append(one.lead.encode())
            marks.append(one.mark.encode())
            refuses.append(one.refuses)
            ends.append(len(skill))
    return Levels(
        leads=np.array(names, np.bytes_),
        mark=np.array(marks, np.bytes_),
        refuses=np.array(refuses, np.bool_),
        ends=np.array(ends, np.int64),
        skill=np.array(skill, np.int32),
        level=np.array(level, np.int8),
        skills=tuple(numbers),
    )


def nobody(skills: tuple[str, ...] = ()) -> Levels:
    """The levels of no lead; `skills` are those numbered before."""
    none = np.zeros(0, np.int64)
    texts, entries = none.astype(np.bytes_), none.astype(np.int32)
    return Levels(texts, texts, none.astype(np.bool_), none, entries, entries.astype(np.int8), skills)


def renewed(former: Levels, kept: NDArray[np.intp], fresh: Levels) -> Levels:
    """The former rows `kept` names, with the fresh ones put in their places; skills are numbered as in the fresh."""
    leads = np.concatenate((former.leads[kept], fresh.leads))
    order = np.argsort(leads, kind="stable")
    counts = np.concatenate((_counts(former)[kept], _counts(fresh)))
    starts = np.concatenate((_starts(former)[kept], _starts(fresh) + len(former.skill)))[order]
    size = counts[order]
    ends = np.cumsum(size)
    entry = np.repeat(starts - (ends - size), size) + np.arange(int(size.sum()))
    return Levels(
        leads=leads[order],
        mark=np.concatenate((former.mark[kept], fresh.mark))[order],
        refuses=np.concatenate((former.refuses[kept], fresh.refuses))[order],
        ends=ends.astype(np.int64),
        skill=np.concatenate((former.skill, fresh.skill))[entry],
        level=np.concatenate((former.level, fresh.level))[entry],
        skills=fresh.skills,
    )


def _counts(some: Levels) -> NDArray[np.int64]:
    return np.diff(some.ends, prepend=0)


def _starts(some: Levels) -> NDArray[np.int64]:
    return some.ends - _counts(some)


def _shown(batch: Sequence[Told], matcher: Matcher) -> list[dict[str, int]]:
    """What each lead of a batch shows: all texts are read in one go, equal ones once."""
    works = [list(_heard_work(one)) for one in batch]
    claims = [list(_heard_profiles(one)) for one in batch]
    texts = list(dict.fromkeys([*(text for some in works for _, text in some), *(t for some in claims for t in some)]))
    named = dict(zip(texts, matcher.words_many(texts), strict=True))
    return [_of_one(matcher, work, told, named) for work, told in zip(works, claims, strict=True)]


def _of_one(
    matcher: Matcher, works: Iterable[tuple[Work, str]], claims: Iterable[str], named: dict[str, tuple[Match, ...]]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for work, text in works:
        bare = not (work.packages or work.files)
        shown = matcher.combined(named[text], work.kind, work.url, work.tags, work.packages, work.files)
        for skill, match in shown.items():
            level = min(work.level, most_proven(work.kind, match.strength, bare=bare))
            if level > found.get(skill, 0):
                found[skill] = int(level)
    for text in claims:
        for match in named[text]:
            found.setdefault(match.skill, int(Level.CLAIM))
    return found


def _heard_work(one: Told) -> Iterable[tuple[Work, str]]:
    """Pieces with their texts as scores read them: without orders, the person's name and telling words."""
    unranked = {profile.key for profile in one.profiles if profile.unranked}
    names = _names(one)
    for work in one.work:
        if work.kind != WISH and not (work.kind == "competition" and work.account in unranked):
            yield work, said_in(_plain(work.title, names) or "", _plain(work.text, names))


def _heard_profiles(one: Told) -> Iterable[str]:
    names = _names(one)
    for profile in one.profiles:
        parts = (_plain(profile.headline, names), _plain(profile.bio, names))
        if text := "\n".join(part for part in parts if part):
            yield text


def _names(one: Told) -> tuple[str, ...]:
    return tuple(sorted({profile.name for profile in one.profiles if profile.name}))


def _plain(text: str | None, names: tuple[str, ...]) -> str | None:
    return plain(heard_text(text), names)


def columns_of(some: Levels) -> dict[str, NDArray[Any]]:
    """The columns by name."""
    return {name: getattr(some, name) for name in Levels.__dataclass_fields__ if name != "skills"}
