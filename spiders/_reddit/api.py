"""What every step of the Reddit spider shares: settings, approval, the token and its limits."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from pydantic import Field, ValidationInfo, field_validator
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._card import Options
from spiders._course.steps import Steps
from spiders._polite import gate as _gate
from storage.errors import Unreadable
from storage.records import Quarantined
from storage.redaction import Secret

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


class RedditApi(Steps):
    """The Data API with the operator's own approved app."""

    options_model: ClassVar[type[Options]] = RedditOptions
    options: RedditOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._access = Secret()

    def authorization(self, url: str, secret: str) -> str | None:
        """The app's id and secret where the token is given, the token everywhere else of the API."""
        if url == self.options.auth:
            return f"Basic {base64.b64encode(secret.encode()).decode()}" if secret else None
        token = self._access.reveal()
        return f"Bearer {token}" if token and urlsplit(url).netloc == self.token_host else None

    def sign_in(self, then: Callable[..., Iterable[Yielded]], *, lane: str) -> Request:
        """Ask for a token; the only request that is no JSON."""
        asked = self.ask(self.options.auth, then, lane=lane, headers=self._agent())
        asked.headers["Content-Type"] = "application/x-www-form-urlencoded"
        return asked.replace(method="POST", body=b"grant_type=client_credentials")

    def keeps(self, request: Request) -> bool:
        """All answers but the token."""
        return request.url != self.options.auth

    def signed_in(self, token: str) -> None:
        """Use this token from now on; it is kept in memory only."""
        self._access = Secret(token)

    def call(
        self,
        path: str,
        then: Callable[..., Iterable[Yielded]],
        *,
        lane: str,
        given: Mapping[str, object] | None = None,
        **more: Any,
    ) -> Request:
        """One call of the API."""
        query = urlencode({**{name: str(value) for name, value in (given or {}).items()}, "raw_json": "1"})
        return self.ask(f"{self.options.api}{path}?{query}", then, lane=lane, headers=self._agent(), **more)

    def _agent(self) -> dict[str, str]:
        # Reddit asks for this form; agents of libraries are throttled.
        return {"User-Agent": f"server:{self.options.app}:{self.version} (by /u/{self.options.account})"}

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """Reddit's own spelling: numbers may be fractions, the reset is in seconds from now."""
        del wall
        try:
            remaining, used = float(headers["x-ratelimit-remaining"]), float(headers["x-ratelimit-used"])
            return _gate.Reading(round(remaining + used), int(remaining), max(0.0, float(headers["x-ratelimit-reset"])))
        except (KeyError, ValueError):
            return None

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """A 429 without a time means: until the window ends."""
        refused = super().refusal(response, headers, wall)
        left = self.limits(headers, wall)
        if refused is not None and refused.wait is None and left is not None:
            return _gate.Refusal(left.reset_in + 1.0, refused.reason)
        return refused

    def note_unreadable(self, response: Response, error: Unreadable) -> Quarantined:
        """An answer that cannot be read is named by its call, not kept: it may hold names, words, or a token."""
        call = re.sub(r"(/user/)[^/?]*|\?.*", r"\1", response.url)
        update = {"excerpt": "", "url": call, "detail": error.detail if error.detail != response.url else ""}
        return super().note_unreadable(response, error).model_copy(update=update)
