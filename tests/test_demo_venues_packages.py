"""The package registry of the invented world, read by the spider's own model."""

from sourcing.demo.sources.packages import VENUE
from sourcing.demo.stock import stock
from spiders.packages import Package
from tests.demo_house import a_desk, client, small


async def test_owners_are_contributors_of_the_repository() -> None:
    world = small(400)
    logins = {world.login(person.index): person for person in world.cast.people}
    seen = 0
    async with client(a_desk(world)) as held:
        for host in stock().hosts:
            answer = await held.get(f"/packages/{host.name.rpartition('/')[2]}/json")
            found = Package.model_validate(answer.json())
            assert found.repository is not None
            for role in found.ownership.roles if found.ownership else ():
                key = VENUE.key(world, logins[role.user])
                assert key is not None
                assert key.source_id == role.user.lower()
                seen += 1
        assert (await held.get("/packages/nothing-like-it/json")).status_code == 404
    assert seen > 10
