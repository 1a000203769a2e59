"""Answers of sources: bodies, times, wishes of sites and pages; played through the real engine."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from spiders._card import Card, Options
from spiders._reading.shape import DEPTH
from spiders._reading.times import Moment
from storage.records import Account, AccountKey, Claim, Kind, Link, Origin
from storage.store import Store
from tests.hostile.cases import Case, body_of
from tests.hostile_kit import Net, Said, installation, night
from tests.replay import Replay, crawl, temporary_store

API = "https://people.example"
CLOCK = datetime(2026, 11, 26, 3, tzinfo=UTC)
LANE = {"source": "shapes", "kind": "people", "target": "a"}
# The words of the contract for reasons which have one name here, told apart in its detail.
REASONS = {"missing_required": "unexpected_shape", "wrong_type": "unexpected_shape"}
COUNTERS = {"field_rejected", "figure_rejected"}  # how a figure that became unknown is counted


class Row(BaseModel):
    """A person as the invented source writes one."""

    model_config = ConfigDict(extra="ignore")

    login: str = "somebody"
    followers: int | None = Field(None, ge=0)
    score: float | None = None
    topics: tuple[str, ...] | None = None
    created_at: Moment | None = None


class Strict(Row):
    """The same, where the login is needed."""

    login: str


class ShapeOptions(Options):
    """Which pages there are."""

    api: str = API
    pages: tuple[str, ...] = ("/1",)
    strict: bool = True


class Shapes(SourceSpider):
    """One person a page."""

    name = "shapes"
    options_model: ClassVar[type[Options]] = ShapeOptions
    options: ShapeOptions
    card = Card(
        title="Shapes",
        method="invented",
        terms="https://people.example/terms",
        terms_read=date(2026, 11, 1),
        fields=("handle", "headline", "created_at", "followers", "score"),
        limits="none",
        yields="a few people",
    )

    def first(self) -> Iterable[Request]:
        return [self.ask(API + path, self.person, lane="shapes/people/a") for path in self.options.pages]

    def person(self, response: Response) -> Iterator[Yielded]:
        row = self.read_tolerant(response, Strict if self.options.strict else Row)
        figures = {"followers": row.followers, "score": row.score}
        yield Account(
            source="shapes",
            source_id=response.url,
            handle=row.login,
            url=response.url,
            headline=", ".join(row.topics) if row.topics else None,
            created_at=row.created_at,
            figures={name: float(value) for name, value in figures.items() if value is not None},
            origin=self.seen(response),
        )


class Open(Shapes):
    """With a documented interface: robots.txt is not asked."""

    name = "shapes"
    card = Shapes.card.model_copy(update={"robots": False})


def play(*exchanges: Mapping[str, Any], spider: type[Shapes] = Open, **options: Any) -> tuple[Replay, Store, Any]:
    """One night of the invented source."""
    replay = Replay(exchanges)
    store, made = crawl(spider, replay, lanes=[LANE], options=options, store_url=temporary_store(), clock=CLOCK)
    return replay, store, made


# ---- bodies ---------------------------------------------------------------------------------------------------


def json_shape(case: Case, folder: Path) -> None:
    """The first page is the case's, five follow; a page instead of data comes again and again."""
    if case["expect"].get("reason") == "rate_limited":
        return _limited(case, folder)
    _shaped(case, body_of(case))
    if case["expect"].get("reason") == "too_deep":  # one level more than is read, which no parser minds
        _shaped(case, b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1))
    return None


def _shaped(case: Case, body: bytes) -> None:
    expect = case["expect"]
    again = body if case["outcome"] == "stop-source" else b'{"login": "next"}'
    pages = [f"/{n}" for n in range(1, 7)]
    exchanges = [{"url": f"{API}{page}", "raw": again if at else body} for at, page in enumerate(pages)]
    _, store, spider = play(*exchanges, pages=pages, strict=b'"login"' in body or case["outcome"] == "quarantine")
    with store:
        people = {one.url: one for one in store.accounts()}
        aside = [one.reason for one in store.quarantined()]
    first = people.get(f"{API}/1")
    if case["outcome"] == "stop-source":
        assert spider.stopped is not None
        assert (spider.stopped[0], len(people)) == ("refused", 0)
        assert f"login_wall: {expect['after']}" in spider.stopped[1]
        return
    assert len(people) >= 5, "the crawl goes on"
    if case["outcome"] == "quarantine":
        wanted = REASONS.get(expect["reason"], expect["reason"])
        assert aside in ([wanted], [f"lost:{wanted}"])
        assert first is None
        return
    assert first is not None
    _fields(case, first, spider.ledger.skipped)
    return


def _fields(case: Case, first: Account, skipped: Mapping[str, int]) -> None:
    expect = case["expect"]
    if case["outcome"] == "reject-field":
        assert expect["field"] not in first.figures
        assert first.headline is None
        assert sum(skipped[f"{how}:{expect['field']}"] for how in COUNTERS) == 1
    elif case["outcome"] == "clean":
        assert first.headline == ", ".join(expect["topics"])
        assert skipped["field_rejected:topics[]"] == expect["dropped"]
    else:
        assert first.handle == expect.get("login", "a")


def _limited(case: Case, folder: Path) -> None:
    """A dialect of GitHub, in a night of that source: it is left alone until later, and said why."""
    body = body_of(case)
    config = installation(folder)
    sources = {name: one.model_copy(update={"back_off": 0.0, "max_wait": 0.5}) for name, one in config.sources.items()}
    config = config.model_copy(update={"sources": sources})
    net = Net([Said("one", "bio", "x")], answers=lambda request: (200, {}, body) if request.method == "POST" else None)
    [outcome] = [one for one in night(config, net, sources=("github",)).night.outcomes if one.source == "github"]
    assert outcome.state == "limit", (outcome.state, outcome.reason)


def time(case: Case, folder: Path) -> None:
    """A time of a profile."""
    del folder
    body = json.dumps({"login": "a", "created_at": case["payload"]}).encode()
    _, store, spider = play({"url": f"{API}/1", "raw": body})
    with store:
        [one] = store.accounts()
    rejected = spider.ledger.skipped["field_rejected:created_at"]
    if case["outcome"] == "reject-field":
        assert (one.created_at, rejected) == (None, 1)
    else:
        assert (one.created_at, rejected) == (datetime.fromisoformat(case["expect"]["value"]), 0)


# ---- wishes ---------------------------------------------------------------------------------------------------


def wish_of_site(case: Case, folder: Path) -> None:
    """robots.txt and answers of a site."""
    if "header" in case["payload"] or "meta" in case["payload"]:
        return _wish_of_page(case, folder)
    told, expect = case["payload"], case["expect"]
    robots: dict[str, Any] = {"url": f"{API}/robots.txt", "body": told.get("robots.txt", "")}
    if "robots_bytes" in told:  # a rule beyond what is read
        robots["body"] = "#" * told["robots_bytes"] + "\nUser-agent: *\nDisallow: /\n"
        assert told["robots_bytes"] > expect["parsed_bytes"]
    if "robots_status" in told:
        robots["status"] = told["robots_status"]
    pages = [*expect.get("allowed", ()), *expect.get("blocked", ())] or ["/1"]
    status = told.get("status", 200)
    answers = [{"url": API + page, "raw": b'{"login": "a"}', "status": status} for page in pages]
    replay, store, spider = play(*[robots] * 3, *answers, spider=Shapes, pages=pages, back_off=0)
    store.close()
    asked = [one.url.removeprefix(API) for one in replay.asked if not one.url.endswith("robots.txt")]
    if "status" in told:
        assert asked == ["/1"], "asked once, never again"
        assert spider.ledger.skipped[f"status_{status}"] == 1
    elif case["outcome"] == "block":
        assert len(asked) == expect["requests"]
    elif "delay_seconds_min" in expect:
        assert list(spider.crawl_delays.values()) == [expect["delay_seconds_min"]]
    else:
        assert asked == list(expect.get("allowed", ["/1"]))
    return None


def _wish_of_page(case: Case, folder: Path) -> None:
    """A page of somebody, read by the spider of personal sites."""
    told, expect, home = case["payload"], case["expect"], "https://ada.example/"
    name, _, value = told.get("header", "X-Nothing: x").partition(": ")
    body = (
        f"<html><head>{told.get('meta', '')}</head><body>"
        '<div class="h-card"><a class="p-name u-url" rel="me" href="/">Ada Byron</a>'
        '<span class="p-job-title">ML engineer</span><span class="p-category">PyTorch</span></div>'
        '<a rel="me" href="https://github.com/ada">code</a><a href="/about">about</a></body></html>'
    )
    headers = {"Content-Type": "text/html; charset=utf-8", name: value}
    exchanges: list[dict[str, Any]] = [
        {"url": f"{home}robots.txt", "status": 404},
        {"url": home, "headers": headers, "body": body},
        {"url": f"{home}about", "headers": headers, "body": body},
    ]
    url = f"sqlite:///{folder}/pages.db"
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/ada", seen_at=CLOCK, spider="github/1")
    link = Link(url=home, claim=Claim.CLAIMED, field="website")
    ada = Account(
        source="github", source_id="1", handle="ada", url="https://github.com/ada", kind=Kind.PERSON, links=(link,),
        name="Ada Byron", observed=frozenset({"links"}), origin=origin,
    )  # fmt: skip
    with Store.open(url) as before:
        before.save([ada])
    replay = Replay(exchanges)
    lanes = [{"source": "web", "kind": "linked", "target": "sites"}]
    store, _ = crawl("web", replay, lanes=lanes, store_url=url, clock=CLOCK)
    with store:
        kept = [*store.evidence([ada.key]).get(ada.key, ()), *store.accounts(source="web")]
        assert store.account(AccountKey("github", "1")) is not None
    assert bool(kept) is expect["stored"]
    asked = [one.url for one in replay.asked if not one.url.endswith("robots.txt")]
    assert home in asked, "the page is read"
    if "links_followed" in expect:
        assert len(asked) - 1 == expect["links_followed"]
