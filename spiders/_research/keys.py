"""Keys that a source wants in the address or in a header of its own: they join a request at the last moment.

An address with a key in it would end up in origins, validators, logs and the quarantine, so the key is put in behind
every other middleware and taken out of the answer before any of them sees it.
"""

import re
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from spiders._base import SourceSpider
from spiders._polite.whose import spider_of
from storage.redaction import Secret

_KEY = re.compile(r"([?&])api_key=[^&#]*&?")


class Key(NamedTuple):
    """Which variable holds the key of a host, and how it is sent."""

    variable: str
    parameter: str = ""  # in the address
    header: str = ""


class KeyHolder(SourceSpider):
    """A source with keys of its own for some hosts."""

    def keys(self) -> dict[str, Key]:
        """Host and port → the key it gets."""
        return {}


class Keys:
    """Downloader middleware next to the network; the spider's `keys()` says which host gets which key."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._secrets: dict[str, Secret] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Put the key in."""
        spider = spider_of(self.crawler)
        key = spider.keys().get(urlsplit(request.url).netloc) if isinstance(spider, KeyHolder) else None
        secret = self._secret(key.variable) if key else ""
        if key is None or not secret:
            return
        if key.header:
            request.headers[key.header] = secret
        else:
            joint = "&" if "?" in request.url else "?"
            _set_url(request, f"{request.url}{joint}{key.parameter}={secret}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Take the key out of the request, the answer's address and the target of a redirect."""
        self._take_out(request)
        clean = response.replace(url=without_key(response.url))
        if location := clean.headers.get("Location"):
            clean.headers["Location"] = without_key(location.decode("latin-1"))
        return clean

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Take the key out of a request that brought no answer."""
        del exception
        self._take_out(request)

    def _take_out(self, request: Request) -> None:
        _set_url(request, without_key(request.url))

    def _secret(self, variable: str) -> str:
        if variable not in self._secrets:
            self._secrets[variable] = Secret.of(variable)
        return self._secrets[variable].reveal()


def _set_url(request: Request, url: str) -> None:
    # Scrapy has no public way: a new request would travel through all middlewares with the key in its address.
    request._set_url(url)  # noqa: SLF001 - pinned below 2.20 like the other private methods used here


def without_key(url: str) -> str:
    """An address without its key."""
    return _KEY.sub(r"\1", url).rstrip("?&")
