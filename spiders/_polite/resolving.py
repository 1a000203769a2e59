"""Connections that only reach judged addresses: Scrapy's aiohttp handler with a resolver of ours.

Scrapy's handler offers no place for a resolver, so its constructor is written anew here; that is why scrapy is
pinned below 2.20. The connector connects to exactly what the resolver returns, so a name cannot point elsewhere
between judgement and connection. Literals never reach a resolver; `_addresses` judges them.
"""

import os
import socket
import ssl
from collections.abc import Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.core.downloader.handlers._base_streaming import BaseStreamingDownloadHandler
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.ssl import _make_ssl_context

from spiders._polite.addresses import PRIVATE, Blocked, host_objection, is_public, trusted_of

# All that decides what a context is like: settings, and where OpenSSL looks for certificates.
_TLS = ("VERIFY_CERTIFICATES", "TLS_MIN_VERSION", "TLS_MAX_VERSION")
_OPENSSL = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
_contexts: dict[tuple[object, ...], ssl.SSLContext] = {}


class JudgedResolver(AbstractResolver):
    """Resolves through another resolver and refuses a host with even one answer that is not public."""

    def __init__(self, trusted: Callable[[], Collection[str]], inner: AbstractResolver | None = None) -> None:
        self._trusted = trusted
        self._inner = inner or aiohttp.ThreadedResolver()
        self._proxies = frozenset(filter(None, (urlsplit(url).hostname for url in getproxies().values())))

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of the host; Blocked unless every one may be connected to."""
        exempt = f"{host}:{port}" in self._trusted() or host in self._proxies
        if not exempt and host_objection(host):
            raise Blocked(PRIVATE, host)
        answers = await self._inner.resolve(host, port, family)
        if not exempt and not all(is_public(ip_address(answer["host"])) for answer in answers):
            raise Blocked(PRIVATE, host)
        return answers

    async def close(self) -> None:
        """Close the resolver behind."""
        await self._inner.close()


def tls_context(settings: BaseSettings) -> ssl.SSLContext:
    """The context of all sources of this process: one that reads the machine's certificates anew takes 40 ms."""
    ways = [settings.get(f"DOWNLOAD_{name}") for name in _TLS] + [settings["DOWNLOADER_CLIENT_TLS_CIPHERS"]]
    way = (*ways, *map(os.environ.get, _OPENSSL))
    if way not in _contexts:
        _contexts[way] = _make_ssl_context(settings)
    return _contexts[way]


class GatedHandler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler, connecting through `JudgedResolver`."""

    def __init__(self, crawler: Crawler) -> None:
        BaseStreamingDownloadHandler.__init__(self, crawler)  # not the parent's: it would open a session of its own
        self._ssl_context = tls_context(crawler.settings)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                local_addr=self._bind_address,
                limit=self._pool_size_total,
                limit_per_host=self._pool_size_per_host,
                resolver=JudgedResolver(lambda: trusted_of(crawler)),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )
