"""The gate: how fast one resource of one host may be asked, learned from its own answers.

Pure bookkeeping on a monotonic clock in seconds; the middleware in `_polite` does the waiting. A budget is a
window of `limit` answers that ends at `reset`. Until the first answer has shown the limit only one request is
out, so an unknown source is never flooded; then requests go as wide as `concurrency` allows while the reported
remainder covers them, and wait for the reset when it does not.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

SECONDARY_WAIT = 60.0  # GitHub's advice where an answer names no time: a minute, doubling
MAX_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the limit headers of one answer say; seconds until `reset`."""

    limit: int | None
    remaining: int
    reset_in: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source said "not now": wait this long (None: it did not say), for this reason."""

    wait: float | None
    reason: str


class Budget:
    """The state of one resource of one host."""

    def __init__(self, *, concurrency: int = 1, delay: float = 0.0) -> None:
        self.concurrency = concurrency
        self.delay = delay
        self.in_flight = 0
        self._reserved = 0  # what the requests in flight are expected to cost
        self.limit: int | None = None
        self.remaining: int | None = None
        self.reset = 0.0
        self.not_before = 0.0
        self.refusals_in_a_row = 0
        self._answered = False
        self._last_start = -math.inf

    def wait(self, now: float, cost: int = 1) -> float | None:
        """Seconds until a request of this cost may start: 0 now, None when only an answer can tell."""
        if self.in_flight >= (self.concurrency if self._answered else 1):
            return None
        blocked = max(self.not_before, self._last_start + self.delay) - now
        if blocked > 0:
            return blocked
        if self.remaining is None or self.remaining - self._reserved >= cost:
            return 0.0
        if now < self.reset:
            return self.reset - now
        return None if self.in_flight else self._open_window()

    def _open_window(self) -> float:
        # The window is over and nothing is out: ask again; the answer tells what the new one holds.
        self.remaining = self.limit or 1
        return 0.0

    def start(self, now: float, cost: int = 1) -> None:
        """A request goes out."""
        self.in_flight += 1
        self._reserved += cost
        self._last_start = now

    def end(self, now: float, reading: Reading | None, *, cost: int = 1, refused: Refusal | None = None) -> float:
        """An answer (or a failure) came in; returns the seconds a refusal asks us to wait."""
        self.in_flight -= 1
        self._reserved -= cost
        self._answered = True
        if reading is not None:
            self._learn(now, reading)
        if refused is None:
            self.refusals_in_a_row = 0
            return 0.0
        self.refusals_in_a_row += 1
        asked = refused.wait if refused.wait is not None else self._guess()
        wait = min(MAX_WAIT, max(0.0, asked))
        self.not_before = max(self.not_before, now + wait)
        return wait

    def _guess(self) -> float:
        return float(SECONDARY_WAIT * 2 ** min(6, self.refusals_in_a_row - 1))

    def _learn(self, now: float, reading: Reading) -> None:
        reset = now + reading.reset_in
        self.limit = reading.limit or self.limit
        same_window = self.remaining is not None and reset <= self.reset + 0.5
        if same_window and self.remaining is not None:
            # Answers overtake each other: within one window the smallest remainder is the latest.
            self.remaining = min(self.remaining, reading.remaining)
            return
        self.remaining, self.reset = reading.remaining, reset


def seconds(text: str, *, wall: float) -> float | None:
    """Retry-After as seconds from `wall` (epoch): a number, or an HTTP date (RFC 9110, section 10.2.3)."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - wall)
    except (TypeError, ValueError):
        return None


def reading(headers: Mapping[str, str], *, wall: float) -> Reading | None:
    """The limit headers of an answer (lower-case names), by the clock of the source where ours is off."""
    try:
        remaining = int(headers["x-ratelimit-remaining"])
        limit = int(headers["x-ratelimit-limit"]) if "x-ratelimit-limit" in headers else None
        reset_in = float(headers.get("x-ratelimit-reset", wall)) - _their_clock(headers, wall)
    except (KeyError, ValueError):
        return None
    return Reading(limit, remaining, min(MAX_WAIT, max(0.0, reset_in)))


def _their_clock(headers: Mapping[str, str], wall: float) -> float:
    """The source's time; ours unless the two differ by more than the header's own coarseness."""
    try:
        theirs = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return wall
    return theirs if abs(theirs - wall) > 5 else wall


LIMIT_WORDS = (
    "secondary rate limit",
    "rate limit exceeded",
    "abuse detection",
    "too many requests",
    "toomanyrequests",
)


LONGEST_REFUSAL = 2_000  # bytes looked at


def _says_only_that(body: bytes) -> bool:
    """Whether an answer is nothing but the message of a limit: `{"message": "API rate limit exceeded"}`."""
    if len(body) > LONGEST_REFUSAL or b"limit" not in body or not body.lstrip().startswith(b"{"):
        return False
    try:
        said = json.loads(body)
    except ValueError:
        return False  # read, and judged, by whoever asked
    message = said.get("message", said.get("error"))
    return isinstance(message, str) and any(words in message.casefold() for words in LIMIT_WORDS)


def refusal(status: int, headers: Mapping[str, str], body: bytes, *, wall: float) -> Refusal | None:
    """Tell "not now" from "no" among 403, 429 and 503 answers, in all forms seen in recordings.

    Primary limit: remaining 0, wait for the reset. Secondary: Retry-After as number or date, a
    `gh-limited-by` header, or nothing but the words of the message; some say it with status 200.
    """
    if status == 200 and _says_only_that(body):
        return Refusal(None, "limit told with status 200")
    if status not in (403, 429, 503):
        return None
    after = seconds(headers["retry-after"], wall=wall) if "retry-after" in headers else None
    if after is not None:
        return Refusal(after, f"asked to wait (status {status})")
    if status == 503:
        return None
    seen = reading(headers, wall=wall)
    if seen is not None and seen.remaining == 0:
        return Refusal(seen.reset_in + 1.0, "budget used up")
    if headers.get("x-ratelimit-remaining") == "0":
        return Refusal(None, "budget used up, no reset given")
    said = body[:LONGEST_REFUSAL].decode("utf-8", "replace").casefold()
    if status == 429 or "gh-limited-by" in headers or any(words in said for words in LIMIT_WORDS):
        return Refusal(None, "secondary limit")
    return None
