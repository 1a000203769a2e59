"""Coverage of skills for many leads at once: the rule of a single reading, as sorts and products over columns."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns.work import Items, Work, blocks
from scoring.reading import CLAIMS_AT_MOST, ITEMS_PER_SOURCE
from scoring.roles.model import Group, Role
from storage.records import Level

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Covered:
    """Coverage of every pair of lead and skill with any evidence, in the order of lead and skill."""

    leads: tuple[str, ...]
    skills: tuple[str, ...]
    lead: Whole  # rows: index in `leads`
    skill: Whole  # rows: index in `skills`
    value: Numbers  # rows, 0 to 1
    level: Whole  # rows: the highest level
    count: Whole  # rows: pieces and claims behind it

    def of(self, skill: str) -> Numbers:
        """Coverage of one skill per lead; 0 without evidence."""
        out = np.zeros(len(self.leads))
        if (at := self._at.get(skill)) is not None:
            rows = self.skill == at
            out[self.lead[rows]] = self.value[rows]
        return out

    def met(self, group: Group, role: Role) -> Numbers:
        """Per lead how far a must-have is met, 0 to 1, as the component says it; 0 without evidence."""
        held = np.stack([self.of(skill) for skill in group.skills])
        deciding = held.min(axis=0) if group.all else held.max(axis=0)
        met: Numbers = np.minimum(1.0, deciding / role.strengths[group.level])
        return met

    @cached_property
    def _at(self) -> dict[str, int]:
        return {skill: at for at, skill in enumerate(self.skills)}


class _Sorted(NamedTuple):
    """Items by pair, strongest first; `order` is where each stood before."""

    order: Whole
    pair: Whole
    worth: Numbers
    source: Whole
    same: Whole


def coverage(work: Work) -> Covered:
    """Coverage of every lead and skill met in the work read."""
    pair, value, level, count = covered_pairs(work.items, len(work.skills))
    lead, skill = np.divmod(pair, max(1, len(work.skills)))
    return Covered(work.leads, work.skills, lead, skill, value, level, count)


def covered_pairs(items: Items, skills: int) -> tuple[Whole, Numbers, Whole, Whole]:
    """Pairs (lead · skills + skill) in order, each with its coverage, its highest level and its number of items.

    Noisy-or over at most three best items per source; the same text counts once, claims alone reach 0.25.
    """
    found = [_block(items, rows, skills) for rows in blocks(items.lead)]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64)
    pair, value, level, count = (np.concatenate(column) for column in zip(*found, strict=True))
    return pair, value, level, count


def _block(items: Items, rows: slice, skills: int) -> tuple[Whole, Numbers, Whole, Whole]:
    first = int(items.lead[rows.start]) * skills
    local = items.lead[rows] * skills + items.skill[rows] - first
    counts = np.bincount(local)
    groups = np.flatnonzero(counts)
    worth, level = items.worth[rows], items.level[rows]
    left = np.ones(len(counts))
    alone = counts[local] == 1
    left[local[alone]] = 1 - worth[alone]
    many = np.flatnonzero(~alone)
    if len(many):
        pairs, products = _products(local[many], worth[many], items.source[rows][many], items.same[rows][many])
        left[pairs] = products
    highest = np.zeros(len(counts), np.int64)
    for step in Level:
        highest[local[level == step]] = step
    value = 1 - left[groups]
    value = np.where(highest[groups] > Level.CLAIM, value, np.minimum(CLAIMS_AT_MOST, value))
    return groups + first, value, highest[groups], counts[groups]


def _products(pair: Whole, worth: Numbers, source: Whole, same: Whole) -> tuple[Whole, Numbers]:
    """Per pair Π(1 − worth) over the items that count, strongest first."""
    order = _by_strength(pair, worth)
    counts = _counting(_Sorted(order, pair[order], worth[order], source[order], same[order]))
    pair, worth = pair[order[counts]], worth[order[counts]]
    starts = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1])))
    return pair[starts], np.multiply.reduceat(1 - worth, starts)


def _by_strength(pair: Whole, worth: Numbers) -> Whole:
    """The order by pair, strongest first; one sort of a mixed key, and two where it is too coarse to tell."""
    order = np.argsort(pair - worth)
    pair, worth = pair[order], worth[order]
    if np.any((pair[1:] < pair[:-1]) | ((pair[1:] == pair[:-1]) & (worth[1:] > worth[:-1]))):
        return order[np.lexsort((-worth, pair))]
    return order


def _counting(items: _Sorted) -> NDArray[np.bool_]:
    """Which items count: no text twice, three per source."""
    pair, source = items.pair, items.source
    again, across = _repeated(pair, source, items.same)
    counts = ~again
    full = counts & (np.bincount(pair)[pair] > ITEMS_PER_SOURCE)
    counts[full] = _rank(pair[full], source[full]) < ITEMS_PER_SOURCE
    for one in np.unique(pair[across]).tolist():
        start, end = np.searchsorted(pair, [one, one + 1])
        counts[start:end] = _walked(items, slice(start, end))
    return counts


def _repeated(pair: Whole, source: Whole, same: Whole) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which items repeat a text of their pair, and which of these do so from another source."""
    again, across = np.zeros(len(pair), np.bool_), np.zeros(len(pair), np.bool_)
    told = np.flatnonzero(same >= 0)
    key = pair[told] * (int(same.max(initial=0)) + 1) + same[told]
    if not _any_twice(key):
        return again, across
    place = np.argsort(key, kind="stable")  # the strongest of equal texts stays first
    key, order = key[place], told[place]
    like = key[1:] == key[:-1]
    again[order[1:][like]] = True
    across[order[1:][like & (source[order][1:] != source[order][:-1])]] = True
    return again, across


def _any_twice(key: Whole) -> bool:
    ordered = np.sort(key)
    return bool(np.any(ordered[1:] == ordered[:-1]))


def _rank(pair: Whole, source: Whole) -> Whole:
    """The place of each item among those of its pair and source, from 0."""
    key = pair * (int(source.max(initial=0)) + 1) + source
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.concatenate((np.ones(min(1, len(key)), np.bool_), key[1:] != key[:-1]))
    starts = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - starts
    return rank


def _walked(items: _Sorted, rows: slice) -> NDArray[np.bool_]:
    """The same for one pair item by item: a text counts at a second source if the first had no room for it."""
    taken: Counter[int] = Counter()
    told: set[int] = set()
    counts = np.zeros(len(items.pair[rows]), np.bool_)
    places = np.lexsort((items.order[rows], -items.worth[rows])).tolist()  # equals as they were read
    sources, texts = items.source[rows].tolist(), items.same[rows].tolist()
    for at in places:
        if taken[sources[at]] < ITEMS_PER_SOURCE and texts[at] not in told:
            taken[sources[at]] += 1
            told |= {texts[at]} if texts[at] >= 0 else set()
            counts[at] = True
    return counts


def must_have(covered: Covered, role: Role, richness: Numbers) -> tuple[Numbers, Numbers]:
    """Value and confidence of the component of that name per lead; value NaN without confidence."""
    total = sum(group.weight for group in role.must_have)
    shown = np.zeros(len(covered.leads))
    for group in role.must_have:
        shown += group.weight * covered.met(group, role)
    confidence = np.clip(1 - (1 - richness) * (total - shown) / total if total > 0 else shown, 0.0, 1.0)
    known = confidence > 0
    value = np.full(len(shown), np.nan)
    value[known] = np.clip(shown[known] / (total * confidence[known]), 0.0, 1.0)
    return value, confidence
