"""The package registry of the invented world, read by the spider's own model."""

from sourcing.demo.sources.ecosystems import VENUE as NPM_INDEX
from sourcing.demo.sources.npm import VENUE as NPM
from sourcing.demo.sources.packages import VENUE
from sourcing.demo.stock import stock
from spiders._packages.answers import Module, Package
from spiders._packages.index import Indexed
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


async def test_the_other_registry_and_the_index_know_the_same_owners() -> None:
    world = small(400)
    kept = {key.source_id for person in world.cast.people if (key := NPM.key(world, person))}
    async with client(a_desk(world)) as held:
        module = Module.model_validate((await held.get("/npm/pytorch")).json()).listed()
        assert {one.user.lower() for one in module.owners} - kept == {"the-project-bot"}
        owner = module.owners[0].user
        registry = NPM_INDEX.options("")["registries"]
        assert isinstance(registry, dict)
        answer = await held.get(f"/ecosystems/registries/{registry['npm']}/maintainers/{owner}/packages")
        assert {"pytorch", f"pytorch-{owner.lower()}"} <= {Indexed.model_validate(row).name for row in answer.json()}
        assert (await held.get("/ecosystems/registries/other/maintainers/x/packages")).status_code == 404
