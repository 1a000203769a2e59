"""The only module that speaks to another system: waits when asked to, and says how a request ended.

PushError                     base; the message names the way out
├── RejectedError             this one request is wrong for the system; others may go through
├── LostError                 sent, and how it ended is not known: reset, time-out, 5xx, unreadable answer
└── StopError                 no further request makes sense: bad token, told to wait too long
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from storage.errors import SourcingError

TIMEOUT = 30.0  # seconds
SAID = 200  # characters of an error's text that are shown
MOST_WAITS = 10  # times one request is asked again because of a rate limit
Sleep = Callable[[float], None]


class PushError(SourcingError):
    """A request to another system that did not end well."""


class RejectedError(PushError):
    """The system does not take this request."""


class LostError(PushError):
    """The request was sent, and nobody knows whether it was carried out."""


class StopError(PushError):
    """No further request makes sense now."""


class Client:
    """Requests to one system. `max_wait`: seconds of waiting it may ask for in all; `sleep` waits."""

    def __init__(
        self,
        base: str,
        token: str,
        *,
        headers: Mapping[str, str],
        max_wait: float,
        sleep: Sleep = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        # Both systems take the token as the user name of basic authentication, with an empty password.
        self._http = httpx.Client(
            base_url=base, auth=(token, ""), headers=headers, timeout=TIMEOUT, transport=transport, trust_env=False
        )
        self._sleep, self._left = sleep, max_wait

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, str]) -> tuple[Any, str]:
        """The answer, and the address of the next page ("" on the last)."""
        # None, not {}: that would take the query of a next page's address away.
        answer = self._asked("GET", path, params=params or None)
        return _read(answer), self._own(str(answer.links.get("next", {}).get("url", "")))

    def post(self, path: str, body: Mapping[str, Any], *, key: str, params: Mapping[str, str]) -> Any:
        """The answer to something new; `key` is the same whenever the same thing is sent again."""
        return _read(self._asked("POST", path, params=params, json=dict(body), headers={"Idempotency-Key": key}))

    def pause(self, seconds: float) -> None:
        """Wait before something is looked for or sent again."""
        self._sleep(seconds)

    def _own(self, following: str) -> str:
        """The next page's address; the token goes with it, so it must be the system's own."""
        base = self._http.base_url
        try:
            whole = base.join(following)
        except httpx.InvalidURL as error:
            raise StopError(f"the next page has no readable address ({following[:SAID]}); look at `api`") from error
        if (whole.scheme, whole.netloc) != (base.scheme, base.netloc):
            raise StopError(f"the next page is at another host ({following[:SAID]}); look at `api`")
        return following

    def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        for _ in range(MOST_WAITS):
            try:
                answer = self._http.request(method, path, **more)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise StopError(f"{self._http.base_url.host} cannot be reached: {error}; look at `api`") from error
            except httpx.HTTPError as error:
                raise LostError(f"the answer was lost ({type(error).__name__}); push again later") from error
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return _checked(answer)
            self._wait(_asked_to_wait(answer.headers))
        raise StopError("the rate limit did not end; push again later: what was sent is not sent twice")

    def _wait(self, seconds: float) -> None:
        if seconds > self._left:
            raise StopError(f"the system asks to wait {seconds:.0f} s, more than `max_wait` leaves; push again later")
        self._left -= seconds
        self._sleep(seconds)


def _checked(answer: httpx.Response) -> httpx.Response:
    code = answer.status_code
    if answer.is_success:
        return answer
    if code in (401, 403):
        raise StopError(f"answered {code}: {_said(answer)}; check the token, its rights and `user`")
    if code >= 500 or code == 408:
        raise LostError(f"answered {code}; push again later")
    raise RejectedError(f"answered {code}: {_said(answer)}; correct it or enter the person by hand")


def _said(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())[:SAID] or "no reason given"


def _read(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise LostError("the answer is no JSON; push again later") from error


def _asked_to_wait(headers: Mapping[str, str]) -> float:
    """Seconds until the next request: Retry-After in either form, else X-RateLimit-Reset, else one."""
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    now = datetime.now(UTC)
    if after.isdecimal():
        return float(after)
    try:
        if after:
            return max((parsedate_to_datetime(after) - now).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return 1.0
    if not reset.isdecimal():
        return 1.0
    # A moment in Unix time, or seconds to go: which of the two is told by its size.
    return max(float(reset) - now.timestamp(), 0.0) if float(reset) > 1e9 else float(reset)
