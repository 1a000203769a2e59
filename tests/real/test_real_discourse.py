"""Recorded answers of forums, several server versions: directory, topics, lists, profiles, robots.txt.

Facts about real people are written down as counts and digests: the repository holds nothing of them.
"""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from protego import Protego

from spiders._discourse import people, work
from spiders._discourse.answers import Directory, OpenTopic, Post, Profile, Row, Topic, Topics, User
from spiders._discourse.forums import Forum, Place
from spiders._discourse.people import Seen
from spiders._reading.clean import each
from storage.records import Evidence, Origin
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "discourse"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of forums are not beside the project"),
]
HOST = "ask.cyberinfrastructure.org"
OTHER = "forum.mautic.org"
PLACE = Place(Forum(host=HOST, title="Ask.CI", tags=("hpc",)), f"https://{HOST}")
ORIGIN = Origin(source="discourse", url=PLACE.address, seen_at=datetime(2026, 11, 25, tzinfo=UTC), spider="discourse/1")


def recorded(name: str) -> list[dict[str, Any]]:
    return read_exchanges(FOLDER / name)


def topics() -> list[dict[str, Any]]:
    rows = [
        row for name in ("topics.jsonl", "topics_ask_ci.jsonl", "api_client_fixtures.jsonl") for row in recorded(name)
    ]
    return [row["body"] for row in rows if isinstance(row["body"], dict) and "post_stream" in row["body"]]


def lists() -> list[dict[str, Any]]:
    rows = [
        row for name in ("topic_lists.jsonl", "topics.jsonl", "api_client_fixtures.jsonl") for row in recorded(name)
    ]
    return [row["body"] for row in rows if isinstance(row["body"], dict) and "topic_list" in row["body"]]


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def answers() -> list[Evidence]:
    found = []
    for body in topics():
        topic = OpenTopic.model_validate(body)
        for post in each(Post, topic.post_stream.posts, print):
            if work.thanked(post, topic):
                owner = people.key(HOST, post.user_id)
                found.append(work.answer(PLACE, "q-a", topic, post, owner, ORIGIN))
    return found


def test_every_recorded_topic_and_post_is_read() -> None:
    counted: Counter[str] = Counter()
    read = [OpenTopic.model_validate(body) for body in topics()]
    posts = [post for one in read for post in each(Post, one.post_stream.posts, lambda name: counted.update([name]))]
    assert (len(read), len(posts), dict(counted)) == (53, 200, {})
    assert {post.post_type for post in posts} == {1, 2}
    assert sum(Seen.of_post(post).somebody for post in posts) == 200
    assert digest(sorted((post.user_id, post.username, post.likes) for post in posts)) == "bf1f0f0f0772"


def test_answers_others_were_thanked_for() -> None:
    found = answers()
    assert (len(found), len({one.account for one in found})) == (3, 3)
    assert digest(sorted((one.source_id, one.level, one.figures["likes"]) for one in found)) == "ba07c56ad9f6"
    assert {one.text for one in found} == {None}


def test_every_recorded_list_is_read() -> None:
    counted: Counter[str] = Counter()
    rows = [Topics.model_validate(body).topic_list for body in lists()]
    found = [one for row in rows for one in each(Topic, row.topics, lambda name: counted.update([name]))]
    assert (len(rows), len(found), dict(counted)) == (9, 154, {})
    assert (sum(bool(one.pinned) for one in found), sum(one.promising for one in found)) == (4, 34)
    assert all(one.bumped_at for one in found)


def test_directory_of_an_older_server() -> None:
    (row,) = recorded("directory.jsonl")
    rows = list(each(Row, Directory.model_validate(row["body"]).directory_items, print))
    assert (len(rows), [row.member is not None for row in rows].count(True)) == (11, 11)
    assert rows[0].likes_received == max(row.likes_received for row in rows) == 9370
    assert not Directory.model_validate(row["body"]).is_last(0)


def test_profiles_of_older_servers() -> None:
    bodies = [recorded("profiles.jsonl")[0]["body"], recorded("api_client_fixtures.jsonl")[9]["body"]]
    users = [user for body in bodies for user in each(User, [Profile.model_validate(body).user], print)]
    whole, bare = (people.full(PLACE, user, {}, {}, ORIGIN, print) for user in users)
    assert (whole.location is not None, len(whole.links), whole.flags) == (True, 3, ("forum_staff",))
    assert digest([whole.name, whole.headline, whole.bio, [link.url for link in whole.links]]) == "a104f95411fe"
    assert (bare.name, bare.bio, bare.links) == ("Test User", None, ())


def test_default_robots_of_the_software_allow_what_is_asked() -> None:
    (row,) = recorded("robots.jsonl")
    rules = Protego.parse(row["body"])
    base, agent = "https://forum.example.org", "sourcing-crawler"
    allowed = ["/directory_items.json?period=quarterly&order=likes_received&page=0", "/c/vision/5.json?page=0"]
    allowed += ["/t/7.json", "/site.json", "/u/ana.json"]
    assert [path for path in allowed if not rules.can_fetch(f"{base}{path}", agent)] == []
    assert [
        path for path in ("/search.json?q=x", "/g/x/members.json", "/badges") if rules.can_fetch(f"{base}{path}", agent)
    ] == []


def test_a_night_on_recorded_topics(tmp_path: Path) -> None:
    """Lists and topics of two forums through the engine; topics that were not recorded are missing there."""
    listed = recorded("topic_lists.jsonl")[0]["body"]["topic_list"]["topics"]
    opened = {row["body"]["id"]: row for row in recorded("topics_ask_ci.jsonl")}
    # Without the counts of newer servers every topic is worth opening.
    bare = [{name: one[name] for name in ("id", "title", "posts_count", "bumped_at", "pinned")} for one in listed]
    # The pages were joined while topics moved, so some stand there twice.
    wanted = list(dict.fromkeys(one["id"] for one in bare if not one["pinned"] and one["posts_count"] > 1))
    others = [row for row in recorded("topics.jsonl") if "/t/" in row["url"]]
    other = [row | {"url": f"https://{OTHER}/t/{row['url'].rpartition('/')[2]}"} for row in others]
    found = [
        {"id": int(row["url"].split("/")[-1][:-5]), "posts_count": 9, "bumped_at": "2019-01-01T00:00:00Z"}
        for row in other
    ]
    exchanges = [
        *site(HOST, bare),
        *({"url": f"https://{HOST}/t/{number}.json", "status": 404} for number in wanted if number not in opened),
        *(row for number, row in opened.items() if number in wanted),
        *site(OTHER, found),
        *other,
    ]
    replay = Replay(exchanges)
    store, spider = crawl(
        "discourse",
        replay,
        lanes=[{"source": "discourse", "kind": "category", "target": f"{host}/q-a"} for host in (HOST, OTHER)],
        options={
            "more": [{"host": host, "title": host, "tags": ["hpc"]} for host in (HOST, OTHER)],
            "first_days": 3650,
            "topics_per_night": 500,
            "profiles_per_forum": 0,
        },
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=datetime(2019, 10, 20, tzinfo=UTC),
    )
    with store:
        accounts = list(store.accounts(source="discourse"))
        assert not store.quarantined()
    assert replay.unused == replay.unrecorded == []
    assert spider.stopped is None
    assert (len(wanted), len(other), len(accounts)) == (129, 3, 1)
    assert not [account for account in accounts if account.observed - {"name", "headline", "kind", "flags"}]


def site(host: str, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is asked of a forum before its topics."""
    return [
        recorded("robots.jsonl")[0] | {"url": f"https://{host}/robots.txt"},
        {"url": f"https://{host}/site.json", "body": {"categories": [{"id": 26, "slug": "q-a"}]}},
        {"url": f"https://{host}/c/q-a/26.json?page=0", "body": {"topic_list": {"topics": listed}}},
    ]
