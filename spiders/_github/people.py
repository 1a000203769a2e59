"""From GitHub's answers to records: pure functions, no crawler needed."""

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
    RestProfile,
    Showcase,
    WatchedRepository,
    WorkedOn,
    names,
    present,
)
from spiders._github.packages import packages_in
from spiders._reading.clean import clean, clean_lines, flags_of, web_link, web_links
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Level, Link, Origin
from storage.text import no_recruiters

ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]}]{1,2048}")
BOT = re.compile(r"\[bot\]$|(^|[-_])bot$", re.IGNORECASE)
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


@dataclass(slots=True)
class Candidate:
    """Somebody a lane has shown; `interest` orders whom to read first."""

    source_id: str
    node_id: str
    login: str
    interest: float = 0.0
    windows_open: int = 0
    incomplete: bool = False
    parts: list[Contributions] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)  # change marks to keep once everything was read


def kind_of(type_name: str, login: str) -> Kind:
    """Person, organisation or bot, from the type GitHub gives and the login."""
    if type_name == "Bot" or BOT.search(login):
        return Kind.BOT
    return {"User": Kind.PERSON, "Organization": Kind.ORGANISATION}.get(type_name, Kind.UNKNOWN)


def found(
    login: str, user_id: int, node_id: str, type_name: str, origin: Origin, site: str, interest: float
) -> Account:
    """The little a list shows of somebody: handle and kind."""
    return Account(
        source="github",
        source_id=str(user_id),
        handle=login,
        url=f"{site}/{login}",
        kind=kind_of(type_name, login),
        markers={"node_id": node_id, "interest": f"{interest:.2f}"},
        observed=frozenset({"handle", "kind"}),
        origin=origin,
    )


# GraphQL field → field of Account, for the fields that map one to one.
FIELDS = {
    "name": "name",
    "bio": "bio",
    "company": "company",
    "location": "location",
    "isHireable": "open_to_work",
    "createdAt": "created_at",
}
LINK_FIELDS = ("websiteUrl", "twitterUsername", "socialAccounts")


def account(person: Person, returned: frozenset[str], origin: Origin, site: str) -> Account:
    """A profile as an account. `returned` are GraphQL names of the fields no error covers."""
    observed = {"handle", "kind"} | {ours for theirs, ours in FIELDS.items() if theirs in returned}
    full = set(LINK_FIELDS) <= returned
    if full:
        observed.add("links")
    return Account(
        source="github",
        source_id=str(person.database_id),
        handle=person.login,
        url=f"{site}/{person.login}",
        kind=kind_of("User", person.login),
        name=clean(person.name, 200) if "name" in returned else None,
        bio=clean_lines(person.bio, 4000) if "bio" in returned else None,
        company=clean(person.company, 200) if "company" in returned else None,
        location=clean(person.location, 200) if "location" in returned else None,
        open_to_work=(person.is_hireable or None) if "isHireable" in returned else None,
        created_at=person.created_at if "createdAt" in returned else None,
        links=tuple(links(person)) if full else (),
        figures=dict(figures(person, returned)),
        flags=tuple(flags(person)),
        markers=dict(markers(person, returned)),
        observed=frozenset(observed | ({"flags"} if "bio" in returned else set())),
        origin=origin,
    )


def links(person: Person) -> Iterator[Link]:
    """Addresses of the profile: structured fields are claims, prose is a mention."""
    seen: set[str] = set()
    candidates = [web_link(_with_scheme(person.website_url), Claim.CLAIMED, "website")]
    if person.twitter_username:
        candidates.append(web_link(f"https://x.com/{person.twitter_username}", Claim.CLAIMED, "twitter"))
    listed = present(person.social_accounts.nodes if person.social_accounts else ())
    candidates += [web_link(social.url, Claim.CLAIMED, "social_accounts") for social in listed]
    candidates += web_links(addresses_in(person.bio), Claim.MENTIONED, "bio")
    for link in candidates:
        if link is not None and link.url not in seen:
            seen.add(link.url)
            yield link


def addresses_in(prose: str | None) -> list[str]:
    """Web addresses in prose, without the punctuation that follows them."""
    return [address.rstrip(".,;:!?") for address in ADDRESS.findall((prose or "")[:20_000])]


def _with_scheme(website: str | None) -> str | None:
    # The website field of a profile is free text: "example.org" is meant as an address.
    if not website or "://" in website or website.startswith("mailto:"):
        return website
    return f"https://{website.strip()}"


def figures(person: Person, returned: frozenset[str]) -> Iterator[tuple[str, float]]:
    """Counts of the profile that were returned."""
    if "followers" in returned and person.followers:
        yield "followers", person.followers.total_count
    if "repositories" in returned and person.repositories:
        yield "public_repos", person.repositories.total_count
    if "pullRequests" in returned and person.pull_requests:
        yield "merged_pull_requests", person.pull_requests.total_count


def flags(person: Person) -> Iterator[str]:
    """What the person asks for in words, and what only looks like a person."""
    said = " ".join(filter(None, (person.bio, person.status.message if person.status else None)))
    if no_recruiters(said):
        yield "no_recruiters"
    if person.status and person.status.indicates_limited_availability:
        yield "limited_availability"
    yield from flags_of(person.name, person.bio)


def markers(person: Person, returned: frozenset[str]) -> Iterator[tuple[str, str]]:
    """GitHub's own change marks: a push does not move updatedAt, so both are kept."""
    yield "node_id", person.id
    if person.updated_at and "updatedAt" in returned:
        yield "updated_at", person.updated_at.isoformat()


def pushed_at(person: Person) -> str:
    """The latest push to an own repository, "" without one."""
    for node in present(person.repositories.nodes if person.repositories else ()):
        return str(node.get("pushedAt") or "")
    return ""


def rest_account(profile: RestProfile, origin: Origin, site: str) -> Account:
    """A profile of the REST interface as an account; the fields it returned are the ones observed."""
    returned = profile.model_fields_set
    ours = {"name", "bio", "company", "location", "created_at"} & returned
    observed = ours | {"handle", "kind", "flags"} | ({"open_to_work"} if "hireable" in returned else set())
    seen = [
        web_link(_with_scheme(profile.blog), Claim.CLAIMED, "website"),
        *web_links(addresses_in(profile.bio), Claim.MENTIONED, "bio"),
    ]
    if profile.twitter_username:
        seen.append(web_link(f"https://x.com/{profile.twitter_username}", Claim.CLAIMED, "twitter"))
    counts = {"public_repos": profile.public_repos, "followers": profile.followers}
    return Account(
        source="github",
        source_id=str(profile.id),
        handle=profile.login,
        url=f"{site}/{profile.login}",
        kind=kind_of(profile.type, profile.login),
        name=clean(profile.name, 200),
        bio=clean_lines(profile.bio, 4000),
        company=clean(profile.company, 200),
        location=clean(profile.location, 200),
        open_to_work=profile.hireable or None,
        created_at=profile.created_at,
        links=tuple({link.url: link for link in seen if link is not None}.values()),
        figures={name: float(count) for name, count in counts.items() if count is not None},
        flags=(*(("no_recruiters",) if no_recruiters(profile.bio or "") else ()), *flags_of(profile.name, profile.bio)),
        markers={"node_id": profile.node_id} if profile.node_id else {},
        observed=frozenset(observed | ({"links"} if "blog" in returned else set())),
        origin=origin,
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
