"""The arithmetic of a score, for a single lead; `scoring.columns.sums` is the same for columns of many.

Every sum runs in the order of the components, one rounding per step. A loop over floats and a loop over columns
then give the same bits, which a sum rounded once at its end would not.
"""

from collections.abc import Iterable, Sequence

ENOUGH_EVIDENCE = 0.30  # coverage under which a lead stands in a section of its own


def added(terms: Iterable[float]) -> float:
    """A sum in order, rounded at each step; the built-in sum rounds as its version of Python does."""
    total = 0.0
    for term in terms:
        total += term
    return total


def effective(value: float | None, confidence: float, neutral: float) -> float:
    """The known share at its value, the unknown share at what is usual."""
    return neutral if value is None else confidence * value + (1 - confidence) * neutral


def total(contributions: Iterable[float], deductions: Iterable[float]) -> float:
    """Contributions less deductions, in [0,1]."""
    return clipped(added(contributions) - added(deductions))


def clipped(number: float) -> float:
    """The number, brought into [0,1]."""
    return min(1.0, max(0.0, number))


def scaled(amounts: Sequence[float], gross: float, most: float) -> list[float]:
    """Deductions, made smaller together where they exceed the profile's limit or all there is to deduct from."""
    whole = added(amounts)
    limit = max(0.0, min(most, gross))
    return list(amounts) if whole <= limit else [amount * limit / whole for amount in amounts]
