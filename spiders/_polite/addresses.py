"""The address gate: which hosts may be asked at all, judged before anything is sent, redirects included.

An address is judged as a value (scheme, host, port, user part), then as a network address: names that are local by
nature and every spelling of a number here, the answers of the resolver in `_resolving`, which are the only ones a
connection is made to. Hosts the operator wrote into the settings are exempt, as exact host and port.
"""

import socket
from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from storage.text import Address, check_address

PRIVATE = "private_address"
LONGEST = 2083  # characters of an address, as Scrapy has it; strangers' end earlier, at `URL_LIMIT`
ROBOTS_LIMIT = 1024 * 1024  # bytes of robots.txt that are read
# `is_global` of the ipaddress module is true for these (seen in Python 3.11.7), or differs between versions.
_ALSO_BAD = tuple(
    map(
        ip_network,
        (
            *("192.0.0.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"),
            *("::/96", "5f00::/16", "3fff::/20"),
        ),
    )
)
# Names that only mean something inside a network (RFC 6761, 6762, 8375; "internal" is reserved by ICANN for it).
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "intranet", "lan", "corp", "home")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Blocked(IgnoreRequest):
    """A request that is not sent, and the reason: length, scheme, userinfo, port, private_address, downgrade …"""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{reason}: {url[:200]}")
        self.reason = reason


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether a network address belongs to the open internet."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if not address.is_global or address.is_multicast:
        return False
    return not any(address.version == net.version and address in net for net in _ALSO_BAD)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The network address a host already is, in any spelling `inet_aton` takes (127.1, 0x7f000001, 2130706433)."""
    bare = host.strip("[]").rstrip(".")
    try:
        return ip_address(bare)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(bare))
    except (OSError, ValueError):
        return None


def host_objection(ascii_host: str) -> str:
    """Why a host may not be asked, as far as its name tells; "" where only the resolver can."""
    address = literal(ascii_host)
    if address is not None:
        return "" if is_public(address) else PRIVATE
    name = ascii_host.lower().rstrip(".")
    local = "." not in name or name.endswith(tuple(f".{suffix}" for suffix in _LOCAL_NAMES))
    return PRIVATE if local else ""


def objection(url: str, trusted: Collection[str] = ()) -> str:
    """Why an address may not be asked, "" if it may; `trusted` are exact "host:port" pairs of the operator."""
    if len(url) > LONGEST:
        return "length"
    if netloc_of(url) in trusted:
        return ""
    address = check_address(url)
    return host_objection(address.ascii_host) if isinstance(address, Address) else address


def netloc_of(url: str) -> str:
    """Host and port of an address as "host:port"; "" for what is no plain web address."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return ""
    if parts.username is not None or not parts.hostname or port is None or "\\" in url:
        return ""
    return f"{parts.hostname}:{port}"


def netlocs_in(value: object) -> Iterator[str]:
    """All "host:port" pairs of the web addresses a setting holds, however deep they stand."""
    if isinstance(value, str):
        if value.startswith(("http://", "https://")) and (netloc := netloc_of(value)):
            yield netloc
    elif isinstance(value, Mapping):
        yield from _each(value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        yield from _each(value)


def _each(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        yield from netlocs_in(value)


class Addresses:
    """Downloader middleware in front of all others: lets nothing out that `objection` objects to."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Judge the address; never from https to http, and strangers' sites without a proxy."""
        trusted = trusted_of(self.crawler)
        own = getattr(self.crawler.spider, "objection", _no_objection)
        if reason := objection(request.url, trusted) or own(request.url) or _downgrade(request):
            raise Blocked(reason, request.url)
        if getattr(self.crawler.spider, "open_web", False) and netloc_of(request.url) not in trusted:
            request.meta["proxy"] = None  # a proxy would do the resolving, out of our sight
        if urlsplit(request.url).path == "/robots.txt":
            request.meta.setdefault("download_maxsize", ROBOTS_LIMIT)


class Redirects(RedirectMiddleware):
    """Redirects whose end has a name: too many of them, or to something that is no web address."""

    def _engine_started(self) -> None:
        """Look for nobody who sets a Referer, and warn of it in every crawl: none is sent, on redirects neither."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Let none be sent on."""
        del response
        request.headers.pop("Referer", None)

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]  # Scrapy wraps the old signature
        """Follow, at most as often as the settings say; Blocked names why not."""
        if response.status in _REDIRECTS and (reason := _bad_target(response)):
            raise Blocked(reason, request.url)
        try:
            followed: Request | Response = super().process_response(request, response)
        except IgnoreRequest as error:
            raise Blocked("redirects", request.url) from error
        return followed


def trusted_of(crawler: Crawler) -> Collection[str]:
    """The "host:port" pairs the crawler's source may ask whatever they resolve to."""
    trusted: Collection[str] = getattr(crawler.spider, "trusted", frozenset())
    return trusted


def _no_objection(url: str) -> str:
    del url
    return ""


def _downgrade(request: Request) -> str:
    before = request.meta.get("redirect_urls", ())
    return "downgrade" if before and before[-1].startswith("https:") and request.url.startswith("http:") else ""


def _bad_target(response: Response) -> str:
    """What is wrong with a redirect's target as it was written; Scrapy repairs some of it."""
    target = (response.headers.get("Location") or b"").decode("latin-1").strip()
    scheme, found, _ = target.partition(":")
    if found and scheme.isalnum() and scheme.lower() not in _DEFAULT_PORTS:
        return "scheme"
    return "backslash" if "\\" in target.partition("?")[0] else ""
