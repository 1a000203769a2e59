"""Nights of the Stack Exchange source: what is asked, what is not asked again, what ends the night."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders.stackexchange import StackExchange
from storage.records import Account, AccountKey, Claim, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl
from tests.stackexchange_answers import (
    created,
    failed,
    membership,
    network,
    one_person,
    row,
    tags,
    top,
    user,
    users,
)

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
LANE = {"source": "stackexchange", "kind": "answerers", "target": "stackoverflow/pytorch"}
EMPTY, ALL = top(), top(row(1, 90), period="all_time")
ANA = AccountKey("stackexchange", "11")
LINKED = StackExchange.linked_lane()
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(
        *exchanges: Exchange, at: datetime = START, lanes: Any = (LANE,), **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay, url = Replay(exchanges), f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("stackexchange", replay, lanes=lanes, options=options, store_url=url, clock=at)
        return replay, store, spider

    return run


def whole(replay: Replay) -> bool:
    return replay.unused == replay.unrecorded == []


def first_night(night: Night) -> None:
    replay, store, _ = night(created(), EMPTY, ALL, *one_person())
    store.close()
    assert whole(replay)


def test_second_night_costs_one_list_per_lane(night: Night) -> None:
    first_night(night)
    replay, store, spider = night(top(row(1, 12, 2)), at=START + DAY)
    with store:
        work = store.evidence([ANA])[ANA]
        (known,) = store.known("stackexchange")
    assert whole(replay)
    assert [(one.source_id, one.figures.get("answers")) for one in work if one.kind == "answer"] == [
        ("stackoverflow/pytorch", 10),
        ("stackoverflow/pytorch/month", 2),
    ]
    assert known.last_seen == START + DAY
    assert spider.ledger.accounts == 1


def test_an_unchanged_list_changes_nothing(night: Night) -> None:
    first_night(night)
    night(top(row(1, 12, 2)), at=START + DAY)[1].close()
    _, store, spider = night(top(row(1, 12, 2)), at=START + 2 * DAY)
    store.close()
    assert spider.ledger.skipped["saved:evidence_unchanged"] == 1
    assert not spider.ledger.skipped["saved:evidence_changed"]


def test_all_time_is_listed_weekly_and_profiles_are_read_monthly(night: Night) -> None:
    first_night(night)
    replay, store, _ = night(EMPTY, ALL, at=START + 7 * DAY)
    store.close()
    assert whole(replay)
    replay, store, _ = night(EMPTY, ALL, *one_person(), at=START + 30 * DAY)
    store.close()
    assert whole(replay)


def test_people_over_max_profiles_wait_for_the_next_night(night: Night) -> None:
    lists = EMPTY, top(row(1, 90), row(2, 80), period="all_time")
    replay, store, spider = night(created(), *lists, *one_person(), max_profiles=1)
    store.close()
    assert whole(replay)
    assert spider.ledger.skipped["over_max_profiles"] == 1
    replay, store, _ = night(EMPTY, *one_person(2, 12), max_profiles=1, at=START + DAY)
    with store:
        work = store.evidence([AccountKey("stackexchange", "12")])
    assert whole(replay)
    assert {one.kind for found in work.values() for one in found} == {"answer", "tags"}


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (user(2, 12, last_access_date=1500000000), "idle"),
        (user(2, 12, user_type="unregistered"), "user_type:unregistered"),
        (None, "not_found"),
    ],
)
def test_people_left_out_are_not_asked_for_every_night(night: Night, profile: Any, reason: str) -> None:
    asked = users([2], *([profile] if profile else []))
    replay, store, spider = night(created(), EMPTY, top(row(2), period="all_time"), asked)
    store.close()
    assert whole(replay)
    assert spider.ledger.skipped[reason] == 1
    replay, store, spider = night(top(row(2)), at=START + DAY)
    store.close()
    assert whole(replay)
    assert spider.ledger.skipped["declined_lately"] == 2


def test_somebody_known_who_left_is_gone(night: Night) -> None:
    first_night(night)
    replay, store, _ = night(EMPTY, ALL, users([1]), at=START + 30 * DAY)
    with store:
        (known,) = store.known("stackexchange")
    assert whole(replay)
    assert known.gone_at == START + 30 * DAY


def test_one_person_at_two_sites_is_one_account(night: Night) -> None:
    lanes = LANE, LANE | {"target": "stats/regression"}
    stats = {"site": "stats", "tag": "regression"}
    exchanges = [
        created(), EMPTY, ALL, top(**stats), top(row(7, 30), period="all_time", **stats),
        users([1], user(1, 11, location="Oslo")), users([7], user(7, 11, location="Bergen"), site="stats"),
        network([11], membership(11, 1), membership(11, 7, "https://stats.stackexchange.com")),
        tags([1]), tags([7], site="stats"),
    ]  # fmt: skip
    replay, store, spider = night(*exchanges, lanes=lanes)
    with store:
        (account,) = store.accounts(source="stackexchange")
        work = store.evidence([ANA])[ANA]
    assert whole(replay)
    assert (account.handle, account.location) == ("stackoverflow/1", "Oslo")
    assert [(link.url, link.claim) for link in account.links] == [
        ("https://stats.stackexchange.com/users/7", Claim.VERIFIED)
    ]
    assert {one.source_id for one in work} == {"stackoverflow/pytorch", "stats/regression"}
    assert [bill.accounts for bill in spider.ledger.bills() if "answerers" in bill.lane] == [1, 1]


def test_the_page_others_link_to_is_the_main_sites(night: Night) -> None:
    lane = LANE | {"target": "stats/regression"}
    lists = (top(tag="regression", site="stats", period=period) for period in ("month",))
    found = top(row(7), tag="regression", site="stats", period="all_time")
    sites = membership(11, 7, "https://stats.stackexchange.com"), membership(11, 1)
    asked = users([7], user(7, 11), site="stats"), network([11], *sites), tags([7], site="stats")
    replay, store, _ = night(created(), *lists, found, *asked, lanes=[lane])
    with store:
        (account,) = store.accounts(source="stackexchange")
    assert whole(replay)
    assert account.handle == "stackoverflow/1"
    replay, store, _ = night(top(row(1)), at=START + DAY)
    store.close()
    assert replay.unrecorded == [f"GET {top(period='all_time')['url']}"]


def test_network_and_tags_follow_their_pages_up_to_a_limit(night: Night) -> None:
    tag = {"user_id": 1, "name": "pytorch", "count": 40}
    exchanges = [
        created(), EMPTY, ALL, users([1], user(1, 11)),
        network([11], membership(11, 1), more=True),
        network([11], membership(11, 3, "https://ai.stackexchange.com"), page=2, more=True),
        tags([1], tag, more=True), tags([1], tag | {"name": "python"}, page=2, more=True),
    ]  # fmt: skip
    replay, store, spider = night(*exchanges, network_pages=2, tag_pages=2)
    with store:
        (account,) = store.accounts(source="stackexchange")
        tagged = [one.tags for one in store.evidence([ANA])[ANA] if one.kind == "tags"]
    assert whole(replay)
    assert [link.url for link in account.links] == ["https://ai.stackexchange.com/users/3"]
    assert tagged == [("python", "pytorch")]
    assert spider.ledger.skipped["network_over_pages"] == spider.ledger.skipped["tags_over_pages"] == 1
    assert account.markers["read"] == "2026-11-25"


@pytest.mark.parametrize("broken", ["network", "tags"])
@pytest.mark.parametrize("failure", [{"status": 404}, {"status": 502}])
def test_people_read_in_part_are_kept_and_read_again(night: Night, broken: str, failure: dict[str, Any]) -> None:
    profile, sites, tagged = one_person()
    times = 3 if failure["status"] == 502 else 1
    parts = [sites, *[tagged | failure] * times] if broken == "tags" else [*[sites | failure] * times, tagged]
    replay, store, _ = night(created(), EMPTY, ALL, profile, *parts)
    with store:
        (account,) = store.accounts(source="stackexchange")
    assert whole(replay)
    assert (account.name, account.markers["read"]) == ("P11", "")
    replay, store, _ = night(EMPTY, *one_person(), at=START + DAY)
    store.close()
    assert whole(replay)


def test_links_of_the_network_survive_a_night_without_it(night: Night) -> None:
    sites = network([11], membership(11, 1), membership(11, 3, "https://ai.stackexchange.com"))
    night(created(), EMPTY, ALL, users([1], user(1, 11)), sites, tags([1]))[1].close()
    _, store, _ = night(EMPTY, ALL, users([1], user(1, 11)), sites | {"status": 404}, tags([1]), at=START + 30 * DAY)
    with store:
        (account,) = store.accounts(source="stackexchange")
    assert [link.url for link in account.links] == ["https://ai.stackexchange.com/users/3"]


def test_at_the_floor_of_the_quota_what_is_at_hand_is_kept(night: Night) -> None:
    profile = users([1], user(1, 11))
    profile["body"]["quota_remaining"] = 500
    replay, store, spider = night(created(), EMPTY, ALL, profile)
    with store:
        (account,) = store.accounts(source="stackexchange")
        held = store.held("stackexchange")
    assert whole(replay)
    assert account.markers["read"] == ""
    assert spider.stopped is not None
    assert spider.stopped == ("limit", "daily quota: 500 of 10000 requests left, 500 stay untouched")
    assert held is not None
    assert held[0] == datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(("left", "stops"), [(31, False), (30, True)])
def test_a_small_quota_has_a_small_floor(night: Night, left: int, stops: bool) -> None:
    empty = top()
    empty["body"] |= {"quota_max": 300, "quota_remaining": left}
    _, store, spider = night(created(), empty, *([] if stops else [ALL, *one_person()]))
    store.close()
    assert (spider.stopped is not None) == stops


def test_throttling_of_the_api_is_waited_for(night: Night) -> None:
    busy = failed(
        EMPTY, 502, "throttle_violation", "too many requests from this IP, more requests available in 0 seconds"
    )
    replay, store, spider = night(created(), busy, EMPTY, ALL, *one_person())
    store.close()
    assert whole(replay)
    assert spider.stopped is None
    assert spider.ledger.skipped["api_error:throttle_violation"] == 1


def test_a_long_throttling_ends_the_night_and_is_kept_to(night: Night) -> None:
    message = "too many requests from this IP, more requests available in 3000 seconds"
    _, store, spider = night(created(), failed(EMPTY, 502, "throttle_violation", message))
    with store:
        held = store.held("stackexchange")
    assert spider.stopped is not None
    assert spider.stopped[0] == "limit"
    assert held is not None
    assert held[0] == START + timedelta(seconds=3000)


@pytest.mark.parametrize(
    "answer",
    [
        failed(EMPTY, 400, "bad_parameter", "`key` doesn't match a known application"),
        failed(EMPTY, 403, "access_denied", "", 403),
        failed(EMPTY, 406, "access_token_compromised"),
        EMPTY | {"status": 401, "body": ""},
        EMPTY | {"status": 403, "body": "<html><title>Just a moment...</title></html>"},
    ],
    ids=["unknown key", "denied", "compromised", "401", "challenge page"],
)
def test_a_refusal_of_us_ends_the_night(night: Night, answer: dict[str, Any]) -> None:
    _, store, spider = night(created(), answer)
    store.close()
    assert spider.stopped is not None
    assert spider.stopped[0] == "refused"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (failed(EMPTY, 400, "bad_parameter", "No site found for name `stackoverflow`"), "http_400"),
        (EMPTY | {"body": "<html>maintenance</html>"}, "bad_json"),
        (EMPTY | {"body": {"quota_remaining": 9000}}, "unexpected_shape"),
    ],
)
def test_an_answer_that_cannot_be_read_costs_its_lane_only(night: Night, answer: Any, reason: str) -> None:
    replay, store, spider = night(created(), answer, ALL, *one_person())
    with store:
        assert [one.reason for one in store.quarantined()] == [reason]
        assert len(list(store.known("stackexchange"))) == 1
    assert whole(replay)
    assert spider.stopped is None


def test_a_tag_nobody_answers_under_is_a_finding(night: Night) -> None:
    _, store, spider = night(created(), EMPTY, top(period="all_time"))
    with store:
        assert store.quarantined() == []
    assert spider.ledger.skipped["empty_target:stackoverflow/pytorch"] == 1


def test_without_a_filter_profiles_are_read_all_the_same(night: Night) -> None:
    bare = {"user_id": 1, "account_id": 11, "display_name": "Ana"}
    exchanges = users([1], bare, filter=""), network([11], membership(11, 1)), tags([1])
    replay, store, spider = night(created() | {"status": 404}, EMPTY, ALL, *exchanges)
    with store:
        (account,) = store.accounts(source="stackexchange")
    assert whole(replay)
    assert "bio" not in account.observed
    assert spider.ledger.skipped["no_filter:status 404"] == 1


def test_a_configured_filter_is_not_made_again(night: Night) -> None:
    asked = users([1], user(1, 11), filter="!mine"), network([11], membership(11, 1)), tags([1])
    replay, store, _ = night(EMPTY, ALL, *asked, filter="!mine")
    store.close()
    assert whole(replay)


def test_backoff_of_an_answer_delays_its_method_only(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    now, waited = [1000.0], [0.0]

    async def pause(self: Any, wait: float | None) -> None:
        import asyncio

        await asyncio.sleep(0)
        now[0] += wait or 0.0
        waited[0] += wait or 0.0

    monkeypatch.setattr("spiders._polite.middlewares.Gate._pause", pause)
    monkeypatch.setattr("spiders._polite.middlewares.time.monotonic", lambda: now[0])
    person = one_person()
    person[2]["body"]["backoff"] = 30.0  # of a method nobody asks any more
    slow = top()
    slow["body"]["backoff"] = 7.5
    replay, store, _ = night(created(), slow, ALL, *person)
    store.close()
    assert whole(replay)
    assert waited[0] == 7.5


def test_a_backoff_longer_than_the_night_may_wait_ends_it(night: Night) -> None:
    slow = top()
    slow["body"]["backoff"] = 5000
    _, store, spider = night(created(), slow)
    store.close()
    assert spider.stopped is not None
    assert spider.stopped[0] == "limit"


def test_people_named_elsewhere_are_looked_up(night: Night, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/ana", seen_at=START, spider="github/1")
    link = Link(url="https://stackoverflow.com/users/1/ana-example", claim=Claim.CLAIMED, field="website")
    ana = Account(
        source="github", source_id="1", handle="ana", url="https://github.com/ana", links=(link,), origin=origin
    )
    with Store.open(url) as store:
        store.save([ana])
    replay, store, spider = night(created(), *one_person(), lanes=[LINKED.model_dump()])
    with store:
        assert store.account(ANA) is not None
    assert whole(replay)
    assert [bill.accounts for bill in spider.ledger.bills() if bill.lane == LINKED.id] == [1]
    replay, store, _ = night(lanes=[LINKED.model_dump()], at=START + DAY)
    store.close()
    assert whole(replay)


def test_strange_lanes_are_counted(night: Night) -> None:
    lanes = [LANE | {"target": "pytorch"}, LANE | {"kind": "askers"}, LANE | {"target": "stack overflow/x"}]
    _, store, spider = night(created(), lanes=lanes)
    store.close()
    assert spider.ledger.skipped["lane_not_understood"] == 3


def test_the_key_travels_in_the_header_alone(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKEXCHANGE_KEY", "invented-key")
    replay, store, _ = night(created(), EMPTY, ALL, *one_person())
    store.close()
    assert {request.headers["Authorization"] for request in replay.asked} == {b"Bearer invented-key"}
    assert not [request for request in replay.asked if "invented-key" in request.url]
