"""Downloader middlewares that ask whether a host may be asked at all: never, or as its robots.txt says."""

import logging
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from spiders._polite.addresses import Blocked
from spiders._polite.never import COUNTER, OUTSIDE, NeverAsked, never_asked
from spiders._polite.whose import spider_of

log = logging.getLogger(__name__)

ROBOTS_PARSED = 512_000  # bytes; RFC 9309, 2.5 asks for at least 500 KiB


class NeverAskedHosts:
    """Downloader middleware in front of all others: refuses these hosts and counts each try.

    With the setting ONLY_HOSTS it refuses every host but those: the synthetic web must never lead into the real one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.only = frozenset(crawler.settings.getlist("ONLY_HOSTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise NeverAsked before anything is sent."""
        host = urlsplit(request.url).hostname
        if never_asked(request.url):
            self._refuse(COUNTER, f"{host} is never asked")
        if self.only and host not in self.only:
            self._refuse(OUTSIDE, f"{host} is not among only_hosts")

    def _refuse(self, counter: str, reason: str) -> None:
        spider_of(self.crawler).ledger.skip(counter)
        raise NeverAsked(counter, reason)


class Robots(RobotsTxtMiddleware):
    """robots.txt, fail-closed: a 5xx or an unreachable file closes the host for this run (RFC 9309, 2.3.1.4).

    Scrapy takes both as "everything allowed" and parses Crawl-delay without applying it. Overrides two private
    methods, which is why scrapy is pinned below 2.20.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._robots_error(ConnectionError(f"robots.txt answered {response.status}"), netloc)
            return
        response = response.replace(body=response.body[:ROBOTS_PARSED])
        await super()._parse_robots(response, netloc, request)
        self._apply_crawl_delay(response, netloc)
        spider_of(self.crawler).robots_read(netloc, response)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, IgnoreRequest) and not isinstance(exc, Blocked):
            super()._robots_error(exc, netloc)
            return
        spider = spider_of(self.crawler)
        if isinstance(exc, Blocked):
            spider.ledger.skip(f"blocked:{exc.reason}")
        else:
            log.log(
                logging.INFO if spider.open_web else logging.WARNING,
                "%s is closed for this run: robots.txt cannot be read (%s)",
                netloc,
                exc,
            )
            spider.fail("robots_unreachable")
        closed = _ClosedParser()
        waiting = self._parsers[netloc]
        self._parsers[netloc] = closed
        if isinstance(waiting, Deferred):
            waiting.callback(closed)

    def _apply_crawl_delay(self, response: Response, netloc: str) -> None:
        if response.status != 200:
            return
        asked = Protego.parse(response.text).crawl_delay(self._robotstxt_useragent or self._default_useragent)
        if asked:
            spider_of(self.crawler).slow_down(netloc, float(asked))


class _ClosedParser(RobotParser):
    """A robots parser that allows nothing."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Scrapy's constructor; body and crawler are not needed."""
        del crawler, robotstxt_body
        return cls()

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002 - Scrapy's interface
        return False
