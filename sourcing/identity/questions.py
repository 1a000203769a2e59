"""What may be asked: suggestions between two leads are one question; its worth is their score and its chance."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from storage.records import AccountKey, Judgement

UNSCORED = 0.1  # what a lead nobody scored counts as when the queue is sorted
MOST_BITS = 500.0  # odds beyond which a chance is 0 or 1


class Between(NamedTuple):
    """The suggestions between two leads, the strongest first."""

    leads: tuple[str, str]
    rows: list[Judgement]
    chance: float
    gain: float


def between(rows: Iterable[Judgement], where: Mapping[AccountKey, str]) -> dict[tuple[str, str], list[Judgement]]:
    """Suggestions by the two leads they stand between; none within a lead, and none of accounts without one."""
    found: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for row in rows:
        one, other = sorted((where.get(row.left, ""), where.get(row.right, "")))
        if one and one != other:
            found[one, other].append(row)
    return found


def ranked(found: Mapping[tuple[str, str], list[Judgement]], totals: Mapping[str, float]) -> list[Between]:
    """Questions, most worth answering first: what the better lead scores, times the chance that a yes joins the two.

    What would join by itself is joined already, so a question that is sure to be answered yes is still worth asking.
    """
    out = []
    for leads, some in found.items():
        rows = sorted(some, key=lambda row: (-(row.bits or 0.0), row.left, row.right))
        chance = _chance(rows[0].bits or 0.0)
        out.append(Between(leads, rows, chance, max(totals.get(lead, UNSCORED) for lead in leads) * chance))
    return sorted(out, key=lambda one: (-one.gain, -(one.rows[0].bits or 0.0), one.leads))


def _chance(bits: float) -> float:
    """Chance in [0,1] of log2 odds: `engine.fit.posterior` of one number, without its arrays."""
    return 1.0 / (1.0 + math.exp2(-min(MOST_BITS, max(-MOST_BITS, bits))))
