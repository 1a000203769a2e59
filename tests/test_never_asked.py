"""Hosts that are never asked: refused in the downloader, whoever asks, with nothing sent."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar

import pytest
from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from spiders._card import Card
from spiders._polite.never import COUNTER, never_asked
from storage.records import Lane
from tests.replay import Replay, crawl, temporary_store

NOW = "2026-11-25T02:00:00+00:00"
FORUM = "https://forum.example.org"


class Curious(SourceSpider):
    """Asks for whatever its lanes name; as if somebody had written a source for it."""

    name = "curious"
    card = Card(
        title="Curious",
        method="none",
        terms="https://forum.example.org/terms",
        terms_read=date(2026, 11, 22),
        fields=("handle",),
        limits="none",
        yields="nothing",
        robots=False,
    )
    heard: ClassVar[list[str]] = []

    def first(self) -> Iterable[Request]:
        for lane in self.lanes:
            yield self.ask(lane.target, self.hear, lane=lane.id, on_failure=self.failed)

    def hear(self, response: Response) -> Iterator[Yielded]:
        self.heard.append(response.url)
        yield from ()

    def failed(self, reason: str) -> Iterator[Yielded]:
        self.heard.append(reason)
        yield from ()


class Obedient(Curious):
    """The same, asking robots.txt first."""

    name = "obedient"
    card = Curious.card.model_copy(update={"robots": True})


def asked(spider: type[SourceSpider], *urls: str, exchanges: Iterable[dict[str, Any]] = ()) -> tuple[Replay, Any]:
    Curious.heard.clear()
    replay = Replay(exchanges)
    lanes = [Lane(source=spider.name, kind="page", target=url) for url in urls]
    store, done = crawl(spider, replay, lanes=lanes, store_url=temporary_store(), clock=NOW)
    store.close()
    return replay, done


@pytest.mark.parametrize("spider", [Curious, Obedient])
@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/ada",
        "https://linkedin.com/in/ada",
        "https://api.linkedin.com/v2/me",
        "https://de.linkedin.com/in/ada",
        "https://WWW.LinkedIn.COM./in/ada",
        "https://lnkd.in/abc",
        "https://media.licdn.com/picture",
        "https://discord.com/api/v10/users/1",
        "https://discord.gg/abc",
        "https://cdn.discordapp.com/x",
        "http://linkedin.com:8080/in/ada",
    ],
)
def test_nothing_is_sent_there(spider: type[SourceSpider], url: str) -> None:
    replay, done = asked(spider, url)
    assert replay.asked == []  # not even robots.txt
    assert done.ledger.skipped[COUNTER] == 1
    assert "closed_by_robots" not in done.ledger.skipped
    assert Curious.heard == [COUNTER]
    assert done.ledger.requests == 0


def test_a_redirect_that_leads_there_ends() -> None:
    moved = {"url": f"{FORUM}/ada", "status": 302, "headers": {"Location": "https://www.linkedin.com/in/ada"}}
    replay, done = asked(Curious, f"{FORUM}/ada", exchanges=[moved])
    assert [request.url for request in replay.asked] == [f"{FORUM}/ada"]
    assert done.ledger.skipped[COUNTER] == 1
    assert Curious.heard == [COUNTER]


def test_others_are_asked_all_the_same() -> None:
    replay, done = asked(
        Curious, f"{FORUM}/ada", "https://discord.com/x", exchanges=[{"url": f"{FORUM}/ada", "body": "hello"}]
    )
    assert [request.url for request in replay.asked] == [f"{FORUM}/ada"]
    assert Curious.heard.count(f"{FORUM}/ada") == 1
    assert done.ledger.skipped[COUNTER] == 1


@pytest.mark.parametrize(
    ("url", "never"),
    [
        ("https://linkedin.com.example.org/in/ada", False),
        ("https://notlinkedin.com/", False),
        ("https://example.org/linkedin.com", False),
        ("https://discord.example.org/", False),
        ("https://ptb.discord.com/", True),
        ("https://linkedin.com", True),
        ("not an address", False),
        ("", False),
    ],
)
def test_only_these_hosts(url: str, never: bool) -> None:
    assert never_asked(url) is never
