"""What if: other weights, another lead, one more piece of work. Pure; nothing is stored."""

from scoring.what_if.agreement import auc, tau_b
from scoring.what_if.comparing import TOP, Cause, Decided, Difference, Move, WeightChange, compare, limited
from scoring.what_if.examples import Example, examples
from scoring.what_if.terms import Side, TermDifference, versus

__all__ = [
    "TOP",
    "Cause",
    "Decided",
    "Difference",
    "Example",
    "Move",
    "Side",
    "TermDifference",
    "WeightChange",
    "auc",
    "compare",
    "examples",
    "limited",
    "tau_b",
    "versus",
]
