"""What Reddit says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

RECHECK = "reddit/recheck/known"
APPROVAL = ("approved_by", "approved_on", "approval", "account")
WAY_OUT = "fill it in before the source is switched on, see docs/sources/reddit.md"


class RedditOptions(Options):
    """Settings of the Reddit source."""

    token_env: str = Field("REDDIT_APP", description="environment variable that holds the app's id:secret")
    api: str = Field("https://oauth.reddit.com", description="base address of the API")
    auth: str = Field("https://www.reddit.com/api/v1/access_token", description="address that gives the token")
    site: str = Field("https://www.reddit.com", description="where people read the communities")
    approved_by: str = Field(
        "", validate_default=True, description="who of the operator states that Reddit approved this use; required"
    )
    approved_on: date | None = Field(None, validate_default=True, description="day of Reddit's approval; required")
    approval: str = Field("", validate_default=True, description="reference of the approval or contract; required")
    account: str = Field("", validate_default=True, description="Reddit account the app belongs to; required")
    app: str = Field("sourcing-crawler", description="name of the approved app, part of the agent string")
    communities: tuple[str, ...] = Field(
        ("MachineLearning",),
        description="communities the approval covers, no others are read; empty: everything kept is dropped",
    )
    delay: float = Field(0.6, ge=0, description="seconds between two requests; 1,000 in ten minutes are allowed")
    window_days: int = Field(30, ge=1, description="days of activity that count")
    pages: int = Field(10, ge=1, description="pages of 100 read per community and kind; Reddit shows about 1,000")
    min_contributions: int = Field(5, ge=1, description="posts and comments in the window below which nobody is kept")
    keep_hours: int = Field(48, ge=1, le=48, description="hours after which what could not be checked again is dropped")
    ids_at_once: int = Field(100, ge=1, le=100, description="ids per request when deletions are looked for")
    profile_days: int = Field(7, ge=1, description="days until it is looked up again whether a profile hides itself")

    @field_validator(*APPROVAL)
    @classmethod
    def _stated(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("enabled") and not value:
            raise ValueError(f"no statement of Reddit's approval: {info.field_name} is empty; {WAY_OUT}")
        return value

    @property
    def approval_missing(self) -> list[str]:
        """Names of the lines of the statement that are not filled in."""
        return [name for name in APPROVAL if not getattr(self, name)]


class AboutReddit(About):
    """Reddit: the Data API with the operator's own approved app."""

    name = "reddit"
    options_model: ClassVar[type[Options]] = RedditOptions
    card = Card(
        title="Reddit",
        method="Data API (OAuth) with the operator's own approved app; communities the approval covers",
        terms="https://support.reddithelp.com/hc/en-us/articles/42728983564564-Responsible-Builder-Policy",
        terms_read=date(2026, 11, 22),
        fields=("id and name of the account", "per community: posts, comments, days, first and last day"),
        not_exported=("everything",),
        limits="1,000 requests in ten minutes, told in each answer",
        yields="the accounts with at least five posts and comments in 30 days in the communities listed",
        default_on=False,
        why_off="every use takes Reddit's approval, a commercial one an agreement; accounts are never joined",
        matching=False,
        needs_token=True,
        # The API is made for programs; robots.txt speaks of the pages, which are never asked.
        robots=False,
    )

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """What is kept is checked every night, also when no role looks there any more."""
        del options
        return [Lane(source="reddit", kind="recheck", target="known")]

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of posts and comments, what is remembered looked up again in hundreds, a profile per new account."""
        allowed = {name.casefold() for name in getattr(options, "communities", ())}
        checked = 2 - (-len(past.known) // 5)
        asked = {lane.id: lane.kind == "communities" and lane.target.casefold() in allowed for lane in lanes}
        works = [Work(lane, first=20 * reads, light=2 * reads) for lane, reads in asked.items() if lane != RECHECK]
        due = past.due(getattr(options, "profile_days", 7), "asked", unmarked=False)
        return [Work(RECHECK, first=checked, light=checked, due=due), *works]
