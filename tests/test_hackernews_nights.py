"""Nights of the Hacker News source: what is asked again, what is taken back, what is left alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from storage.records import AccountKey
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

ALGOLIA, FIREBASE = "https://hn.algolia.com/api/v1", "https://hacker-news.firebaseio.com/v0"
SEARCH = (
    f"{ALGOLIA}/search_by_date?tags=story,author_whoishiring&query=%22who%20wants%20to%20be%20hired%22&hitsPerPage=50"
)
START = datetime(2026, 11, 2, 15, tzinfo=UTC)
DAY = timedelta(days=1)
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def post(number: int, author: str | None, text: str | None, at: datetime = START) -> dict[str, Any]:
    return {"id": number, "author": author, "text": text, "created_at_i": int(at.timestamp()), "type": "comment"}


def thread(number: int, *posts: dict[str, Any], at: datetime = START, title: str = "") -> dict[str, Any]:
    title = title or f"Ask HN: Who wants to be hired? ({at:%B %Y})"
    body = {"id": number, "author": "whoishiring", "title": title, "children": list(posts)}
    return {"url": f"{ALGOLIA}/items/{number}", "body": body}


def search(*threads: tuple[int, datetime]) -> dict[str, Any]:
    hits = [
        {
            "objectID": str(number),
            "author": "whoishiring",
            "title": f"Ask HN: Who wants to be hired? ({at:%B %Y})",
            "created_at_i": int(at.timestamp()),
        }
        for number, at in threads
    ]
    return {"url": SEARCH, "body": {"hits": hits}}


def user(name: str, about: str = "") -> dict[str, Any]:
    return {"url": f"{FIREBASE}/user/{name}.json", "body": {"id": name, "created": 1, "karma": 2, "about": about}}


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(
        *exchanges: Exchange, at: datetime = START + DAY, lanes: tuple[str, ...] = ("3",), **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        store, spider = crawl(
            "hackernews",
            replay,
            lanes=[{"source": "hackernews", "kind": "threads", "target": target} for target in lanes],
            options=options,
            store_url=f"sqlite:///{tmp_path}/night.db",
            clock=at,
        )
        return replay, store, spider

    return run


BERLIN = "Location: Berlin<p>Remote: Yes<p>Technologies: Go<p>Website: ada.example"


def posts_of(store: Store, name: str) -> list[str]:
    key = AccountKey("hackernews", name)
    return sorted(evidence.source_id for evidence in store.evidence([key]).get(key, ()))


def test_second_night_of_an_unchanged_thread_asks_for_the_thread_only(night: Night) -> None:
    story = thread(1, post(2, "ada", BERLIN), post(3, "bo", BERLIN))
    night(search((1, START)), story, user("ada"), user("bo"))[1].close()
    replay, store, spider = night(search((1, START)), story, at=START + 2 * DAY)
    assert replay.unrecorded == replay.unused == []
    assert spider.ledger.skipped["saved:sightings"] == 2
    with store:
        assert {known.last_seen for known in store.known("hackernews")} == {START + 2 * DAY}


def test_edited_post_is_read_again(night: Night) -> None:
    night(search((1, START)), thread(1, post(2, "ada", BERLIN)), user("ada"))[1].close()
    edited = thread(1, post(2, "ada", BERLIN.replace("Berlin", "Oslo")))
    replay, store, _ = night(search((1, START)), edited, user("ada"), at=START + 2 * DAY)
    assert replay.unrecorded == replay.unused == []
    with store:
        account = store.account(AccountKey("hackernews", "ada"))
    assert account is not None
    assert account.location == "Oslo"


@pytest.mark.parametrize(
    "now",
    [
        (),
        (post(2, None, None),),
        (post(2, "ada", "Removed, job found."),),
        ({**post(2, "ada", BERLIN), "dead": True},),
        ({**post(2, "ada", BERLIN), "deleted": True},),
    ],
    ids=["vanished", "deleted", "edited away", "dead", "marked deleted"],
)
def test_post_taken_back_takes_its_fields_along(night: Night, now: tuple[dict[str, Any], ...]) -> None:
    about = user("ada", "https:&#x2F;&#x2F;ada-home.example")
    night(search((1, START)), thread(1, post(2, "ada", BERLIN)), about)[1].close()
    replay, store, _ = night(search((1, START)), thread(1, *now), at=START + 2 * DAY)
    assert replay.unrecorded == []
    with store:
        account = store.account(AccountKey("hackernews", "ada"))
        assert posts_of(store, "ada") == []
        assert store.lane_state("hackernews/posts") is not None
    assert account is not None
    assert (account.open_to_work, account.location, account.expires_at, account.flags) == (None, None, None, ())
    assert [link.url for link in account.links] == ["https://ada-home.example"]


def test_post_that_comes_back_is_read_again(night: Night) -> None:
    story = thread(1, post(2, "ada", BERLIN))
    night(search((1, START)), story, user("ada"))[1].close()
    night(search((1, START)), thread(1), at=START + 2 * DAY)[1].close()
    replay, store, _ = night(search((1, START)), story, user("ada"), at=START + 3 * DAY)
    assert replay.unused == []
    with store:
        assert posts_of(store, "ada") == ["2"]


def test_unread_thread_takes_nothing_back(night: Night) -> None:
    older = START - 32 * DAY
    both = (search((2, START), (1, older)),)
    first = thread(1, post(11, "ada", BERLIN, older), at=older)
    second = thread(2, post(21, "ada", BERLIN), post(22, "bo", BERLIN))
    night(*both, first, second, user("ada"), user("bo"))[1].close()
    lost = {"url": f"{ALGOLIA}/items/1", "status": 502}
    changed = thread(2, post(22, "bo", BERLIN))
    replay, store, spider = night(*both, lost, lost, lost, changed, at=START + 2 * DAY)
    assert replay.unrecorded == []
    assert spider.ledger.skipped["thread_unread:status 502"] == 1
    with store:
        assert posts_of(store, "ada") == ["11"]
        account = store.account(AccountKey("hackernews", "ada"))
    assert account is not None
    assert account.open_to_work is True


@pytest.mark.parametrize(
    "answer",
    [
        {"url": f"{ALGOLIA}/items/1", "status": 404},
        {"url": f"{ALGOLIA}/items/1", "body": '{"id": 1, "author": "whoishiring", "title": "Ask H'},
        thread(1, post(2, "ada", BERLIN), title="Ask HN: Who is hiring? (November 2026)"),
        {"url": f"{ALGOLIA}/items/1", "body": {"id": 1, "author": "somebody", "title": "x", "children": []}},
    ],
    ids=["missing", "truncated", "employers' thread", "another author"],
)
def test_a_thread_that_is_none_gives_no_candidate(night: Night, answer: Exchange) -> None:
    replay, store, _ = night(search((1, START)), answer)
    assert replay.unrecorded == []
    with store:
        assert list(store.known("hackernews")) == []
        assert store.lane_state("hackernews/posts") is not None


def test_emptied_thread_is_an_outage_and_takes_nothing_back(night: Night) -> None:
    everybody = [post(number, f"p{number}", BERLIN) for number in range(100, 130)]
    night(search((1, START)), thread(1, *everybody), *(user(f"p{n}") for n in range(100, 130)))[1].close()
    _, store, _ = night(search((1, START)), thread(1, *everybody[:1]), at=START + 2 * DAY)
    with store:
        assert [row.reason for row in store.quarantined()] == ["thread_emptied"]
        assert posts_of(store, "p129") == ["129"]


def test_posts_expire_after_ninety_days(night: Night) -> None:
    late = post(3, "bo", BERLIN, START + 10 * DAY)
    story = thread(1, post(2, "ada", BERLIN), late)
    night(search((1, START)), story, user("ada"), user("bo"), at=START + 11 * DAY)[1].close()
    replay, store, spider = night(search((1, START)), story, at=START + 91 * DAY)
    assert replay.unrecorded == []
    assert spider.ledger.skipped["post_expired"] == 1
    with store:
        assert posts_of(store, "ada") == []
        assert posts_of(store, "bo") == ["3"]
    replay, store, spider = night(search((1, START)), at=START + 130 * DAY)
    assert replay.unrecorded == []
    assert spider.ledger.skipped["thread_expired"] == 1
    with store:
        assert posts_of(store, "bo") == []


def test_replies_moderators_and_emptied_posts_are_no_candidates(night: Night) -> None:
    reply = {"children": [post(9, "rob", "Location: Rome")]}
    story = thread(
        1,
        post(2, "ada", BERLIN) | reply,
        post(3, "whoishiring", "Location: here"),
        post(4, None, None),
        post(5, "eve", ""),
    )
    _, store, spider = night(search((1, START)), story, user("ada"))
    with store:
        assert [known.handle for known in store.known("hackernews")] == ["ada"]
    counted = {name: n for name, n in spider.ledger.skipped.items() if name.startswith("post_")}
    assert counted == {"post_moderator": 1, "post_deleted": 1, "post_removed_by_author": 1}


@pytest.mark.parametrize(
    ("profile", "asked_again"),
    [
        ({"url": f"{FIREBASE}/user/ada.json", "body": "null"}, False),
        ({"url": f"{FIREBASE}/user/ada.json", "status": 404}, False),
        ({"url": f"{FIREBASE}/user/ada.json", "status": 502}, True),
    ],
    ids=["null", "missing", "failing"],
)
def test_author_without_profile_is_kept_from_the_post(night: Night, profile: Exchange, asked_again: bool) -> None:
    story = thread(1, post(2, "ada", BERLIN))
    _, store, _ = night(search((1, START)), story, profile, profile, profile)
    with store:
        account = store.account(AccountKey("hackernews", "ada"))
    assert account is not None
    assert (account.location, account.created_at) == ("Berlin", None)
    replay, store, _ = night(search((1, START)), story, user("ada"), at=START + 2 * DAY)
    store.close()
    assert bool(replay.unused) != asked_again


def test_people_over_the_limit_wait_for_the_next_night(night: Night) -> None:
    story = thread(1, post(2, "ada", BERLIN), post(3, "bo", BERLIN))
    _, store, spider = night(search((1, START)), story, user("ada"), max_profiles=1)
    store.close()
    assert spider.ledger.skipped["over_max_profiles"] == 1
    replay, store, _ = night(search((1, START)), story, user("bo"), max_profiles=1, at=START + 2 * DAY)
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_widest_lane_holds_all_others_and_strange_ones_are_counted(night: Night) -> None:
    replay, store, spider = night(search((1, START)), thread(1), lanes=("1", "3", "many"))
    store.close()
    assert [request.url for request in replay.asked] == [SEARCH, f"{ALGOLIA}/items/1"]
    assert spider.ledger.skipped["lane_not_understood"] == 1


def test_one_unreadable_post_leaves_the_others(night: Night) -> None:
    _, store, spider = night(search((1, START)), thread(1, {"id": "x"}, post(2, "ada", BERLIN)), user("ada"))
    with store:
        assert [known.handle for known in store.known("hackernews")] == ["ada"]
    assert spider.ledger.skipped["unreadable_row:Comment"] == 1
