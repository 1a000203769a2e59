"""How good groups are: by pairs of rows, by whole clusters, and what a reader of leads would notice."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from bench.report import Row
from sourcing.identity.engine.columns import Ints

Pair = tuple[int, int]


class Quality(NamedTuple):
    """Precision, recall and F1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)


def true_pairs(labels: Sequence[Hashable], among: Any = None) -> set[Pair]:
    """All pairs of rows with one label, within the rows given."""
    return {pair for rows in _members(labels, among).values() for pair in combinations(rows, 2)}


def _members(labels: Sequence[Hashable], among: Any = None) -> dict[Hashable, list[int]]:
    members: dict[Hashable, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        if among is None or among[at]:
            members[label].append(at)
    return members


def pairs_of(left: Ints, right: Ints) -> set[Pair]:
    """Pairs as a set, smaller row first."""
    return set(zip(np.minimum(left, right).tolist(), np.maximum(left, right).tolist(), strict=True))


def quality(found: set[Pair], true: set[Pair]) -> Quality:
    """Precision and recall of pairs."""
    right = len(found & true)
    return Quality(right / max(len(found), 1), right / max(len(true), 1))


def whole(groups: Sequence[Hashable], people: Sequence[Hashable], among: Any = None) -> Quality:
    """Clusters of two rows and more that are exactly one person, of all found and of all there are."""
    found, true = (
        {tuple(rows) for rows in _members(labels, among).values() if len(rows) > 1} for labels in (groups, people)
    )
    right = len(found & true)
    return Quality(right / max(len(found), 1), right / max(len(true), 1))


def rows_of(title: str, found: Quality, peer: str = "", bars: Mapping[str, float] | None = None) -> Iterator[Row]:
    """Three rows of a report; `bars` are the least precision, recall and F1."""
    for name, value in (("P", found.precision), ("R", found.recall), ("F1", found.f1)):
        bar = (bars or {}).get(name)
        target = "" if bar is None else f"≥ {bar}"
        yield Row(f"{title}, {name}", round(value, 4), "", peer, target, None if bar is None else value >= bar)


def clusters(title: str, groups: Sequence[Hashable], people: Sequence[Hashable], among: Any = None) -> Iterator[Row]:
    """What groups are worth as leads: whole ones, wrong ones, the largest."""
    yield from rows_of(f"{title}, whole clusters", whole(groups, people, among))
    leads = _members(groups, among).values()
    wrong = sum(len({people[row] for row in rows}) > 1 for rows in leads)
    yield Row(f"{title}, wrong joins", round(1000 * wrong / max(len(leads), 1), 2), "per 1,000 leads")
    yield Row(f"{title}, largest cluster", float(max(map(len, leads), default=0)), "rows")


def blocked(title: str, met: set[Pair], true: set[Pair], peer: str = "") -> Row:
    """Share of the true pairs that are compared at all."""
    return Row(f"{title}, block recall", round(quality(met, true).recall, 4), "", peer)


def b_cubed(groups: Sequence[int], people: Sequence[str], rows: Sequence[int]) -> float:
    """F1 of B³: precision and recall of each row's cluster, averaged over rows."""
    found, true, both = (Counter(labels) for labels in _labels(groups, people, rows))
    shared = [both[groups[row], people[row]] for row in rows]
    precision = np.mean([count / found[groups[row]] for count, row in zip(shared, rows, strict=True)])
    recall = np.mean([count / true[people[row]] for count, row in zip(shared, rows, strict=True)])
    return Quality(float(precision), float(recall)).f1


def _labels(groups: Sequence[int], people: Sequence[str], rows: Sequence[int]) -> tuple[list[Any], ...]:
    here, there = [groups[row] for row in rows], [people[row] for row in rows]
    return here, there, list(zip(here, there, strict=True))


def joined(size: int, pairs: set[Pair]) -> list[int]:
    """Groups of rows tied by pairs, whatever the way round."""
    leader = list(range(size))

    def root(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for a, b in pairs:
        leader[root(a)] = root(b)
    return [root(row) for row in range(size)]
