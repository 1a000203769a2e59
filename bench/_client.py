"""One measured crawl in a process of its own: `python -m bench._client WAY BASE COUNT` prints one JSON line.

Ways: `ours` and `ours-…` go through SourceSpider, the gate and the Store, `ours-…` in a night, so with a row of the
frontier for every answer; `default`, `autothrottle` and `fixed` are plain Scrapy spiders with the settings their name
says. `bare-…` and `lean-…` only receive: Scrapy as it comes, and with all left out that can be. `…-page` asks for forty
people an answer, the same each time, `…-crowd` for forty others, `…-person` for one with twelve pieces of work, all
about 10 KB.

A short crawl goes before the measured one, so that imports and what is made once are nobody's cost per answer.
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

from sourcing.process import start_quickly
from spiders._base import SourceSpider, Yielded
from spiders._card import Card, Options
from storage.records import Account, Evidence, Kind, Level, Origin
from storage.store import Store

GATED = "spiders._polite.resolving.GatedHandler"
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


class Work(BaseModel):
    """What is read of one piece of work."""

    model_config = ConfigDict(extra="ignore")

    id: int
    name: str
    text: str
    topics: tuple[str, ...]
    stars: int
    pushed_at: datetime


class Person(Row):
    """What is read of one person."""

    works: list[Work]


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
        fields=("bio",), limits="", yields="", robots=False,
    )  # fmt: skip

    def first(self) -> Iterator[Request]:
        """All pages."""
        for path in self.options.paths:
            yield self.ask(f"{self.options.api}/{path}", self.person if "person" in path else self.page, lane="bench")

    def page(self, response: Response) -> Iterable[Yielded]:
        """Rows as accounts."""
        origin = self.seen(response)
        for row in self.read(response, Page).rows:
            yield _account(row, origin)

    def person(self, response: Response) -> Iterable[Yielded]:
        """One person with work."""
        origin, person = self.seen(response), self.read(response, Person)
        account = _account(person, origin)
        yield account
        for work in person.works:
            yield Evidence(
                account=account.key,
                source_id=str(work.id),
                kind="repository",
                url=f"{account.url}/{work.name}",
                title=work.name,
                text=work.text,
                event_at=work.pushed_at,
                level=Level.PRACTICE,
                tags=work.topics,
                figures={"stars": work.stars},
                origin=origin,
            )


def _account(row: Row, origin: Origin) -> Account:
    return Account(
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


class Receiver(Plain):
    """A spider that only receives."""

    def page(self, response: Response) -> Iterator[dict[str, object]]:
        """Count."""
        type(self).answers += bool(response.body)
        return iter(())


KINDS = ("page", "crowd", "person")
WARM = 50  # answers before the measured ones
WIDE: dict[str, object] = {"CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 64}
LEAN = WIDE | {
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "ROBOTSTXT_OBEY": False,
    "CONCURRENT_ITEMS": 1,
}
WAYS: dict[str, dict[str, object]] = {
    "default": {},
    "autothrottle": {"AUTOTHROTTLE_ENABLED": True},
    "fixed": {"DOWNLOAD_DELAY": 1 / 128, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "RANDOMIZE_DOWNLOAD_DELAY": False},
    **{f"bare-{kind}": WIDE for kind in KINDS},
    **{f"lean-{kind}": LEAN for kind in KINDS},
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
    handlers = dict.fromkeys(("data", "file", "ftp", "s3")) | dict.fromkeys(("http", "https"), GATED)
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
    if way.startswith("ours"):
        start_quickly()  # as the command does
    if kind_of(way) != "quota":
        _crawl(way, base, WARM)
    return _crawl(way, base, count)


def kind_of(way: str) -> str:
    """What is asked for: a page of people, known or others, one person with work, or what a quota gives."""
    last = way.rpartition("-")[2]
    return last if last in KINDS else "quota"


def _crawl(way: str, base: str, count: int) -> dict[str, float]:
    kind = kind_of(way)
    paths = [f"{kind}/{n}" for n in range(count)]
    ours = way.startswith("ours")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        settings = _of_a_night(base, paths, url, way) if ours else plain_settings(way)
        Plain.urls, Plain.answers, Receiver.answers = [f"{base}/{path}" for path in paths], 0, 0
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(Ours if ours else Plain if kind == "quota" else Receiver)
        process.crawl(crawler)
        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        process.start()
        after = resource.getrusage(resource.RUSAGE_SELF)
        wall = time.monotonic() - started
    spider = crawler.spider
    got = spider.ledger.bill("bench").counted - spider.ledger.bill("bench").refused if isinstance(spider, Ours) else 0
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "answers": got if ours else Plain.answers + Receiver.answers}


def _of_a_night(base: str, paths: list[str], url: str, way: str) -> Settings:
    """Our settings on a new database, in a night of it where the way says so."""
    Store.upgrade(url)
    settings = our_settings(base, paths, url)
    if kind_of(way) != "quota":
        with Store.open(url) as store:
            settings.set("NIGHT", store.start_night(datetime(2026, 11, 1, tzinfo=UTC)).number, priority="cmdline")
    return settings


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
