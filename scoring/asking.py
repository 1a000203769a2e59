"""What would be worth asking somebody of whom too little is public, and whom first."""

from collections.abc import Iterable
from typing import NamedTuple

from scoring.reference import Reference, shipped_reference
from scoring.sums import clipped
from storage.records import Part, Receipt

MOST_QUESTIONS = 3


class Question(NamedTuple):
    """One open point; `gain` is what the total rises by if the answer is a good one (the 90th percentile)."""

    component: str
    ask: tuple[str, ...]  # what is missing, in plain words
    gain: float


class Asking(NamedTuple):
    """A lead with its most telling questions; `reach` is the total if all of them are answered well, 0 to 1."""

    lead: str
    total: float
    reach: float
    questions: tuple[Question, ...]


def asking(receipt: Receipt, reference: Reference | None = None) -> Asking:
    """The three questions that would move the total of a lead most, and how far."""
    tables = reference or shipped_reference()
    opened = [question for part in receipt.parts if (question := _question(receipt.role, part, tables)).gain > 0]
    best = sorted(opened, key=lambda question: (-question.gain, question.component))[:MOST_QUESTIONS]
    reach = clipped(receipt.total + sum(question.gain for question in best))
    return Asking(receipt.lead, receipt.total, reach, tuple(best))


def by_asking(receipts: Iterable[Receipt], reference: Reference | None = None) -> list[Asking]:
    """Whom to ask first: who would reach the most with three good answers; ties by lead.

    Good signs count, as they are in the total; somebody of whom nothing is known stands behind them.
    """
    asked = (asking(receipt, reference) for receipt in receipts)
    return sorted(asked, key=lambda one: (-one.reach, one.lead))


def _question(role: str, part: Part, tables: Reference) -> Question:
    """How much the unknown share of a component would add if it turned out well."""
    good = tables.usual(role, part.component).p90
    return Question(part.component, part.missing, part.weight * (1 - part.confidence) * max(0.0, good - part.neutral))
