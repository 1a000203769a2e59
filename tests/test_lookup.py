"""Following links found elsewhere: whom a source looks up, whom not again so soon, how many, and how its night ends."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DontCloseSpider

from spiders._mastodon.about import MastodonOptions
from spiders.mastodon import Mastodon
from storage.errors import StoreError
from storage.records import Account, Claim, Lane, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
HOST = "social.example"


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[Mastodon]:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    made = Mastodon()
    made.store, made.clock = Store.open(url), NOW
    made.options = MastodonOptions(max_profiles=2)
    made.lanes = made.own_lanes(made.options)
    yield made
    made.store.close()


def test_nobody_looks_before_it_is_their_turn(spider: Mastodon) -> None:
    with pytest.raises(DontCloseSpider):
        spider.wait_for_links()
    with pytest.raises(DontCloseSpider):
        list(spider.when_idle())


def test_who_follows_no_links_waits_for_nobody(spider: Mastodon) -> None:
    spider.lanes = ()
    assert list(spider.when_idle()) == []


def test_lanes_of_its_own() -> None:
    assert Mastodon.own_lanes(MastodonOptions()) == [Lane(source="mastodon", kind="linked", target="accounts")]


def named(store: Store, *urls: str, source: str = "github") -> None:
    origin = Origin(source=source, url="https://github.com/x", seen_at=NOW, spider="github/1")
    links = tuple(Link(url=url, claim=Claim.CLAIMED, field="x") for url in urls)
    store.save([Account(source=source, source_id="1", handle="x", url=origin.url, links=links, origin=origin)])


@pytest.mark.parametrize(("days", "asked"), [(0, []), (29, []), (31, ["bo@social.example"])])
def test_in_vain_means_not_again_for_a_month(spider: Mastodon, days: int, asked: list[str]) -> None:
    named(spider.store, "https://social.example/@ada", "https://social.example/@bo")
    spider.store.keep_lane_state(spider.looked_up_in_vain("bo@social.example"))
    again = Mastodon()
    again.store, again.lanes, again.clock = spider.store, spider.lanes, NOW + timedelta(days=days)
    assert list(again.named_elsewhere({"ada@social.example"})) == asked


def test_a_handle_is_given_out_once_a_night_and_a_stored_one_never(spider: Mastodon) -> None:
    named(spider.store, "https://social.example/@ada", "https://social.example/@bo")
    page = Origin(source="mastodon", url="https://social.example/@Bo", seen_at=NOW, spider="mastodon/1")
    spider.store.save(
        [Account(source="mastodon", source_id="b", handle="Bo@social.example", url=page.url, origin=page)]
    )
    assert list(spider.named_elsewhere()) == ["ada@social.example"]
    assert list(spider.named_elsewhere()) == []


def test_room_is_counted_over_the_night(spider: Mastodon) -> None:
    assert spider.with_room(["a"]) == ["a"]
    assert spider.with_room(["b", "c", "d"]) == ["b"]
    assert spider.with_room(["e"]) == []
    assert spider.ledger.skipped["over_max_profiles"] == 3


# --- rounds, played through the real engine ---------------------------------------------------------------------


def profile(name: str, *links: str) -> list[Exchange]:
    fields = [{"name": "x", "value": f'<a href="{url}">x</a>', "verified_at": None} for url in links]
    body = {"username": name, "discoverable": True, "fields": fields}
    return [{"url": f"https://{HOST}/api/v1/accounts/lookup?acct={name}", "body": body}]


class Relayed(Mastodon):
    """Between two of its turns somebody else finds an account that names one more."""

    said: tuple[tuple[str, ...], ...] = ()
    broken: Exception | None = None

    def when_idle(self) -> Iterable[Request]:
        self.wait_for_links()
        if self.broken is not None:
            raise self.broken
        if self.said:
            named(self.store, *self.said[0], source=f"other{len(self.said)}")
            self.said = self.said[1:]
        return super().when_idle()


def night(tmp_path: Path, spider: type[Mastodon], exchanges: Iterable[Exchange]) -> tuple[Store, Any]:
    replay = Replay([{"url": f"https://{HOST}/robots.txt", "status": 404}, *exchanges])
    url = f"sqlite:///{tmp_path}/night.db"
    lanes = [{"source": "mastodon", "kind": "linked", "target": "accounts"}]
    store, done = crawl(spider, replay, lanes=lanes, options={"servers": [HOST]}, store_url=url, clock=NOW)
    assert replay.unrecorded == []
    return store, done


def test_whoever_becomes_known_later_in_the_night_is_looked_up_in_a_later_round(tmp_path: Path) -> None:
    class Played(Relayed):
        said = ((f"https://{HOST}/@ada",), (f"https://{HOST}/@bo", f"https://{HOST}/@ada"))

    store, spider = night(tmp_path, Played, [*profile("ada"), *profile("bo")])
    with store:
        assert [known.handle for known in store.known("mastodon")] == [f"ada@{HOST}", f"bo@{HOST}"]
    assert (spider.rounds.number, spider.exhausted, spider.stopped) == (2, True, None)


def test_a_chain_without_end_is_cut_and_counted(tmp_path: Path) -> None:
    class Endless(Relayed):
        said = tuple((f"https://{HOST}/@a{n}",) for n in range(20))

    store, spider = night(tmp_path, Endless, [one for n in range(20) for one in profile(f"a{n}")])
    with store:
        assert len(list(store.known("mastodon"))) == spider.rounds.most
    assert spider.ledger.skipped["over_rounds"] == 1
    assert spider.exhausted


def test_a_source_that_breaks_down_in_its_turn_has_failed(tmp_path: Path) -> None:
    class Broken(Relayed):
        broken = StoreError("disk full")

    store, spider = night(tmp_path, Broken, [])
    store.close()
    assert spider.stopped == ("failed", "storing failed: disk full")
    assert not spider.exhausted
