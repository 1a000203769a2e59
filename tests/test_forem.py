"""DEV (Forem): writers named elsewhere, their articles, second nights, errors."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders.forem import Article, Writer, account, links, post
from storage.records import Account, AccountKey, Claim, Kind, Level, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
API = "https://dev.to/api"
ORIGIN = Origin(source="forem", url="https://dev.to/ada", seen_at=START, spider="forem/1")
ADA = AccountKey("forem", "7")
PROFILE = {
    "type_of": "user",
    "id": 7,
    "username": "ada",
    "name": "Ada Byron",
    "summary": "Speech models. ada@ada.example",
    "twitter_username": "ada_x",
    "github_username": "AdaB",
    "website_url": "https://ada.example",
    "location": "London",
    "joined_at": "Jan  1, 2020",
    "profile_image": "https://pictures.example/ada.png",
}
ARTICLE = {
    "id": 71,
    "title": "Beam search",
    "description": "How it works",
    "url": "https://dev.to/ada/beam-search",
    "published_timestamp": "2026-10-01T08:00:00Z",
    "public_reactions_count": 120,
    "comments_count": 4,
    "tag_list": ["machinelearning", "python"],
}


def ignore(_: str) -> None:
    """Counters are of no interest."""


def writer(**more: Any) -> Writer:
    return Writer.model_validate(PROFILE | more)


def test_a_profile_as_an_account() -> None:
    made = account(writer(), "https://dev.to", ORIGIN, ignore)
    assert (made.source_id, made.handle, made.url, made.location) == ("7", "ada", "https://dev.to/ada", "London")
    assert made.created_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert made.bio is not None
    assert "@" not in made.bio
    assert [(link.url, link.claim) for link in made.links] == [
        ("https://github.com/AdaB", Claim.VERIFIED),
        ("https://x.com/ada_x", Claim.VERIFIED),
        ("https://ada.example", Claim.CLAIMED),
    ]


def test_accounts_not_given_are_no_links() -> None:
    bare = writer(github_username=None, twitter_username="", website_url=None, summary=None)
    assert links(bare, ignore) == ()


@pytest.mark.parametrize("joined", ["2020-01-01T00:00:00Z", "Jan 1, 2020", None])
def test_dates_of_joining(joined: str | None) -> None:
    found = writer(joined_at=joined).joined_at
    assert (found.year if found else None) == (2020 if joined else None)


@pytest.mark.parametrize(("reactions", "level"), [(120, Level.PRACTICE), (3, Level.ACTIVITY), (None, Level.ACTIVITY)])
def test_an_article_as_evidence(reactions: int | None, level: Level) -> None:
    made = post(Article.model_validate(ARTICLE | {"public_reactions_count": reactions}), ADA, ORIGIN)
    assert (made.level, made.tags, made.title) == (level, ("machinelearning", "python"), "Beam search")
    assert made.event_at == datetime(2026, 10, 1, 8, tzinfo=UTC)


def test_tags_as_one_text() -> None:
    assert Article.model_validate(ARTICLE | {"tag_list": "a, b"}).tag_list == ("a", "b")


# --- nights ------------------------------------------------------------------------------------------------


def by_name(body: object = PROFILE, status: int = 200) -> Exchange:
    return {"url": f"{API}/users/by_username?url=ada", "status": status, "body": body}


def by_id(body: object = PROFILE, status: int = 200) -> Exchange:
    return {"url": f"{API}/users/7", "status": status, "body": body}


def listed(*rows: object, **more: Any) -> Exchange:
    return {"url": f"{API}/articles?username=ada&per_page=30", "body": list(rows)} | more


Night = Callable[..., tuple[Replay, Store, SourceSpider]]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    opened: list[Store] = []
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    named = Origin(source="github", url="https://github.com/adab", seen_at=START - DAY, spider="github/1")
    link = Link(url="https://dev.to/Ada", claim=Claim.CLAIMED, field="social_accounts")
    known = Account(
        source="github", source_id="1", handle="adab", url=named.url, kind=Kind.PERSON, links=(link,), origin=named
    )
    with Store.open(url) as store:
        store.save([known])

    def run(*exchanges: Exchange, at: datetime = START, **options: Any) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        lanes = [{"source": "forem", "kind": "linked", "target": "accounts"}]
        store, spider = crawl("forem", replay, lanes=lanes, options=options, store_url=url, clock=at)
        opened.append(store)
        assert replay.unused == replay.unrecorded == []
        return replay, store, spider

    yield run
    for store in opened:
        store.close()


def test_a_writer_named_elsewhere(night: Night) -> None:
    _, store, spider = night(by_name(), listed(ARTICLE, {"id": 72}, ARTICLE | {"id": 73, "tag_list": 5}))
    assert [one.handle for one in store.accounts(source="forem")] == ["ada"]
    assert {one.source_id for one in store.evidence([ADA])[ADA]} == {"71", "73"}
    assert spider.ledger.skipped["unreadable_row:Article"] == 1
    assert spider.ledger.skipped["unfit_field:tag_list"] == 1


def test_the_second_night_asks_nothing_and_a_later_one_with_validators(night: Night) -> None:
    night(by_name(), listed(ARTICLE, headers={"ETag": '"a"'}))
    second, _, _ = night(at=START + DAY)
    assert second.asked == []
    third, store, _ = night(by_id(PROFILE | {"username": "ada"}), listed(status=304), at=START + 14 * DAY)
    assert third.asked[-1].headers["If-None-Match"] == b'"a"'
    assert {one.source_id for one in store.evidence([ADA])[ADA]} == {"71"}


def test_a_name_nobody_has_is_not_asked_again_soon(night: Night) -> None:
    _, store, spider = night(by_name({"error": "not found"}, 404))
    assert list(store.accounts(source="forem")) == []
    assert spider.ledger.skipped["linked_but_not_there"] == 1
    again, _, _ = night(at=START + DAY)
    assert again.asked == []


def test_a_writer_who_left(night: Night) -> None:
    night(by_name(), listed())
    _, store, _ = night(by_id({"error": "not found"}, 404), at=START + 14 * DAY)
    assert next(store.known("forem")).gone_at is not None


def test_not_now_is_waited_for(night: Night) -> None:
    refused = {"url": f"{API}/users/by_username?url=ada", "status": 429, "headers": {"Retry-After": "0"}, "body": ""}
    _, _, spider = night(refused, by_name(), listed())
    assert spider.ledger.bill("forem/linked/accounts").refused == 1


@pytest.mark.parametrize("body", ["<html>", {"error": "x"}])
def test_answers_of_another_shape_are_kept_aside(night: Night, body: object) -> None:
    reason = "bad_json" if body == "<html>" else "unexpected_shape"
    asked = [{**listed(), "body": body}] * (2 if reason == "unexpected_shape" else 1)
    _, store, spider = night(by_name(), *asked)
    assert [row.reason for row in store.quarantined()] == [reason]
    assert spider.ledger.skipped[f"unreadable:{reason}"] == 1
    _, store, _ = night(by_id(body), at=START + 14 * DAY)
    assert next(store.known("forem")).gone_at is None


def test_a_night_cut_off_between_profile_and_articles_reads_both_again(night: Night) -> None:
    lost = {**listed(), "body": "<html>"}
    night(by_name(), lost)
    _, store, _ = night(by_id(), listed(ARTICLE), at=START + timedelta(hours=1))
    assert {one.source_id for one in store.evidence([ADA])[ADA]} == {"71"}
    third, _, _ = night(at=START + timedelta(hours=2))
    assert third.asked == []
