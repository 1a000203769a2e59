"""What every phase of the Stack Exchange spider shares: settings, calls, the daily quota, refusals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._lookup import Following
from spiders._polite import gate as _gate
from spiders._stackexchange.about import StackExchangeOptions
from spiders._stackexchange.answers import Envelope, Problem, backoff_of, problem_of

THROTTLED, PASSING = 502, frozenset({500, 503})  # the API's own error numbers, sent with HTTP 400
PAGE = 100  # rows per page and ids per call, both at most
FEW = 10  # share of a small quota (300 a day without a key) that is left untouched

Reader = Callable[..., Iterable[Yielded]]


class StackExchangeApi(Following):
    """The API: one quota for all methods, one pause for each."""

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
