"""Whether decisions speak for other weights. The usual answer is "keep": the learned weights must prove themselves.

Each list is ordered by weights learned from the others only. The gain in pairs ordered right, over all lists, must be
above zero at the lower end of a bootstrap interval. It resamples lists, and within a list the leads chosen and
refused: pairs that share a lead are not counted as separate news.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from scoring.learn.pairs import ListPairs, Numbers, Thumb, pairs_by_list
from scoring.learn.solving import solve
from storage.records import Record

LEAST_PAIRS = 30
LEAST_LISTS = 3
# What nobody's thumbs may teach: both can stand in for origin.
FROZEN = frozenset({"location", "language"})
NOISE = 0.65  # pair accuracy above which one person's thumbs are followed too closely
_RESAMPLES = 2_000
_INTERVAL = (2.5, 97.5)  # per cent


class Proposal(Record):
    """What the decisions of a role say of its weights; `weights` None means keep."""

    decisions: int  # yes and no, in lists with both
    pairs: int
    lists: int
    right_now: float | None = None  # share of pairs the present weights order right
    right_learned: float | None = None  # the same for weights learned from the other lists
    low: float | None = None  # of the gain, 95 % by bootstrap
    high: float | None = None
    weights: Mapping[str, float] | None = None  # normalised; None: keep
    why: str
    frozen: tuple[str, ...] = ()
    learned_from: tuple[tuple[str, str], ...] = ()  # pairs of leads, the chosen one first


class _Gain(NamedTuple):
    now: Sequence[Numbers]  # per list, chosen × refused: 1 right, ½ level, 0 wrong
    learned: Sequence[Numbers]


def propose(thumbs: Collection[Thumb], weights: Mapping[str, float], *, frozen: Collection[str] = ()) -> Proposal:
    """Other weights, if the decisions hold them up; else the reason to keep the present ones.

    `weights` are normalised; location, language and `frozen` do not move.
    """
    names = list(weights)
    present = np.array([weights[name] for name in names])
    held = FROZEN | set(frozen)
    free = [at for at, name in enumerate(names) if name not in held]
    lists = pairs_by_list(thumbs, names)
    facts = _facts(lists, sorted(held & set(names)))
    if short := _too_few(facts["pairs"], facts["lists"]):
        return Proposal(**facts, why=short)
    gain = _left_out(lists, present, free)
    low, high = _interval(gain)
    facts |= {"right_now": _share(gain.now), "right_learned": _share(gain.learned), "low": low, "high": high}
    if low <= 0:
        return Proposal(**facts, why="the gain on lists not learned from is not sure to be above zero")
    learned = solve(lists, present, free)
    return Proposal(
        **facts,
        weights=dict(zip(names, learned.tolist(), strict=True)),
        why="lists not learned from were ordered better",
        learned_from=tuple((up, down) for pairs in lists for up in pairs.up for down in pairs.down),
    )


def _facts(lists: Sequence[ListPairs], frozen: Sequence[str]) -> dict[str, object]:
    return {
        "decisions": sum(len(pairs.up) + len(pairs.down) for pairs in lists),
        "pairs": sum(pairs.number for pairs in lists),
        "lists": len(lists),
        "frozen": tuple(frozen),
    }


def _too_few(pairs: object, lists: object) -> str:
    if isinstance(pairs, int) and pairs < LEAST_PAIRS:
        return f"{pairs} pairs of a yes and a no in one list; {LEAST_PAIRS} are needed"
    if isinstance(lists, int) and lists < LEAST_LISTS:
        return f"pairs from {lists} of the {LEAST_LISTS} lists needed"
    return ""


def _left_out(lists: Sequence[ListPairs], present: Numbers, free: Sequence[int]) -> _Gain:
    """Each list ordered by the present weights, and by those learned from all others."""
    learned = [solve([*lists[:at], *lists[at + 1 :]], present, free) for at in range(len(lists))]
    return _Gain(
        [_right(pairs.margins(present)) for pairs in lists],
        [_right(pairs.margins(weights)) for pairs, weights in zip(lists, learned, strict=True)],
    )


def _right(margins: Numbers) -> Numbers:
    level = np.abs(margins) < 1e-12
    right: Numbers = np.where(level, 0.5, (margins > 0).astype(np.float64))
    return right


def _share(lists: Sequence[Numbers]) -> float:
    return float(sum(right.sum() for right in lists) / sum(right.size for right in lists))


def _interval(gain: _Gain) -> tuple[float, float]:
    """The bootstrap interval of the gain in share of pairs; the same seed every time."""
    chance = np.random.default_rng(0)
    won = [learned - now for now, learned in zip(gain.now, gain.learned, strict=True)]
    drawn = chance.integers(0, len(won), (_RESAMPLES, len(won)))
    total, pairs = np.zeros(_RESAMPLES), np.zeros(_RESAMPLES)
    for at, gained in enumerate(won):
        resample = np.nonzero(drawn == at)[0]
        up, down = (_again(chance, size, len(resample)) for size in gained.shape)
        np.add.at(total, resample, ((up @ gained) * down).sum(axis=1))
        np.add.at(pairs, resample, gained.size)
    low, high = np.percentile(total / pairs, _INTERVAL)
    return float(low), float(high)


def _again(chance: np.random.Generator, size: int, times: int) -> Numbers:
    """How often each of `size` leads is drawn when as many are drawn with replacement; one row per time."""
    return chance.multinomial(size, np.full(size, 1 / size), times).astype(np.float64)
