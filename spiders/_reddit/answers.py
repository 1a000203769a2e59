"""What is read of Reddit's answers: who posted where and when. No title and no text is looked at, but for one word."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field, RootModel, field_validator

DELETED = "[deleted]"
TAKEN_DOWN = frozenset({"[deleted]", "[removed]"})


class Token(BaseModel):
    """POST access_token"""

    access_token: str = Field(min_length=1)


class Thing(BaseModel):
    """A post (t3) or comment (t1)."""

    name: str = Field(pattern=r"^t[13]_[a-z0-9]{1,16}$")
    author: str | None = None
    author_fullname: str | None = Field(None, pattern=r"^t2_[a-z0-9]{1,16}$")
    created_utc: float = Field(ge=0, le=1e11)
    subreddit: str = ""
    stickied: bool = False
    distinguished: str | None = None
    removed_by_category: str | None = None
    taken_down: bool = Field(False, validation_alias="body")  # whether the text says so; nothing else of it is kept

    @field_validator("taken_down", mode="before")
    @classmethod
    def _only_that(cls, value: object) -> bool:
        return isinstance(value, str) and value in TAKEN_DOWN

    @property
    def at(self) -> datetime:
        """When it was posted, UTC."""
        return datetime.fromtimestamp(int(self.created_utc), UTC)

    @property
    def stands(self) -> bool:
        """Whether it was neither deleted by its author nor removed."""
        return self.author not in (None, DELETED) and not self.removed_by_category and not self.taken_down


class Listed(BaseModel):
    """One child of a listing."""

    kind: str
    data: dict[str, Any]


class _Page(BaseModel):
    children: list[Listed]
    after: str | None = None


class Listing(BaseModel):
    """/r/{community}/new and /comments, /api/info"""

    data: _Page


class Named(BaseModel):
    """One entry of user_data_by_account_ids."""

    name: str


class Names(RootModel[dict[str, Named]]):
    """/api/user_data_by_account_ids: account id → its name; ids nobody has are left out."""


class _About(BaseModel):
    id: str
    name: str
    hide_from_robots: bool | None = None
    is_suspended: bool | None = None


class About(BaseModel):
    """/user/{name}/about: only whether the person can be kept."""

    data: _About
