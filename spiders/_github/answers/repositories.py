"""Somebody's own repositories, and what the files of the best of them prove."""

from typing import Any

from pydantic import Field

from spiders._github.answers.base import Named, Read, Text
from spiders._reading.times import Moment


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


def names(topics: Topics | None) -> tuple[str, ...]:
    """Topic names of a repository."""
    return tuple(t.topic.name for t in (topics.nodes or ()) if t) if topics else ()
