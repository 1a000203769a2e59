"""The few fields read of GitHub's answers. Every model ignores what it does not name; what is needed is required.

For GraphQL a field may be covered by an error: `GraphAnswer.lost` tells which, and `model_fields_set` of a model tells
which fields an answer returned at all. Neither may ever be stored as a value.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from spiders._reading.times import Moment


class Read(BaseModel):
    """Base of answer models: GitHub's camelCase names, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class GraphError(Read):
    """One entry of `errors`."""

    type: str = ""
    message: str = ""
    path: tuple[str | int, ...] = ()


class RateLimit(Read):
    """What a query cost, in points."""

    cost: int
    remaining: int


class GraphAnswer(Read):
    """A GraphQL answer: data, errors and what the errors cover."""

    data: dict[str, Any] | None = None
    errors: tuple[GraphError, ...] = ()

    def lost(self, *path: str | int) -> GraphError | None:
        """The error that covers this path: one at it or above it."""
        return next((e for e in self.errors if e.path == path[: len(e.path)]), None)

    @property
    def cost(self) -> int:
        """Points spent; 0 where the answer does not say."""
        spent = (self.data or {}).get("rateLimit")
        return RateLimit.model_validate(spent).cost if spent else 0


class Count(Read):
    """A connection of which only the size is read."""

    total_count: int = Field(ge=0)


class Named(Read):
    """Anything of which only the name is read."""

    name: str


class Topic(Read):
    """A topic of a repository."""

    topic: Named


class Topics(Read):
    """Topics of a repository."""

    nodes: tuple[Topic | None, ...] | None = ()


class LanguageShare(Read):
    """Bytes of one language."""

    size: int = Field(ge=0)
    node: Named


class Languages(Read):
    """Languages of a repository, largest first."""

    edges: tuple[LanguageShare | None, ...] | None = ()


class Text(Read):
    """A text file; the object is null or empty when the file is missing or binary."""

    text: str | None = None


class Entry(Read):
    """A name in a folder."""

    name: str


class Folder(Read):
    """Names in a folder."""

    entries: tuple[Entry, ...] | None = ()


class Release(Read):
    """A published release."""

    published_at: Moment | None = None


class Releases(Read):
    """Number of releases and the latest."""

    total_count: int = Field(ge=0)
    nodes: tuple[Release | None, ...] | None = ()


class Showcase(Read):
    """What the files of one of the best repositories prove."""

    database_id: int
    tree: Folder | None = None
    workflows: Folder | None = None
    requirements: Text | None = None
    project: Text | None = None
    releases: Releases | None = None


class Showcases(Read):
    """The best repositories."""

    nodes: tuple[Showcase | None, ...] | None = ()


class Repository(Read):
    """One own repository."""

    database_id: int
    name: str
    name_with_owner: str
    url: str
    description: str | None = None
    is_archived: bool = False
    created_at: Moment | None = None
    pushed_at: Moment | None = None
    stargazer_count: int = Field(0, ge=0)
    fork_count: int = Field(0, ge=0)
    primary_language: Named | None = None
    languages: Languages | None = None
    repository_topics: Topics | None = None


class Repositories(Read):
    """Own repositories: how many, and the ones asked for."""

    total_count: int = Field(0, ge=0)
    nodes: tuple[dict[str, Any] | None, ...] | None = ()


class SocialAccount(Read):
    """A link of the profile's own list."""

    provider: str
    url: str


class SocialAccounts(Read):
    """Links of the profile's own list."""

    nodes: tuple[SocialAccount | None, ...] | None = ()


class Status(Read):
    """The status line of a profile."""

    message: str | None = None
    indicates_limited_availability: bool = False


class Readme(Read):
    """The profile README."""

    object: Text | None = None


class Pinned(Read):
    """A pinned repository; gists have no id here."""

    database_id: int | None = None


class PinnedItems(Read):
    """What the person pinned."""

    nodes: tuple[Pinned | None, ...] | None = ()


class Person(Read):
    """A user as the probe and the profile document return it."""

    database_id: int
    id: str
    login: str
    name: str | None = None
    bio: str | None = None
    company: str | None = None
    location: str | None = None
    website_url: str | None = None
    twitter_username: str | None = None
    is_hireable: bool | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    status: Status | None = None
    followers: Count | None = None
    pull_requests: Count | None = None
    social_accounts: SocialAccounts | None = None
    pinned_items: PinnedItems | None = None
    repositories: Repositories | None = None
    showcase: Showcases | None = None
    readme: Readme | None = None


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


class PageInfo(Read):
    """Where a connection goes on."""

    has_next_page: bool
    end_cursor: str | None = None


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


class RestRead(BaseModel):
    """Base of REST models: GitHub's own snake_case names."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Contributor(RestRead):
    """A row of a repository's contributors; anonymous rows have neither login nor id."""

    login: str | None = None
    id: int | None = None
    node_id: str | None = None
    type: str = "User"
    contributions: int = Field(0, ge=0)


class FoundUser(RestRead):
    """A row of the user search."""

    login: str
    id: int
    node_id: str | None = None
    type: str = "User"


class FoundUsers(RestRead):
    """A page of the user search."""

    total_count: int = Field(ge=0)
    incomplete_results: bool = False
    items: tuple[FoundUser, ...]


class RestProfile(RestRead):
    """`GET /users/{login}` and `/user/{id}`: the fallback where GraphQL has nothing (Enterprise, old hosts)."""

    login: str
    id: int
    node_id: str | None = None
    type: str = "User"
    name: str | None = None
    company: str | None = None
    blog: str | None = None
    location: str | None = None
    hireable: bool | None = None
    bio: str | None = None
    twitter_username: str | None = None
    public_repos: int | None = None
    followers: int | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


def names(topics: Topics | None) -> tuple[str, ...]:
    """Topic names of a repository."""
    return tuple(t.topic.name for t in (topics.nodes or ()) if t) if topics else ()


def present(nodes: Sequence[Any] | None) -> list[Any]:
    """The nodes that are there; GraphQL lists hold null for what failed."""
    return [node for node in nodes or () if node is not None]
