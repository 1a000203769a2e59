"""A list whose top holds wished shares of declared strata: off unless asked for, and both orders are given.

Strata are what a sourcer may declare openly: region band, seniority, main source. Protected attributes are neither
stored nor balanced on; quotas on them are unlawful in places.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from scoring.fairness.measures import infeasible, least, most, ndkl
from storage.errors import ConfigError

STRATA = ("region", "seniority", "source")
UNKNOWN = "unknown"
How = Literal["greedy", "cons"]


class Placed(Protocol):
    """A lead with its total: a receipt, or as little of it."""

    @property
    def lead(self) -> str:
        """Its id."""

    @property
    def total(self) -> float:
        """What the list is ordered by."""


class Move(BaseModel):
    """A lead whose place differs between the two orders, counted from 1."""

    model_config = ConfigDict(frozen=True)

    lead: str
    stratum: str
    before: int
    after: int


class Balanced(BaseModel):
    """Both orders of the first k of a list, and how far each is from the wished shares."""

    model_config = ConfigDict(frozen=True)

    how: How
    shares: Mapping[str, float]
    by_score: tuple[str, ...]  # lead ids
    balanced: tuple[str, ...]
    moves: tuple[Move, ...]
    infeasible: tuple[int, int]  # by score, balanced
    ndkl: tuple[float, float]


def balanced(
    receipts: Sequence[Placed],
    strata: Mapping[str, str],
    shares: Mapping[str, float] | None = None,
    k: int = 25,
    how: How = "greedy",
) -> Balanced:
    """The first k of a ranking with each stratum between ⌊p·i⌋ and ⌈p·i⌉ of every first i, as far as people suffice.

    `strata` by lead id, who is missing counts as "unknown"; `shares` sum to 1 and default to those of the whole
    ranking. ConfigError names a share that cannot be.
    """
    ordered = sorted(receipts, key=lambda receipt: (-receipt.total, receipt.lead))
    named = {receipt.lead: strata.get(receipt.lead, UNKNOWN) for receipt in ordered}
    wished = _checked(shares, set(named.values())) if shares is not None else _held(named)
    queues: dict[str, deque[Placed]] = {}
    for receipt in ordered:
        queues.setdefault(named[receipt.lead], deque()).append(receipt)
    size = min(k, len(ordered))
    after = [receipt.lead for receipt in _filled(queues, wished, size, _CHOICES[how])]
    before = [receipt.lead for receipt in ordered[:size]]
    orders = [[named[lead] for lead in order] for order in (before, after)]
    place = {receipt.lead: at for at, receipt in enumerate(ordered, start=1)}
    moves = (Move(lead=lead, stratum=named[lead], before=place[lead], after=at) for at, lead in enumerate(after, 1))
    return Balanced(
        how=how,
        shares=wished,
        by_score=tuple(before),
        balanced=tuple(after),
        moves=tuple(move for move in moves if move.before != move.after),
        infeasible=(infeasible(orders[0], wished), infeasible(orders[1], wished)),
        ndkl=(ndkl(orders[0], wished), ndkl(orders[1], wished)),
    )


def _checked(shares: Mapping[str, float], held: set[str]) -> dict[str, float]:
    if missing := sorted(held - set(shares)):
        raise ConfigError(f"no share for {missing[0]!r}: give one for each of {', '.join(sorted(held))}")
    if wrong := sorted(name for name, share in shares.items() if not 0 < share <= 1):
        raise ConfigError(f"share of {wrong[0]!r} is {shares[wrong[0]]}: write a number above 0, at most 1")
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise ConfigError(f"shares sum to {sum(shares.values()):g}: they must sum to 1")
    return dict(sorted(shares.items()))


def _held(named: Mapping[str, str]) -> dict[str, float]:
    counts = Counter(named.values())
    return {group: counts[group] / counts.total() for group in sorted(counts)}


Choose = Callable[[Mapping[str, deque[Placed]], Sequence[str], Mapping[str, float], int], str]


def _filled(
    queues: Mapping[str, deque[Placed]], shares: Mapping[str, float], size: int, choose: Choose
) -> list[Placed]:
    """Place by place: a stratum that would fall below its minimum first, else one still below its maximum."""
    counts: Counter[str] = Counter()
    slate = []
    for i in range(1, size + 1):
        open_ = [group for group, queue in queues.items() if queue]
        short = [group for group in open_ if counts[group] < least(shares[group], i)]
        free = [group for group in open_ if counts[group] < most(shares[group], i)]
        group = _best(queues, short, shares, i) if short else choose(queues, free or open_, shares, i)
        counts[group] += 1
        slate.append(queues[group].popleft())
    return slate


def _best(queues: Mapping[str, deque[Placed]], groups: Sequence[str], _shares: Mapping[str, float], _i: int) -> str:
    """DetGreedy: whoever has the highest score next."""
    return min(groups, key=lambda group: (-queues[group][0].total, queues[group][0].lead))


def _pressing(queues: Mapping[str, deque[Placed]], groups: Sequence[str], shares: Mapping[str, float], i: int) -> str:
    """DetCons: the stratum that reaches its next minimum soonest, ⌈p·i⌉ / p; among equals the highest score."""
    return min(groups, key=lambda g: (most(shares[g], i) / shares[g], -queues[g][0].total, queues[g][0].lead))


_CHOICES: Mapping[How, Choose] = {"greedy": _best, "cons": _pressing}
