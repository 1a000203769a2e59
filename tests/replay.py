"""Recorded conversations played through the real crawling engine, without a socket and without a reactor.

An exchange is one line of a recording: method, url, request_body, status, headers, body (text, or data that is sent
as JSON), origin. Instead of a body it may hold `zip` (names and texts of the files in it), `gzip` (a text sent
compressed), `raw` (bytes) or `raises` (no answer, but this failure); `encoded` names an encoding the body only claims
to have.
Exchanges with the same method, address and body are given out in the order of the recording.
"""

import asyncio
import gzip
import io
import json
import tempfile
import zipfile
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings

from spiders._base import SourceSpider
from spiders._reading.again import ASKED
from spiders._registry import load
from storage.records import Lane
from storage.store import Store

Exchange = Mapping[str, Any]
FAILURES: dict[str, type[Exception]] = {"timeout": DownloadTimeoutError, "connection": ConnectionError}
DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding"})  # bodies are recorded decoded


def read_exchanges(path: Path) -> list[dict[str, Any]]:
    """All lines of a recording."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


class Replay:
    """Answers requests from exchanges and remembers what was asked."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._left: dict[tuple[str, str, str], deque[Exchange]] = {}
        for exchange in exchanges:
            key = _key(exchange.get("method", "GET"), exchange["url"], exchange.get("request_body"))
            self._left.setdefault(key, deque()).append(exchange)
        self._given: dict[tuple[str, str, str], Exchange] = {}
        self.asked: list[Request] = []
        self.unrecorded: list[str] = []

    @property
    def unused(self) -> list[str]:
        """Exchanges nobody asked for."""
        return [" ".join(key) for key, left in self._left.items() for _ in left]

    def answer(self, request: Request) -> Response:
        """The next recorded answer; what is not recorded is noted and refused.

        A question asked again because its answer failed gets the same one, unless another is recorded.
        """
        self.asked.append(request)
        key = _key(request.method, request.url, request.body.decode())
        left = self._left.get(key)
        if not left and key in self._given and (ASKED in request.meta or "tries" in request.meta):
            left = deque([self._given[key]])
        if not left:
            self.unrecorded.append(f"{request.method} {request.url} {request.body.decode()}".strip())
            return Response(request.url, status=501, request=request)
        exchange = self._given[key] = left.popleft()
        if "raises" in exchange:
            raise FAILURES[exchange["raises"]](f"recorded failure for {request.url}")
        return _response(exchange, request)


class ReplayHandler(BaseDownloadHandler):
    """The place of the network: below every middleware, so robots, retries, redirects and the gate all take part."""

    plays: dict[int, Replay] = {}  # noqa: RUF012 - one table for the process; settings hold plain data only
    numbers = count()

    async def download_request(self, request: Request) -> Response:
        """Give the recorded answer."""
        await asyncio.sleep(0)
        return self.plays[self.crawler.settings.getint("REPLAY")].answer(request)


def crawl(
    spider_name: str | type[SourceSpider],
    exchanges: Iterable[Exchange] | Replay,
    *,
    lanes: Sequence[Lane | Mapping[str, Any]] = (),
    options: Mapping[str, Any] | None = None,
    store_url: str,
    clock: datetime | str,
    settings: Mapping[str, Any] | None = None,
) -> tuple[Store, SourceSpider]:
    """Play one night of a source into the database at `store_url` (made if absent); the Store comes back open."""
    replay = exchanges if isinstance(exchanges, Replay) else Replay(exchanges)
    spider_class = load(spider_name) if isinstance(spider_name, str) else spider_name
    number = next(ReplayHandler.numbers)
    ReplayHandler.plays[number] = replay
    Store.upgrade(store_url)
    made = _settings(spider_class.name, lanes, options or {}, store_url, str(clock), number)
    made.setdict(settings or {}, priority="cmdline")
    try:
        crawler = asyncio.run(_run(spider_class, made))
    finally:
        del ReplayHandler.plays[number]
    failed = crawler.stats.get_value("spider_exceptions/count", 0) if crawler.stats else 0
    assert not failed, f"{failed} exception(s) in callbacks of {spider_class.name}; see the log"
    assert isinstance(crawler.spider, SourceSpider)
    return Store.open(store_url), crawler.spider


async def _run(spider_class: type[SourceSpider], settings: Settings) -> Crawler:
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(spider_class)
    await runner.crawl(crawler)
    return crawler


def _settings(
    source: str,
    lanes: Sequence[Lane | Mapping[str, Any]],
    options: Mapping[str, Any],
    store_url: str,
    clock: str,
    number: int,
) -> Settings:
    made = Settings()
    made.setmodule("spiders._settings", priority="project")
    handlers = {"http": ReplayHandler, "https": ReplayHandler}
    made.setdict(
        {
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": dict(made["DOWNLOAD_HANDLERS"]) | handlers,
            "SOURCES": {source: {"delay": 0, "back_off": 0} | dict(options)},
            "LANES": [lane.model_dump() if isinstance(lane, Lane) else dict(lane) for lane in lanes],
            "STORE_URL": store_url,
            "CLOCK": clock,
            "REPLAY": number,
        },
        priority="cmdline",
    )
    return made


def temporary_store() -> str:
    """The address of a SQLite database in a new folder."""
    return f"sqlite:///{tempfile.mkdtemp(prefix='sourcing-')}/night.db"


def bill(spider: SourceSpider) -> Counter[str]:
    """Requests per lane of a finished crawl."""
    return Counter({bill.lane: bill.requests for bill in spider.ledger.bills()})


def _key(method: str, url: str, body: Any) -> tuple[str, str, str]:
    if isinstance(body, str) and body:
        with suppress(ValueError):  # a form stays a text
            body = json.loads(body)
    return method.upper(), Request(url).url, json.dumps(body, sort_keys=True) if body else ""


def _response(exchange: Exchange, request: Request) -> Response:
    body, headers = _body(exchange), {k: v for k, v in exchange.get("headers", {}).items() if k.lower() not in DROPPED}
    if "gzip" in exchange or "encoded" in exchange:
        headers["Content-Encoding"] = exchange.get("encoded", "gzip")
    made = responsetypes.from_args(headers=None, url=request.url, body=body)
    return made(request.url, status=exchange.get("status", 200), headers=headers, body=body, request=request)


def _body(exchange: Exchange) -> bytes:
    if "raw" in exchange:
        return bytes(exchange["raw"])
    if "zip" in exchange:
        return zipped(exchange["zip"])
    if "gzip" in exchange:
        return gzip.compress(exchange["gzip"].encode())
    body = exchange.get("body", "")
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip file with these texts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()
