"""What every phase of the Stack Exchange spider shares: settings, calls, the daily quota, refusals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from pydantic import Field
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._card import Options
from spiders._lookup import Following
from spiders._polite import gate as _gate
from spiders._stackexchange.answers import Envelope, Problem, backoff_of, problem_of

THROTTLED, PASSING = 502, frozenset({500, 503})  # the API's own error numbers, sent with HTTP 400
PAGE = 100  # rows per page and ids per call, both at most
FEW = 10  # share of a small quota (300 a day without a key) that is left untouched

Reader = Callable[..., Iterable[Yielded]]


class StackExchangeOptions(Options):
    """Settings of the Stack Exchange source."""

    token_env: str = Field(
        "STACKEXCHANGE_KEY", description="environment variable that holds the key; 300 a day without"
    )
    api: str = Field("https://api.stackexchange.com/2.3", description="base address of the API with its version")
    delay: float = Field(1.0, ge=0, description="seconds between two requests of one method")
    # The API asks not to repeat a request within a minute.
    back_off: float = Field(60.0, ge=0, description="seconds before a failed request is asked again, doubling")
    filter: str = Field("", description="filter of profile answers; empty: one is created once and remembered")
    quota_floor: int = Field(500, ge=0, description="requests of the daily quota left untouched")
    answerer_pages: int = Field(1, ge=1, description="pages of 100 top answerers read per tag and period")
    all_time_every_days: int = Field(7, ge=1, description="days until the answerers of all time are listed again")
    refresh_days: int = Field(30, ge=1, description="days until a profile is read again")
    max_idle_days: int = Field(730, ge=1, description="days since the last visit after which somebody is left out")
    tag_pages: int = Field(10, ge=0, description="pages of 100 tags read per hundred people")
    tag_posts: int = Field(5, ge=1, description="posts with a tag from which it is read")
    network_pages: int = Field(10, ge=1, description="pages of 100 sites read per hundred people")
    linked: bool = Field(True, description="look up people whose accounts elsewhere name one of the network")


class StackExchangeApi(Following):
    """The API: one quota for all methods, one pause for each."""

    options_model: ClassVar[type[Options]] = StackExchangeOptions
    options: StackExchangeOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.low = ""  # why nothing more may be asked today; "" while something may

    def call(self, path: str, then: Reader, *, lane: str, query: Mapping[str, object], **more: Any) -> Request:
        """One call; `path` begins with the method, which is what `backoff` speaks of."""
        method = "top-answerers" if path.startswith("tags/") else path.rpartition("/")[2] or path
        resource = method if not method.replace(";", "").isdigit() else "users"
        return self.ask(f"{self.options.api}/{path}?{urlencode(query)}", then, lane=lane, resource=resource, **more)

    def envelope(self, response: Response) -> Envelope:
        """Read an answer and what it says of the quota."""
        answer = self.read(response, Envelope)
        if answer.quota_remaining is not None:
            self.count_quota(answer.quota_remaining, answer.quota_max or answer.quota_remaining)
        return answer

    def count_quota(self, left: int, whole: int) -> None:
        """Note when the quota of the day comes to its floor; a small quota has a small floor."""
        floor = min(self.options.quota_floor, whole // FEW)
        if left <= floor:
            self.low = f"daily quota: {left} of {whole} requests left, {floor} stay untouched"

    def stop_if_low(self, rest: Callable[[], Iterable[Yielded]]) -> Iterator[Yielded]:
        """At the floor keep what is at hand and end the night; the quota is new at midnight, UTC."""
        if self.low and self.stopped is None:
            yield from rest()
            self.stop("limit", self.low, hold=_until_midnight(self.now()))

    def rest(self, response: Response) -> float:
        """The `backoff` of any answer; one longer than the night may wait ends it."""
        wait = backoff_of(response.body)
        if wait > self.options.max_wait:
            self.stop("limit", f"asked to back off for {wait:.0f} s", hold=wait)
        return wait

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """Throttled, displeased with the key, or banned; error pages that are not JSON are told by their status."""
        problem = problem_of(response.body) if response.status != 200 else None
        if problem is None:
            if response.status == 403:
                self.stop("refused", "status 403 without an error of the API: the address seems banned")
            return super().refusal(response, headers, wall)
        self.ledger.skip(f"api_error:{problem.error_name or problem.error_id}")
        return self._refusal(problem)

    def _refusal(self, problem: Problem) -> _gate.Refusal | None:
        if problem.error_id == THROTTLED:
            return _gate.Refusal(problem.wait, problem.error_message or "throttled")
        if problem.error_id in PASSING:
            return _gate.Refusal(self.options.back_off, problem.error_message or "temporarily unavailable")
        if problem.of_key:
            variable = self.options.token_env or "(none set)"
            self.stop("refused", f"the key in {variable} was not accepted: {problem.error_message}")
        return None


def _until_midnight(now: datetime) -> float:
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()
