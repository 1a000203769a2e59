"""The invented Reddit: its token, pages, deletions, limits, and what changes from day to day."""

from typing import Any

import httpx
import pytest

from sourcing.demo.sources._communities import COMMUNITIES, communities, id_of
from sourcing.demo.sources.reddit import VENUE
from spiders._reddit.about import RedditOptions
from tests.demo_house import a_desk, client, small

API = "/reddit"
SIGNED = {"authorization": "Bearer demo-reddit"}


async def listed(held: httpx.AsyncClient, community: str, kind: str, limit: int = 100) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        asked = {"limit": limit} | ({"after": after} if after else {})
        data = (await held.get(f"{API}/r/{community}/{kind}", params=asked)).json()["data"]
        rows += data["children"]
        after = data["after"]
        if not after:
            return rows


@pytest.mark.parametrize(
    ("app", "status"), [(("demo-app", "demo-secret"), 200), (("demo-app", "other"), 401), (("", ""), 401)]
)
async def test_a_token_takes_the_app(app: tuple[str, str], status: int) -> None:
    async with client(a_desk(), authorization="") as held:
        form = {"grant_type": "client_credentials"}
        auth = httpx.BasicAuth(*app)
        answer = await held.post(f"{API}/api/v1/access_token", data=form, auth=auth)
    assert answer.status_code == status
    assert status != 200 or answer.json()["token_type"] == "bearer"


@pytest.mark.parametrize(("authorization", "status"), [("", 403), ("Bearer other", 401), ("Bearer demo-reddit", 200)])
async def test_everything_else_takes_the_token(authorization: str, status: int) -> None:
    async with client(a_desk(), authorization=authorization) as held:
        assert (await held.get(f"{API}/r/MachineLearning/new")).status_code == status


async def test_pages_are_newest_first_and_end() -> None:
    async with client(a_desk(small(1_500)), **SIGNED) as held:
        rows = await listed(held, "machinelearning", "comments", 7)
        whole = await listed(held, "MachineLearning", "comments")
        missing = await held.get(f"{API}/r/nowhere/new")
    stamps = [row["data"]["created_utc"] for row in rows]
    assert rows == whole
    assert len(rows) > 20
    assert stamps == sorted(stamps, reverse=True)
    assert missing.status_code == 404


async def test_limits_are_told_in_reddits_words() -> None:
    async with client(a_desk(reddit="2/600"), **SIGNED) as held:
        answers = [await held.get(f"{API}/r/MachineLearning/new") for _ in range(3)]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1.0", "0.0", "0.0"]
    assert (answers[2].status_code, int(answers[2].headers["x-ratelimit-reset"]) > 500) == (429, True)


async def test_days_bring_posts_and_take_some_back() -> None:
    world = small(3_000)
    before, after = communities(world), communities(world.on(6))
    gone = [person for person in after.people.values() if after.left(person)]
    taken = [name for name, post in after.posts.items() if post.deleted]
    share = sum(map(len, after.happened.values())) / len(after.people) / 6
    assert 0.02 < share < 0.04
    assert gone
    assert len(taken) > 0
    assert len(after.posts) > len(before.posts)
    assert not any(post.deleted for post in before.posts.values())
    async with client(a_desk(world.on(6)), **SIGNED) as held:
        ids = {"ids": f"t2_{id_of(gone[0])}"}
        nobody = await held.get(f"{API}/api/user_data_by_account_ids", params=ids)
        info = (await held.get(f"{API}/api/info", params={"id": f"{taken[0]},t3_none"})).json()["data"]["children"]
    assert nobody.status_code == 404
    assert [row["data"]["author"] for row in info] == ["[deleted]"]
    assert VENUE.key(world.on(6), gone[0]) is None


async def test_profiles_tell_whether_they_hide() -> None:
    world = small(3_000)
    there = communities(world)
    async with client(a_desk(world), **SIGNED) as held:
        names = list(there.people)[:60]
        read = [(await held.get(f"{API}/user/{name}/about")).json()["data"] for name in names]
    assert {row["hide_from_robots"] for row in read} == {True, False}
    assert [row["id"] for row in read] == [id_of(there.people[name]) for name in names]


def test_the_spider_is_given_the_statement() -> None:
    options = RedditOptions.model_validate(dict(VENUE.options("http://demo.test")))
    assert options.approval_missing == []
    assert options.communities == COMMUNITIES
