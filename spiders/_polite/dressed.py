"""What every request bears besides its own: headers of the settings, who we are, and when an answer is given up."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers

from spiders._polite.headers import plain_items


class Dressed:
    """Downloader middleware that does what three of Scrapy's do, which make a header anew for each request.

    DEFAULT_REQUEST_HEADERS, USER_AGENT and DOWNLOAD_TIMEOUT; what a request has of its own stays.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        headers = Headers()
        named = settings["DEFAULT_REQUEST_HEADERS"].items()
        for name, value in (*named, ("User-Agent", settings["USER_AGENT"] or None)):
            if value is not None:
                headers.setdefault(name, value)
        self._headers = [(name, tuple(values)) for name, values in plain_items(headers)]
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Put on what the request lacks."""
        headers = request.headers
        for name, values in self._headers:
            if not dict.__contains__(headers, name):
                dict.__setitem__(headers, name, [*values])
        if self._timeout:
            request.meta.setdefault("download_timeout", self._timeout)
