"""Invented personal sites, read by the spider's own readers and crawled through the real engine."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from scrapy.http import HtmlResponse

from sourcing.demo.links import site, website
from sourcing.demo.sources.web import VENUE, names_back, owner
from spiders._web.marks import read_page
from spiders._web.owner import Owned, owned
from storage.records import Account, Claim, Kind, Link, Origin
from storage.store import Store
from storage.text import link_key
from tests.demo_house import a_desk, client, small
from tests.replay import Replay, crawl

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


def github(login: str, name: str, url: str) -> Account:
    origin = Origin(source="github", url=f"https://github.com/{login}", seen_at=NOW, spider="github/1")
    links = (Link(url=url, claim=Claim.CLAIMED, field="website"),)
    return Account(
        source="github", source_id=login, handle=login, url=origin.url, name=name, kind=Kind.PERSON, links=links,
        origin=origin,
    )  # fmt: skip


def test_every_site_has_one_owner() -> None:
    world = small(400)
    for person in world.cast.people:
        key = link_key(site(person))
        assert key is not None
        assert owner(world, key) is person
    assert owner(world, "nobody.example") is None
    assert owner(world, "someone99999.example") is None


async def test_pages_name_back_whom_the_truth_says() -> None:
    world = small(400)
    kinds = set()
    async with client(a_desk(world)) as held:
        for person in world.cast.people:
            if website(world.cast, person) != site(person) or not world.login(person.index):
                continue
            answer = await held.get(f"/web/{link_key(site(person))}/")
            if answer.status_code != 200:
                kinds.add("gone")
                continue
            page = HtmlResponse(site(person), body=answer.content, encoding="utf-8")
            found = owned(read_page(page), [github(world.login(person.index), person.name, site(person))])
            mutual = isinstance(found, Owned) and found.mutual
            assert mutual is names_back(world, person)
            if VENUE.key(world, person) is not None:
                assert mutual
            kinds.add(found if isinstance(found, str) else "owned")
    assert kinds >= {"owned", "gone", "nobody"}


async def test_the_next_day_changes_a_few_pages() -> None:
    async def texts(day: int) -> dict[str, str]:
        world = small(400, day)
        async with client(a_desk(world)) as held:
            paths = [f"/web/{link_key(site(person))}/" for person in world.cast.people]
            return {path: (await held.get(path)).text for path in paths}

    first, second = await texts(0), await texts(1)
    changed = sum(first[path] != second[path] for path in first)
    assert 0 < changed < 20


async def test_a_site_is_crawled_through_the_stand_in(tmp_path: Path) -> None:
    world = small(400)
    person = next(one for one in world.cast.people if VENUE.key(world, one) is not None)
    login, url = world.login(person.index), f"sqlite:///{tmp_path}/night.db"
    stand_in = str(VENUE.options("http://127.0.0.1:4711")["stand_in"])
    path = f"{link_key(site(person))}"
    asked = f"{stand_in}/{path}" if "/" in path else f"{stand_in}/{path}/"
    async with client(a_desk(world)) as held:
        body = (await held.get(f"/web/{path}/")).text
        resume = (await held.get(f"/web/{path}/resume.json")).text
    html = {"Content-Type": "text/html"}
    replay = Replay(
        [
            {"url": "http://127.0.0.1:4711/robots.txt", "status": 404},
            {"url": asked, "headers": html, "body": body},
            {"url": f"{stand_in}/{path}/resume.json", "body": resume},
        ]
    )
    Store.upgrade(url)
    with Store.open(url) as store:
        store.save([github(login, person.name, site(person))])
    lanes = [{"source": "web", "kind": "linked", "target": "sites"}]
    options = {"stand_in": stand_in}
    store, _ = await asyncio.to_thread(
        lambda: crawl("web", replay, lanes=lanes, options=options, store_url=url, clock=NOW)
    )
    with store:
        assert replay.unrecorded == []
        assert {account.key for account in store.accounts(source="web")} == {VENUE.key(world, person)}
