"""From a total to the share of such leads a sourcer says yes to: only with enough decisions, only if it helps.

An isotonic map is fitted on the older 70 % of the decided leads and checked on the newer 30 %: it is used only if the
expected calibration error there is smaller than that of the bare total. Before that a list shows percentiles.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from storage.records import Record

LEAST_JUDGED = 100
LEAST_OF_A_KIND = 30
OLDER = 0.7  # share of the decisions, oldest first, the map is fitted on
BINS = 10


class Judged(NamedTuple):
    """One decided lead: its total then, whether it was chosen, when."""

    total: float
    up: bool
    at: datetime
    lead: str = ""


class Step(Record):
    """From this total on, this share is expected, until the next step."""

    total: float
    share: float


class Bin(Record):
    """One row of the reliability table: what was expected of the newer decisions, and what came."""

    low: float
    high: float
    leads: int
    expected: float  # mean
    chosen: float  # share


class Calibration(Record):
    """What is known of the share of yes behind a total; `steps` is empty where the map is not used."""

    judged: int
    yes: int
    no: int
    error_total: float | None = None  # expected calibration error of the bare total on the newer decisions
    error_map: float | None = None  # of the map
    table: tuple[Bin, ...] = ()  # of the map, on the newer decisions
    steps: tuple[Step, ...] = ()
    why: str

    @property
    def used(self) -> bool:
        """Whether totals are shown as shares."""
        return bool(self.steps)

    def share(self, total: float) -> float | None:
        """The share of yes expected at a total, None where the map is not used."""
        return _share(self.steps, total) if self.steps else None


def calibrate(judged: Iterable[Judged]) -> Calibration:
    """The calibration of these decisions; `why` says in a sentence why it is used or not."""
    rows = sorted((one for one in judged if math.isfinite(one.total)), key=lambda one: (one.at, one.lead, one.total))
    yes = sum(one.up for one in rows)
    counts = {"judged": len(rows), "yes": yes, "no": len(rows) - yes}
    if len(rows) < LEAST_JUDGED or min(yes, len(rows) - yes) < LEAST_OF_A_KIND:
        said = f"{len(rows)} decided leads ({yes} yes, {len(rows) - yes} no)"
        return Calibration(**counts, why=f"{said}; {LEAST_JUDGED} are needed, {LEAST_OF_A_KIND} of each")
    cut = math.ceil(len(rows) * OLDER)
    steps, newer = isotonic(rows[:cut]), rows[cut:]
    expected = [_share(steps, one.total) for one in newer]
    bare = calibration_error([one.total for one in newer], newer)
    mapped = calibration_error(expected, newer)
    better = mapped < bare
    return Calibration(
        **counts,
        error_total=bare,
        error_map=mapped,
        table=reliability(expected, newer),
        steps=steps if better else (),
        why=f"the error on the newer decisions {'falls' if better else 'does not fall'}",
    )


def isotonic(judged: Sequence[Judged]) -> tuple[Step, ...]:
    """The rising steps nearest to the decisions in squares, by pooling neighbours that fall."""
    blocks: list[tuple[float, float, float]] = []  # first total, sum of yes, number
    for total, same in groupby(sorted(judged, key=_total), key=_total):
        level = [one.up for one in same]
        blocks.append((total, float(sum(level)), float(len(level))))
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            _, chosen, number = blocks.pop()
            first, before, many = blocks.pop()
            blocks.append((first, before + chosen, many + number))
    return tuple(Step(total=block[0], share=_mean(block)) for block in blocks)


def calibration_error(expected: Sequence[float], judged: Sequence[Judged]) -> float:
    """Mean distance of what was expected from what came, over bins of equal width, weighted by their leads."""
    rows = reliability(expected, judged)
    return sum(row.leads * abs(row.expected - row.chosen) for row in rows) / len(judged)


def reliability(expected: Sequence[float], judged: Sequence[Judged]) -> tuple[Bin, ...]:
    """What came, by what was expected; bins without leads are left out."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for share, one in zip(expected, judged, strict=True):
        bins.setdefault(min(BINS - 1, int(share * BINS)), []).append((share, one.up))
    return tuple(
        Bin(
            low=at / BINS,
            high=(at + 1) / BINS,
            leads=len(rows),
            expected=sum(share for share, _ in rows) / len(rows),
            chosen=sum(up for _, up in rows) / len(rows),
        )
        for at, rows in sorted(bins.items())
    )


def percentile(below: int, equal: int, leads: int) -> float | None:
    """Share of a list's leads below a total, equal ones counting half; None without leads."""
    return (below + equal / 2) / leads if leads else None


def _total(one: Judged) -> float:
    return one.total


def _mean(block: tuple[float, float, float]) -> float:
    return block[1] / block[2]


def _share(steps: Sequence[Step], total: float) -> float:
    """The share of the last step at or below a total; below the first one, that of the first."""
    return steps[max(0, bisect_right(steps, total, key=lambda step: step.total) - 1)].share
