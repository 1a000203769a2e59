"""Weights that order pairs better, held near the present ones: convex, deterministic, a few numbers.

Minimised over r, the relative change of each free weight w = w₀ · (1 + r):

    mean over pairs of log(1 + exp(−s · d·w))  +  strength / √pairs · mean of r²

with d the difference of components, s fixed so that the present margins have unit spread, −½ ≤ r ≤ 1 (no weight moves
by more than a factor of two) and the sum of the free weights kept, so that frozen ones keep their share.
"""

from collections.abc import Sequence

import numpy as np

from scoring.learn.pairs import ListPairs, Numbers

STRENGTH = 3.0  # of the ridge for one pair
FACTOR = 2.0  # no weight moves by more
_ROUNDS = 500
_STILL = 1e-10


def solve(lists: Sequence[ListPairs], weights: Numbers, free: Sequence[int]) -> Numbers:
    """The weights learned from these lists; those not in `free` stay as they are."""
    moving = np.array([at for at in free if weights[at] > 0], dtype=np.intp)
    rows = np.concatenate([pairs.rows for pairs in lists])
    margins = rows @ weights
    spread = float(margins.std())
    if not len(moving) or spread == 0:
        return weights
    slopes = rows[:, moving] * weights[moving] / spread
    change = _descend(slopes, margins / spread, weights[moving])
    learned = weights.copy()
    learned[moving] *= 1 + change
    return learned


def _descend(slopes: Numbers, margins: Numbers, weights: Numbers) -> Numbers:
    """Accelerated projected gradient with a step that cannot overshoot."""
    pairs, width = slopes.shape
    ridge = STRENGTH / np.sqrt(pairs) / width
    curvature = 0.25 * float(np.linalg.eigvalsh(slopes.T @ slopes / pairs)[-1]) + 2 * ridge
    change = ahead = np.zeros(width)
    speed = 1.0
    for _ in range(_ROUNDS):
        miss = 1 / (1 + np.exp(np.clip(margins + slopes @ ahead, -500, 500)))
        gradient = -(miss @ slopes) / pairs + 2 * ridge * ahead
        after = _allowed(ahead - gradient / curvature, weights)
        faster = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        ahead = after + (speed - 1) / faster * (after - change)
        still = float(np.abs(after - change).max()) < _STILL
        change, speed = after, faster
        if still:
            break
    return change


def _allowed(change: Numbers, weights: Numbers) -> Numbers:
    """The nearest change within the factor that keeps the sum of the weights.

    It is cut(change − τ · weights) for the τ at which the sum is kept; between the points where a weight reaches its
    bound the sum is a straight line in τ.
    """
    least, most = 1 / FACTOR - 1, FACTOR - 1
    points = np.sort(np.concatenate([(change - most) / weights, (change - least) / weights]))
    sums = np.clip(change - points[:, None] * weights, least, most) @ weights
    at = int(np.argmax(sums <= 0))
    fall = sums[at - 1] - sums[at]
    shift = points[at - 1] + (points[at] - points[at - 1]) * (sums[at - 1] / fall if fall > 0 else 0.0)
    allowed: Numbers = np.clip(change - shift * weights, least, most)
    return allowed
