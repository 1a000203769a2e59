"""Nights on the invented web without a socket: real spiders, the real engine, and answers that may be tampered with."""

import json
import os
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from sourcing import nightly
from sourcing.config import Config, load
from sourcing.crawl import running
from sourcing.demo.run import DemoWorld, environment, settings
from sourcing.demo.server.app import application
from sourcing.installation import furnish
from sourcing.nightly import NightReport
from tests.demo_house import ANCHOR, a_desk, small

BASE = "http://127.0.0.1:8080"
BEGIN = datetime(ANCHOR.year, ANCHOR.month, ANCHOR.day, 2, tzinfo=UTC)
DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
Tamper = Callable[[str, int, Any], Any]  # path, status, data of the answer → data, or a Response of another kind


class Web(BaseDownloadHandler):
    """The place of the network: asks the invented web in this process."""

    plays: dict[int, tuple[httpx.AsyncClient, Tamper | None]] = {}  # noqa: RUF012 - settings hold plain data only
    numbers = count()

    async def download_request(self, request: Request) -> Response:
        client, tamper = self.plays[self.crawler.settings.getint("PLAY")]
        sent = {name.decode(): values[-1].decode("latin-1") for name, values in request.headers.items() if values}
        answer = await client.request(request.method, request.url, content=request.body, headers=sent)
        body, status = answer.content, answer.status_code
        if tamper is not None and status != 304:
            body, status = _tampered(tamper, request.url, status, body)
        headers = {name: value for name, value in answer.headers.items() if name not in DROPPED}
        kind = responsetypes.from_args(headers=None, url=request.url, body=body)
        return kind(request.url, status=status, headers=headers, body=body, request=request)


def _tampered(tamper: Tamper, url: str, status: int, body: bytes) -> tuple[bytes, int]:
    try:
        data = json.loads(body)
    except ValueError:
        return body, status
    done = tamper(url.removeprefix(BASE), status, data)
    if isinstance(done, tuple):
        return done[1].encode(), done[0]
    return json.dumps(done).encode(), status


def installation(folder: Path, *, people: int = 300) -> Config:
    """A folder pointed at the invented web."""
    path = folder / "sourcing.toml"
    path.write_text(settings(DemoWorld(seed="test", people=people, anchor=ANCHOR), BASE), encoding="utf-8")
    furnish(path)
    return load(path)


def a_night(
    config: Config,
    sources: Collection[str],
    *,
    day: int = 0,
    people: int = 300,
    tamper: Tamper | None = None,
    crawl_only: bool = True,
) -> NightReport:
    """One night of some sources on one day of the world."""
    number = next(Web.numbers)
    transport = httpx.ASGITransport(application(a_desk(small(people, day))))
    Web.plays[number] = (httpx.AsyncClient(transport=transport), tamper)
    made = running.settings

    def with_web(*args: Any, **kwargs: Any) -> Any:
        ready = made(*args, **kwargs)
        ready.setdict({"DOWNLOAD_HANDLERS": {"http": Web, "https": Web}, "PLAY": number}, priority="cmdline")
        return ready

    given = environment()
    with patch.object(running, "settings", with_web), patch.dict(os.environ, given):
        now = BEGIN + timedelta(days=day)
        return nightly.run(config, now=now, sources=list(sources), crawl_only=crawl_only)
