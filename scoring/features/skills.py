"""The two components about skills."""

from collections.abc import Iterable
from typing import NamedTuple

from scoring.features.base import NOTHING_FOUND, Seen, percent, seen
from scoring.reading import Coverage, Reading
from scoring.roles.model import Group
from storage.records import Level

_BEST_NICE = 5


class _Met(NamedTuple):
    """How far one wish is met; `best` is the coverage that decided, None without evidence."""

    name: str
    weight: float
    share: float
    best: Coverage | None


def must_have(reading: Reading) -> Seen:
    """How well public work covers the skills the role needs."""
    groups = [_group(reading, group) for group in reading.role.must_have]
    value, confidence = _together(groups, sum(group.weight for group in groups), reading.richness)
    known = [group for group in groups if group.best is not None]
    evidence = [one for group in sorted(known, key=_weightiest) if group.best for one in group.best.evidence[:1]]
    return seen(value, confidence, _sentence(groups), evidence, [g.name for g in groups if g.best is None])


def nice_to_have(reading: Reading) -> Seen:
    """How many of the helpful skills show in public work; the best five count."""
    wishes = [_nice(reading, nice.skill, nice.level, nice.weight) for nice in reading.role.nice_to_have]
    best = sorted((wish for wish in wishes if wish.best is not None), key=_weightiest)[:_BEST_NICE]
    most = sum(sorted((wish.weight for wish in wishes), reverse=True)[:_BEST_NICE])
    value, confidence = _together(best, most, reading.richness)
    missing = [wish.name for wish in wishes if wish.best is None][:_BEST_NICE]
    if not best:
        return seen(value, confidence, NOTHING_FOUND, (), missing)
    evidence = [one for wish in best if wish.best for one in wish.best.evidence[:1]]
    complete = sum(wish.weight for wish in best) >= most
    return seen(
        value,
        confidence,
        f"shows {', '.join(wish.name for wish in best)}",
        evidence,
        missing[: 0 if complete else None],
    )


def _together(wishes: Iterable[_Met], total: float, richness: float) -> tuple[float, float]:
    """Value and confidence of all wishes; evidence, however weak, never lowers the total.

    Without evidence a wish is unknown, the less so the more work there was to look at: the usual value counts
    for (1 - richness). Evidence adds to that as a noisy-or does, x + (1 - x)(1 - richness) · usual, and the pair
    returned is the one for which confidence · value + (1 - confidence) · usual says the same.
    """
    pairs = [(wish.weight, wish.share) for wish in wishes]
    if total <= 0:
        return 0.0, 0.0
    shown = sum(weight * share for weight, share in pairs)
    silent = (1 - richness) * (total - shown) / total
    confidence = 1 - silent
    return (shown / (total * confidence) if confidence > 0 else 0.0), confidence


def _group(reading: Reading, group: Group) -> _Met:
    """Any: the best skill decides. All: the weakest does, and one without evidence leaves the group unknown."""
    needed = reading.role.strengths[group.level]
    held = [reading.coverage.get(skill) for skill in group.skills]
    found = [coverage for coverage in held if coverage is not None]
    if not found or (group.all and len(found) < len(held)):
        return _Met(group.name, group.weight, 0.0, None)
    ranked = sorted(found, key=lambda coverage: (-coverage.value, coverage.skill))
    deciding = ranked[-1] if group.all else ranked[0]
    return _Met(group.name, group.weight, min(1.0, deciding.value / needed), deciding)


def _nice(reading: Reading, skill: str, level: int, weight: float) -> _Met:
    coverage = reading.coverage.get(skill)
    share = min(1.0, coverage.value / reading.role.strengths[level]) if coverage is not None else 0.0
    return _Met(skill, weight, share, coverage)


def _weightiest(group: _Met) -> tuple[float, str]:
    return -group.weight * group.share, group.name


def _sentence(groups: list[_Met]) -> str:
    return "; ".join(_said(group) for group in groups)


def _said(group: _Met) -> str:
    if group.best is None:
        return f"{group.name}: {NOTHING_FOUND}"
    through = f" through {group.best.skill}" if group.best.skill != group.name else ""
    if group.share >= 0.995:
        return f"{group.name}: met{through}"
    only = ", claimed only" if group.best.level <= Level.CLAIM else ""
    return f"{group.name}: {percent(group.share)}{through}{only}"
