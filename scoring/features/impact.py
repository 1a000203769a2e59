"""The component about impact: each figure among its own source, then the sources together."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from scoring.features.base import Seen, either, seen, unknown
from scoring.reading import Reading
from storage.records import Account, Evidence

_CAP = 0.9
_FOLLOWERS_AT_MOST = 0.1
_MEDALS = {1: 3.0, 2: 2.0, 3: 1.0}  # gold, silver, bronze, in the source's numbers

# Share of ranked people below each tier; 0 and 1 say nothing, 5 is staff and no rank.
_TIERS = {2.0: 0.60, 3.0: 0.85, 4.0: 0.97}
_LISTS = ("awesome", "list", "roadmap", "interview", "cheatsheet", "curated", "resources", "papers")


class _Figure(NamedTuple):
    """One figure as a percentile of its source."""

    name: str
    percentile: float
    evidence: tuple[str, ...]


def impact(reading: Reading) -> Seen:
    """How far the work reaches, each figure compared with others of the same source."""
    sources = {source: figures for source, read in _SOURCES if (figures := list(read(reading)))}
    if not sources:
        return unknown("stars, merged changes, medals or downloads")
    value = min(_CAP, either(_two_best(figures) for figures in sources.values()))
    followers = _followers(reading)
    if followers is not None:
        value = (1 - _FOLLOWERS_AT_MOST) * value + _FOLLOWERS_AT_MOST * followers
    known = sum(len(figures) for figures in sources.values())
    best = sorted((f for figures in sources.values() for f in figures), key=lambda f: (-f.percentile, f.name))
    reason = ", ".join(f"{f.name} above {f.percentile:.0%} of its reference" for f in best[:2])
    return seen(value, 1 - 0.5**known, reason, [one for figure in best[:2] for one in figure.evidence])


def _two_best(figures: list[_Figure]) -> float:
    best = sorted((figure.percentile for figure in figures), reverse=True)[:2]
    return sum(best) / len(best)


def _followers(reading: Reading) -> float | None:
    counts = [a.figures["followers"] for a in reading.accounts if a.source == "github" and "followers" in a.figures]
    return reading.setting.reference.percentile("github", "followers", max(counts)) if counts else None


def _github(reading: Reading) -> Iterator[_Figure]:
    accounts = [account for account in reading.accounts if account.source == "github"]
    own = [one for one in reading.own if one.account.source == "github" and one.kind == "repository"]
    if own:
        work = [one for one in own if not _is_list(one)]
        yield from _table(reading, "github", "stars", _log_sum(work, "stars"), _top(work, "stars"))
        yield from _table(reading, "github", "releases", _sum(work, "releases"), _top(work, "releases"))
    yield from _account_figures(reading, accounts, ("merged_pull_requests", "reviews_year"))


def _kaggle(reading: Reading) -> Iterator[_Figure]:
    accounts = [account for account in reading.accounts if account.source == "kaggle"]
    yield from _account_figures(reading, accounts, ("competition_points", "notebook_points", "dataset_points"))
    for account in accounts:
        share = _TIERS.get(reading.figures(account).get("tier", 0.0))
        if share is not None:
            yield _Figure("kaggle tier", share, (str(account.key),))
    work = [one for one in reading.work if one.account.source == "kaggle"]
    for kind, figure, name in (
        ("notebook", "votes", "notebook_votes"),
        ("dataset", "votes", "dataset_votes"),
        ("dataset", "downloads", "dataset_downloads"),
        ("model", "votes", "model_votes"),
    ):
        items = [one for one in work if one.kind == kind and figure in one.figures]
        if items:
            yield from _table(reading, "kaggle", name, _log_sum(items, figure), _top(items, figure))
    yield from _competitions(reading, [one for one in work if one.kind == "competition"])


def _competitions(reading: Reading, results: list[Evidence]) -> Iterator[_Figure]:
    """Medals divided by team size, and the mean standing of the three best results; one result counts for less."""
    if not results:
        return
    medals = math.fsum(_MEDALS.get(round(r.figures.get("medal", 0)), 0.0) / _team(r) for r in results)
    yield from _table(reading, "kaggle", "medals", medals, _top(results, "medal"))
    standing = sorted(((_standing(r), r.id) for r in results if r.figures.get("teams", 0) > 1), reverse=True)[:3]
    if standing:
        shares = [share for share, _ in standing]
        yield _Figure("kaggle ranks", sum(shares) / max(2, len(shares)), tuple(one for _, one in standing))


def _team(result: Evidence) -> float:
    return max(1.0, result.figures.get("team_size", 1.0))


def _standing(result: Evidence) -> float:
    """Share of teams behind this one."""
    rank, teams = result.figures.get("rank", math.inf), result.figures["teams"]
    return max(0.0, 1 - rank / teams) if rank >= 1 else 0.0


def _account_figures(reading: Reading, accounts: list[Account], names: Iterable[str]) -> Iterator[_Figure]:
    """Figures the profile itself states; of several accounts the best."""
    for name in names:
        held = [(reading.figures(a)[name], str(a.key), a.source) for a in accounts if name in reading.figures(a)]
        if held:
            value, account, source = max(held)
            yield from _table(reading, source, name, value, (account,))


def _table(reading: Reading, source: str, name: str, value: float, evidence: tuple[str, ...]) -> Iterator[_Figure]:
    percentile = reading.setting.reference.percentile(source, name, value)
    if percentile is not None:
        yield _Figure(f"{source} {name.replace('_', ' ')}", percentile, evidence)


def _is_list(one: Evidence) -> bool:
    """A list of links gathers stars without being work of this kind."""
    name = one.title.lower()
    return any(word in name for word in _LISTS) or "awesome-list" in one.tags or "awesome" in one.tags


def _log_sum(items: list[Evidence], figure: str) -> float:
    return math.fsum(math.log1p(max(0.0, one.figures.get(figure, 0.0))) for one in items)


def _sum(items: list[Evidence], figure: str) -> float:
    return math.fsum(max(0.0, one.figures.get(figure, 0.0)) for one in items)


def _top(items: list[Evidence], figure: str) -> tuple[str, ...]:
    ranked = sorted(items, key=lambda one: (-one.figures.get(figure, 0.0), one.id))
    return tuple(one.id for one in ranked[:2])


_SOURCES: tuple[tuple[str, Callable[[Reading], Iterator[_Figure]]], ...] = (("github", _github), ("kaggle", _kaggle))
