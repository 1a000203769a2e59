"""The arithmetic of `scoring.sums` for columns of many leads: the same order, the same roundings, the same bits."""

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


def summed(terms: Column) -> Column:
    """The sum of each row of rows × terms, in order, bit for bit what `added` gives for one."""
    if not terms.shape[1]:
        return np.zeros(len(terms))
    total = terms[:, 0].copy()
    for at in range(1, terms.shape[1]):  # column by column: a third of what accumulating each row takes
        total += terms[:, at]
    return total


def effective_rows(value: Column, confidence: Column, neutral: Column) -> Column:
    """`effective` for rows × components; NaN is an unknown value."""
    known = confidence * value + (1 - confidence) * neutral
    return np.where(np.isnan(value), neutral, known)


def scaled_rows(amounts: Column, gross: Column, most: float) -> Column:
    """`scaled` for every row of rows × penalties."""
    whole = summed(amounts)
    limit = np.maximum(0.0, np.minimum(most, gross))
    over = np.flatnonzero(whole > limit)
    if not len(over):
        return amounts
    less = amounts.copy()
    less[over] = amounts[over] * limit[over, None] / whole[over, None]
    return less
