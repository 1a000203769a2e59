"""What we read of the answers of both HN interfaces; everything else is ignored."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from spiders._reading.fields import WrittenInt


def _time(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


class Hit(BaseModel):
    """One story of `search_by_date`."""

    id: WrittenInt = Field(alias="objectID")
    author: str
    title: str | None = None
    created_at_i: int

    @property
    def at(self) -> datetime:
        """When it was posted."""
        return _time(self.created_at_i)


class Hits(BaseModel):
    """GET {algolia}/search_by_date."""

    hits: list[dict[str, Any]]


class Comment(BaseModel):
    """One direct child of a thread; author and text are null once it was deleted."""

    id: int
    created_at_i: int
    author: str | None = None
    text: str | None = None
    dead: bool = False
    deleted: bool = False

    @property
    def at(self) -> datetime:
        """When it was posted."""
        return _time(self.created_at_i)

    @property
    def digest(self) -> str:
        """Changes when the post is edited."""
        return hashlib.sha256((self.text or "").encode("utf-8", "replace")).hexdigest()[:16]


class Thread(BaseModel):
    """GET {algolia}/items/{id}: the story with its whole tree."""

    id: int
    author: str | None = None
    title: str | None = None
    children: list[dict[str, Any]]


class User(BaseModel):
    """GET {firebase}/user/{name}.json."""

    id: str
    created: int
    karma: int = 0
    about: str | None = None

    @property
    def at(self) -> datetime:
        """When the account was made."""
        return _time(self.created)
