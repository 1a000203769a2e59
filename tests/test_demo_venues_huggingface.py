"""The Hub of the invented world: lists and pages, validators, redirects, and what changes from day to day."""

from sourcing.demo.sources._hub import hub
from sourcing.demo.sources.huggingface import VENUE
from tests.demo_house import a_desk, client, small

API = "/huggingface/api"


async def test_lists_are_ordered_and_paged_by_the_cursor_of_the_link() -> None:
    server = a_desk(small(400))
    async with client(server) as held:
        answer = await held.get(f"{API}/models", params={"sort": "lastModified", "limit": 7, "filter": "region:us"})
        rows = answer.json()
        while "next" in answer.links:
            answer = await held.get(answer.links["next"]["url"])
            rows += answer.json()
    times = [row["lastModified"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert len({row["_id"] for row in rows}) == len(rows)
    assert len(rows) == sum(len(works["models"]) for works in hub(server.world).works.values())


async def test_an_overview_counts_what_the_lists_hold() -> None:
    server = a_desk(small(400))
    there = hub(server.world)
    index = next(i for i, works in there.works.items() if works["models"] and works["spaces"])
    async with client(server) as held:
        overview = (await held.get(f"{API}/users/{there.login(index)}/overview")).json()
        models = (await held.get(f"{API}/models", params={"author": there.login(index), "limit": 100})).json()
        spaces = (await held.get(f"{API}/spaces", params={"author": there.login(index)})).json()
    assert (overview["numModels"], overview["numSpaces"]) == (len(models), len(spaces))
    person = server.world.cast.people[index]
    key = VENUE.key(server.world, person)
    assert person.kind == "Organization" or (key is not None and key.source_id == overview["_id"])


async def test_limits_are_told_and_unchanged_answers_are_empty() -> None:
    server = a_desk(small(200))
    async with client(server) as held:
        first = await held.get(f"{API}/models")
        again = await held.get(f"{API}/models", headers={"if-none-match": first.headers["etag"]})
    assert first.headers["ratelimit"].startswith('"api";r=')
    assert ";w=" in first.headers["ratelimit-policy"]
    assert (again.status_code, again.content) == (304, b"")


async def test_days_bring_uploads_renames_and_departures() -> None:
    world = small(1_500)
    later = world.on(9)
    kinds = {step.kind for index in hub(later).members for step in hub(later).steps(index)}
    assert kinds == {"upload", "touch", "remove", "rename", "leave"}
    changed = [index for index in hub(later).members if any(True for _ in hub(later).steps(index))]
    assert 0.05 < len(changed) / len(hub(later).members) < 0.35
    renamed = next(i for i in changed if hub(later).login(i) != hub(world).login(i) and not hub(later).left(i))
    gone = next(i for i in changed if hub(later).left(i))
    async with client(a_desk(later)) as held:
        moved = await held.get(f"{API}/users/{hub(world).login(renamed)}/overview")
        missing = await held.get(f"{API}/users/{hub(world).login(gone)}/overview")
    assert moved.status_code == 307 or world.cast.people[renamed].kind == "Organization"
    assert missing.status_code == 404


async def test_only_confirmed_authors_are_marked_so() -> None:
    server = a_desk(small(900))
    there = hub(server.world)
    async with client(server) as held:
        day = server.world.cast.anchor.isoformat()
        days = [day] + [f"2026-11-{n:02d}" for n in range(10, 25)]
        rows = [row for one in days for row in (await held.get(f"{API}/daily_papers", params={"date": one})).json()]
    authors = [a for row in rows for a in row["paper"]["authors"]]
    assert {a["status"] for a in authors if "user" in a} == {"claimed_verified", "extracted_pending"}
    assert len(rows) > len(there.authors) / 3
