"""The few answers of the REST interface, by GitHub's own snake_case names."""

from pydantic import BaseModel, ConfigDict, Field

from spiders._reading.times import Moment


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
