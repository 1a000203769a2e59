"""The component about impact: each figure among its own source, then the sources together."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scoring.features.base import Seen, counted, either, percent, seen, unknown
from scoring.features.bursts import BURST_AT_MOST
from scoring.features.figures import Figure, figures, followers
from scoring.reading import Reading
from storage.records import Evidence

_CAP = 0.9
_FOLLOWERS_AT_MOST = 0.1

_MADE = frozenset({"competition", "notebook", "dataset", "model"})  # categories of work, unlike discussions

# Share of ranked people below each tier; 0 and 1 say nothing, 5 is staff and no rank.
_TIERS = {2.0: 0.60, 3.0: 0.85, 4.0: 0.97}


class _Standing(NamedTuple):
    """One figure as a percentile of its source."""

    said: str
    percentile: float
    evidence: tuple[str, ...]


def impact(reading: Reading) -> Seen:
    """How far the work reaches, each figure compared with others of the same source."""
    sources, unplaced = _standings(reading)
    if not sources:
        return unknown("stars, merged changes, medals, downloads, accepted answers, citations or talks")
    value = min(_CAP, either(_two_best(standings) for standings in sources.values()))
    few = _followers(reading)
    if few is not None:
        value = (1 - _FOLLOWERS_AT_MOST) * value + _FOLLOWERS_AT_MOST * few
    known = sum(len(standings) for standings in sources.values())
    best = sorted((s for standings in sources.values() for s in standings), key=lambda s: (-s.percentile, s.said))
    reason = ", ".join(f"{s.said} above {percent(s.percentile)} of those compared" for s in best[:2])
    if unplaced:
        reason += f"; {counted(unplaced, 'figure')} without a reference table left out"
    return seen(value, 1 - 0.5**known, reason, [one for standing in best[:2] for one in standing.evidence])


def _standings(reading: Reading) -> tuple[dict[str, list[_Standing]], int]:
    """Percentiles by source, and how many figures have no table to be compared with."""
    found: dict[str, list[_Standing]] = {}
    unplaced = 0
    for figure in figures(reading):
        percentile = _percentile(reading, figure)
        if percentile is None:
            unplaced += 1
            continue
        found.setdefault(figure.source, []).append(_standing(reading, figure, percentile))
    for source, standing in _given(reading):
        found.setdefault(source, []).append(standing)
    return dict(sorted(found.items())), unplaced


def _standing(reading: Reading, figure: Figure, percentile: float) -> _Standing:
    """Stars that came at once lift to the middle at most, and the receipt says so."""
    if figure.doubted is None:
        return _Standing(figure.said, percentile, figure.evidence)
    doubted = _percentile(reading, figure._replace(value=figure.doubted)) or 0.0
    said = f"{figure.said} (those that came at once to a new repository lift to {percent(BURST_AT_MOST)} at most)"
    return _Standing(said, max(percentile, min(BURST_AT_MOST, doubted)), figure.evidence)


def _percentile(reading: Reading, figure: Figure) -> float | None:
    percentile = reading.setting.reference.percentile(figure.source, figure.name, figure.value)
    if percentile is None:
        reading.setting.unplaced[figure.source, figure.name] += 1
    return percentile


def _two_best(standings: list[_Standing]) -> float:
    best = sorted((standing.percentile for standing in standings), reverse=True)[:2]
    return sum(best) / len(best)


def _followers(reading: Reading) -> float | None:
    figure = followers(reading)
    return None if figure is None else _percentile(reading, figure)


def _given(reading: Reading) -> Iterator[tuple[str, _Standing]]:
    """What is a standing among others already: Kaggle's tiers and ranks, the citations of a paper in its field."""
    for account in reading.accounts:
        known = reading.figures(account) if account.source == "kaggle" else {}
        share = _TIERS.get(known.get("tier", 0.0))
        if share is not None and not _only_discusses(known):
            yield "kaggle", _Standing("kaggle tier", share, (str(account.key),))
    results = [one for one in reading.of_source("kaggle") if one.kind == "competition"]
    yield from _mean_of_best("kaggle", "kaggle ranks", [(_rank(r), r.id) for r in results if _ranked(r)])
    papers = [one for one in reading.of_source("research") if "percentile" in one.figures]
    yield from _mean_of_best("research", "citations in the field", [(_in_field(one), one.id) for one in papers])


def _only_discusses(known: Mapping[str, float]) -> bool:
    """Whether a rank can only be one of discussions: Kaggle shows the highest of all categories."""
    won = {name.partition("_")[0] for name, count in known.items() if count > 0 and "_" in name}
    return "discussion" in won and won.isdisjoint(_MADE)


def _mean_of_best(source: str, said: str, shares: list[tuple[float, str]]) -> Iterator[tuple[str, _Standing]]:
    """The mean of the three best; a single one counts for half."""
    best = sorted(shares, reverse=True)[:3]
    if best:
        value = math.fsum(share for share, _ in best) / max(2, len(best))
        yield source, _Standing(said, value, tuple(one for _, one in best))


def _ranked(result: Evidence) -> bool:
    return result.figures.get("teams", 0) > 1


def _rank(result: Evidence) -> float:
    """Share of teams behind this one."""
    rank, teams = result.figures.get("rank", math.inf), result.figures["teams"]
    return max(0.0, 1 - rank / teams) if rank >= 1 else 0.0


def _in_field(paper: Evidence) -> float:
    """The citation percentile within field and year, as the source states it, 0 to 1."""
    return min(1.0, max(0.0, paper.figures["percentile"]))
