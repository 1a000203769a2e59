"""GitLab and Codeberg of the invented world, crawled through the real engine on two days."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from scrapy import Request
from scrapy.http import Response, TextResponse

from sourcing.demo.sources import forgejo, gitlab
from sourcing.demo.world import World
from tests.demo_house import a_desk, client, small
from tests.replay import Replay, crawl

START = datetime(2026, 11, 25, 23, tzinfo=UTC)


class Live(Replay):
    """Answers from the demo's server, in process."""

    def __init__(self, world: World) -> None:
        super().__init__([])
        self.desk = a_desk(world)

    def answer(self, request: Request) -> Response:
        """Ask the server from a thread of its own, for a loop is running here."""
        self.asked.append(request)
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(lambda: asyncio.run(self._ask(request.url))).result()
        headers = {name: value for name, value in found.headers.items() if name != "content-length"}
        return TextResponse(request.url, found.status_code, headers=headers, body=found.content, request=request)

    async def _ask(self, url: str) -> httpx.Response:
        async with client(self.desk) as held:
            return await held.get(url)


@pytest.mark.parametrize("venue", [gitlab, forgejo])
def test_two_days(venue: Any, tmp_path: Path) -> None:
    source = venue.VENUE.name
    lanes = [{"source": source, "kind": "contributors", "target": "example-lab/speech-kit"}]
    options = dict(venue.VENUE.options("http://demo.test"))
    nights = []
    for day in (0, 1):
        world = small(600, day)
        replay = Live(world)
        store, spider = crawl(
            source,
            replay,
            lanes=lanes,
            options=options,
            store_url=f"sqlite:///{tmp_path}/night.db",
            clock=START + timedelta(days=day),
        )
        with store:
            merged = venue.HOST.merged(world, "example-lab/speech-kit")
            people = {account.key for account in store.accounts(source=source)}
            work = store.evidence(people)
        assert people <= {venue.VENUE.key(world, row.person) for row in merged}
        assert people
        assert all(work[key] for key in people)
        nights.append(len(replay.asked))
        assert "unreadable:unexpected_shape" not in spider.ledger.skipped
    assert nights[1] < nights[0]
