"""What all code hosts say of themselves: settings, and what their night takes."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Options
from spiders._course.past import Past, Work
from storage.records import Lane

READ = "read"  # marker: when the profile was read, ISO 8601
CONTRIBUTORS = "contributors"


class CodeHostOptions(Options):
    """Settings of a code host."""

    api: str = Field("", description="base address of the interface; an own instance has its own")
    site: str = Field("", description="where people read the profiles")
    delay: float = Field(1.0, ge=0, description="seconds between two requests")
    refresh_days: int = Field(14, ge=1, description="days until a profile is read again")
    max_pages: int = Field(10, ge=1, description="pages of merged changes read of one project and night")
    max_profiles: int = Field(300, ge=1, description="profiles read per night")


class AboutCodeHost(Follows):
    """Code hosts: authors of merged changes, and people named elsewhere."""

    options_model: ClassVar[type[Options]] = CodeHostOptions

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """A few pages a project at first, one request later; profiles of people known who are due."""
        due = past.due(getattr(options, "refresh_days", 14), READ)
        pages = {CONTRIBUTORS: 6.0}
        found = [Work(one.id, first=pages.get(one.kind, 10.0), light=float(one.kind == CONTRIBUTORS)) for one in lanes]
        return [*found, Work(cls.refresh_lane(), first=0, due=due)]

    @classmethod
    def refresh_lane(cls) -> str:
        """Where requests for profiles are billed."""
        return f"{cls.name}/refresh/known"
