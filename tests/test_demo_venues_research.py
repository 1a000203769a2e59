"""Papers of the invented world speak their sources' interfaces, and the crawl finds leading authors."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from scrapy import Request
from scrapy.http import Response

from sourcing.demo.seats import orcid, publishes
from sourcing.demo.sources import _papers, research
from sourcing.demo.world import World
from spiders._research.openalex import orcid_of
from storage.records import Account, Claim
from tests.demo_house import a_desk, client, small
from tests.replay import Replay, crawl

BASE = "http://demo.test"
LANES = [
    *({"source": "research", "kind": "topics", "target": name} for name, _ in _papers.TOPICS.values()),
    {"source": "research", "kind": "venues", "target": "Neural Information Processing Systems"},
    {"source": "research", "kind": "arxiv", "target": "cs.LG"},
]


class Served(Replay):
    """Answers from the invented world instead of a recording."""

    def __init__(self, world: World) -> None:
        super().__init__(())
        self.server = a_desk(world)

    def answer(self, request: Request) -> Response:
        """Ask the server from a thread of its own: the crawl runs in a loop, and one loop cannot wait in another."""
        self.asked.append(request)
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(lambda: asyncio.run(self._ask(request.url))).result()
        headers = {key: value for key, value in found.headers.items() if key != "content-length"}
        return Response(request.url, status=found.status_code, headers=headers, body=found.content, request=request)

    async def _ask(self, url: str) -> httpx.Response:
        async with client(self.server) as held:
            return await held.get(url)


def night(world: World, folder: Path) -> tuple[Served, list[Account]]:
    served = Served(world)
    store, spider = crawl(
        "research",
        served,
        lanes=LANES,
        options=dict(research._options(BASE)),
        store_url=f"sqlite:///{folder}/night.db",
        clock=f"2026-11-{25 + world.day}T02:00:00+00:00",
    )
    assert spider.ledger.skipped["over_list_calls"] == 0
    with store:
        assert store.quarantined() == []
        return served, list(store.accounts(source="research"))


def test_crawl_finds_leading_authors_and_next_night_asks_little(tmp_path: Path) -> None:
    world, later = small(1_500), small(1_500, day=1)
    first, accounts = night(world, tmp_path)
    told = {key.source_id: person for person in world.cast.people if (key := research.VENUE.key(world, person))}
    found = {account.source_id for account in accounts}
    assert found <= told.keys()
    assert len(found) > 0.9 * len(told) > 80
    for account in accounts:
        own = orcid(world.cast, told[account.source_id])
        assert [link.url for link in account.links] == ([f"https://orcid.org/{own}"] if own else [])
        assert ("no_match" in account.flags) is not bool(own)
    claims = {link.claim for account in accounts for link in account.links}
    assert claims == {Claim.VERIFIED, Claim.CLAIMED}
    second, _ = night(later, tmp_path)
    assert len(second.asked) < 0.8 * len(first.asked)


def test_invented_orcids_have_their_check_digit() -> None:
    cast = small(1_500).cast
    found = [own for person in cast.people if (own := publishes(cast, person) and orcid(cast, person))]
    assert len(found) == len(set(found)) > 50
    assert all(orcid_of(own) == own for own in found)


async def test_what_is_not_there() -> None:
    async with client(a_desk()) as held:
        assert (await held.get("/research/authors/A1")).status_code == 404
        assert (await held.get("/research/topics?filter=display_name.search:nothing")).json()["results"] == []
        empty = await held.get("/research/arxiv/query?search_query=cat:cs.XX")
    assert "<entry>" not in empty.text
