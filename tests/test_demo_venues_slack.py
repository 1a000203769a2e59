"""The invented workspace: pages, refusals in HTTP 200, threads, and what changes from day to day."""

from typing import Any

import httpx
import pytest

from sourcing.demo.sources._workspace import CHANNELS, TEAM, workspace
from sourcing.demo.sources.slack import VENUE
from spiders._slack.about import SlackOptions
from spiders._slack.api import TIERS
from tests.demo_house import a_desk, client, small

API = "/slack/api"
HELP = "C01HELP"


async def ask(held: httpx.AsyncClient, method: str, **given: Any) -> dict[str, Any]:
    answer = await held.get(f"{API}/{method}", params=given)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def all_pages(held: httpx.AsyncClient, method: str, name: str, **given: Any) -> list[dict[str, Any]]:
    answer = await ask(held, method, **given)
    rows = list(answer[name])
    while cursor := answer["response_metadata"]["next_cursor"]:
        answer = await ask(held, method, cursor=cursor, **given)
        rows += answer[name]
    return rows


async def test_members_come_in_pages_and_fields_with_the_profile() -> None:
    server = a_desk(small(600))
    async with client(server) as held:
        members = await all_pages(held, "users.list", "members", limit=7)
        people = [row for row in members if not row["is_bot"]]
        profile = (await ask(held, "users.profile.get", user=people[0]["id"]))["profile"]
    assert len({row["id"] for row in members}) == len(members) > 14
    assert "fields" not in people[0]["profile"]
    assert profile["real_name"] == people[0]["profile"]["real_name"]
    keys = [VENUE.key(server.world, person) for person in server.world.cast.people]
    assert {key.source_id for key in keys if key} == {f"{TEAM}.{row['id']}" for row in people}


async def test_history_is_newest_first_and_threads_hold_their_replies() -> None:
    async with client(a_desk(small(900))) as held:
        rows = await all_pages(held, "conversations.history", "messages", channel=HELP, limit=20)
        parent = next(row for row in rows if row.get("reply_count"))
        thread = await all_pages(held, "conversations.replies", "messages", channel=HELP, ts=parent["ts"])
        middle = rows[len(rows) // 2]["ts"]
        later = await all_pages(held, "conversations.history", "messages", channel=HELP, oldest=middle)
    stamps = [row["ts"] for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    assert len(set(stamps)) == len(stamps)
    assert len(later) == len(rows) // 2
    assert (len(thread), thread[-1]["ts"]) == (1 + parent["reply_count"], parent["latest_reply"])
    assert {row["thread_ts"] for row in thread} == {parent["ts"]}


@pytest.mark.parametrize(
    ("method", "given", "error"),
    [
        ("conversations.history", {"channel": "C0NONE"}, "channel_not_found"),
        ("conversations.replies", {"channel": HELP, "ts": "1.0"}, "thread_not_found"),
        ("users.profile.get", {"user": "U99999999"}, "user_not_found"),
        ("users.profile.get", {}, "user_not_found"),
    ],
)
async def test_a_no_is_http_200(method: str, given: dict[str, str], error: str) -> None:
    async with client(a_desk()) as held:
        assert await ask(held, method, **given) == {"ok": False, "error": error}


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("Bearer xoxb-other", "invalid_auth")])
async def test_tokens_are_insisted_on(token: str, error: str) -> None:
    async with client(a_desk(), authorization=token) as held:
        assert (await ask(held, "auth.test"))["error"] == error


async def test_limits_end_in_429_with_a_wait() -> None:
    async with client(a_desk(slack="1/60")) as held:
        await ask(held, "auth.test")
        refused = await held.get(f"{API}/auth.test")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_days_bring_titles_messages_and_departures() -> None:
    world = small(3_000)
    before, after = workspace(world), workspace(world.on(5))
    share = sum(map(len, after.happened.values())) / len(before.people) / 5
    assert 0.02 < share < 0.04
    assert workspace(world) is before
    assert sum(len(after.said[channel]) - len(before.said[channel]) for channel in CHANNELS) > 0
    assert any(after.left(person) for person in after.people)
    titles = [(after.profile(p)["title"], before.profile(p)["title"]) for p in before.people]
    assert any(new != old for new, old in titles)


def test_the_spider_finds_every_method_and_the_consent() -> None:
    options = SlackOptions.model_validate(dict(VENUE.options("http://demo.test")))
    assert options.consent_missing == []
    assert set(options.channels) <= set(CHANNELS.values())
    assert {path.rpartition("/")[2] for _, path, _ in VENUE.doors()} == set(TIERS)
