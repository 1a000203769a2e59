"""The machinery every source uses, tried on a small invented source through the real engine."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, Field
from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from spiders._card import Card, Options
from spiders._polite.middlewares import TRANSIENT_TRIES
from storage.records import Account, AccountKey, Sighting
from storage.store import Store
from tests.replay import Replay, crawl

CLOCK = datetime(2026, 11, 25, 3, tzinfo=UTC)
HOST = "https://people.example"
ROBOTS = {"url": f"{HOST}/robots.txt", "body": "User-agent: *\nDisallow: /closed/\n"}
LANE = {"source": "toy", "kind": "pages", "target": "a"}
TOKEN = "TOY_TOKEN"


class ToyOptions(Options):
    token_env: str = TOKEN
    api: str = HOST
    pages: list[str] = Field(default_factory=list)
    then_pages: list[str] = Field(default_factory=list)
    own_failures: bool = False


class Page(BaseModel):
    people: list[str]
    more: str | None = None


class Toy(SourceSpider):
    """People listed on pages of an invented site."""

    name = "toy"
    options_model: ClassVar[type[Options]] = ToyOptions
    options: ToyOptions
    card = Card(
        title="Toy",
        method="invented",
        terms="https://people.example/terms",
        terms_read=date(2026, 11, 1),
        fields=("handle",),
        limits="none",
        yields="a few people",
    )

    def first(self) -> Iterable[Request]:
        return [self.page(path) for path in self.options.pages]

    def when_idle(self) -> Iterable[Request]:
        paths = [] if getattr(self, "second_phase", False) else self.options.then_pages
        self.second_phase = True
        return [self.page(path) for path in paths]

    def page(self, path: str) -> Request:
        return self.ask(
            path if path.startswith("https:") else HOST + path,
            self.people,
            lane="toy/pages/a",
            conditional=True,
            own_failures=self.options.own_failures,
            on_unchanged=self.unchanged,
            on_missing=lambda response: [self.remember("missing", {"url": response.url})],
            on_failure=self.failed if self.options.own_failures else None,
        )

    def people(self, response: Response) -> Iterator[Yielded]:
        page = self.read(response, Page)
        for name in page.people:
            yield Account(source="toy", source_id=name, handle=name, url=f"{HOST}/{name}", origin=self.seen(response))
        yield self.remember("toy/pages/a", {"last": page.people[-1]})
        if page.more:
            yield self.page(page.more)

    def unchanged(self, note: Any) -> Iterator[Yielded]:
        yield Sighting(account=AccountKey("toy", "ada"), handle="ada", seen_at=self.now())

    def failed(self, reason: str) -> Iterator[Yielded]:
        yield self.remember("failed", {"reason": reason})


class OpenToy(Toy):
    """The same with a documented interface: robots.txt is not asked."""

    name = "toy"
    card = Toy.card.model_copy(update={"robots": False})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/night.db"


@pytest.fixture
def play(url: str) -> Any:
    """Play exchanges with a toy; gives what a test looks at."""

    def run(
        exchanges: Iterable[dict[str, Any]],
        *pages: str,
        toy: type[Toy] = OpenToy,
        clock: datetime = CLOCK,
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        store, spider = crawl(
            toy, replay, lanes=[LANE], options={"pages": list(pages)} | options, store_url=url, clock=clock,
            settings=settings,
        )  # fmt: skip
        return replay, store, spider

    return run


def people(store: Store) -> list[str]:
    with store:
        return sorted(account.handle for account in store.accounts(source="toy"))


def ok(path: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"url": HOST + path, "body": {"people": list(names)}} | more


# --- robots ---------------------------------------------------------------------------------------------------------


def test_robots_closes_what_it_names(play: Any) -> None:
    replay, store, spider = play([ROBOTS, ok("/a", "ada")], "/a", "/closed/b", toy=Toy)
    assert people(store) == ["ada"]
    assert spider.ledger.skipped["closed_by_robots"] == 1
    assert [request.url for request in replay.asked] == [f"{HOST}/robots.txt", f"{HOST}/a"]


@pytest.mark.parametrize(
    "robots",
    [{"status": 500}, {"status": 503}, {"raises": "timeout"}, {"raises": "connection"}],
    ids=["500", "503", "timeout", "connection"],
)
def test_robots_that_cannot_be_read_close_the_host(
    play: Any, robots: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    replay, store, spider = play([ROBOTS | robots] * 3, "/a", "/b", toy=Toy)
    assert people(store) == []
    assert {request.url for request in replay.asked} == {f"{HOST}/robots.txt"}
    assert spider.ledger.skipped["robots_unreachable"] == 1
    assert spider.ledger.skipped["closed_by_robots"] == 2


@pytest.mark.parametrize("status", [404, 401, 403])
def test_absent_robots_open_the_host(play: Any, status: int) -> None:
    _, store, _ = play([ROBOTS | {"status": status, "body": ""}, ok("/a", "ada")], "/a", toy=Toy)
    assert people(store) == ["ada"]


def test_crawl_delay_holds_for_the_pages_after_it(play: Any, waits: list[float]) -> None:
    robots = ROBOTS | {"body": "User-agent: *\nCrawl-delay: 0.2\n"}
    _, store, spider = play([robots, ok("/a", "ada"), ok("/b", "bo")], "/a", "/b", toy=Toy)
    assert people(store) == ["ada", "bo"]
    assert spider.crawl_delays == {"people.example": 0.2}
    assert sum(waits) >= 0.2


def test_documented_interface_asks_no_robots(play: Any) -> None:
    replay, _, _ = play([ok("/a", "ada")], "/a")
    assert [request.url for request in replay.asked] == [f"{HOST}/a"]


# --- the token ------------------------------------------------------------------------------------------------------


def test_token_goes_to_its_own_host_only(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "canary-secret")
    other = "https://elsewhere.example/b"
    moved = {"url": f"{HOST}/c", "status": 302, "headers": {"Location": "https://elsewhere.example/d"}, "body": ""}
    asked = [
        ok("/a", "ada"),
        {"url": other, "body": {"people": ["bo"]}},
        moved,
        {"url": "https://elsewhere.example/d", "body": {"people": ["cy"]}},
    ]
    replay, store, _ = play(asked, "/a", other, "/c")
    assert people(store) == ["ada", "bo", "cy"]
    sent = {request.url: request.headers.get("Authorization") for request in replay.asked}
    assert sent == {
        f"{HOST}/a": b"Bearer canary-secret",
        other: None,
        f"{HOST}/c": b"Bearer canary-secret",
        "https://elsewhere.example/d": None,
    }


def test_no_token_no_header(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    replay, _, _ = play([ok("/a", "ada")], "/a")
    assert replay.asked[0].headers.get("Authorization") is None


def test_refused_token_stops_with_the_name_of_the_variable(play: Any) -> None:
    _, _, spider = play([{"url": f"{HOST}/a", "status": 401}], "/a", "/b", "/c")
    assert spider.stopped is not None
    assert spider.stopped[0] == "refused"
    assert TOKEN in spider.stopped[1]


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that runs ahead instead of waiting; gives the waits asked for."""
    asked: list[float] = []
    now = [1000.0]

    async def pause(self: Any, wait: float | None) -> None:
        import asyncio

        await asyncio.sleep(0)
        if wait is not None:
            asked.append(wait)
            now[0] += wait

    monkeypatch.setattr("spiders._polite.middlewares.Gate._pause", pause)
    monkeypatch.setattr("spiders._polite.middlewares.time.monotonic", lambda: now[0])
    return asked


def _http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "body", "least", "most"),
    [
        ({"Retry-After": "7"}, "", 6.5, 7.5),
        ({"Retry-After": "in 40 seconds"}, "", 38, 41),
        ({}, '{"message": "TooManyRequests"}', 55, 65),
    ],
    ids=["number", "date", "nothing said"],
)
def test_refused_request_is_asked_again_and_not_lost(
    play: Any, waits: list[float], headers: dict[str, str], body: str, least: float, most: float
) -> None:
    # A date counts from the moment of the answer, which is now and not when the cases were collected.
    sent = {name: _http_date(40) if value.startswith("in ") else value for name, value in headers.items()}
    refused = {"url": f"{HOST}/a", "status": 429, "headers": sent, "body": body}
    replay, store, spider = play([refused, ok("/a", "ada"), ok("/b", "bo")], "/a", "/b")
    assert people(store) == ["ada", "bo"]
    assert replay.unused == replay.unrecorded == []
    assert least <= sum(waits) <= most
    assert spider.ledger.bill("toy/pages/a").refused == 1


def test_refusal_is_recognised_in_a_compressed_answer(play: Any, waits: list[float]) -> None:
    words = '{"message": "You have exceeded a secondary rate limit."}'
    refused = {"url": f"{HOST}/a", "status": 403, "gzip": words}
    _, store, spider = play([refused, ok("/a", "ada")], "/a")
    assert people(store) == ["ada"]
    assert spider.ledger.bill("toy/pages/a").refused == 1


def test_too_much_waiting_stops_the_source_and_holds_it(play: Any, waits: list[float], url: str) -> None:
    refused = {"url": f"{HOST}/a", "status": 429, "headers": {"Retry-After": "600"}}
    replay, store, spider = play([refused, refused], "/a", "/b", "/c", max_wait=900)
    assert people(store) == []
    assert spider.stopped is not None
    assert spider.stopped[0] == "limit"
    assert len(replay.asked) == 2
    with Store.open(url) as again:
        held = again.held("toy")
    assert held is not None
    assert held[0] == CLOCK + timedelta(seconds=600)


def test_exhausted_budget_waits_for_the_reset(play: Any, waits: list[float]) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 30
    limits = {"X-RateLimit-Limit": "2", "X-RateLimit-Reset": str(reset)}
    pages = [ok(f"/{n}", f"p{n}", headers=limits | {"X-RateLimit-Remaining": str(max(0, 1 - n))}) for n in range(3)]
    _, store, _ = play(pages, "/0", "/1", "/2")
    assert people(store) == ["p0", "p1", "p2"]
    assert 25 <= sum(waits) <= 32


# --- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [{"status": 502}, {"status": 500}, {"raises": "timeout"}])
def test_passing_failures_are_asked_again_with_growing_pauses(
    play: Any, waits: list[float], failure: dict[str, Any]
) -> None:
    replay, store, spider = play([ok("/a") | failure, ok("/a") | failure, ok("/a", "ada")], "/a", back_off=2.0)
    assert people(store) == ["ada"]
    assert spider.ledger.skipped["retried"] == 2
    assert 1.5 + 3 <= sum(waits) <= 2.5 + 5
    assert len(replay.asked) == 3


@pytest.mark.parametrize(
    ("failure", "reason"),
    [({"status": 502}, "http_502"), ({"raises": "timeout"}, "lost:DownloadTimeoutError")],
    ids=["502", "timeout"],
)
def test_lasting_failures_end_in_quarantine_and_the_night_goes_on(
    play: Any, failure: dict[str, Any], reason: str
) -> None:
    replay, store, _ = play([*[ok("/a") | failure] * TRANSIENT_TRIES, ok("/b", "bo")], "/a", "/b")
    rows = store.quarantined()
    assert [(row.reason, row.url) for row in rows] == [(reason, f"{HOST}/a")]
    assert people(store) == ["bo"]
    assert replay.unused == []


def test_own_failures_are_handed_over_at_once(play: Any) -> None:
    replay, store, _ = play([ok("/a") | {"status": 502}], "/a", own_failures=True)
    state = store.lane_state("failed")
    assert state is not None
    assert state.state == {"reason": "status 502"}
    assert len(replay.asked) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"people": ["ada", "bo"', "bad_json"),
        ('{"persons": []}', "unexpected_shape"),
        ("<html>login</html>", "login_page"),
        ("", "empty"),
    ],
    ids=["truncated", "renamed field", "html", "empty"],
)
def test_unreadable_answers_go_to_quarantine(play: Any, body: str, reason: str) -> None:
    answer = {"url": f"{HOST}/a", "body": body + " " * 9000, "headers": {"ETag": '"1"'}}
    tries = 2 if reason == "unexpected_shape" else 1  # data of another shape are asked for once more
    _, store, spider = play([*[answer] * tries, ok("/b", "bo")], "/a", "/b")
    (row,) = store.quarantined()
    assert (row.source, row.url, row.reason) == ("toy", f"{HOST}/a", reason)
    assert len(row.excerpt) <= 4096
    assert spider.ledger.skipped[f"unreadable:{reason}"] == 1
    # What could not be read must be asked for in full next time.
    assert store.validator(f"{HOST}/a", "") is None
    assert people(store) == ["bo"]


@pytest.mark.parametrize(
    ("answer", "settings", "reason"),
    [
        ({"gzip": '{"people": ["ada"]}' + " " * 5000}, {"DOWNLOAD_MAXSIZE": 1000}, "too_large"),
        ({"body": "no gzip", "encoded": "deflate"}, {}, "broken_encoding"),
    ],
    ids=["bomb", "broken"],
)
def test_answers_that_cannot_be_unpacked_free_their_place(
    play: Any, answer: dict[str, Any], settings: dict[str, Any], reason: str
) -> None:
    _, store, _ = play([{"url": f"{HOST}/a"} | answer, ok("/b", "bo")], "/a", "/b", settings=settings)
    assert [row.reason for row in store.quarantined()] == [reason]
    assert people(store) == ["bo"]


def test_missing_page_goes_to_its_own_reader(play: Any) -> None:
    _, store, _ = play([{"url": f"{HOST}/a", "status": 404}], "/a")
    state = store.lane_state("missing")
    assert state is not None
    assert state.state == {"url": f"{HOST}/a"}


@pytest.mark.parametrize("status", [400, 403, 422])
def test_other_refusals_are_findings(play: Any, status: int) -> None:
    _, store, spider = play([{"url": f"{HOST}/a", "status": status}, ok("/b", "bo")], "/a", "/b")
    assert spider.ledger.skipped[f"status_{status}"] == 1
    assert [row.reason for row in store.quarantined()] == [f"http_{status}"]
    assert people(store) == ["bo"]


# --- conditional requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "sent"),
    [
        ({"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 00:00:00 GMT"}, ("If-None-Match", b'"v1"')),
        ({"Last-Modified": "Mon, 23 Nov 2026 00:00:00 GMT"}, ("If-Modified-Since", b"Mon, 23 Nov 2026 00:00:00 GMT")),
    ],
    ids=["etag first", "date"],
)
def test_second_night_asks_conditionally(play: Any, kept: dict[str, str], sent: tuple[str, bytes]) -> None:
    play([ok("/a", "ada", headers=kept)], "/a")[1].close()
    tomorrow = CLOCK + timedelta(days=1)
    replay, store, spider = play([{"url": f"{HOST}/a", "status": 304}], "/a", clock=tomorrow)
    assert replay.asked[0].headers.get(sent[0]) == sent[1]
    bill = spider.ledger.bill("toy/pages/a")
    assert (bill.requests, bill.counted) == (1, 0)
    with store:
        (known,) = store.known("toy")
    assert known.last_seen == tomorrow


def test_validators_of_another_token_are_not_used(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "one")
    play([ok("/a", "ada", headers={"ETag": '"v1"'})], "/a")[1].close()
    monkeypatch.setenv(TOKEN, "two")
    replay, _, _ = play([ok("/a", "ada")], "/a")
    assert replay.asked[0].headers.get("If-None-Match") is None


# --- order and ends -------------------------------------------------------------------------------------------------


def test_second_phase_starts_when_the_first_is_done(play: Any) -> None:
    first = ok("/a", "ada") | {"body": {"people": ["ada"], "more": "/b"}}
    replay, store, _ = play([first, ok("/b", "bo"), ok("/c", "cy")], "/a", then_pages=["/c"])
    assert [request.url[-1] for request in replay.asked] == ["a", "b", "c"]
    assert people(store) == ["ada", "bo", "cy"]


@pytest.mark.parametrize("part", ["save", "keep_state", "keep_finds"])
def test_records_finds_and_states_are_kept_together_or_not_at_all(
    play: Any, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError("disk full")

    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("spiders._pipeline.ROWS", 1)
    monkeypatch.setattr(f"storage.store._saving.keeping.{part}", full)
    _, store, spider = play([ok("/a", "ada")], "/a")
    assert spider.stopped is not None
    assert people(store) == []
    assert list(store.finds()) == []
    assert store.lane_state("toy/pages/a") is None


def test_failing_store_stops_the_source_and_keeps_no_state(
    play: Any, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: Store, *args: Any, **kwargs: Any) -> Any:
        raise OSError("disk full")

    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("spiders._pipeline.ROWS", 1)
    monkeypatch.setattr(Store, "keep", full)
    _, store, spider = play([ok("/a", "ada"), ok("/b", "bo")], "/a", "/b")
    assert spider.stopped is not None
    assert spider.stopped[0] == "failed"
    assert spider.ledger.skipped["not_stored"] >= 1
    assert store.lane_state("toy/pages/a") is None


def test_request_limit_ends_the_night_in_order(play: Any) -> None:
    replay, store, spider = play([ok(f"/{n}", f"p{n}") for n in range(9)], *[f"/{n}" for n in range(9)], max_requests=3)
    assert len(replay.asked) == 3
    assert spider.stopped is not None
    assert spider.stopped[0] == "limit"
    assert people(store) == ["p0", "p1", "p2"]
