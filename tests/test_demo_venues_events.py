"""The conferences of the invented world speak their sources' interfaces, and the crawl finds whom the truth knows."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from sourcing.demo.server.desk import Desk
from sourcing.demo.sources import _stages, events
from sourcing.demo.world import World
from spiders._events.about import EventsOptions
from spiders.events import Events
from tests.demo_house import a_desk, client, small
from tests.replay import Replay, crawl

BASE = "http://demo.test"


async def answers(world: World, night: str) -> list[dict[str, Any]]:
    """Everything a night may ask of the venue, as exchanges."""
    server = a_desk(world)
    urls = [f"{BASE}/robots.txt"]
    for event in _stages.EVENTS:
        if event.kind == "pretalx":
            urls.append(f"{BASE}/events/{event.target}/schedule/export/schedule.json")
        elif event.kind == "sessionize":
            urls.append(f"{BASE}/events/sessionize/{event.target}/view/All")
        else:
            urls.append(f"{BASE}/events/github/repos/{event.target}/git/trees/HEAD?recursive=1")
            urls += [f"{BASE}/events/raw/{event.target}/HEAD/{path}" for path in await paths(server, urls[-1])]
    async with client(server) as held:
        found = [(url, await held.get(url)) for url in urls]
    return [
        {"url": url, "status": one.status_code, "headers": dict(one.headers), "body": one.text, "origin": night}
        for url, one in found
    ]


async def paths(server: Desk, url: str) -> list[str]:
    async with client(server) as held:
        return [row["path"] for row in (await held.get(url)).json()["tree"]]


def played(exchanges: list[dict[str, Any]], folder: Path, day: int) -> tuple[Replay, set[str], set[str]]:
    options = EventsOptions.model_validate({**events._options(BASE), "delay": 0})
    replay = Replay(exchanges)
    store, _ = crawl(
        "events",
        replay,
        lanes=Events.own_lanes(options),
        options=options.model_dump(mode="json"),
        store_url=f"sqlite:///{folder}/night.db",
        clock=f"2026-11-{25 + day}T02:00:00+00:00",
    )
    with store:
        known = list(store.known("events"))
        assert store.quarantined() == []
    assert replay.unrecorded == []
    here = {one.account.source_id for one in known if one.gone_at is None}
    return replay, here, {one.account.source_id for one in known} - here


async def test_crawl_finds_everybody_on_stage_and_notices_who_cancels(tmp_path: Path) -> None:
    import asyncio

    world, later = small(1_500), small(1_500, day=3)
    for number, today in enumerate((world, later)):
        told = {key.source_id for person in today.cast.people if (key := events.VENUE.key(today, person)) is not None}
        exchanges = await answers(today, f"day {today.day}")
        replay, here, gone = await asyncio.to_thread(played, exchanges, tmp_path, today.day)
        assert here == told
        assert len(told) > 100
        if number == 0:
            assert replay.unused == []
            assert gone == set()
        else:
            assert 0 < len(gone) < 20
            files = [request for request in replay.asked if urlsplit(request.url).path.endswith(".md")]
            assert 0 < len(files) < 10  # only those that changed


async def test_unchanged_programmes_answer_304() -> None:
    async with client(a_desk()) as held:
        for path in (
            "/events/pretalx.com/pyconde-pydata-2026/schedule/export/schedule.json",
            "/events/github/repos/DataTalksClub/datatalksclub.github.io/git/trees/HEAD?recursive=1",
        ):
            first = await held.get(path)
            again = await held.get(path, headers={"if-none-match": first.headers["etag"]})
            assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


async def test_unknown_programmes_and_files_are_missing() -> None:
    async with client(a_desk()) as held:
        for path in (
            "/events/pretalx.com/nothing/schedule/export/schedule.json",
            "/events/sessionize/demodays26/view/Speakers",
            "/events/sessionize/nothing/view/All",
            "/events/github/repos/a/b/git/trees/HEAD",
            "/events/raw/DataTalksClub/datatalksclub.github.io/HEAD/_people/nobody.md",
        ):
            assert (await held.get(path)).status_code == 404


async def test_lists_of_talks_are_yaml() -> None:
    async with client(a_desk(small(1_500))) as held:
        listed = await held.get(f"/events/raw/DataTalksClub/datatalksclub.github.io/HEAD/{events.LIST}")
    rows = yaml.safe_load(listed.text)
    assert {"time", "title", "speakers", "type"} == set(rows[0])


def test_names_of_people_hold_no_quote_that_breaks_a_file() -> None:
    assert not any('"' in person.name for person in small(1_500).cast.people)
