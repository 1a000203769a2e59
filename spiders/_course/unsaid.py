"""What is logged of a crawl: nothing of single answers and records, which would be whole records of people."""

from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class Unsaid(LogFormatter):
    """Scrapy's messages without those of each answer and each batch, which no level we show would let through."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]  # None is documented, its type is not
        """Nothing: answers are counted."""
        del request, response, spider
        return None

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]  # as above
        """Nothing: records are counted."""
        del item, response, spider
        return None
