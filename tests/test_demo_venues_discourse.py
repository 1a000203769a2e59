"""The forums of the invented world: directories, categories, topics, profiles, and what changes from day to day."""

from typing import Any

from sourcing.demo.seats import forum_page, forum_seat
from sourcing.demo.sources._boards import CATEGORIES, boards
from storage.text import profile_key
from tests.demo_house import a_desk, client, small

HOST = "discuss.pytorch.org"
FORUM = f"/discourse/{HOST}"


async def asked(held: Any, path: str, **query: object) -> dict[str, Any]:
    answer = await held.get(f"{FORUM}{path}", params=query)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def test_directory_counts_what_stands_in_the_topics() -> None:
    server = a_desk(small(2_000))
    async with client(server) as held:
        rows = (await asked(held, "/directory_items.json", order="likes_received"))["directory_items"]
        solved = (await asked(held, "/directory_items.json", order="solutions"))["directory_items"]
        total = (await asked(held, "/directory_items.json"))["meta"]["total_rows_directory_items"]
    likes = [row["likes_received"] for row in rows]
    assert likes == sorted(likes, reverse=True)
    assert solved[0]["solutions"] == max(row["solutions"] for row in boards(server.world).activity[HOST])
    assert len(rows) == min(50, total)


async def test_categories_lead_to_topics_and_their_authors() -> None:
    server = a_desk(small(2_000))
    async with client(server) as held:
        numbers = {one["slug"]: one["id"] for one in (await asked(held, "/site.json"))["categories"]}
        page = (await asked(held, f"/c/vision/{numbers['vision']}.json"))["topic_list"]
        second = (await asked(held, f"/c/vision/{numbers['vision']}.json", page=1))["topic_list"]
        topic = next(one for one in page["topics"] if one["posts_count"] > 2)
        posts = (await asked(held, f"/t/{topic['id']}.json"))["post_stream"]["posts"]
        name = posts[0]["username"]
        profile = await held.get(f"{FORUM}/u/{name}.json")
    assert "more_topics_url" in page
    bumped = [one["bumped_at"] for one in (*page["topics"], *second["topics"])]
    assert bumped == sorted(bumped, reverse=True)
    assert len(posts) == topic["posts_count"]
    assert profile.status_code in (200, 404)
    if profile.status_code == 200:
        assert profile.headers["x-robots-tag"] == "noindex"
        assert profile.json()["user"]["id"] == posts[0]["user_id"]


async def test_unchanged_answers_are_empty_and_unknown_things_missing() -> None:
    async with client(a_desk(small(400))) as held:
        first = await held.get(f"{FORUM}/c/vision/1.json")
        again = await held.get(f"{FORUM}/c/vision/1.json", headers={"if-none-match": first.headers["etag"]})
        missing = [
            (await held.get(path)).status_code
            for path in (f"{FORUM}/t/1.json", f"{FORUM}/u/nobody.json", "/discourse/other.example/site.json")
        ]
    assert (again.status_code, again.content) == (304, b"")
    assert missing == [404] * 3


def test_days_bring_topics_and_changed_profiles() -> None:
    world = small(2_000)
    before, after = boards(world), boards(world.on(4))
    old = {topic["id"]: topic for topic in before.topics[HOST]}
    new = [topic for topic in after.topics[HOST] if topic["id"] not in old]
    assert len(new) == 8 * len(CATEGORIES[HOST])
    assert all(old[topic["id"]] == topic for topic in after.topics[HOST] if topic["id"] in old)
    kinds = [kind for one in after.seats[HOST] for _, kind in after.steps(one)]
    assert 0.03 < len(kinds) / len(after.seats[HOST]) < 0.3


def test_handles_are_those_of_their_pages() -> None:
    world = small(1_500)
    there = [found for person in world.cast.people if (found := forum_seat(world.cast, person))]
    handles = {f"{one.host}/{one.username}" for one in there}
    assert 50 < len(handles) == len(there)
    pages = [page for person in world.cast.people if (page := forum_page(world.cast, person))]
    assert {profile_key(page) for page in pages} == {("discourse", one.lower()) for one in handles}
