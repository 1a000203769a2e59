"""What somebody did in repositories of others: contributions of a year, merged pull requests."""

from pydantic import Field

from spiders._github.answers.base import Named, PageInfo, Read
from spiders._github.answers.repositories import Topics
from spiders._reading.times import Moment


class Owner(Read):
    """Who owns a repository."""

    login: str


class WorkedOn(Read):
    """A repository somebody contributed to."""

    database_id: int
    name_with_owner: str
    url: str
    description: str | None = None
    is_fork: bool = False
    is_private: bool = False
    stargazer_count: int = Field(0, ge=0)
    owner: Owner
    primary_language: Named | None = None
    repository_topics: Topics | None = None


class Occurred(Read):
    """When a contribution was made."""

    occurred_at: Moment


class Contributed(Read):
    """How many contributions, and the latest."""

    total_count: int = Field(ge=0)
    nodes: tuple[Occurred | None, ...] | None = ()


class ByRepository(Read):
    """Contributions of one kind to one repository."""

    repository: WorkedOn
    contributions: Contributed


class Contributions(Read):
    """One window of a person's contributions."""

    total_commit_contributions: int = Field(ge=0)
    total_pull_request_contributions: int = Field(ge=0)
    total_pull_request_review_contributions: int = Field(ge=0)
    total_issue_contributions: int = Field(ge=0)
    restricted_contributions_count: int = Field(ge=0)
    commit_contributions_by_repository: tuple[ByRepository, ...]
    pull_request_contributions_by_repository: tuple[ByRepository, ...]
    pull_request_review_contributions_by_repository: tuple[ByRepository, ...]


class Author(Read):
    """Who opened a pull request; bots and deleted accounts have no id."""

    typename: str = Field("", alias="__typename")
    login: str
    database_id: int | None = None
    id: str | None = None


class PullRequest(Read):
    """A merged pull request."""

    database_id: int | None = None
    title: str = ""
    url: str
    merged_at: Moment | None = None
    updated_at: Moment
    changed_files: int = Field(0, ge=0)
    additions: int = Field(0, ge=0)
    deletions: int = Field(0, ge=0)
    author: Author | None = None


class PullRequests(Read):
    """A page of merged pull requests."""

    page_info: PageInfo
    nodes: tuple[PullRequest | None, ...] | None = ()


class WatchedRepository(Read):
    """A repository of a lane with its latest merged pull requests."""

    database_id: int
    name_with_owner: str
    url: str
    description: str | None = None
    primary_language: Named | None = None
    repository_topics: Topics | None = None
    pull_requests: PullRequests
