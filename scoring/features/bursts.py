"""Stars that came at once to a repository nobody works on or with: they may be bought, and place nobody high.

No source tells when stars came. What it tells is enough for the plain case: a repository of a few days with many stars,
no forks to speak of, no issues and nobody else's commits.
"""

from collections.abc import Mapping
from datetime import timedelta

from storage.records import Evidence

BURST_AT_MOST = 0.5  # percentile such stars lift to
MANY = 100  # stars from which a burst is one
YOUNG = timedelta(days=60)  # an older repository has had time for its stars
AT_ONCE = timedelta(days=14)  # as old as this, all stars came within about a week, where a source tells no more
_FORKS = 0.01  # per star; what people use they fork, three to ten times in a hundred stars


def is_burst(one: Evidence) -> bool:
    """Whether most stars of a repository came within days, while nobody worked on it or with it."""
    stars, began = one.figures.get("stars", 0.0), one.started_at
    if one.kind != "repository" or stars < MANY or began is None:
        return False
    age = one.origin.seen_at - began
    of_the_week = one.figures.get("stars_week")
    at_once = age <= AT_ONCE if of_the_week is None else of_the_week > stars / 2
    return age <= YOUNG and at_once and _is_unused(one.figures, stars)


def _is_unused(figures: Mapping[str, float], stars: float) -> bool:
    """By all that is known of it; nothing known says nothing."""
    limits = {"forks": _FORKS * stars, "issues": 0.0, "contributors": 1.0}
    known = [figures[name] <= most for name, most in limits.items() if name in figures]
    return bool(known) and all(known)
