"""The middlewares through which every permitted request leaves: credentials, the gate, and unpacking.

All see the crawler's spider as a `SourceSpider`: its options give the delay and the width, its `refusal` tells
"not now" from "no", its ledger counts what was sent.
"""

import asyncio
import json
import logging
import math
import random
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

import orjson
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders._conversation import question_of
from spiders._course.book import KEPT
from spiders._polite.gate import Budget, Refusal, seconds
from spiders._polite.headers import plain_headers
from spiders._polite.whose import spider_of
from storage.redaction import Secret

log = logging.getLogger(__name__)

TRANSIENT = frozenset({500, 502, 503, 504})
# With one answer in ten spoiled, five tries leave one question in a hundred thousand without an answer.
TRANSIENT_TRIES = 5
WEB_TRIES = 3  # on the open web, where one that fails mostly goes on failing
CUT = frozenset({"ResponseDataLossError"})  # what a site did say before the connection ended
SHORT = 10.0  # seconds a busy site may ask to wait; longer, and it is left for another night
SILENT = 10  # requests in a row without any answer, from which a source is not there tonight
PARSED = 8 * 2**20  # bytes; larger answers are refused anyway
BACK_OFF = 2.0  # seconds, doubling, for answers that name no time


class Unpacked(HttpCompressionMiddleware):
    """Decompression before the gate, which reads bodies; what cannot be unpacked arrives empty and flagged.

    An exception here would pass the gate by, and its place would never be freed.
    """

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's interface
    ) -> Request | Response:
        """Unpack; `too_large` and `broken_encoding` become flags of the answer."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest:
            return response.replace(body=b"", flags=[*response.flags, "too_large"])
        except (zlib.error, OSError, EOFError, ValueError):
            return response.replace(body=b"", flags=[*response.flags, "broken_encoding"])


class Credentials:
    """Attaches the token of a source, only to its own host, read from the environment once."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._tokens: dict[str, Secret] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set Authorization as the source signs requests to this address, and let nothing else pass for it."""
        spider = spider_of(self.crawler)
        request.headers.pop("Authorization", None)
        signed = spider.authorization(request.url, self._token(spider.options.token_env).reveal())
        if signed is not None:
            request.headers["Authorization"] = signed

    def _token(self, variable: str) -> Secret:
        if variable not in self._tokens:
            self._tokens[variable] = Secret.of(variable)
        return self._tokens[variable]


class Gate:
    """Waits for the budget of the host and resource, learns it from answers, retries what only was "not now"."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.silent = 0  # requests in a row that brought no answer
        self.budgets: dict[tuple[str, str], Budget] = {}
        self._answered = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def budget(self, request: Request) -> Budget:
        """The budget of the request's host and resource."""
        netloc, spider = urlsplit(request.url).netloc, spider_of(self.crawler)
        question = question_of(request)
        key = (netloc, question.resource if question else "")
        budget = self.budgets.setdefault(key, Budget(concurrency=spider.options.concurrency))
        # Asked for each time: the answer that brings a Crawl-delay has a budget of this host already.
        budget.delay = max(spider.pause(key[1]), spider.crawl_delays.get(netloc, 0.0))
        return budget

    async def process_request(self, request: Request) -> None:
        """Wait until the budget lets one more out."""
        budget, cost = self.budget(request), _cost(request)
        while (wait := budget.wait(time.monotonic(), cost)) != 0.0:
            spider_of(self.crawler).refuse_if_closing()
            await self._pause(wait)
        budget.start(time.monotonic(), cost)
        request.meta["sent_at"] = time.monotonic()
        spider_of(self.crawler).sent(request)

    async def _pause(self, wait: float | None) -> None:
        # An answer of any request may open the gate earlier than the clock does.
        self._answered.clear()
        try:
            await asyncio.wait_for(self._answered.wait(), min(wait if wait is not None else 1.0, 1.0))
        except TimeoutError:
            return

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Learn from the answer; ask again later when it was a refusal or a passing failure."""
        if KEPT in response.flags:
            return response
        spider, wall = spider_of(self.crawler), time.time()
        self.silent = 0
        headers = plain_headers(response)
        refused = spider.refusal(response, headers, wall)
        wait = self._end(request, headers, wall, refused)
        self._rest(request, spider.rest(response))
        spider.answered(request, response, refused=refused is not None)
        if refused is not None:
            return self._again_after_refusal(request, refused, wait) or response
        if response.status in TRANSIENT and not _own_failures(request):
            return self._again_after_failure(request, f"status {response.status}") or response
        if spider.open_web and response.status == 429 and (busy := _gate_seconds(headers, wall)) <= SHORT:
            return self._again_after_failure(request, "busy", least=busy) or response
        if broken := spoiled(request, response):
            return self._again_after_failure(request, broken) or response
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A request that brought no answer: free its place and try again a few times."""
        if "sent_at" not in request.meta:
            return None
        self._end(request, {}, time.time(), None)
        if isinstance(exception, IgnoreRequest):
            return None
        self._count_silence(exception)
        if _own_failures(request) or (spider_of(self.crawler).open_web and not _passes(request, exception)):
            return None
        return self._again_after_failure(request, type(exception).__name__)

    def _count_silence(self, exception: Exception) -> None:
        """Stop a source that does not answer at all; on the open web one site says nothing of the next."""
        self.silent += 1
        spider = spider_of(self.crawler)
        if self.silent >= SILENT and not spider.open_web:
            spider.stop("failed", f"outage: no answer to {SILENT} requests in a row ({type(exception).__name__})")

    def _end(self, request: Request, headers: dict[str, str], wall: float, refused: Refusal | None) -> float:
        request.meta.pop("sent_at", None)
        cost, budget = _cost(request), self.budget(request)
        seen = spider_of(self.crawler).limits(headers, wall)
        wait = budget.end(time.monotonic(), seen, cost=cost, refused=refused)
        self._answered.set()
        return wait

    def _rest(self, request: Request, seconds: float) -> None:
        if seconds > 0:
            budget = self.budget(request)
            budget.not_before = max(budget.not_before, time.monotonic() + seconds)

    def _again_after_refusal(self, request: Request, refused: Refusal, wait: float) -> Request | None:
        spider = spider_of(self.crawler)
        spider.asked_to_wait(wait, refused.reason)
        if spider.stopped is not None:
            return None
        return request.replace(dont_filter=True, priority=request.priority + 1)

    def _again_after_failure(self, request: Request, reason: str, *, least: float = 0.0) -> Request | None:
        spider = spider_of(self.crawler)
        tries = int(request.meta.get("tries", 0)) + 1
        if tries >= (WEB_TRIES if spider.open_web else TRANSIENT_TRIES):
            return None
        if spider.stopped is not None:
            return None
        spider.ledger.skip("retried")
        log.info("%s: asking again (%s)", spider.name, reason)
        # Jitter keeps several workers from knocking in step.
        pause = spider.options.back_off * 2 ** (tries - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        pause = max(least, pause)
        budget = self.budget(request)
        budget.not_before = max(budget.not_before, time.monotonic() + pause)
        return request.replace(dont_filter=True, meta={**request.meta, "tries": tries})


def _passes(request: Request, exception: Exception) -> bool:
    """Whether a site that gave no answer may give one soon: it did speak, or it is robots.txt, which decides much."""
    return question_of(request) is None or type(exception).__name__ in CUT


def _gate_seconds(headers: Mapping[str, str], wall: float) -> float:
    """Seconds an answer asks to wait; without end if it does not say."""
    asked = seconds(headers["retry-after"], wall=wall) if "retry-after" in headers else None
    return asked if asked is not None else math.inf


def spoiled(request: Request, response: Response) -> str:
    """Why a good-looking answer cannot be meant: JSON cut off, or a page where JSON was asked for; "" if it can.

    The next try mostly brings the whole answer; one that stays as it is goes to its reader in the end.
    """
    if response.status != 200 or response.flags or question_of(request) is None:
        return ""
    kind = (response.headers.get("Content-Type") or b"").partition(b";")[0].strip().lower()
    accepted = request.headers.get("Accept") or b""
    if kind == b"text/html" and b"json" in accepted and b"html" not in accepted:
        return "a page instead of data"
    if kind != b"application/json" or len(response.body) > PARSED:
        return ""
    return "" if _is_json(response.body) else "no whole JSON"


def _is_json(body: bytes) -> bool:
    for parse in (orjson.loads, json.loads):  # the second, slower one takes more, as readers do
        with suppress(ValueError, RecursionError):
            parse(body)
            return True
    return False


def _cost(request: Request) -> int:
    question = question_of(request)
    return question.cost if question else 1


def _own_failures(request: Request) -> bool:
    question = question_of(request)
    return question is not None and question.own_failures
