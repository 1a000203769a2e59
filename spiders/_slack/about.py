"""What Slack says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import LATENCY, Past, Work
from storage.records import Lane

CONSENT = ("workspace", "consent_by", "consent_on", "consent_record", "notice_on")
WAY_OUT = "fill it in before the source is switched on, see docs/sources/slack.md"


class SlackOptions(Options):
    """Settings of the Slack source."""

    token_env: str = Field("SLACK_BOT_TOKEN", description="environment variable that holds the token of the app")
    api: str = Field("https://slack.com/api", description="base address of the Web API")
    workspace: str = Field(
        "", validate_default=True, description="id of your workspace (T…); a token of another is refused"
    )
    channels: tuple[str, ...] = Field((), description="names of the public channels that may be read, without #")
    consent_by: str = Field("", validate_default=True, description="owner of the workspace who consented; required")
    consent_on: date | None = Field(None, validate_default=True, description="day of the owner's consent; required")
    consent_record: str = Field("", validate_default=True, description="where the consent is kept; required")
    notice_on: date | None = Field(
        None, validate_default=True, description="day the members were told in the workspace; required"
    )
    opt_out_word: str = Field("#nosourcing", description="a member with this word in the profile is left out")
    window_days: int = Field(90, ge=1, description="days of activity that count")
    recount_days: int = Field(7, ge=1, description="days at the end that are counted anew every night")
    min_contributions: int = Field(5, ge=1, description="messages and replies in the window below which nobody is kept")
    page: int = Field(200, ge=1, le=999, description="rows asked per page")
    history_pages: int = Field(50, ge=1, description="pages of messages read per channel and night")
    max_threads: int = Field(300, ge=0, description="threads whose replies are read per night")
    tier_2: int = Field(20, ge=0, description="calls a minute of the methods of Slack's tier 2; 0: no pause")
    tier_3: int = Field(50, ge=0, description="calls a minute of the methods of Slack's tier 3; 0: no pause")
    tier_4: int = Field(100, ge=0, description="calls a minute of the methods of Slack's tier 4; 0: no pause")

    @field_validator(*CONSENT)
    @classmethod
    def _on_record(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("enabled") and not value:
            raise ValueError(
                f"the consent of the workspace's owner is not on record: {info.field_name} is empty; {WAY_OUT}"
            )
        return value

    @property
    def consent_missing(self) -> list[str]:
        """Names of the lines of consent that are not filled in."""
        return [name for name in CONSENT if not getattr(self, name)]


class AboutSlack(About):
    """Slack: the operator's own workspace, with its owner's consent."""

    name = "slack"
    options_model: ClassVar[type[Options]] = SlackOptions
    card = Card(
        title="Slack (own workspace)",
        method="Web API with the token of an internal app of the operator's own workspace; listed public channels",
        terms="https://slack.com/terms-of-service/api",
        terms_read=date(2026, 11, 22),
        fields=(
            *("member id", "name", "headline", "bio", "location", "company", "links", "open_to_work"),
            *("channel activity: messages, replies, reactions, days, first and last day",),
        ),
        not_exported=("everything",),
        limits="per method and minute: 20 calls in tier 2, 50 in tier 3, 100 in tier 4",
        yields="the members who were heard at least five times in 90 days in the channels listed",
        default_on=False,
        why_off="a workspace is private: it takes its owner's consent, a notice to its members and an internal app",
        exposes=("github, kaggle, gitlab, huggingface and websites in the workspace's own profile fields: claimed",),
        needs_token=True,
        # The Web API is made for apps of the workspace; no page is ever asked.
        robots=False,
    )

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """One lane per allow-listed channel, and one for the list of members."""
        channels: Sequence[str] = getattr(options, "channels", ())
        rest = [Lane(source="slack", kind="workspace", target="members")] if channels else []
        return [*(Lane(source="slack", kind="channels", target=name) for name in channels), *rest]

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Members in pages and a profile per new one; messages in pages and a call per thread."""
        del options
        members = max(len(past.known) // 200, 1)
        guess = {"channels": (40, 1), "workspace": (105 + 2 * members, 3 + members)}
        found = ((lane.id, *guess.get(lane.kind, (1, 1))) for lane in lanes)
        return [Work(lane, first=first, light=light) for lane, first, light in found]

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """Fifty calls a minute."""
        del lanes
        return max(options.delay, LATENCY, 60 / 50 if options.delay else 0.0)
