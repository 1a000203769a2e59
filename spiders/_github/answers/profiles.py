"""A user as the probe and the profile document return it."""

from spiders._github.answers.base import Count, Read, Text
from spiders._github.answers.repositories import Repositories, Showcases
from spiders._reading.times import Moment


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
