"""Sources side by side in one process: nobody waits for one that cannot come, and a stop is heard at once."""

import os
import signal
from pathlib import Path
from typing import Any, Self

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from sourcing import crawl
from sourcing.config import Config
from sourcing.crawl import running
from spiders._base import SourceSpider
from spiders._registry import load
from storage.records import Lane, Outcome
from storage.store import Store
from tests.house_of_sourcing import NOW, furnished


def played(monkeypatch: pytest.MonkeyPatch, **classes: type[SourceSpider]) -> None:
    """Other classes in the place of sources."""
    monkeypatch.setattr(running, "load", lambda name: classes.get(name) or load(name))


def run(config: Config, *sources: str) -> dict[str, Outcome]:
    return {one.source: one for one in crawl.run(config, sources, night=1, now=NOW, lanes=[])}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = furnished(tmp_path)
    Store.upgrade(made.database_url)
    return made


def test_sources_that_follow_links_end_when_nobody_is_named(config: Config) -> None:
    found = run(config, "bluesky", "forem", "mastodon", "web")
    assert {one.state for one in found.values()} == {"done"}
    assert {one.requests for one in found.values()} == {0}
    assert {one.counters["saved:accounts_shown"] for one in found.values()} == {0}


def test_one_that_cannot_even_be_built_is_waited_for_no_longer(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(load("forem")):  # type: ignore[misc]  # a class known at run time only
        @classmethod
        def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
            raise RuntimeError("no such folder")

    played(monkeypatch, forem=Broken)
    found = run(config, "forem", "mastodon")
    assert (found["forem"].state, found["mastodon"].state) == ("failed", "done")
    assert "could not be started" in found["forem"].reason


def test_a_stop_while_sources_start_stops_them_all(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopping(load("mastodon")):  # type: ignore[misc]  # a class known at run time only
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGTERM)

    class Long(load("forem")):  # type: ignore[misc]  # a class known at run time only
        def when_idle(self) -> Any:
            self.wait_for_others()
            raise AssertionError("nobody looks after a stop")

    played(monkeypatch, mastodon=Stopping, forem=Long)
    found = run(config, "forem", "mastodon")
    assert {one.state for one in found.values()} == {"interrupted"}


def test_a_stop_does_not_sit_out_a_pause(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    class Waiting(load("hackernews")):  # type: ignore[misc]  # a class known at run time only
        looks = 0

        def refuse_if_closing(self) -> None:
            """Asked every second by whoever waits for its turn."""
            if self.ledger.skipped["retried"]:
                Waiting.looks += 1
                if self.looks == 1:
                    os.kill(os.getpid(), signal.SIGTERM)
                if self.looks > 10:
                    raise IgnoreRequest("it would sit there for an hour")
            super().refuse_if_closing()

        def first(self) -> Any:
            object.__setattr__(self.options, "back_off", 3600.0)
            yield self.ask("http://nowhere.invalid/", self.heard, lane="threads/3")

        def heard(self, _: Any) -> Any:
            return ()

    played(monkeypatch, hackernews=Waiting)
    lane = Lane(source="hackernews", kind="threads", target="3")
    [found] = crawl.run(config, ["hackernews"], night=1, now=NOW, lanes=[lane])
    assert (found.state, found.reason) == ("interrupted", "stopped by the user or the system")
    assert 0 < Waiting.looks < 5
    assert found.counters["left_for_next_night"] > 0
