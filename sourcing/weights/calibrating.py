"""The share of yes behind a total, from the decisions on a role."""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from scoring import sums
from scoring.calibration import Calibration, Judged, calibrate
from storage.records import Answer, Decision, Receipt
from storage.store import Store


class Weighed(Protocol):
    """A role as its components are weighed: the profile itself, or what was kept of it."""

    @property
    def role(self) -> str:
        """Its name."""

    @property
    def normal_weights(self) -> Mapping[str, float]:
        """What each component weighs, 1 in all."""


def calibration(store: Store, role: Weighed) -> Calibration:
    """The share of yes behind a total of the present version, from the decisions on the role."""
    rows = [one for one in store.decisions(role.role) if one.answer is not Answer.MAYBE]
    return calibrate(judged(rows, role.normal_weights))


def judged(rows: Sequence[Decision], weights: Mapping[str, float]) -> list[Judged]:
    """The last decision on each lead, with the total its receipt has under these weights."""
    last: dict[str, Decision] = {}
    for one in rows:
        last.setdefault(one.living or one.lead, one)
    return [
        Judged(reweighed(one.receipt, weights), one.answer is Answer.YES, one.at, lead) for lead, one in last.items()
    ]


def reweighed(receipt: Receipt, weights: Mapping[str, float]) -> float:
    """The total of a receipt under other weights; a component it does not have counts as the rest does on average."""
    effective = {part.component: part.effective for part in receipt.parts if part.component in weights}
    known = math.fsum(weights[name] for name in effective)
    if known <= 0:
        return receipt.total
    terms = [weights[name] / known * value for name, value in effective.items()]
    return sums.total(terms, (penalty.amount for penalty in receipt.penalties))
