"""Following links found elsewhere: when a source waits, whom it looks up, whom not again so soon."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.exceptions import DontCloseSpider

from spiders.mastodon import Mastodon, MastodonOptions
from storage.records import Account, Claim, Lane, Link, Origin
from storage.store import Store

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[Mastodon]:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    made = Mastodon()
    made.store, made.clock = Store.open(url), NOW
    made.options = MastodonOptions()
    made.lanes = made.own_lanes(made.options)
    yield made
    made.store.close()


def waits(spider: Mastodon) -> bool:
    try:
        spider.wait_for_links()
    except DontCloseSpider:
        return True
    return False


def test_alone_nobody_waits(spider: Mastodon) -> None:
    assert not waits(spider)


def test_after_waiting_a_source_looks_once_more_whether_others_woke_up(spider: Mastodon) -> None:
    busy = [True, False, True, False, False]
    spider.others_busy = lambda: busy.pop(0)
    seen = [(waits(spider), spider.waiting) for _ in range(5)]
    # busy; free, but just woken; busy after all; free again, but just woken; free for good
    assert [wait for wait, _ in seen] == [True, True, True, True, False]
    assert all(waiting for _, waiting in seen)  # nobody waits for those who follow links


def test_lanes_of_its_own() -> None:
    assert Mastodon.own_lanes(MastodonOptions()) == [Lane(source="mastodon", kind="linked", target="accounts")]


def named(store: Store, *urls: str) -> None:
    origin = Origin(source="github", url="https://github.com/x", seen_at=NOW, spider="github/1")
    links = tuple(Link(url=url, claim=Claim.CLAIMED, field="x") for url in urls)
    store.save([Account(source="github", source_id="1", handle="x", url=origin.url, links=links, origin=origin)])


@pytest.mark.parametrize(("days", "asked"), [(0, []), (29, []), (31, ["bo@social.example"])])
def test_in_vain_means_not_again_for_a_month(spider: Mastodon, days: int, asked: list[str]) -> None:
    named(spider.store, "https://social.example/@ada", "https://social.example/@bo")
    spider.store.keep_lane_state(spider.looked_up_in_vain("bo@social.example"))
    again = Mastodon()
    again.store, again.lanes, again.clock = spider.store, spider.lanes, NOW + timedelta(days=days)
    assert list(again.named_elsewhere({"ada@social.example"})) == asked
