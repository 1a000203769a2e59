"""Mastodon: who may be kept, what is kept of them, nights, and servers that do not answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders._mastodon import people
from storage.records import Account, AccountKey, Claim, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
SERVER = "social.example"
ORIGIN = Origin(source="mastodon", url=f"https://{SERVER}/@ada", seen_at=START, spider="mastodon/1")
ROBOTS = {"url": f"https://{SERVER}/robots.txt", "body": "User-agent: *\nDisallow: /media_proxy/\n"}
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def profile(**facts: Any) -> dict[str, Any]:
    return {"username": "ada", "acct": "ada", "discoverable": True, "indexable": True, "noindex": False} | facts


def made(**facts: Any) -> Account:
    return people.account(people.Profile.model_validate(profile(**facts)), SERVER, ORIGIN, lambda _: None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"discoverable": False}, "not_discoverable"),
        ({"discoverable": None}, "not_discoverable"),  # not stated is no
        ({"noindex": True}, "noindex"),
        ({"noindex": None}, None),
        ({"note": "<p>I like #nobot things</p>"}, "noindex"),
        ({"note": '<p><a href="https://x.example/tags/nobots">#<span>NoBots</span></a></p>'}, "noindex"),
        ({"fields": [{"name": "nobot", "value": "please"}]}, "noindex"),
        ({"note": "<p>I build nobotics</p>"}, None),
        ({"bot": True}, "no_person"),
        ({"group": True}, "no_person"),
        ({"suspended": True}, "suspended"),
        ({"indexable": False}, None),  # that is about posts, which are never read
    ],
)
def test_who_may_be_kept(facts: dict[str, Any], reason: str | None) -> None:
    assert people.reason_to_pass(people.Profile.model_validate(profile(**facts))) == reason


def test_verified_rows_are_proof_and_the_rest_are_claims() -> None:
    anchor = '<a href="https://{0}" rel="me"><span class="invisible">https://</span>{0}</a>'.format
    fields = [
        {"name": "GitHub", "value": anchor("github.com/ada"), "verified_at": "2026-01-02T03:04:05.000+00:00"},
        {"name": "Web", "value": anchor("ada.example"), "verified_at": None},
        {"name": "Pronouns", "value": "she/her", "verified_at": None},
        {"name": "Mail", "value": "ada@mail.example", "verified_at": None},
        {"name": "Bad", "value": '<a href="javascript:alert(1)">x</a>', "verified_at": None},
    ]
    one = made(fields=fields, note="<p>See https://other.example/x and so on</p>")
    assert [(link.url, link.claim) for link in one.links] == [
        ("https://github.com/ada", Claim.VERIFIED),
        ("https://ada.example", Claim.CLAIMED),
        ("https://other.example/x", Claim.MENTIONED),
    ]


def test_what_is_kept_of_a_profile() -> None:
    facts = {"display_name": ":cat: Ada <b>\u202e", "note": "<p>Vision &amp; mail ada@mail.example</p>"}
    one = made(
        username="Ada", followers_count=5, statuses_count=9, fields=[{"name": "Location:", "value": "Oslo"}], **facts
    )
    assert (one.source_id, one.handle, one.url) == (
        "ada@social.example",
        "Ada@social.example",
        "https://social.example/@Ada",
    )
    assert (one.name, one.bio, one.location) == ("Ada <b>", "Vision & mail [contact: see post]", "Oslo")
    assert dict(one.figures) == {"followers": 5.0, "posts": 9.0}
    assert dict(made(indexable=False, followers_count=5, statuses_count=9).figures) == {"followers": 5.0}


# ---- nights -----------------------------------------------------------------------------------------------


def answer(name: str = "ada", body: Any = None, **more: Any) -> dict[str, Any]:
    url = f"https://{SERVER}/api/v1/accounts/lookup?acct={name}"
    return {"url": url, "body": profile(username=name) if body is None else body} | more


def named(url: str, *names: str) -> None:
    """Save a GitHub account that claims these handles."""
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/x", seen_at=START, spider="github/1")
    links = tuple(Link(url=f"https://{name}", claim=Claim.CLAIMED, field="social_accounts") for name in names)
    with Store.open(url) as store:
        store.save([Account(source="github", source_id="1", handle="x", url=origin.url, links=links, origin=origin)])


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/night.db"
    named(made, f"{SERVER}/@ada", "unlisted.example/@bo")
    return made


@pytest.fixture
def night(url: str) -> Night:
    def run(
        *exchanges: Exchange, at: datetime = START, robots: bool = True, **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay([*([ROBOTS] if robots else []), *exchanges])
        lanes = [{"source": "mastodon", "kind": "linked", "target": "accounts"}]
        chosen = {"servers": [SERVER]} | options
        store, spider = crawl("mastodon", replay, lanes=lanes, options=chosen, store_url=url, clock=at)
        return replay, store, spider

    return run


def known(store: Store) -> list[str]:
    return [account.source_id for account in store.accounts(source="mastodon")]


def test_only_listed_servers_are_asked(night: Night) -> None:
    replay, store, spider = night(answer())
    with store:
        assert known(store) == ["ada@social.example"]
    assert replay.unused == replay.unrecorded == []
    assert spider.ledger.skipped["server_not_listed"] == 1


def test_nothing_is_asked_until_a_week_has_passed_and_then_with_the_validator(night: Night) -> None:
    _, store, _ = night(answer(headers={"ETag": 'W/"1"'}))
    store.close()
    replay, store, _ = night(at=START + DAY, robots=False)
    store.close()
    assert replay.asked == []
    replay, store, _ = night(answer(status=304, body=""), at=START + 8 * DAY)
    with store:
        assert next(iter(store.known("mastodon"))).last_seen == START + 8 * DAY
    assert replay.asked[-1].headers["If-None-Match"] == b'W/"1"'


def test_who_does_not_want_to_be_found_any_more_is_emptied(night: Night) -> None:
    _, store, _ = night(answer(body=profile(note="<p>Vision engineer</p>", display_name="Ada")))
    store.close()
    _, store, _ = night(answer(body=profile(discoverable=False)), at=START + 8 * DAY)
    key = AccountKey("mastodon", "ada@social.example")
    with store:
        account = store.account(key)
        assert account is not None
        assert (account.name, account.bio, account.links, dict(account.figures)) == (None, None, (), {})
        assert account.flags == ("not_discoverable",)
        assert [event.detail for event in store.events(key=key) if event.event == "gone"] == ["not_discoverable"]
    replay, store, _ = night(at=START + 16 * DAY, robots=False)
    store.close()
    assert replay.asked == []


@pytest.mark.parametrize(("status", "reason"), [(404, "not_found"), (410, "suspended")])
def test_who_left_is_gone(night: Night, status: int, reason: str) -> None:
    night(answer())[1].close()
    _, store, _ = night(answer(status=status, body={"error": "x"}), at=START + 8 * DAY)
    with store:
        details = [event.detail for event in store.events() if event.event == "gone"]
    assert details == [reason]


def test_who_is_not_there_is_looked_up_again_after_a_month(night: Night) -> None:
    night(answer(status=404, body={"error": "Record not found"}))[1].close()
    replay, store, spider = night(at=START + DAY, robots=False)
    store.close()
    assert (replay.asked, spider.ledger.skipped["looked_up_lately"]) == ([], 1)
    replay, store, _ = night(answer(), at=START + 31 * DAY)
    with store:
        assert known(store) == ["ada@social.example"]


@pytest.mark.parametrize(
    ("failure", "counter"),
    [
        ({"status": 401, "body": {"error": "This method requires an authenticated user"}}, "server_failed:status 401"),
        ({"status": 403, "body": ""}, "server_failed:status 403"),
        ({"status": 503, "body": ""}, "server_failed:status 503"),
        ({"raises": "timeout"}, "server_failed:DownloadTimeoutError"),
    ],
)
def test_a_server_that_does_not_answer_stops_nobody(night: Night, failure: dict[str, Any], counter: str) -> None:
    _, store, spider = night(*[answer(**failure)] * (1 if failure.get("status") in (401, 403) else 3))
    with store:
        assert known(store) == []
    assert spider.stopped is None
    assert spider.ledger.skipped[counter] == 1


def test_a_server_closed_by_robots_is_not_asked(night: Night) -> None:
    closed = {"url": f"https://{SERVER}/robots.txt", "body": "User-agent: *\nDisallow: /\n"}
    replay, store, spider = night(closed, robots=False)
    store.close()
    assert [request.url for request in replay.asked] == [f"https://{SERVER}/robots.txt"]
    assert spider.stopped is None


def test_an_answer_of_another_shape_is_kept_aside(night: Night) -> None:
    _, store, spider = night(answer(body={"accounts": []}))
    with store:
        assert [row.reason for row in store.quarantined()] == ["unexpected_shape"]
    assert any("unexpected_shape" in name for name in spider.ledger.skipped)


def test_a_used_up_window_waits_for_the_time_it_names(night: Night) -> None:
    limited = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2020-01-01T00:00:00.5Z"}
    _, store, spider = night(answer(status=429, body="", headers=limited), answer(), max_wait=900)
    with store:
        assert known(store) == ["ada@social.example"]
    assert sum(bill.refused for bill in spider.ledger.bills()) == 1
