"""What we read of the answers of the Stack Exchange API; everything else is ignored.

Absent values are left out on the wire, not null; names, places and titles are HTML-escaped once.
"""

import html
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from spiders._reading.shape import loads
from storage.errors import Unreadable

DAY = 86_400.0  # seconds
Escaped = Annotated[str, AfterValidator(html.unescape)]


def _time(value: Any) -> Any:
    # Whole seconds only: pydantic would take large numbers for milliseconds.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("no whole number of seconds")  # noqa: TRY004 - pydantic collects this kind only
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("a time beyond all calendars") from error


Time = Annotated[datetime, BeforeValidator(_time)]


class Envelope(BaseModel):
    """The shape around every answer."""

    items: list[dict[str, Any]]
    has_more: bool = False
    quota_max: int | None = None
    quota_remaining: int | None = None


class Problem(BaseModel):
    """The shape of every error, whatever its HTTP status."""

    error_id: int
    error_name: str = ""
    error_message: str = ""

    @property
    def wait(self) -> float | None:
        """Seconds until more requests are available, where the message says so."""
        found = re.search(r"available in ([0-9]{1,9}) second", self.error_message)
        return float(found[1]) if found else None

    @property
    def of_key(self) -> bool:
        """Whether the key or token is what displeased: access_denied and its kin, or a parameter named key."""
        named = self.error_id == 400 and re.search(r"\bkey\b|access_token", self.error_message) is not None
        return named or self.error_id in (401, 402, 403, 405, 406)


class CreatedFilter(BaseModel):
    """/filters/create."""

    filter: str = Field(min_length=1)


class Somebody(BaseModel):
    """The short form of a user inside other answers."""

    user_id: int | None = None
    user_type: str = "registered"


class Answerer(BaseModel):
    """One row of /tags/{tag}/top-answerers: score and number of the answers with that tag."""

    user: Somebody
    score: int
    post_count: int


class Badges(BaseModel):
    """Numbers of badges."""

    gold: int = 0
    silver: int = 0
    bronze: int = 0


class User(BaseModel):
    """One row of /users/{ids}."""

    user_id: int
    account_id: int  # of the person in the network, the same at all sites
    user_type: str = "registered"
    display_name: Escaped = ""
    location: Escaped | None = None
    website_url: str | None = None
    about_me: str | None = None  # HTML; only with a filter
    reputation: int | None = None
    answer_count: int | None = None  # only with a filter
    question_count: int | None = None  # only with a filter
    badge_counts: Badges | None = None
    creation_date: Time | None = None
    last_access_date: Time | None = None
    is_employee: bool = False

    @property
    def filtered(self) -> bool:
        """Whether the answer was made with our filter: then an absent text is an empty one."""
        return bool({"answer_count", "question_count", "about_me"} & self.model_fields_set)


class TagCount(BaseModel):
    """One row of /users/{ids}/tags: how many posts of that person carry the tag."""

    user_id: int
    name: str
    count: int


class Membership(BaseModel):
    """One row of /users/{account_ids}/associated: one site of one person."""

    account_id: int
    site_url: str
    user_id: int
    reputation: int = 0
    answer_count: int = 0
    question_count: int = 0


def envelope_of(body: bytes) -> dict[str, Any]:
    """The outermost object of an answer; empty for what is no JSON object (challenge pages, cut answers)."""
    try:
        found = loads(body)
    except Unreadable:
        return {}
    return found if isinstance(found, dict) else {}


def problem_of(body: bytes) -> Problem | None:
    """The error an answer speaks of, None if it speaks of none."""
    found = envelope_of(body)
    try:
        return Problem.model_validate(found) if "error_id" in found else None
    except ValueError:
        return Problem(error_id=0, error_message="an error without a number")


def backoff_of(body: bytes) -> float:
    """Seconds to wait before the same method is asked again, at most a day; the field may hold fractions."""
    asked = envelope_of(body).get("backoff", 0)
    return max(0.0, min(float(asked), DAY)) if isinstance(asked, int | float) else 0.0
