"""The frontier of a source at work: kept answers are given at once, what becomes of other questions is noted."""

import re
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders._base import SourceSpider
from spiders._conversation import question_of
from spiders._course.book import KEPT, NAME, response_of
from spiders._polite.whose import spider_of
from storage.errors import StoreError

PASSING = frozenset({429, 500, 502, 503, 504})  # says nothing about what was asked for
_TOKEN_BODY = re.compile(rb'"(?:access_token|refresh_token|id_token|client_secret)"')


class Frontier:
    """Downloader middleware outside of robots, gate and network: answers that are kept, and the state of the rest."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    @property
    def _spider(self) -> SourceSpider:
        return spider_of(self.crawler)

    def process_request(self, request: Request) -> Response | None:
        """Give the kept answer; else note that the question goes out."""
        spider = self._spider
        if spider.book is None:
            return None
        kept = spider.book.kept(request)
        if kept is not None:
            spider.replayed += 1
            return response_of(request, kept)
        spider.book.lease(request, spider.now())
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Commit the answer before anybody reads it."""
        spider = self._spider
        if spider.book is None or KEPT in response.flags:
            return response
        # What passes settles nothing: the same question may be answered otherwise later.
        reason = f"status {response.status}" if response.status in PASSING else ""
        reason = reason or (spider.stopped[1] if spider.stopped is not None else "")
        keep = spider.keeps(request) and not _TOKEN_BODY.search(response.body[:2000])
        keep = keep and (not reason or (_own_failures(request) and spider.stopped is None))
        try:
            spider.book.answered(request, response, keep=keep, reason=reason)
        except StoreError as error:
            # Without the row a killed night would ask again; without the database nothing else can be kept either.
            spider.ledger.skip("not_stored")
            spider.stop_unstored(error)
            raise IgnoreRequest("the answer could not be kept") from error
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note why there is no answer."""
        spider = self._spider
        if spider.book is not None and NAME in request.meta:
            not_sent = isinstance(exception, IgnoreRequest) and spider.closing
            # Not its message: that may hold the address with all that is in it.
            reason = ": ".join(filter(None, (type(exception).__name__, getattr(exception, "reason", ""))))
            spider.book.failed(request, reason, again=not_sent)


def _own_failures(request: Request) -> bool:
    question = question_of(request)
    return question is not None and question.own_failures
