"""What the work of a person counts to, source by source: the figures that are compared with others of that source.

The same figures fill the reference tables and are looked up in them, so a table always speaks of what is asked of it.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import NamedTuple

from scoring.features.bursts import is_burst
from scoring.reading import Reading, Setting
from scoring.roles.model import Role
from scoring.search.tags import BACK_OFF, Answer, worth
from storage.records import Evidence, Lead, Level

_LISTS = ("awesome", "list", "roadmap", "interview", "cheatsheet", "curated", "resources", "papers")
_MEDALS: Mapping[int, float] = {1: 3.0, 2: 2.0, 3: 1.0}  # gold, silver, bronze, in the source's numbers
_METALS = ("gold", "silver", "bronze")
_DAYS_A_YEAR = 365.25


class Figure(NamedTuple):
    """One figure of one source with the evidence behind it, the weightiest first."""

    source: str
    name: str
    value: float
    evidence: tuple[str, ...]
    doubted: float | None = None  # the value with stars that may be bought, where there are any

    @property
    def said(self) -> str:
        """As a reader is told: "github merged pull requests"."""
        return f"{self.source} {self.name.replace('_', ' ')}"


def figures(reading: Reading) -> Iterator[Figure]:
    """Every figure that is known of a person; an unknown one is left out, which is not zero."""
    for read in _READ:
        if read in _OF_ALL_ROLES:
            yield from reading.person.once((read, reading.setting.month), partial(_listed, read, reading))
        else:
            yield from read(reading)


def _listed(read: Callable[[Reading], Iterator[Figure]], reading: Reading) -> list[Figure]:
    return list(read(reading))


def known_figures(lead: Lead, now: datetime) -> dict[tuple[str, str], float]:
    """The figures of one lead by source and name, whatever role it is read for: what reference tables are made of."""
    reading = Reading(lead, _plain(now))
    found = {(figure.source, figure.name): figure.value for figure in figures(reading)}
    followed = followers(reading)
    return found if followed is None else found | {(followed.source, followed.name): followed.value}


@lru_cache(maxsize=2)
def _plain(now: datetime) -> Setting:
    return Setting(Role.model_validate({"role": "any", "version": 1, "titles": ["any"]}), now)


def followers(reading: Reading) -> Figure | None:
    """Followers at GitHub, of several accounts the most."""
    return _of_account(reading, "github", "followers")


def is_list(one: Evidence) -> bool:
    """Whether a repository is a list of links: it gathers stars without being work of this kind."""
    name = one.title.rpartition("/")[2].lower()
    return any(word in name for word in _LISTS) or "awesome-list" in one.tags or "awesome" in one.tags


# ---- figures of accounts ----------------------------------------------------------------------------------------

_STATED = {
    "github": ("merged_pull_requests", "reviews_year"),
    "kaggle": ("competition_points", "notebook_points", "dataset_points", "discussion_points"),
    "stackexchange": ("reputation",),
    "research": ("h_index",),
}
_MEDALLED = ("competition", "notebook", "dataset", "discussion")


def _stated(reading: Reading) -> Iterator[Figure]:
    """Figures a profile itself states."""
    for source, names in _STATED.items():
        yield from (found for name in names if (found := _of_account(reading, source, name)) is not None)


def _of_account(reading: Reading, source: str, name: str) -> Figure | None:
    """A figure of a profile; of several accounts the best."""
    held = [
        (known[name], str(account.key))
        for account in reading.accounts
        if account.source == source and name in (known := reading.figures(account))
    ]
    if not held:
        return None
    value, account = max(held)
    return Figure(source, name, value, (account,))


def _kaggle_medals(reading: Reading) -> Iterator[Figure]:
    """Medals by category, as a profile counts them: gold three, silver two, bronze one."""
    for account in reading.accounts:
        known = reading.figures(account) if account.source == "kaggle" else {}
        for kind in _MEDALLED:
            won = [known.get(f"{kind}_{metal}") for metal in _METALS]
            if any(count is not None for count in won):
                points = math.fsum(w * (count or 0) for w, count in zip(_MEDALS.values(), won, strict=True))
                yield Figure("kaggle", f"{kind}_medals", points, (str(account.key),))


# ---- figures of works -------------------------------------------------------------------------------------------


class _Sum(NamedTuple):
    """One figure added up over own works of some kinds."""

    source: str
    kinds: tuple[str, ...]
    field: str
    name: str
    log: bool = True  # the sum of log(1 + x): ten works with ten stars are not one with a hundred


_SUMS = (
    _Sum("github", ("repository",), "stars", "stars"),
    _Sum("github", ("repository",), "releases", "releases", log=False),
    _Sum("kaggle", ("notebook",), "votes", "notebook_votes"),
    _Sum("kaggle", ("dataset",), "votes", "dataset_votes"),
    _Sum("kaggle", ("dataset",), "downloads", "dataset_downloads"),
    _Sum("kaggle", ("model",), "votes", "model_votes"),
    _Sum("huggingface", ("model",), "downloads", "model_downloads"),
    _Sum("huggingface", ("model",), "likes", "model_likes"),
    _Sum("huggingface", ("dataset",), "downloads", "dataset_downloads"),
    _Sum("huggingface", ("dataset",), "likes", "dataset_likes"),
    _Sum("huggingface", ("space",), "likes", "space_likes"),
    _Sum("huggingface", ("paper",), "upvotes", "paper_upvotes"),
    _Sum("discourse", ("activity",), "solutions", "solutions", log=False),
    _Sum("discourse", ("activity",), "likes", "likes"),
    _Sum("forem", ("article",), "reactions", "article_reactions"),
    _Sum("hackernews", ("story",), "points", "points"),
    _Sum("packages", ("package",), "downloads", "downloads"),
    _Sum("packages", ("package",), "dependents", "dependents"),
    _Sum("gitlab", ("repository",), "stars", "stars"),
    _Sum("forgejo", ("repository",), "stars", "stars"),
    _Sum("gitlab", ("contribution",), "pull_requests", "merged_changes", log=False),
    _Sum("forgejo", ("contribution",), "pull_requests", "merged_changes", log=False),
)


def _sums(reading: Reading) -> Iterator[Figure]:
    """Figures added up over works; a list of links counts nothing, but is a work that was looked at."""
    for wanted, counted, bursts in reading.person.once("sums", lambda: list(_summed(reading))):
        values = {name: _share(reading, name) * value for name, value in counted.items()}
        yield _without_bursts(_added(wanted.source, wanted.name, values), values, bursts)


def _summed(reading: Reading) -> Iterator[tuple[_Sum, dict[str, float], set[str]]]:
    """What is added up, whatever the role: the figure of each work, and the works whose stars came at once."""
    for wanted in _SUMS:
        held = [
            one for one in reading.of_source(wanted.source) if one.kind in wanted.kinds and wanted.field in one.figures
        ]
        if held:
            works = [(one.id, one) for one in held if not (one.kind == "repository" and is_list(one))]
            bursts = {name for name, one in works if is_burst(one)} if wanted.field == "stars" else set()
            yield wanted, {name: _counted(one, wanted) for name, one in works}, bursts


def _added(source: str, name: str, values: Mapping[str, float]) -> Figure:
    """A sum with its two weightiest works."""
    best = sorted(values, key=lambda one: (-values[one], one))
    return Figure(source, name, math.fsum(values.values()), tuple(best[:2]))


def _without_bursts(found: Figure, values: Mapping[str, float], bursts: set[str]) -> Figure:
    """Stars without those that came at once, beside all of them."""
    if not bursts:
        return found
    plain = _added(found.source, found.name, {name: value for name, value in values.items() if name not in bursts})
    return plain._replace(doubted=found.value, evidence=found.evidence)


def _counted(one: Evidence, wanted: _Sum) -> float:
    value = max(0.0, one.figures[wanted.field])
    return math.log1p(value) if wanted.log else value


def _share(reading: Reading, name: str) -> float:
    """1 for work that shows what the role asks, less for what somebody is known for besides."""
    return 1.0 if reading.asked is None or name in reading.asked else BACK_OFF


def _competitions(reading: Reading) -> Iterator[Figure]:
    """Medals of single results, divided by the size of the team."""
    results = [one for one in reading.of_source("kaggle") if one.kind == "competition"]
    if results:
        yield _added(
            "kaggle", "medals", {r.id: _MEDALS.get(round(r.figures.get("medal", 0)), 0.0) / team(r) for r in results}
        )


def team(result: Evidence) -> float:
    """How many shared a result, at least one."""
    return max(1.0, result.figures.get("team_size", 1.0))


def _papers(reading: Reading) -> Iterator[Figure]:
    """Citations per year since a paper came out, log(1 + x) added up."""
    held = [one for one in reading.work if one.kind == "paper" and "citations" in one.figures]
    yearly = {one.id: math.log1p(max(0.0, one.figures["citations"]) / _years(reading, one)) for one in held}
    if held:
        yield _added("research", "citations_per_year", yearly)


def _years(reading: Reading, one: Evidence) -> float:
    at = reading.date(one)
    return max(1.0, (reading.setting.month - at).days / _DAYS_A_YEAR) if at is not None else 1.0


def _talks(reading: Reading) -> Iterator[Figure]:
    """Talks on a programme; one that more than its room knows about counts twice."""
    held = [one for one in reading.work if one.kind == "talk" and one.level >= Level.PRACTICE]
    if held:
        yield _added("events", "talks", {one.id: 2.0 if one.level >= Level.RECOGNISED else 1.0 for one in held})


def _answers(reading: Reading) -> Iterator[Figure]:
    """Scores of answers; those about what the role asks count in full, all others back off."""
    for source in ("stackexchange", "discourse"):
        held = [one for one in reading.of_source(source) if one.kind == "answer"]
        if held:
            yield _added(source, "answers", {one.id: _answer_worth(reading, one) for one in held})


def _answer_worth(reading: Reading, one: Evidence) -> float:
    score = one.figures.get("score", one.figures.get("likes", 0.0)) + 2 * one.figures.get("accepted", 0.0)
    said = worth(
        Answer("", one.tags, score, reading.date(one)), reading.setting.month, reading.role.half_life_months.activity
    )
    return _share(reading, one.id) * said


_READ: tuple[Callable[[Reading], Iterator[Figure]], ...] = (
    _stated,
    _kaggle_medals,
    _sums,
    _competitions,
    _papers,
    _talks,
    _answers,
)
_OF_ALL_ROLES = frozenset({_stated, _kaggle_medals, _competitions, _papers, _talks})  # these say every role the same
