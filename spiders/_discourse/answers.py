"""The only fields read of a forum's answers: plug-ins add what they like to them, once even password hashes."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from spiders._reading.times import Moment


def _names(value: Any) -> Any:
    """Tags as names; newer servers send objects, older ones null."""
    if value is None:
        return ()
    if not isinstance(value, list):
        return value
    return tuple(one.get("name") if isinstance(one, dict) else one for one in value)


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class Category(BaseModel):
    """One category of the site."""

    id: int
    slug: str = ""
    read_restricted: bool = False


class UserField(BaseModel):
    """A field of profiles that the forum added itself."""

    id: int
    name: str


class Site(BaseModel):
    """/site.json."""

    categories: list[dict[str, Any]]
    user_fields: list[dict[str, Any]] = []


class Member(BaseModel):
    """The account in a row of the directory."""

    username: str
    name: str | None = None
    title: str | None = None
    admin: bool | None = None
    moderator: bool | None = None


class Row(BaseModel):
    """One row of the directory; older servers have the name on the row itself."""

    id: int  # of the user
    likes_received: int = 0
    topic_count: int = 0
    post_count: int = 0
    solutions: int | None = None
    user: Member | None = None
    username: str | None = None

    @property
    def member(self) -> Member | None:
        """The account, wherever it stands."""
        return self.user or (Member(username=self.username) if self.username else None)


class Meta(BaseModel):
    """What the directory says of its length."""

    total_rows_directory_items: int | None = None


class Directory(BaseModel):
    """/directory_items.json."""

    directory_items: list[dict[str, Any]]
    meta: Meta = Meta()

    def is_last(self, page: int) -> bool:
        """Whether no page follows this one (counted from 0); the server says how many rows there are, or fifty fit."""
        rows, total = len(self.directory_items), self.meta.total_rows_directory_items
        return rows < 50 if total is None else not rows or (page + 1) * rows >= total


class Topic(BaseModel):
    """One topic of a list."""

    id: int
    title: str = ""
    posts_count: int = 0
    bumped_at: Moment | None = None
    pinned: bool | None = None
    visible: bool | None = None
    like_count: int | None = None
    has_accepted_answer: bool | None = None

    @property
    def promising(self) -> bool:
        """Whether somebody may have been thanked in it; unknown is yes."""
        if self.posts_count < 2 or self.visible is False:
            return False
        return self.like_count != 0 or self.has_accepted_answer is not False


class TopicList(BaseModel):
    """The list inside an answer."""

    topics: list[dict[str, Any]]
    more_topics_url: str | None = None


class Topics(BaseModel):
    """/c/{slug}/{id}.json and /latest.json."""

    topic_list: TopicList


class Action(BaseModel):
    """How often something was done to a post; 2 is a like."""

    id: int
    count: int = 0


class Post(BaseModel):
    """One post of a topic."""

    id: int
    user_id: int
    username: str
    name: str | None = None
    user_title: str | None = None
    created_at: Moment
    post_number: int
    post_type: int = 1  # 1 is a text, the others are notices
    accepted_answer: bool | None = None
    actions_summary: list[Action] = []
    admin: bool | None = None
    moderator: bool | None = None
    hidden: bool | None = None
    user_deleted: bool | None = None

    @property
    def likes(self) -> int:
        """How many liked it."""
        return sum(max(0, action.count) for action in self.actions_summary if action.id == 2)


class Accepted(BaseModel):
    """What a topic says of its solution; newer servers say it here, older ones at the post."""

    post_number: int = 0


class Stream(BaseModel):
    """The posts inside an answer, at most twenty."""

    posts: list[dict[str, Any]]


class OpenTopic(BaseModel):
    """/t/{id}.json."""

    id: int
    title: str
    tags: Names = ()
    posts_count: int = 0
    post_stream: Stream
    accepted_answer: Accepted | bool | None = None

    @property
    def solution(self) -> int:
        """Number of the accepted post; 0 if the topic does not say."""
        return self.accepted_answer.post_number if isinstance(self.accepted_answer, Accepted) else 0


class User(BaseModel):
    """What a person shows on the profile."""

    id: int
    username: str
    name: str | None = None
    title: str | None = None
    bio_cooked: str | None = None
    bio_raw: str | None = None
    website: str | None = None
    location: str | None = None
    trust_level: int | None = None
    badge_count: int | None = None
    created_at: Moment | None = None
    profile_hidden: bool | None = None
    suspended_till: str | None = None
    admin: bool | None = None
    moderator: bool | None = None
    user_fields: dict[str, Any] | None = None


class Profile(BaseModel):
    """/u/{name}.json."""

    user: dict[str, Any]
