"""The invented Mastodon server and the invented Bluesky: look-ups, wishes, limits, and who is there."""

import pytest

from sourcing.demo.links import socials
from sourcing.demo.sources import bluesky, mastodon
from sourcing.demo.sources._fediverse import SERVER, agrees, did, edits, skies, toots
from tests.demo_house import a_desk, client, small

LOOKUP = f"/mastodon/{SERVER}/api/v1/accounts/lookup"
PROFILES = "/bluesky/xrpc/app.bsky.actor.getProfiles"


def test_there_are_exactly_those_github_lists() -> None:
    world = small(900)
    assert all(agrees(world.cast, person) for person in world.cast.people)
    listed = [row["url"] for person in world.cast.people if person.login for row in socials(world.cast, person)]
    there = [
        f"https://{SERVER}/@{handle.partition('@')[0]}"
        for person in world.cast.people
        if (handle := toots(world.cast, person))
    ]
    assert there
    assert set(there) <= set(listed)
    domains = [handle for person in world.cast.people if (handle := skies(world.cast, person))]
    assert len(domains) == len(set(domains)) > 10


async def test_a_look_up_has_its_headers_and_its_validator() -> None:
    server = a_desk(small(900))
    person = next(one for one in server.world.cast.people if mastodon.key(server.world, one))
    async with client(server) as held:
        first = await held.get(LOOKUP, params={"acct": person.login})
        again = await held.get(LOOKUP, params={"acct": person.login}, headers={"if-none-match": first.headers["etag"]})
        missing = await held.get(LOOKUP, params={"acct": "nobody-here"})
        elsewhere = await held.get("/mastodon/other.example/api/v1/accounts/lookup", params={"acct": person.login})
    assert (first.status_code, again.status_code, missing.status_code, elsewhere.status_code) == (200, 304, 404, 404)
    assert first.json()["discoverable"] is True
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= first.headers.keys()


async def test_bluesky_leaves_out_whom_it_does_not_know_and_refuses_what_is_no_actor() -> None:
    server = a_desk(small(900))
    people = [one for one in server.world.cast.people if skies(server.world.cast, one)][:3]
    actors = [skies(server.world.cast, people[0]), did(people[1]), "nobody.example", did(people[2])]
    async with client(server) as held:
        answer = await held.get(PROFILES, params={"actors": actors})
        refused = await held.get(PROFILES, params={"actors": [*actors, "nodots"]})
        too_many = await held.get(PROFILES, params={"actors": actors * 7})
    assert [row["did"] for row in answer.json()["profiles"]] == [did(one) for one in people]
    assert (refused.status_code, too_many.status_code) == (400, 400)


@pytest.mark.parametrize("venue", [mastodon.VENUE, bluesky.VENUE], ids=["mastodon", "bluesky"])
def test_few_change_from_day_to_day(venue: object) -> None:
    name = "mastodon" if venue is mastodon.VENUE else "bluesky"
    later = small(900).on(5)
    there = [one for one in later.cast.people if (toots if name == "mastodon" else skies)(later.cast, one)]
    changed = [one for one in there if any(True for _ in edits(later, one, name))]
    assert 0 < len(changed) < len(there) / 3
