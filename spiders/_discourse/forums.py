"""A forum as a row of attributes, the settings all forums share, and the targets of their lanes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from spiders._card import Options

SOURCE = "discourse"
_HOST = r"[a-z0-9][a-z0-9.-]{0,200}"
_TARGET = re.compile(rf"({_HOST})(?:/([a-z0-9][a-z0-9._-]{{0,99}}))?")


class Forum(BaseModel):
    """One forum that may be asked: who runs it says so in its terms, and its robots.txt is read every night."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(pattern=f"^{_HOST}$", description="host of its pages, which is also its name in lanes")
    title: str = Field(description="what people call it")
    terms: str = Field("", description="address of its terms; empty: https://HOST/tos")
    tags: tuple[str, ...] = Field((), description="what it is about, as a tag of everything found there")
    categories: Mapping[str, tuple[str, ...]] = Field({}, description="what its categories are about, by their slug")
    solved: bool = Field(True, description="members can accept an answer as the solution")

    def about(self, category: str) -> tuple[str, ...]:
        """Tags of what is written in a category."""
        return tuple(dict.fromkeys((*self.tags, *self.categories.get(category, (category,)))))


class DiscourseOptions(Options):
    """Settings of the forums."""

    delay: float = Field(2.0, ge=0, description="seconds between two requests to one forum")
    max_wait: float = Field(7200.0, ge=0, description="seconds of waiting all forums together may ask for per night")
    more: tuple[Forum, ...] = Field((), description="forums beside the shipped ones; one of the same host replaces it")
    leave_out: tuple[str, ...] = Field((), description="hosts of shipped forums that are not asked")
    addresses: Mapping[str, str] = Field({}, description="base address of a forum by its host; unset: https://HOST")
    directory_every_days: int = Field(7, ge=1, description="days until a directory is read again")
    directory_pages: int = Field(10, ge=1, description="pages of 50 members read per directory")
    period: str = Field("quarterly", description="period of the directory: weekly, monthly, quarterly, yearly, all")
    min_likes: int = Field(3, ge=0, description="likes in the period from which a member is kept")
    category_pages: int = Field(3, ge=1, description="pages of 30 topics read per category and night")
    first_days: int = Field(180, ge=1, description="age in days of the oldest topics read in the first night")
    topics_per_night: int = Field(100, ge=0, description="topics opened per category and night; the rest waits")
    profiles_per_forum: int = Field(100, ge=0, description="profiles read per forum and night")
    refresh_days: int = Field(30, ge=1, description="days until a profile or the rows of a forum's site are read again")
    forum_wait: float = Field(300.0, ge=0, description="seconds of waiting one forum may ask for per night")
    skip_staff: bool = Field(False, description="leave out those who run a forum")
    keep_noindex: bool = Field(True, description="keep profiles that may be read but not published in an index")
    linked: bool = Field(True, description="look up people whose accounts elsewhere name a profile of these forums")


@dataclass(frozen=True, slots=True)
class Place:
    """A forum as it is asked tonight."""

    forum: Forum
    address: str

    @property
    def host(self) -> str:
        """Its name."""
        return self.forum.host

    def page(self, username: str) -> str:
        """Where people read a profile; it stands in the Store, so never at another address than the forum's own."""
        return f"https://{self.host}/u/{username}"

    def post(self, topic: int, number: int) -> str:
        """Where people read a post."""
        return f"https://{self.host}/t/{topic}/{number}"


def places(shipped: Iterable[Forum], options: DiscourseOptions) -> dict[str, Place]:
    """All forums that may be asked, by host; a row of the settings replaces a shipped one."""
    forums = {forum.host: forum for forum in (*shipped, *options.more)}
    return {
        host: Place(forum, options.addresses.get(host, f"https://{host}").rstrip("/"))
        for host, forum in forums.items()
        if host not in options.leave_out
    }


def target(text: str) -> tuple[str, str] | None:
    """Host and category ("" without) of a lane's target "host" or "host/category"; None if it is none."""
    found = _TARGET.fullmatch(text.strip().lower().removesuffix("/"))
    return (found[1], found[2] or "") if found else None
