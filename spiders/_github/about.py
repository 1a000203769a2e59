"""What GitHub says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Forecast, Lane


class GitHubOptions(Options):
    """Settings of the GitHub source."""

    token_env: str = Field("GITHUB_TOKEN", description="environment variable that holds the token")
    api: str = Field("https://api.github.com", description="base address of the REST interface")
    graphql: str = Field("", description="address of GraphQL; empty: {api}/graphql")
    site: str = Field("https://github.com", description="where people read the profiles")
    contributor_pages: int = Field(5, ge=1, description="pages of 100 contributors read per repository")
    contributors_every_days: int = Field(7, ge=1, description="days until a list of contributors is read again")
    repositories_at_once: int = Field(20, ge=1, le=50, description="repositories per document of merged changes")
    merged_pages: int = Field(3, ge=1, description="pages of 100 merged changes read per repository, first time")
    search_every_days: int = Field(7, ge=1, description="days until a finished search is asked again")
    search_results: int = Field(10_000, ge=1, description="results read per search lane")
    recheck_gone_days: int = Field(7, ge=1, description="days until a vanished account is looked for again")
    ask_linked_again_days: int = Field(30, ge=1, description="days until a linked but missing login is asked again")
    profiles_at_once: int = Field(25, ge=1, le=100, description="people per profile document, at first")
    contributions_at_once: int = Field(10, ge=1, le=50, description="people per contributions document, at first")


class AboutGitHub(About):
    """GitHub through its documented REST and GraphQL interfaces, one token."""

    name = "github"
    options_model: ClassVar[type[Options]] = GitHubOptions
    card = Card(
        title="GitHub",
        method="REST and GraphQL API with the operator's own token",
        terms="https://docs.github.com/site-policy/acceptable-use-policies/github-acceptable-use-policies",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "bio", "company", "location", "links", "open_to_work", "created_at"),
            *("followers", "public repositories", "merged changes", "contributions of a year", "profile README"),
        ),
        export_note="not to be sold, nor used for unsolicited mail (Acceptable Use Policies 7 and 8)",
        limits="REST 5,000 requests, GraphQL 5,000 points an hour, search 30 a minute; serial requests",
        yields="about 4,000 people read in full per hour",
        expected_accounts=100,
        exposes=(
            "website: claimed",
            "accounts at other sites, at most four: claimed",
            "X (Twitter): claimed",
            "addresses in the biography: mentioned",
        ),
        needs_token=True,
        robots=False,
    )

    @classmethod
    def needs(cls, rows: Sequence[Forecast]) -> Mapping[str, int]:
        """Points of GraphQL, searches, and the requests of REST."""
        search = sum(row.requests for row in rows if row.lane.startswith("github/search/"))
        rest = sum(row.requests for row in rows if not row.points) - search
        return {"graphql": sum(row.points for row in rows), "search": search, "core": rest}

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One request per page at first, and the published price of documents."""
        if not isinstance(options, GitHubOptions):
            raise TypeError("GitHub's forecast needs GitHub's options")
        works = _lanes(lanes, options)
        # A lane shows some thirty people whom no other has shown.
        people = min(options.max_profiles, 30 * len(lanes))
        probes, hundreds = -(-len(past.known) // 100), -(-people // 100)
        works.append(Work("github/probe", first=probes, light=probes, points=1))
        works.append(Work("github/triage", first=hundreds, light=1, points=1))
        works.append(Work("github/linked", first=1, light=1, points=1))
        works.append(_documents("github/profiles", people, options.profiles_at_once, 70))
        works.append(_documents("github/contributions", people, options.contributions_at_once, 60))
        return works


def _lanes(lanes: Sequence[Lane], options: GitHubOptions) -> list[Work]:
    """Lists and searches are asked again after some days; merged changes of many repositories at once."""
    works, merged = [], 0
    for lane in lanes:
        if lane.kind == "contributors":
            works.append(Work(lane.id, first=options.contributor_pages, every=options.contributors_every_days))
        elif lane.kind == "search":
            works.append(Work(lane.id, first=10, every=options.search_every_days))
        else:
            asks = lane.kind != "merged_authors" or merged % options.repositories_at_once == 0
            merged += lane.kind == "merged_authors"
            works.append(Work(lane.id, first=float(asks), light=float(asks), points=1))
    return works


def _documents(lane: str, people_count: int, at_once: int, connections: int) -> Work:
    requests = -(-people_count // at_once)
    points = people_count * connections / 100 / max(1, requests)
    return Work(lane, first=requests, light=1, each=1 / at_once, points=points)
