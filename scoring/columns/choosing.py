"""Choosing the best rows of a long column without sorting it."""

import numpy as np
from numpy.typing import NDArray

_SAMPLE = 16_384


def best_rows(scores: NDArray[np.float32], count: int, slack: float) -> NDArray[np.intp]:
    """The rows that may be among the best `count` if every score is off by at most `slack`; in row order."""
    if count >= len(scores):
        return np.arange(len(scores), dtype=np.intp)
    least = float(_nth(scores, count)) - 2 * slack
    return np.flatnonzero(scores >= least)


def _nth(scores: NDArray[np.float32], count: int) -> np.float32:
    """The score of rank `count`, counted from 1; a sample says where to look, so that few rows are partitioned."""
    step = len(scores) // _SAMPLE
    if step >= 2:
        sample = np.sort(scores[::step])
        expected = 2 * count * len(sample) // len(scores) + 16
        if expected < len(sample):
            above = scores[scores >= sample[-expected]]
            if len(above) >= count:
                return np.float32(np.partition(above, len(above) - count)[len(above) - count])
    return np.float32(np.partition(scores, len(scores) - count)[len(scores) - count])
