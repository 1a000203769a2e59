"""What every step of the Reddit spider shares: settings, approval, the token and its limits."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._course.steps import Steps
from spiders._polite import gate as _gate
from spiders._reddit.about import RedditOptions
from storage.errors import Unreadable
from storage.records import Quarantined
from storage.redaction import Secret


class RedditApi(Steps):
    """The Data API with the operator's own approved app."""

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
