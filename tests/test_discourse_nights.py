"""Nights of the forums: what is asked, what is not asked again, what closes one forum and leaves the others."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders.discourse import Forums
from storage.records import Account, AccountKey, Claim, Kind, Level, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
HOST, OTHER = "discuss.pytorch.org", "discuss.ray.io"
DIRECTORY = {"source": "discourse", "kind": "directory", "target": HOST}
VISION = {"source": "discourse", "kind": "category", "target": f"{HOST}/vision"}
ROBOTS = "User-agent: *\nDisallow: /search\n"
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def answer(path: str, body: Any, *, host: str = HOST, **more: Any) -> dict[str, Any]:
    return {"url": f"https://{host}{path}", "body": body} | more


def robots(host: str = HOST, body: str = ROBOTS, **more: Any) -> dict[str, Any]:
    return answer("/robots.txt", body, host=host) | more


def site(host: str = HOST, **labels: str) -> dict[str, Any]:
    categories = [{"id": 5, "slug": "vision"}, {"id": 9, "slug": "closed", "read_restricted": True}]
    fields = [{"id": int(number[1:]), "name": label} for number, label in labels.items()]
    return answer("/site.json", {"categories": categories, "user_fields": fields}, host=host)


def row(number: int, name: str, likes: int = 10, **more: Any) -> dict[str, Any]:
    user = {"username": name, "name": name.title()} | more.pop("user", {})
    return {"id": number, "likes_received": likes, "post_count": 5, "topic_count": 1, "user": user} | more


def directory(*rows: Any, order: str = "likes_received", page: int = 0, host: str = HOST) -> dict[str, Any]:
    path = f"/directory_items.json?period=quarterly&order={order}&page={page}"
    return answer(path, {"directory_items": list(rows)}, host=host)


def solvers(*rows: Any, host: str = HOST) -> dict[str, Any]:
    return directory(*rows, order="solutions", host=host)


def topic(number: int, bumped: str = "2026-11-24T09:00:00Z", **more: Any) -> dict[str, Any]:
    return {"id": number, "title": f"T{number}", "posts_count": 3, "bumped_at": bumped, "like_count": 1} | more


def category(*topics: Any, page: int = 0, more: bool = False, **extra: Any) -> dict[str, Any]:
    following = {"more_topics_url": "/c/vision/5.json?page=1"} if more else {}
    return answer(f"/c/vision/5.json?page={page}", {"topic_list": {"topics": list(topics), **following}}, **extra)


def post(number: int, author: int, name: str, place: int = 2, likes: int = 1, **more: Any) -> dict[str, Any]:
    base = {"id": number, "user_id": author, "username": name, "name": name.title(), "post_number": place}
    actions = [{"id": 2, "count": likes}, {"id": 3, "count": 7}] if likes else []
    return {**base, "created_at": "2026-11-20T10:00:00Z", "actions_summary": actions, **more}


def opened(number: int, *posts: Any, **more: Any) -> dict[str, Any]:
    body = {"id": number, "title": f"T{number}", "posts_count": len(posts), "post_stream": {"posts": list(posts)}}
    return answer(f"/t/{number}.json", body | more)


def profile(number: int, name: str, *, host: str = HOST, headers: Any = None, **shown: Any) -> dict[str, Any]:
    user = {"id": number, "username": name, "name": name.title(), "trust_level": 2} | shown
    return answer(f"/u/{name}.json", {"user": user}, host=host, headers=headers or {})


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(
        *exchanges: Exchange, at: datetime = START, lanes: Any = (DIRECTORY,), **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay, url = Replay(exchanges), f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("discourse", replay, lanes=lanes, options=options, store_url=url, clock=at)
        return replay, store, spider

    return run


def whole(replay: Replay) -> bool:
    return replay.unused == replay.unrecorded == []


def names(store: Store) -> list[str]:
    return [account.handle.rpartition("/")[2] for account in store.accounts(source="discourse")]


def key(number: int, host: str = HOST) -> AccountKey:
    return AccountKey("discourse", f"{host}/{number}")


def test_directory_is_read_weekly_and_profiles_monthly(night: Night) -> None:
    asked = site(), directory(row(1, "ana")), solvers(), profile(1, "ana")
    replay, store, _ = night(robots(), *asked)
    store.close()
    assert whole(replay)
    replay, store, _ = night(at=START + DAY)
    store.close()
    assert replay.asked == []
    replay, store, _ = night(robots(), directory(row(1, "ana", 12)), solvers(), at=START + 7 * DAY)
    with store:
        (work,) = store.evidence([key(1)])[key(1)]
    assert whole(replay)
    assert work.figures["likes"] == 12
    replay, store, _ = night(robots(), *asked, at=START + 30 * DAY)
    store.close()
    assert whole(replay)


def test_directory_stops_where_members_were_hardly_liked(night: Night) -> None:
    full = directory(*(row(n, f"p{n}", 100 - n) for n in range(1, 51)))
    last = directory(row(51, "p51", 3), row(52, "p52", 2), page=1)
    replay, store, spider = night(robots(), site(), full, last, solvers(), profiles_per_forum=0)
    with store:
        assert len(names(store)) == 51
    assert whole(replay)
    assert spider.ledger.bill(f"discourse/directory/{HOST}").found == 51
    assert spider.ledger.skipped["profile_left_for_next_night"] == 51


@pytest.mark.parametrize(
    ("member", "counter"),
    [
        (row(-1, "system"), "nobody"),
        (row(2, "anon4711"), "nobody"),
        (row(2, "boss", user={"admin": True}), "staff"),
        ({"id": 2, "likes_received": 9}, "row_without_name"),
        ({"likes_received": 9}, "unreadable_row:Row"),
    ],
)
def test_rows_with_nobody_behind_them_are_left_out(night: Night, member: Any, counter: str) -> None:
    replay, store, spider = night(robots(), site(), directory(member), solvers(), skip_staff=True)
    with store:
        assert names(store) == []
    assert whole(replay)
    assert spider.ledger.skipped[counter] == 1


def test_rows_of_older_servers(night: Night) -> None:
    flat = {"id": 1, "username": "ana", "likes_received": 9370, "time_read": "55d", "post_count": 12}
    replay, store, _ = night(robots(), site(), directory(flat), solvers(), profile(1, "ana"))
    with store:
        assert names(store) == ["ana"]
        (work,) = store.evidence([key(1)])[key(1)]
    assert whole(replay)
    assert (work.level, work.event_at) == (Level.PRACTICE, datetime(2026, 8, 1, tzinfo=UTC))


def test_an_empty_directory_is_a_finding(night: Night) -> None:
    _, store, spider = night(robots(), site(), directory(), solvers())
    with store:
        assert [one.reason for one in store.quarantined()] == ["empty_directory"]
    assert spider.ledger.skipped["unreadable:empty_directory"] == 1


def test_answers_are_kept_that_somebody_was_thanked_for(night: Night) -> None:
    posts = (
        post(90, 1, "asker", 1, 9),
        post(91, 2, "liked", 2, 3),
        post(92, 3, "solver", 3, 0, accepted_answer=True),
        post(93, 4, "quiet", 4, 0),
        post(94, 5, "mod", 5, 2, post_type=3),
        post(95, 6, "gone", 6, 2, user_deleted=True),
        post(96, 7, "hid", 7, 2, hidden=True),
    )
    asked = category(topic(70)), opened(70, *posts, tags=["cnn", {"id": 1, "name": "gpu"}])
    replay, store, spider = night(robots(), site(), *asked, lanes=[VISION], profiles_per_forum=0)
    with store:
        work = store.evidence({key(2), key(3)})
        assert names(store) == ["liked", "solver"]
    assert whole(replay)
    (liked,), (solved,) = work[key(2)], work[key(3)]
    assert (liked.level, liked.figures["likes"], liked.figures["accepted"]) == (Level.RECOGNISED, 3, 0)
    assert (solved.level, solved.figures["accepted"]) == (Level.RECOGNISED, 1)
    assert liked.tags == ("pytorch", "computer-vision", "cnn", "gpu")
    assert liked.url == f"https://{HOST}/t/70/2"
    assert liked.text is None
    assert spider.ledger.bill(f"discourse/category/{HOST}/vision").accounts == 2


def test_newer_servers_name_the_solution_at_the_topic(night: Night) -> None:
    asked = category(topic(70)), opened(70, post(91, 2, "ana", 3, 0), accepted_answer={"post_number": 3})
    replay, store, _ = night(robots(), site(), *asked, lanes=[VISION], profiles_per_forum=0)
    with store:
        (work,) = store.evidence([key(2)])[key(2)]
    assert whole(replay)
    assert work.figures["accepted"] == 1


def test_second_night_opens_only_topics_that_moved(night: Night) -> None:
    old = topic(60, "2026-11-20T09:00:00Z")
    asked = category(topic(70), old), opened(70), opened(60)
    replay, store, _ = night(robots(), site(), *asked, lanes=[VISION])
    store.close()
    assert whole(replay)
    moved = category(topic(60, "2026-11-25T12:00:00Z"), topic(70)), opened(60)
    replay, store, _ = night(robots(), *moved, lanes=[VISION], at=START + DAY)
    store.close()
    assert whole(replay)


def test_an_unchanged_category_costs_one_small_answer(night: Night) -> None:
    listed = category(topic(70), headers={"ETag": 'W/"1"'})
    replay, store, _ = night(robots(), site(), listed, opened(70), lanes=[VISION])
    store.close()
    assert whole(replay)
    same = category(status=304)
    replay, store, _ = night(robots(), same, lanes=[VISION], at=START + DAY)
    store.close()
    assert whole(replay)
    assert replay.asked[-1].headers["If-None-Match"] == b'W/"1"'


def test_topics_over_the_share_of_a_night_wait(night: Night) -> None:
    listed = category(topic(70), topic(71), topic(72))
    replay, store, spider = night(robots(), site(), listed, opened(70), lanes=[VISION], topics_per_night=1)
    store.close()
    assert whole(replay)
    assert spider.ledger.skipped["topic_left_for_next_night"] == 2
    replay, store, _ = night(robots(), category(topic(70)), opened(71), opened(72), lanes=[VISION], at=START + DAY)
    store.close()
    assert whole(replay)


@pytest.mark.parametrize("failure", [{"status": 404}, {"status": 502}, {"body": "<html>"}])
def test_a_topic_that_cannot_be_read_costs_itself_only(night: Night, failure: dict[str, Any]) -> None:
    times = 3 if failure.get("status") == 502 else 1
    asked = category(topic(70), topic(71)), *[opened(70) | failure] * times, opened(71, post(91, 2, "ana"))
    replay, store, _ = night(robots(), site(), *asked, lanes=[VISION], profiles_per_forum=0)
    with store:
        assert names(store) == ["ana"]
    assert whole(replay)
    again = [opened(70)] if failure.get("status") == 502 else []
    replay, store, _ = night(robots(), category(), *again, lanes=[VISION], at=START + DAY, profiles_per_forum=0)
    store.close()
    assert whole(replay)


def test_pages_of_a_category_go_back_to_the_last_night(night: Night) -> None:
    one = category(topic(70, pinned=True), topic(71), more=True)
    two = category(topic(72), topic(73, "2020-01-01T00:00:00Z"), page=1, more=True)
    replay, store, _ = night(robots(), site(), one, two, opened(71), opened(72), lanes=[VISION])
    store.close()
    assert whole(replay)


def test_a_page_that_does_not_come_is_caught_up_when_the_category_moves(night: Night) -> None:
    broken = category(page=1) | {"status": 404}
    replay, store, _ = night(robots(), site(), category(topic(71), more=True), broken, opened(71), lanes=[VISION])
    store.close()
    assert whole(replay)
    moved = category(topic(80, "2026-11-25T09:00:00Z"), topic(71), more=True), category(topic(72), page=1)
    topics = opened(80), opened(71), opened(72)
    replay, store, _ = night(robots(), *moved, *topics, lanes=[VISION], at=START + DAY)
    store.close()
    assert whole(replay)


@pytest.mark.parametrize(
    "unpromising",
    [{"posts_count": 1}, {"like_count": 0, "has_accepted_answer": False}, {"visible": False}],
)
def test_topics_nobody_was_thanked_in_are_not_opened(night: Night, unpromising: dict[str, Any]) -> None:
    replay, store, _ = night(robots(), site(), category(topic(70, **unpromising)), lanes=[VISION])
    store.close()
    assert whole(replay)


@pytest.mark.parametrize("slug", ["unheard-of", "closed"])
def test_a_category_nobody_may_read_is_a_finding(night: Night, slug: str) -> None:
    lane = VISION | {"target": f"{HOST}/{slug}"}
    replay, store, spider = night(robots(), site(), lanes=[lane])
    store.close()
    assert whole(replay)
    assert spider.ledger.skipped[f"unreadable:category_unknown {HOST}/{slug}"] == 1


def test_profiles_give_links_wishes_and_white_listed_fields(night: Night) -> None:
    shown = profile(
        1, "ana", website="ana.example/x", location="Berlin", bio_cooked="<p>No recruiters! ana@ana.example</p>",
        title="Regular", created_at="2018-03-04T05:06:07.000Z", badge_count=3, timezone="Europe/Berlin",
        user_fields={"1": "@ana-l", "2": "Example Lab", "3": "red", "4": None, "9": "x"}, email="ana@ana.example",
    )  # fmt: skip
    fields = site(_1="GitHub handle", _2="Affiliation", _3="Pronouns", _4="Twitter")
    replay, store, _ = night(robots(), fields, directory(row(1, "ana")), solvers(), shown)
    with store:
        account = store.account(key(1))
    assert whole(replay)
    assert account is not None
    assert (account.handle, account.url) == (f"{HOST}/ana", f"https://{HOST}/u/ana")
    assert (account.name, account.location, account.company) == ("Ana", "Berlin", "Example Lab")
    assert account.flags == ("no_recruiters",)
    assert [(link.url, link.field) for link in account.links] == [("https://github.com/ana-l", "field")]
    assert dict(account.figures) == {"trust_level": 2, "badges": 3}
    assert "ana@" not in account.model_dump_json()
    assert "red" not in (account.bio or "")


def test_what_a_profile_wished_is_not_lost_by_a_list(night: Night) -> None:
    shown = profile(1, "ana", bio_raw="No recruiters, please.")
    night(robots(), site(), directory(row(1, "ana")), solvers(), shown)[1].close()
    _, store, _ = night(robots(), directory(row(1, "ana", user={"moderator": True})), solvers(), at=START + 7 * DAY)
    with store:
        account = store.account(key(1))
    assert account is not None
    assert account.flags == ("no_recruiters",)
    assert account.bio == "No recruiters, please."


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (profile(1, "ana", status=404), "profile_hidden"),
        (profile(1, "ana", profile_hidden=True), "profile_hidden"),
        (profile(2, "ana"), "profile_of_another"),
        (profile(1, "ana", headers={"X-Robots-Tag": "none"}), "profile_not_to_be_kept"),
        (profile(1, "ana", headers={"X-Robots-Tag": "noindex, noai"}), "profile_not_to_be_kept"),
    ],
)
def test_a_profile_that_is_not_to_be_kept(night: Night, shown: dict[str, Any], reason: str) -> None:
    shown = shown | ({"status": 404} if reason == "profile_hidden" and "status" in shown["body"]["user"] else {})
    replay, store, spider = night(robots(), site(), directory(row(1, "ana")), solvers(), shown)
    with store:
        account = store.account(key(1))
    assert whole(replay)
    assert spider.ledger.skipped[reason] == 1
    assert account is not None
    assert "location" not in account.observed
    assert account.markers["read"] == "2026-11-25"


def test_whoever_is_suspended_when_first_met_is_dropped_like_those_read_before(night: Night) -> None:
    """Not only where the list was slow enough to be stored before the profile came."""
    out = profile(1, "ana", suspended_till="2030-01-01T00:00:00Z")
    _, store, spider = night(robots(), site(), directory(row(1, "ana")), solvers(), out)
    with store:
        account, [known] = store.account(key(1)), store.known("discourse")
    assert spider.ledger.skipped["suspended"] == 1
    assert account is not None
    assert (account.name, account.flags) == (None, ("erased",))
    assert known.gone_at is not None


def test_what_somebody_hides_later_is_taken_back(night: Night) -> None:
    shown = profile(1, "ana", location="Oslo", website="https://ana.example", bio_raw="Vision.")
    night(robots(), site(), directory(row(1, "ana")), solvers(), shown)[1].close()
    lists = site(), directory(row(1, "ana")), solvers()
    _, store, _ = night(robots(), *lists, profile(1, "ana", profile_hidden=True), at=START + 30 * DAY)
    with store:
        account = store.account(key(1))
    assert account is not None
    assert (account.location, account.bio, account.links) == (None, None, ())
    assert account.markers["read"] == "2026-12-25"


def test_whoever_was_suspended_is_dropped_with_their_work(night: Night) -> None:
    night(robots(), site(), directory(row(1, "ana")), solvers(), profile(1, "ana", location="Oslo"))[1].close()
    lists, out = (site(), directory(row(2, "bo")), solvers()), profile(1, "ana", suspended_till="2030-01-01T00:00:00Z")
    _, store, _ = night(robots(), *lists, profile(2, "bo"), out, at=START + 30 * DAY)
    with store:
        account, work = store.account(key(1)), store.evidence([key(1)])
        gone = {known.account: known.gone_at is not None for known in store.known("discourse")}
    assert account is not None
    assert (account.name, account.location, work) == (None, None, {})
    assert gone == {key(1): True, key(2): False}


@pytest.mark.parametrize(("keep", "observed"), [(True, True), (False, False)])
def test_profiles_that_are_kept_from_search_pages_are_a_setting(night: Night, keep: bool, observed: bool) -> None:
    shown = profile(1, "ana", location="Oslo", headers={"X-Robots-Tag": "noindex"})
    _, store, _ = night(robots(), site(), directory(row(1, "ana")), solvers(), shown, keep_noindex=keep)
    with store:
        account = store.account(key(1))
    assert account is not None
    assert (account.location == "Oslo") is observed


@pytest.mark.parametrize(
    ("rules", "profiles", "lists"),
    [
        ("User-agent: *\nDisallow: /u/\n", False, True),
        ("User-agent: sourcing-crawler\nDisallow: /\n", False, False),
        ("User-agent: Googlebot\nAllow: /\nUser-agent: *\nDisallow: /\n", False, False),
        (ROBOTS, True, True),
    ],
)
def test_robots_decides_per_path(night: Night, rules: str, profiles: bool, lists: bool) -> None:
    asked = [site(), directory(row(1, "ana")), solvers()] if lists else []
    replay, store, spider = night(robots(body=rules), *asked, *([profile(1, "ana")] if profiles else []))
    with store:
        assert names(store) == (["ana"] if lists else [])
    assert whole(replay)
    assert bool(spider.ledger.skipped["closed_by_robots"]) is not (profiles and lists)


def test_an_unreadable_robots_file_closes_the_forum(night: Night) -> None:
    replay, store, spider = night(robots(status=503))
    with store:
        assert names(store) == []
    assert [request.url for request in replay.asked if "robots" not in request.url] == []
    assert spider.ledger.skipped["robots_unreachable"] == 1


def both(*exchanges: Exchange) -> tuple[Exchange, ...]:
    other = site(OTHER), directory(row(7, "ray"), host=OTHER), solvers(host=OTHER), profile(7, "ray", host=OTHER)
    return (robots(), robots(OTHER), *other, *exchanges)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (site() | {"status": 403, "body": "<html>Just a moment...</html>"}, "seems banned"),
        (site() | {"status": 429, "headers": {"Retry-After": "3000"}}, "3000 s of waiting"),
        (site() | {"status": 429, "body": {"extras": {"wait_seconds": 400}}}, "400 s of waiting"),
    ],
)
def test_a_forum_that_refuses_us_is_left_and_the_others_go_on(night: Night, first: Any, reason: str) -> None:
    lanes = DIRECTORY, DIRECTORY | {"target": OTHER}, VISION
    replay, store, spider = night(*both(first), lanes=lanes)
    with store:
        assert names(store) == ["ray"]
    assert whole(replay)
    assert spider.stopped is None
    assert [name for name in spider.ledger.skipped if name.startswith("unreadable:forum_closed") and reason in name]


def test_a_forum_closed_in_the_middle_is_asked_nothing_more(night: Night) -> None:
    banned = opened(70) | {"status": 403, "body": "<html>"}  # asked first
    replay, store, spider = night(robots(), site(), category(topic(70), topic(71)), banned, lanes=[VISION])
    store.close()
    assert whole(replay)
    assert spider.ledger.skipped["blocked:forum_closed"] == 1
    # Nothing is lost by it: both topics wait for the next night.
    replay, store, _ = night(robots(), category(), opened(70), opened(71), lanes=[VISION], at=START + DAY)
    store.close()
    assert whole(replay)


def test_a_short_wait_is_waited_for(night: Night) -> None:
    slow = site() | {"status": 429, "headers": {"Retry-After": "0"}}
    replay, store, _ = night(robots(), slow, site(), directory(row(1, "ana")), solvers(), profile(1, "ana"))
    with store:
        assert names(store) == ["ana"]
    assert whole(replay)


@pytest.mark.parametrize(
    ("body", "reason"), [("<html>not a forum</html>", "bad_json"), ({"hello": "world"}, "unexpected_shape")]
)
def test_a_host_that_is_no_forum_is_a_finding(night: Night, body: Any, reason: str) -> None:
    _, store, spider = night(robots(), site() | {"body": body})
    with store:
        assert [one.reason for one in store.quarantined()] == [reason]
    assert spider.ledger.skipped[f"unreadable:{reason}"] == 1


def test_only_listed_forums_are_asked(night: Night) -> None:
    lanes = [
        DIRECTORY | {"target": "forum.example.org"}, DIRECTORY | {"target": f"{HOST}/vision"},
        VISION | {"target": HOST}, VISION | {"kind": "search"}, DIRECTORY | {"target": "https://x"},
    ]  # fmt: skip
    replay, store, spider = night(lanes=lanes)
    store.close()
    assert replay.asked == []
    assert spider.ledger.skipped["unreadable:forum_not_listed forum.example.org"] == 1
    assert spider.ledger.skipped["lane_not_understood"] == 4


def test_a_forum_of_ones_own_is_a_row_in_the_settings(night: Night) -> None:
    mine = {"host": "forum.example.org", "title": "Mine", "tags": ["jax"], "solved": False}
    lane = DIRECTORY | {"target": "forum.example.org"}
    host = "forum.example.org"
    asked = robots(host), site(host), directory(row(1, "ana"), host=host), profile(1, "ana", host=host)
    replay, store, _ = night(*asked, lanes=[lane], more=[mine])
    with store:
        (work,) = store.evidence([key(1, "forum.example.org")]).popitem()[1]
    assert whole(replay)
    assert (work.title, work.tags) == ("Active at Mine", ("jax",))


def test_a_renamed_member_stays_the_same_account(night: Night) -> None:
    night(robots(), site(), directory(row(1, "ana")), solvers(), profile(1, "ana"))[1].close()
    _, store, _ = night(robots(), directory(row(1, "ana-l")), solvers(), at=START + 7 * DAY)
    with store:
        (account,) = store.accounts(source="discourse")
        assert [handle for handle, _ in store.handles(key(1))] == [f"{HOST}/ana", f"{HOST}/ana-l"]
    assert account.handle == f"{HOST}/ana-l"


def test_people_named_elsewhere_are_looked_up_once(night: Night, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/ana", seen_at=START, spider="github/1")
    pages = [Link(url=f"https://{HOST}/u/{name}", claim=Claim.CLAIMED, field="website") for name in ("Ana_L", "nemo")]
    ana = Account(
        source="github", source_id="1", handle="ana", url="https://github.com/ana", links=pages, origin=origin
    )
    with Store.open(url) as store:
        store.save([ana])
    lane = Forums.linked_lane().model_dump()
    found, missing = profile(1, "ana_l"), profile(2, "nemo") | {"status": 404}
    replay, store, _ = night(robots(), found, missing, lanes=[lane])
    with store:
        account = store.account(key(1))
    assert whole(replay)
    assert account is not None
    assert account.kind is Kind.PERSON
    replay, store, _ = night(lanes=[lane], at=START + DAY)
    store.close()
    assert replay.asked == []


def test_nothing_a_plugin_leaks_reaches_the_database(night: Night, tmp_path: Path) -> None:
    leak = {"password_hash": "canary-hash", "salt": "canary-salt", "email": "canary@ana.example", "ip": "203.0.113.9"}
    asked = (
        category(topic(70, owner=leak), headers={"X-Owner": "canary-header"}),
        opened(70, post(91, 2, "ana", password_hash="canary-hash", owner_row=leak), owner=leak, last_answerer=leak),
        profile(2, "ana", **leak, custom_fields=leak, user_fields={"1": "canary-field"}, invited_by=leak),
    )
    replay, store, _ = night(robots(), site(_1="Mood"), *asked, lanes=[VISION])
    store.close()
    assert whole(replay)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary" not in written
    assert json.dumps(leak["ip"]).encode() not in written


# --- nights that were cut off ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "again"), [(timedelta(hours=2), True), (DAY, False)])
def test_profiles_a_cut_off_night_never_came_to_are_read_when_it_is_continued(
    night: Night, later: timedelta, again: bool
) -> None:
    refused = {**profile(1, "ana"), "status": 401, "body": ""}
    night(robots(), site(), directory(row(1, "ana")), solvers(), refused)[1].close()
    rest = (robots(), profile(1, "ana", bio_raw="Speech.")) if again else ()
    replay, store, _ = night(*rest, at=START + later)
    with store:
        assert whole(replay)
        assert [one.bio for one in store.accounts()] == ["Speech." if again else None]


def test_a_list_of_topics_that_was_cut_off_is_read_from_its_first_page(night: Night) -> None:
    first = category(topic(1), more=True, headers={"ETag": '"one"'})
    refused = {**category(page=1), "status": 401, "body": ""}
    night(robots(), site(), first, refused, lanes=[VISION])[1].close()
    topics = opened(1, post(11, 1, "ana")), opened(2, post(21, 2, "bo"))
    rest = (robots(), first, category(topic(2), page=1), *topics, profile(1, "ana"), profile(2, "bo"))
    replay, store, _ = night(*rest, at=START + timedelta(hours=2), lanes=[VISION])
    with store:
        assert whole(replay)
        assert names(store) == ["ana", "bo"]
    assert b"If-None-Match" not in replay.asked[1].headers


def test_a_directory_counts_as_read_once_all_its_orders_are(night: Night) -> None:
    refused = {**solvers(), "status": 401, "body": ""}
    night(robots(), site(), directory(row(1, "ana")), refused)[1].close()
    rest = (robots(), directory(row(1, "ana")), solvers(row(2, "bo", 1, solutions=3)), profile(1, "ana"))
    replay, store, _ = night(*rest, profile(2, "bo"), at=START + timedelta(hours=2))
    with store:
        assert whole(replay)
        assert names(store) == ["ana", "bo"]
