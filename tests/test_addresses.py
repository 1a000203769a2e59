"""The address gate: values, names, numbers, resolver answers, redirects; and a real connection through it."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from spiders._base import SourceSpider, Yielded
from spiders._card import Card, Options
from spiders._polite.addresses import Blocked, is_public, literal, netlocs_in, objection
from spiders._polite.resolving import JudgedResolver, tls_context
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

CLOCK = datetime(2026, 11, 25, 3, tzinfo=UTC)
PRIVATE = "private_address"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.5", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.8", "::1", "::", "fd00:ec2::254", "fe80::1"),
        *("ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "::127.0.0.1"),
        *("2001::1", "5f00::1", "3fff::1", "2001:db8::1", "203.0.113.7"),
    ],
)
def test_addresses_that_are_not_the_open_internet(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "0177.0.0.1", "2130706433", "127.0.0.1.", "[::ffff:127.0.0.1]"]
)
def test_numbers_in_any_spelling_are_addresses(host: str) -> None:
    found = literal(host)
    assert found is not None
    assert not is_public(found)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://ada.example/", ""),
        ("https://bücher.example:8443/x", ""),
        ("http://93.184.216.34/", ""),
        ("http://LOCALHOST./", PRIVATE),
        ("http://app.localhost/", PRIVATE),
        ("http://metadata.google.internal/", PRIVATE),
        ("http://printer/", PRIVATE),
        ("http://①②⑦.⓪.⓪.①/", PRIVATE),
        ("http://127。0。0。1/", PRIVATE),
        ("http://ada.example@127.0.0.1/", "userinfo"),
        ("http://ada.example\\@127.0.0.1/", "backslash"),
        ("http://ada.example:22/", "port"),
        ("gopher://ada.example/_x", "scheme"),
    ],
)
def test_objections_before_anything_is_sent(url: str, reason: str) -> None:
    assert objection(url) == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:4711/web/x", ""),
        ("http://127.0.0.1:4712/web/x", "port"),
        ("http://127.0.0.1/", PRIVATE),
        ("http://localhost:4711/", "port"),
        ("http://x@127.0.0.1:4711/", "userinfo"),
    ],
)
def test_trust_is_for_exact_pairs_of_host_and_port(url: str, reason: str) -> None:
    trusted = frozenset({"127.0.0.1:4711"})
    assert objection(url, trusted) == reason


def test_trusted_pairs_come_from_addresses_in_settings() -> None:
    settings = {"api": "http://127.0.0.1:4711/x", "more": [("https://Git.corp.example", 3)], "words": "http: no"}
    assert set(netlocs_in(settings)) == {"127.0.0.1:4711", "git.corp.example:443"}


# --- resolver ----------------------------------------------------------------------------------------------


class Book(AbstractResolver):
    """Answers from a table, one list after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.answers.pop(0)
        return [ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in found]

    async def close(self) -> None:
        """Nothing to close."""


def resolve(book: Book, *hosts: str, trusted: Iterable[str] = ()) -> list[list[str]]:
    async def run() -> list[list[str]]:
        resolver = JudgedResolver(lambda: frozenset(trusted), book)
        return [[one["host"] for one in await resolver.resolve(host, 443)] for host in hosts]

    return asyncio.run(run())


@pytest.mark.parametrize(
    "answers", [["10.0.0.7"], ["93.184.216.34", "127.0.0.1"], ["93.184.216.34", "fd00::1"], ["fe80::1%eth0"]]
)
def test_one_bad_answer_refuses_the_host(answers: list[str]) -> None:
    with pytest.raises(Blocked, match=PRIVATE):
        resolve(Book(answers), "a.example")


def test_every_resolution_is_judged_anew() -> None:
    book = Book(["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(Blocked):
        resolve(book, "c.example", "c.example")
    assert book.asked == ["c.example", "c.example"]


def test_connections_get_exactly_the_judged_answers() -> None:
    assert resolve(Book(["93.184.216.34", "2606:2800:220:1::1"]), "ok.example") == [
        ["93.184.216.34", "2606:2800:220:1::1"]
    ]


def test_local_names_do_not_even_reach_the_resolver() -> None:
    book = Book()
    with pytest.raises(Blocked):
        resolve(book, "db.internal")
    assert book.asked == []


def test_trusted_pairs_may_be_anywhere() -> None:
    assert resolve(Book(["10.0.0.7"]), "git.corp", trusted={"git.corp:443"}) == [["10.0.0.7"]]


# --- through the engine ------------------------------------------------------------------------------------


class VisitorOptions(Options):
    start: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


class Visitor(SourceSpider):
    """Asks strangers' addresses."""

    name = "visitor"
    open_web = True
    options_model: ClassVar[type[Options]] = VisitorOptions
    options: VisitorOptions
    card = Card(
        title="Visitor",
        method="invented",
        terms="https://people.example/terms",
        terms_read=date(2026, 11, 1),
        fields=("handle",),
        limits="none",
        yields="nothing",
        robots=False,
    )

    @property
    def trusted(self) -> frozenset[str]:
        return frozenset(self.options.allow)

    def first(self) -> Iterable[Request]:
        return [self.visit(url) for url in self.options.start]

    def visit(self, url: str) -> Request:
        return self.ask(url, self.page, lane="visitor/x", on_failure=self.failed, own_failures=True)

    def page(self, response: Response) -> Iterable[Yielded]:
        self.ledger.skip(f"read:{len(response.body)}")
        return ()

    def failed(self, reason: str) -> Iterable[Yielded]:
        self.ledger.skip(f"ended:{reason}")
        return ()


def visit(tmp_path: Path, start: str, *exchanges: Exchange, **more: Any) -> tuple[Replay, dict[str, int], Store]:
    replay = Replay(exchanges)
    store, spider = crawl(
        Visitor,
        replay,
        lanes=[{"source": "visitor", "kind": "x", "target": "x"}],
        options={"start": [start], "allow": more.pop("allow", [])},
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=CLOCK,
        **more,
    )
    return replay, dict(spider.ledger.skipped), store


def moved(url: str, to: str, status: int = 302) -> Exchange:
    return {"url": url, "status": status, "headers": {"Location": to}}


@pytest.mark.parametrize(
    ("exchanges", "reason"),
    [
        ([moved("https://e.example/", "http://127.0.0.1:8080/admin")], PRIVATE),
        ([moved("https://e.example/", "//10.0.0.1/")], PRIVATE),
        ([moved("https://e.example/", "file:///etc/passwd")], "scheme"),
        ([moved("https://e.example/", "http://e.example/", 301)], "downgrade"),
        ([moved("https://e.example/", "https://f.example\\@127.0.0.1/")], "backslash"),
        ([moved("https://e.example/", "https://u:p@f.example/")], "userinfo"),
        ([moved("https://e.example/", "https://e.example/")] * 6, "redirects"),
        ([moved(f"https://e.example/{n or ''}", f"https://e.example/{n + 1}") for n in range(6)], "redirects"),
    ],
)
def test_redirects_are_judged_like_any_address(tmp_path: Path, exchanges: list[Exchange], reason: str) -> None:
    replay, counted, store = visit(tmp_path, "https://e.example/", *exchanges)
    store.close()
    assert counted == {f"blocked:{reason}": 1, f"ended:blocked:{reason}": 1}
    assert replay.unused == replay.unrecorded == []


def test_a_redirect_to_the_same_site_is_followed_without_referrer_and_proxy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answer = {"url": "https://www.ok.example/", "body": "hello"}
    replay, counted, store = visit(
        tmp_path, "https://ok.example/", moved("https://ok.example/", answer["url"], 301), answer
    )
    store.close()
    assert counted == {"read:5": 1}
    last = replay.asked[-1]
    assert not {b"Referer", b"Cookie", b"Authorization"} & set(last.headers)
    assert last.meta["proxy"] is None
    assert "Referer" not in caplog.text, "that none is sent is no news of every crawl"


async def _serve_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("allowed", "counted"), [(True, {"read:5": 1}), (False, {"blocked:port": 1, "ended:blocked:port": 1})]
)
async def test_a_real_connection_only_with_the_exact_pair(
    tmp_path: Path, allowed: bool, counted: dict[str, int]
) -> None:
    server = await asyncio.start_server(_serve_once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    handlers = dict.fromkeys(("http", "https"), "spiders._polite.resolving.GatedHandler")

    def run() -> tuple[dict[str, int], Store]:
        _, found, store = visit(
            tmp_path,
            f"http://127.0.0.1:{port}/",
            allow=[f"127.0.0.1:{port}"] if allowed else [],
            settings={"DOWNLOAD_HANDLERS": {**dict.fromkeys(("data", "file", "ftp", "s3")), **handlers}},
        )
        return found, store

    found, store = await asyncio.to_thread(run)
    store.close()
    server.close()
    await server.wait_closed()
    assert found == counted


def test_a_name_that_resolves_to_a_private_address_is_not_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: book)
    handlers = dict.fromkeys(("http", "https"), "spiders._polite.resolving.GatedHandler")
    _, counted, store = visit(
        tmp_path,
        "https://b.example/",
        settings={"DOWNLOAD_HANDLERS": {**dict.fromkeys(("data", "file", "ftp", "s3")), **handlers}},
    )
    store.close()
    assert counted == {f"blocked:{PRIVATE}": 1, f"ended:blocked:{PRIVATE}": 1}
    assert book.asked == ["b.example"]


def test_all_sources_of_a_process_share_one_context_that_checks_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = Settings(), Settings()
    for made in (ours, theirs):
        made.setmodule("spiders._settings")
    context = tls_context(ours)
    assert tls_context(theirs) is context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    theirs.set("DOWNLOAD_TLS_MIN_VERSION", "TLSv1.3")
    assert tls_context(theirs) is not context
    assert tls_context(theirs).minimum_version is ssl.TLSVersion.TLSv1_3
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/another")
    assert tls_context(ours) is not context
