"""How well known an account is at its source, in a few steps: whoever claims somebody unknown gains nothing by it."""

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

# By what members of a source are known; at all others by their followers. No figure is never "known to nobody".
FIGURES: Mapping[str, tuple[str, ...]] = {
    "kaggle": ("competition_points", "notebook_points", "dataset_points"),
    "stackexchange": ("reputation",),
    "hackernews": ("karma",),
    "research": ("citations",),
    "discourse": ("trust_level",),
}
# Shares of a source's accounts that lie below the steps from "one of many" to "known" and "well known".
STEPS = (0.98, 0.998)
CURATED = frozenset({"events"})  # sources whose accounts are written by others than their owners
FEWEST = 50  # figures at a source from which somebody there is above the first step
UNKNOWN = -1  # the step of an account whose figure nobody knows


def known_by(source: str) -> str:
    """The figure by which members of a source are known, as the reader sees it."""
    names = FIGURES.get(source, ("followers",))
    return names[0].replace("_", " ") if len(names) == 1 else "points"


def renown(source: str, figures: Mapping[str, float]) -> float:
    """The figure an account is known by at its source; NaN where it shows none."""
    shown = [figures[name] for name in FIGURES.get(source, ("followers",)) if figures.get(name, -1) >= 0]
    return sum(shown) if shown else float("nan")


def bounds(values: Iterable[float]) -> tuple[float, ...]:
    """The figures above which an account is a step better known; () if there are too few to tell."""
    known = np.sort([value for value in values if value == value])
    if len(known) < FEWEST:
        return ()
    return tuple(float(known[math.ceil(share * len(known)) - 1]) for share in STEPS)


def steps(
    sources: NDArray[np.signedinteger],
    names: Iterable[str],
    figures: NDArray[np.float64],
    known: Mapping[str, tuple[float, ...]],
) -> NDArray[np.int8]:
    """The step of each row, UNKNOWN without a figure or bounds; `sources` are places in `names`, (n,)."""
    out = np.full(len(figures), UNKNOWN, dtype=np.int8)
    for code, name in enumerate(names):
        if limits := known.get(name):
            rows = np.flatnonzero((sources == code) & ~np.isnan(figures))
            out[rows] = np.searchsorted(limits, figures[rows], side="left")
    return out
