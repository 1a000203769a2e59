"""One measured crawl in a process of its own: `python -m bench._client WAY BASE COUNT` prints one JSON line.

Ways: `ours` and `ours-page` go through SourceSpider, the gate and the Store; `default`, `autothrottle`, `fixed` and
`bare-page` are plain Scrapy spiders with the settings their name says.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import scrapy
from pydantic import BaseModel, ConfigDict
from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from spiders._base import SourceSpider, Yielded
from spiders._card import Card, Options
from storage.records import Account, Kind
from storage.store import Store

AIOHTTP = dict.fromkeys(("http", "https"), "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler")


class Row(BaseModel):
    """What is read of one row."""

    model_config = ConfigDict(extra="ignore")

    id: int
    login: str
    bio: str


class Page(BaseModel):
    """What is read of one page."""

    rows: list[Row]


class BenchOptions(Options):
    """The base address, and room for the wide crawl of a bench."""

    api: str = ""
    paths: tuple[str, ...] = ()


class Ours(SourceSpider):
    """A source of the product's own kind."""

    name = "bench"
    options_model: ClassVar[type[Options]] = BenchOptions
    options: BenchOptions
    card = Card(
        title="Bench", method="HTTP", terms="http://127.0.0.1", terms_read=date(2026, 11, 1),
        fields=(), limits="", yields="", robots=False,
    )  # fmt: skip

    def first(self) -> Iterator[Request]:
        """All pages."""
        return (self.ask(f"{self.options.api}/{path}", self.page, lane="bench") for path in self.options.paths)

    def page(self, response: Response) -> Iterable[Yielded]:
        """Rows as accounts."""
        origin = self.seen(response)
        for row in self.read(response, Page).rows:
            yield Account(
                source="bench",
                source_id=str(row.id),
                handle=row.login,
                url=f"https://bench.example/{row.login}",
                kind=Kind.PERSON,
                bio=row.bio,
                observed=frozenset({"handle", "kind", "bio"}),
                origin=origin,
            )


class Plain(scrapy.Spider):
    """What a bare Scrapy spider does: ask, parse, yield dicts."""

    name = "plain"
    urls: ClassVar[list[str]] = []
    answers = 0

    async def start(self) -> AsyncIterator[Any]:
        """All pages."""
        for url in self.urls:
            yield Request(url, callback=self.page, dont_filter=True)

    def page(self, response: Response) -> Iterator[dict[str, object]]:
        """Rows as dicts."""
        type(self).answers += 1
        for row in json.loads(response.body)["rows"]:
            yield {"source_id": row["id"], "handle": row["login"], "bio": row["bio"]}


WAYS: dict[str, dict[str, object]] = {
    "default": {},
    "autothrottle": {"AUTOTHROTTLE_ENABLED": True},
    "fixed": {"DOWNLOAD_DELAY": 1 / 128, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "RANDOMIZE_DOWNLOAD_DELAY": False},
    "bare-page": {"CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 64},
}


def plain_settings(way: str) -> Settings:
    """Scrapy's defaults with what the way's name says; quiet, since logging is no part of the comparison."""
    made = Settings()
    quiet = {"LOG_LEVEL": "CRITICAL", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    made.setdict({**quiet, "TWISTED_REACTOR_ENABLED": False, "DOWNLOAD_HANDLERS": AIOHTTP, **WAYS[way]})
    return made


def our_settings(base: str, paths: list[str], store_url: str) -> Settings:
    """The product's own settings."""
    made = Settings()
    made.setmodule("spiders._settings", priority="project")
    options = {"api": base, "paths": paths, "concurrency": 48, "max_requests": 10**6, "back_off": 0.2}
    handlers = {**dict.fromkeys(("data", "file", "ftp", "s3")), **AIOHTTP}
    made.setdict(
        {
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": handlers,
            "SOURCES": {"bench": options},
            "LANES": [],
            "STORE_URL": store_url,
            "CLOCK": datetime(2026, 11, 1, tzinfo=UTC).isoformat(),
        },
        priority="cmdline",
    )
    return made


def run(way: str, base: str, count: int) -> dict[str, float]:
    """Crawl and measure: wall seconds, CPU seconds of this process, answers that reached the callback."""
    kind = "page" if way.endswith("-page") else "quota"
    paths = [f"{kind}/{n}" for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        Store.upgrade(url)
        ours = way.startswith("ours")
        Plain.urls = [f"{base}/{path}" for path in paths]
        process = AsyncCrawlerProcess(our_settings(base, paths, url) if ours else plain_settings(way))
        crawler = process.create_crawler(Ours if ours else Plain)
        process.crawl(crawler)
        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        process.start()
        after = resource.getrusage(resource.RUSAGE_SELF)
        wall = time.monotonic() - started
    spider = crawler.spider
    got = spider.ledger.bill("bench").counted - spider.ledger.bill("bench").refused if isinstance(spider, Ours) else 0
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "answers": got if ours else Plain.answers}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
