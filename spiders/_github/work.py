"""From GitHub's answers to evidence: own repositories, places among contributors, merged changes, a year's work."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from spiders._github.answers import (
    ByRepository,
    Contributions,
    Contributor,
    Person,
    PullRequest,
    Repository,
    Showcase,
    WatchedRepository,
    WorkedOn,
    names,
    present,
)
from spiders._github.packages import packages_in
from spiders._reading.clean import clean, clean_lines
from storage.records import AccountKey, Evidence, Level, Origin

LIST = re.compile(r"^awesome\b|curated list|list of (awesome|resources|papers)", re.IGNORECASE)
MAINTAINED_FOR = timedelta(days=183)  # "releases over at least six months" of the scoring design
MAINTAINED_STARS = 100
SIGNS = re.compile(
    r"(?i)^(dockerfile|compose\.ya?ml|docker-compose\.ya?ml|dvc\.ya?ml|mlproject|chart\.yaml|kustomization\.yaml|"
    r"makefile|mkdocs\.ya?ml|citation\.cff|model_card\.md|modelcard\.md|package\.json|tsconfig\.json|cargo\.toml|"
    r"cmakelists\.txt|pyproject\.toml|requirements\.txt|environment\.ya?ml|feature_store\.yaml|mcp\.json|"
    r"promptfooconfig\.yaml|bentofile\.yaml|config\.pbtxt|dbt_project\.yml|renv\.lock|description|tests?|docs|"
    r"benchmarks?|evals?|prompts?|k8s|helm|terraform|.*\.(tf|cu|onnx|rmd|qmd|dvc|slurm))$"
)


def repository(owner: AccountKey, node: Repository, files: Showcase | None, pinned: bool, origin: Origin) -> Evidence:
    """An own repository as evidence."""
    listed = bool(LIST.search(node.name) or LIST.search(node.description or ""))
    releases = files.releases.total_count if files and files.releases else None
    languages = present(node.languages.edges if node.languages else ())
    counts = {"stars": node.stargazer_count, "forks": node.fork_count, "releases": releases}
    counts |= {"size_bytes": sum(share.size for share in languages)}
    # A count of zero is known; a mark that does not apply is left out.
    marks = {name: 1.0 for name, holds in (("pinned", pinned), ("list", listed)) if holds}
    return Evidence(
        account=owner,
        source_id=str(node.database_id),
        kind="repository",
        url=node.url,
        title=clean(node.name, 300) or str(node.database_id),
        text=clean_lines(node.description, 4000),
        event_at=node.pushed_at,
        started_at=node.created_at,
        level=_repository_level(node, releases or 0, listed=listed),
        tags=(*names(node.repository_topics), *(share.node.name for share in languages)),
        packages=tuple(_packages(files)),
        files=tuple(_files(files)),
        figures={name: float(count) for name, count in counts.items() if count is not None} | marks,
        origin=origin,
    )


def _repository_level(node: Repository, releases: int, *, listed: bool) -> Level:
    if listed or not node.primary_language:
        return Level.ACTIVITY
    lived = node.pushed_at - node.created_at if node.pushed_at and node.created_at else timedelta(0)
    kept_up = releases >= 2 and lived >= MAINTAINED_FOR and not node.is_archived
    return Level.MAINTAINED if kept_up and node.stargazer_count >= MAINTAINED_STARS else Level.PRACTICE


def _packages(files: Showcase | None) -> Iterable[str]:
    if files is None:
        return ()
    texts = (files.requirements, files.project)
    found_in = (packages_in(text.text, toml=text is files.project) for text in texts if text and text.text)
    return dict.fromkeys(name for found_names in found_in for name in found_names)


def _files(files: Showcase | None) -> Iterator[str]:
    if files is None:
        return
    for entry in (files.tree.entries or ()) if files.tree else ():
        if SIGNS.match(entry.name):
            yield entry.name
    for entry in (files.workflows.entries or ()) if files.workflows else ():
        yield f".github/workflows/{entry.name}"


def readme(owner: AccountKey, person: Person, origin: Origin, site: str) -> Evidence | None:
    """The profile README as a claim; None without one."""
    text = person.readme.object.text if person.readme and person.readme.object else None
    cleaned = clean_lines(text, 4000)
    if cleaned is None:
        return None
    address = f"{site}/{person.login}/{person.login}"
    return Evidence(
        account=owner,
        source_id="readme",
        kind="profile_readme",
        url=address,
        title="Profile README",
        text=cleaned,
        level=Level.CLAIM,
        origin=origin,
    )


def contributor(owner: AccountKey, row: Contributor, target: str, rank: int, origin: Origin, site: str) -> Evidence:
    """A place in a repository's list of contributors; the list is by commits and bears no dates."""
    return Evidence(
        account=owner,
        source_id=target.lower(),
        kind="contributor",
        url=f"{site}/{target}/commits?author={row.login}",
        title=target,
        level=_contributor_level(row.contributions, rank),
        figures={"commits": float(row.contributions), "rank": float(rank)},
        origin=origin,
    )


def _contributor_level(commits: int, rank: int) -> Level:
    if commits >= 100 and rank <= 10:
        return Level.MAINTAINED
    if commits >= 10:
        return Level.RECOGNISED
    return Level.PRACTICE if commits >= 3 else Level.ACTIVITY


def merged_change(owner: AccountKey, change: PullRequest, repo: WatchedRepository, origin: Origin) -> Evidence:
    """A merged pull request in a watched repository; small ones are activity only."""
    lines = change.additions + change.deletions
    large = change.changed_files >= 3 or lines >= 30  # level 4 of the scoring design
    return Evidence(
        account=owner,
        source_id=str(change.database_id or change.url),
        kind="merged_change",
        url=change.url,
        title=clean(change.title, 300) or change.url,
        text=clean(f"{repo.name_with_owner}: {repo.description or ''}", 300),
        event_at=change.merged_at or change.updated_at,
        level=Level.RECOGNISED if large else Level.ACTIVITY,
        tags=_tags(repo),
        figures={
            "changed_files": float(change.changed_files),
            "additions": float(change.additions),
            "deletions": float(change.deletions),
        },
        origin=origin,
    )


def _tags(repo: WatchedRepository | WorkedOn) -> tuple[str, ...]:
    language = (repo.primary_language.name,) if repo.primary_language else ()
    return (*names(repo.repository_topics), *language)


@dataclass(slots=True)
class _Work:
    """One repository's contributions, added up over kinds and windows."""

    repository: WorkedOn
    counts: Counter[str] = field(default_factory=Counter)
    latest: datetime | None = None

    def add(self, kind: str, row: ByRepository) -> None:
        self.counts[kind] += row.contributions.total_count
        for node in present(row.contributions.nodes):
            self.latest = max(self.latest or node.occurred_at, node.occurred_at)


def contributions(owner: AccountKey, login: str, parts: Iterable[Contributions], origin: Origin) -> Iterator[Evidence]:
    """Work in public repositories of others, one piece of evidence per repository."""
    works: dict[int, _Work] = {}
    for part in parts:
        for kind, rows in _rows(part):
            for row in rows:
                repo = row.repository
                if repo.is_private or repo.is_fork or repo.owner.login.casefold() == login.casefold():
                    continue
                works.setdefault(repo.database_id, _Work(repo)).add(kind, row)
    for work in works.values():
        yield _contribution(owner, login, work, origin)


def _rows(part: Contributions) -> Iterator[tuple[str, tuple[ByRepository, ...]]]:
    yield "commits", part.commit_contributions_by_repository
    yield "pull_requests", part.pull_request_contributions_by_repository
    yield "reviews", part.pull_request_review_contributions_by_repository


def _contribution(owner: AccountKey, login: str, work: _Work, origin: Origin) -> Evidence:
    repo = work.repository
    return Evidence(
        account=owner,
        source_id=str(repo.database_id),
        kind="contribution",
        url=f"{repo.url}/commits?author={login}",
        title=repo.name_with_owner,
        text=clean(repo.description, 300),
        event_at=work.latest,
        level=_contribution_level(work.counts),
        tags=_tags(repo),
        figures={
            **{name: float(count) for name, count in work.counts.items() if count},
            "stars": float(repo.stargazer_count),
        },
        origin=origin,
    )


def _contribution_level(counts: Counter[str]) -> Level:
    if counts["commits"] >= 10 or counts["reviews"] >= 10:
        return Level.RECOGNISED
    weight = counts["commits"] + counts["pull_requests"] + counts["reviews"]
    return Level.PRACTICE if weight >= 3 else Level.ACTIVITY


def yearly(parts: Iterable[Contributions]) -> Mapping[str, float]:
    """Totals of a year, added up over its windows."""
    total: Counter[str] = Counter()
    for part in parts:
        total["commits_year"] += part.total_commit_contributions
        total["pull_requests_year"] += part.total_pull_request_contributions
        total["reviews_year"] += part.total_pull_request_review_contributions
        total["issues_year"] += part.total_issue_contributions
        total["restricted_year"] += part.restricted_contributions_count
    return {name: float(count) for name, count in total.items()}
