"""A whole installation fed with hostile texts: real spiders, engine, Store, joining, scoring, and every way out.

Every payload is a person of an invented GitHub, who says it in one field; personal sites answer as they are told. Only
the sockets are missing: names are resolved by the real judge of addresses, over a resolver that answers as it is told.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as filled
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from sourcing import nightly
from sourcing.config import Config, Source, load
from sourcing.crawl import running
from sourcing.demo.run import DemoWorld, settings
from sourcing.installation import furnish
from sourcing.nightly import NightReport
from spiders._polite.addresses import literal, trusted_of
from spiders._polite.resolving import JudgedResolver
from tests import github_answers as gh
from tests.demo_house import ANCHOR

BASE = "http://127.0.0.1:8080"
NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
FIRST = 1_000  # id of the first person
PUBLIC = "93.184.216.34"
MARK = "Maintainer of engines"  # what everybody says where the payload is not


@dataclass
class Said:
    """Who says what: a payload in one field of one person."""

    id: str
    field: str
    payload: Any
    site: Sequence[Mapping[str, Any]] = ()  # answers of the person's own site, in order
    dns: Mapping[str, Any] = filled(default_factory=dict)


@dataclass
class Net:
    """The invented internet: GitHub, personal sites, names, and what was sent where."""

    said: Sequence[Said]
    sent: list[tuple[str, str]] = filled(default_factory=list)  # address, what it was connected to
    left: dict[str, list[Mapping[str, Any]]] = filled(default_factory=dict)
    echoed: str = ""  # put into every person's README
    answers: Callable[[Request], tuple[int, dict[str, str], bytes] | None] = lambda _: None  # in place of GitHub
    names: "Names" = filled(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self)
        for one in self.said:
            if one.site:
                self.left[urlsplit(str(one.payload)).hostname or ""] = list(one.site)

    def people(self) -> Iterator[tuple[int, Said]]:
        """Everybody with a number."""
        return enumerate(self.said, FIRST)

    def login(self, number: int) -> str:
        """The handle of a person."""
        one = self.said[number - FIRST]
        return str(one.payload) if one.field == "handle" else f"case{number}"

    def kind(self, number: int) -> str:
        """What sort of account it is."""
        one = self.said[number - FIRST]
        return str(one.payload) if one.field == "type" else "User"

    def profile(self, number: int) -> dict[str, Any]:
        """The whole person."""
        one = self.said[number - FIRST]
        said: dict[str, Any] = {"bio": MARK, "name": f"Person {number}", "websiteUrl": None}
        for name in ("bio", "name", "company", "location"):
            if name in one.field.split("+"):
                said[name] = one.payload
        if one.field in ("url", "website"):
            said["websiteUrl"] = one.payload
        readme = self.echoed or (one.payload if one.field == "readme" else "")
        if readme:
            said["readme"] = {"object": {"text": readme}, "defaultBranchRef": None}
        hireable = one.payload if one.field == "hireable" else False
        return gh.profiled(number, self.login(number), **said, isHireable=hireable)

    def github(self, request: Request) -> Any:
        """One answer of the invented GitHub."""
        if request.method == "GET":
            rows = [
                {"login": self.login(n), "id": n, "node_id": f"U_{n}", "type": self.kind(n), "contributions": 9}
                for n, _ in self.people()
            ]
            if "/search/" in request.url:
                return {"total_count": 0, "incomplete_results": False, "items": []}
            return rows if "pytorch/pytorch" in request.url else []
        asked = json.loads(request.body)["variables"]
        return {"data": {**dict(self._nodes(asked)), "rateLimit": gh.RATE}}

    def _nodes(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        if "ids" in asked:
            numbers = [int(str(one)[2:]) for one in asked["ids"]]
            yield "nodes", [self._probed(n) for n in numbers]
        for name, value in asked.items():
            if name[0] == "i" and name[1:].isdigit():
                number, at = int(str(value)[2:]), name[1:]
                year = {"databaseId": number, "contributionsCollection": gh.year(3)}
                yield f"u{at}", year if f"f{at}" in asked else self.profile(number)

    def _probed(self, number: int) -> dict[str, Any]:
        plain = gh.probed(number, self.login(number), bio=self.profile(number)["bio"])
        return plain | {"__typename": self.kind(number)}

    def page(self, host: str) -> tuple[int, dict[str, str], bytes]:
        """One answer of a personal site."""
        answers = self.left.get(host)
        if not answers:
            return 404, {}, b""
        said = answers.pop(0) if len(answers) > 1 else answers[0]
        headers = {"Content-Type": "text/html"} | ({"Location": said["location"]} if "location" in said else {})
        return int(said.get("status", 200)), headers, str(said.get("body", "")).encode()


class Names(AbstractResolver):
    """Answers as it is told; every other name is in the open internet."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.asked: dict[str, int] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        told = next((one.dns[host] for one in self.net.said if host in one.dns), [PUBLIC])
        if told and isinstance(told[0], list):  # another answer each time
            at = self.asked[host] = self.asked.get(host, -1) + 1
            told = told[min(at, len(told) - 1)]
        return [ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in told]

    async def close(self) -> None:
        """Nothing is held."""


class Sockets(BaseDownloadHandler):
    """The place of the network."""

    nets: dict[int, Net] = {}  # noqa: RUF012 - settings hold plain data only
    numbers = count()

    async def download_request(self, request: Request) -> Response:
        net = self.nets[self.crawler.settings.getint("NET")]
        if request.url.startswith(BASE) and (told := net.answers(request)) is not None:
            return _response(request, *told)
        if request.url.startswith(BASE):
            return _response(request, 200, {}, json.dumps(net.github(request)).encode())
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        connected = host
        if literal(host) is None:
            judge = JudgedResolver(lambda: trusted_of(self.crawler), net.names)
            connected = (await judge.resolve(host, port))[0]["host"]
        net.sent.append((request.url, connected))
        return _response(request, *((404, {}, b"") if parts.path == "/robots.txt" else net.page(host)))


def _response(request: Request, status: int, headers: Mapping[str, str], body: bytes) -> Response:
    given = Headers(dict(headers))
    kind = responsetypes.from_args(headers=given, url=request.url, body=body)
    return kind(request.url, status=status, headers=given, body=body, request=request)


def installation(folder: Path) -> Config:
    """A folder whose GitHub is the invented one, and whose other sources are off."""
    path = folder / "sourcing.toml"
    path.write_text(settings(DemoWorld(seed="test", people=300, anchor=ANCHOR), BASE), encoding="utf-8")
    furnish(path)
    return opened(path)


def opened(path: Path) -> Config:
    """An installation that is there, or a copy of one."""
    config = load(path)
    anywhere = config.crawl.model_copy(update={"only_hosts": ()})
    sources = {**config.sources, "web": Source.model_validate({"enabled": True, "delay": 0, "back_off": 0})}
    return config.model_copy(update={"crawl": anywhere, "sources": sources})


def night(
    config: Config,
    net: Net,
    sources: Sequence[str] = ("github", "web"),
    token: str = "demo-github",
    *,
    now: datetime = NOW,
) -> NightReport:
    """One whole night of this installation."""
    number = next(Sockets.numbers)
    Sockets.nets[number] = net
    made = running.settings

    def with_net(*args: Any, **kwargs: Any) -> Any:
        ready = made(*args, **kwargs)
        handlers = {"http": Sockets, "https": Sockets}
        ready.setdict({"DOWNLOAD_HANDLERS": handlers, "NET": number}, priority="cmdline")
        return ready

    with patch.object(running, "settings", with_net), patch.dict(os.environ, {"GITHUB_TOKEN": token}):
        return nightly.run(config, now=now, sources=list(sources))
