"""DEV of the invented world: names, numbers, articles and the next day, read by the spider's own models."""

from sourcing.demo.seats import forem_name
from sourcing.demo.sources.forem import VENUE, number
from spiders.forem import Article, Writer
from tests.demo_house import a_desk, client, small


async def test_writers_answer_by_name_and_by_number() -> None:
    world = small(400)
    writers = [person for person in world.cast.people if forem_name(world.cast, person)]
    assert 20 < len(writers) < 80
    assert len({forem_name(world.cast, person) for person in writers}) == len(writers)
    async with client(a_desk(world)) as held:
        for person in writers:
            named = await held.get("/forem/users/by_username", params={"url": forem_name(world.cast, person)})
            numbered = await held.get(f"/forem/users/{number(person)}")
            assert named.json() == numbered.json()
            found = Writer.model_validate(named.json())
            key = VENUE.key(world, person)
            assert key is not None
            assert key.source_id == str(found.id)
        assert (await held.get("/forem/users/by_username", params={"url": "nobody"})).status_code == 404
        assert (await held.get("/forem/users/399999")).status_code == 404


async def test_articles_and_the_next_day() -> None:
    async def ids(day: int) -> dict[str, set[int]]:
        world = small(400, day)
        async with client(a_desk(world)) as held:
            found = {}
            for person in world.cast.people:
                name = forem_name(world.cast, person)
                if name:
                    rows = (await held.get("/forem/articles", params={"username": name})).json()
                    found[name] = {Article.model_validate(row).id for row in rows}
            return found

    first, tenth = await ids(0), await ids(10)
    assert all(first[name] <= tenth[name] for name in first)
    assert 0 < sum(first[name] != tenth[name] for name in first) < len(first)
