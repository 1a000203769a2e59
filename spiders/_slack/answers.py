"""What is read of Slack's answers and exports: the fields we use and no others."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field, field_validator


class Verdict(BaseModel):
    """Every answer: HTTP says 200 either way, `ok` says whether it is one."""

    ok: bool
    error: str = ""
    needed: str = ""  # the scope a method wants
    provided: str = ""


class Cursor(BaseModel):
    """Where the next page begins; empty at the end."""

    next_cursor: str | None = ""

    @field_validator("next_cursor", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value


class Paged(BaseModel):
    """An answer in pages."""

    response_metadata: Cursor | None = None

    @property
    def cursor(self) -> str:
        """The cursor of the next page, "" after the last."""
        return (self.response_metadata.next_cursor or "") if self.response_metadata else ""


class Identity(BaseModel):
    """auth.test: whose token this is."""

    team_id: str
    url: str


class Profile(BaseModel):
    """What a member says of themself; addresses of pictures, mail, phone, pronouns and birthdays are not read."""

    real_name: str | None = None
    display_name: str | None = None
    title: str | None = None
    status_text: str | None = None
    fields: dict[str, Any] | None = None

    @field_validator("fields", mode="before")
    @classmethod
    def _empty_list(cls, value: object) -> object:
        return None if value == [] else value  # how some answers spell "no fields"


class Member(BaseModel):
    """One row of users.list or users.json."""

    id: str
    team_id: str = ""
    name: str = ""
    real_name: str | None = None
    deleted: bool = False
    is_bot: bool = False
    is_app_user: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False  # of another workspace, seen through a shared channel
    updated: int = 0
    profile: Profile = Field(default_factory=Profile)


class Members(Paged):
    """users.list"""

    members: list[dict[str, Any] | str]


class FieldLabel(BaseModel):
    """How the workspace calls one of its own profile fields."""

    id: str
    label: str = ""


class _Labels(BaseModel):
    fields: list[dict[str, Any]] = Field(default_factory=list)


class TeamProfile(BaseModel):
    """team.profile.get"""

    profile: _Labels


class MemberProfile(BaseModel):
    """users.profile.get"""

    profile: Profile


class Channel(BaseModel):
    """One row of conversations.list or channels.json."""

    id: str
    name: str = ""
    is_archived: bool = False
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_group: bool = False
    is_ext_shared: bool = False

    @property
    def closed(self) -> str:
        """Why this channel is none of ours; "" for a public one of this workspace alone."""
        if self.is_private or self.is_im or self.is_mpim or self.is_group:
            return "private"
        return "shared" if self.is_ext_shared else ""


class Channels(Paged):
    """conversations.list"""

    channels: list[dict[str, Any]]


class Reaction(BaseModel):
    """How often one sign was given to a message."""

    count: int = Field(0, ge=0)


class Message(BaseModel):
    """A message without its words: who, when, and what came back."""

    ts: str = Field(pattern=r"^[0-9]{1,11}(?:\.[0-9]{1,10})?$")  # never a float, which would lose digits
    type: str = "message"
    subtype: str | None = None
    user: str | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    reply_count: int = 0
    latest_reply: str | None = None
    reactions: list[Reaction] = Field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When it was written, UTC, whole seconds."""
        return datetime.fromtimestamp(int(self.ts.partition(".")[0]), UTC)

    @property
    def is_reply(self) -> bool:
        """Whether it stands below another message."""
        return self.thread_ts not in (None, self.ts)

    @property
    def starts_thread(self) -> bool:
        """Whether replies stand below it."""
        return self.reply_count > 0 and not self.is_reply


class History(Paged):
    """conversations.history and conversations.replies"""

    messages: list[dict[str, Any]]
    has_more: bool = False
