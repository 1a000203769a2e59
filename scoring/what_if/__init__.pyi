from .agreement import auc, tau_b
from .comparing import TOP, Cause, Decided, Difference, Move, WeightChange, compare, limited
from .examples import Example, examples
from .terms import Side, TermDifference, versus

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
