"""The hostile bodies, times, wishes, nights and requests kept beside the project, through the engine and the desk."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field
from scrapy import Request
from scrapy.http import Response

from scoring.roles import find_role
from sourcing.config import load
from sourcing.drift import alarms, item_alarms
from spiders._answers import ENOUGH, Answers
from spiders._base import SourceSpider, Yielded
from spiders._card import Card, Options
from spiders._times import Moment
from storage.errors import ConfigError, RoleError
from storage.records import Account, LaneBill, Outcome, Shape
from storage.store import Store
from tests.desk_kit import HOST, Browser, desk, furnish, house
from tests.replay import Replay, crawl, temporary_store
from tests.test_desk_guard import raw

CASES = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
Case = dict[str, Any]
API = "https://people.example"
CLOCK = datetime(2026, 11, 26, 3, tzinfo=UTC)
LANE = {"source": "shapes", "kind": "people", "target": "a"}
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CASES.is_file(), reason="no recordings beside the project (../shared/recordings/hostile)"),
]


def cases(*categories: str) -> list[Any]:
    """The cases of these categories."""
    lines = CASES.read_text("utf-8").splitlines() if CASES.is_file() else []
    found = [case for case in map(json.loads, lines) if case["category"] in categories]
    return [pytest.param(case, id=case["id"]) for case in found]


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
        fields=("handle", "created_at", "followers", "score"),
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


def body_of(case: Case) -> bytes:
    """The body of a case about shapes."""
    given: Any = case["payload"]
    if case["encoding"] == "base64":
        return base64.b64decode(given)
    if case["encoding"] == "json_text":
        return str(given).encode("utf-8", "surrogatepass")
    if "object_keys" in given:
        return json.dumps({f"k{n}": 1 for n in range(given["object_keys"])}).encode()
    if "list_items" in given:
        return b"[" + b",".join([str(given["item"]).encode()] * int(given["list_items"])) + b"]"
    if "string_bytes" in given:
        return b'{"login": "' + b"x" * int(given["string_bytes"]) + b'"}'
    repeated = str(given["repeat"]) * int(given["times"])
    return f"{given.get('prefix', '')}{repeated}{given.get('suffix', '')}".encode()


# Two reasons have one name here, told apart in its detail.
UNEXPECTED = {"missing_required", "wrong_type"}
LIMITED = b'{"message": "API rate limit exceeded"}'
# A body that says "limit exceeded" with status 200 is a dialect of one source; that source reads it (spiders/_github).
OF_ONE_SOURCE = {"json-shape-019"}
# Mixed lists become unknown as a whole: half a list would be a guess about the other half.
WHOLE_FIELD = {"json-shape-013"}
NEEDS_NO_LOGIN = {"json-shape-002", "json-shape-004", "json-shape-005"}


@pytest.mark.parametrize("case", cases("json_shape"))
def test_shapes(case: Case) -> None:
    if case["id"] in OF_ONE_SOURCE:
        from spiders._github.graph import RATE_LIMITED  # the words GitHub uses

        assert RATE_LIMITED is not None
        pytest.skip("a dialect of one source, played in tests/test_github_crawl.py")
    if case["id"] == "json-shape-023":
        pytest.skip("bodies too large are cut off by the real connection: tests/test_hostile_bodies.py")
    body, expect = body_of(case), case["expect"]
    answer = {"url": f"{API}/1", "raw": body}
    pages = [f"/{n}" for n in range(1, 7)]
    rest = [
        {"url": f"{API}{page}", "raw": body if case["outcome"] == "stop-source" else b'{"login": "next"}'}
        for page in pages[1:]
    ]
    _, store, spider = play(answer, *rest, pages=pages, strict=case["id"] not in NEEDS_NO_LOGIN)
    with store:
        people = {one.url: one for one in store.accounts()}
        aside = [one.reason for one in store.quarantined()] if case["outcome"] != "keep" else []
    first = people.get(f"{API}/1")
    if case["outcome"] == "stop-source":
        assert spider.stopped is not None
        assert spider.stopped[0] == "refused"
        assert "login_wall: 3" in spider.stopped[1]
        return
    assert len(people) >= 5, "the crawl goes on"
    if case["outcome"] == "quarantine":
        wanted = "unexpected_shape" if expect["reason"] in UNEXPECTED else expect["reason"]
        assert aside in ([wanted], [f"lost:{wanted}"])
        assert first is None
    elif case["outcome"] == "reject-field" or case["id"] in WHOLE_FIELD:
        assert first is not None
        assert expect.get("field", "topics") not in first.figures
        name = expect.get("field", "topics")
        assert spider.ledger.skipped[f"field_rejected:{name}"] + spider.ledger.skipped[f"figure_rejected:{name}"] == 1
    else:
        assert first is not None
        assert first.handle == "a"


@pytest.mark.parametrize("case", cases("time"))
def test_times(case: Case) -> None:
    body = json.dumps({"login": "a", "created_at": case["payload"]}).encode()
    _, store, spider = play({"url": f"{API}/1", "raw": body})
    with store:
        [one] = store.accounts()
    if case["outcome"] == "reject-field":
        assert one.created_at is None
        assert spider.ledger.skipped["field_rejected:created_at"] == 1
    else:
        assert one.created_at == datetime.fromisoformat(case["expect"]["value"])


@pytest.mark.parametrize(
    "case", [one for one in cases("wish") if one.values[0]["id"] in {f"wish-00{n}" for n in range(1, 7)} | {"wish-014"}]
)
def test_wishes_of_sites(case: Case) -> None:
    told, expect = case["payload"], case["expect"]
    robots: dict[str, Any] = {"url": f"{API}/robots.txt", "body": told.get("robots.txt", "")}
    if "robots_bytes" in told:
        robots["body"] = "#" * told["robots_bytes"] + "\nUser-agent: *\nDisallow: /\n"
    if "robots_status" in told:
        robots["status"] = told["robots_status"]
    status = told.get("status", 200)
    pages = [*expect.get("allowed", ()), *expect.get("blocked", ())] or ["/1"]
    answers = [{"url": API + page, "raw": b'{"login": "a"}', "status": status} for page in pages]
    robot_answers = [robots] * 3
    replay, store, spider = play(*robot_answers, *answers, spider=Shapes, pages=pages, back_off=0)
    asked = [one.url.removeprefix(API) for one in replay.asked if not one.url.endswith("robots.txt")]
    store.close()
    if status == 451:
        assert asked == ["/1"], "asked once, never again"
        assert spider.ledger.skipped["status_451"] == 1
    elif case["outcome"] == "block":
        assert asked == []
    elif "delay_seconds_min" in expect:
        assert list(spider.crawl_delays.values()) == [expect["delay_seconds_min"]]
    else:
        assert asked == list(expect.get("allowed", ["/1"]))


def outcome(**facts: Any) -> Outcome:
    """A night of 1,000 people, all with followers and nearly all with a biography."""
    fields = {"figures.followers": (990, 12.0), "bio": (600, None)}
    plain = Outcome(
        source="shapes",
        state="done",
        bills=(LaneBill(lane="shapes/people/a", requests=100, counted=100),),
        counters={"saved:accounts_shown": 1000},
        shapes={"person:person": Shape(seen=1000, fields=fields)},
    )
    return plain.model_copy(update=facts)


def shape(**changes: tuple[int, float | None]) -> dict[str, Shape]:
    fields: dict[str, tuple[int, float | None]] = {"figures.followers": (990, 12.0), "bio": (600, None)}
    fields |= {name.replace("__", "."): value for name, value in changes.items()}
    return {"person:person": Shape(seen=1000, fields=fields)}


@pytest.mark.parametrize("case", cases("drift"))
def test_drift(case: Case) -> None:
    """What the comparison says; nights that really go that way are in tests/test_drift_nights.py."""
    told, alert = case["payload"], case["expect"]["alert"]
    past = [outcome() for _ in range(7)]
    if "http" in told:
        [(name, share)] = told["http"].items()
        answers = Answers()
        ends = [
            answers.add(int(name.replace("5xx", "503")) if n * 7 % 10 < share * 10 else 200) for n in range(ENOUGH * 2)
        ]
        assert any(end is not None and end.reason.startswith(alert) for end in ends)
    elif "redirect_all_to" in told:
        answers = Answers()
        ends = [answers.challenged() for _ in range(3)]
        assert ends[-1] is not None
        assert ends[-1].reason.startswith(alert)
    elif "items_before" in told:
        now = outcome(counters={"saved:accounts_shown": told["items_now"]})
        [alarm] = item_alarms(now, [outcome(counters={"saved:accounts_shown": n}) for n in told["items_before"]])
        assert (alarm.kind, alarm.stops) == (alert, True)
    elif "median_before" in told.get("followers", {}):
        now = outcome(shapes=shape(figures__followers=(990, float(told["followers"]["median_now"]))))
        assert [one.kind for one in alarms(now, past)] == [alert]
    elif "type_before" in told:
        now = outcome(counters={f"unfit_field:{told['field']}": 990})
        assert [one.kind for one in alarms(now, past)] == [alert]
    elif told.get("coverage_now") == 0.0:
        now = outcome(shapes=shape(figures__followers=(0, None)), drift=("followers is missing (…)",))
        assert [(one.kind, one.stops) for one in alarms(now, past)] == [("drift", True)]
    elif "coverage_now" in told:
        now = outcome(shapes=shape(bio=(int(1000 * told["coverage_now"]), None)))
        assert [one.kind for one in alarms(now, past)] == [alert]
    else:
        pytest.skip("fields nobody reads are not watched: their names would have to be kept every night")


UNKNOWN_PATHS = {"web-ui-006": {404, 405}, "web-ui-010": {414}, "web-ui-005": {400, 421}}


@pytest.mark.parametrize("case", cases("web_ui"))
def test_requests_to_the_desk(case: Case, lite: Store, tmp_path: Path) -> None:
    asked, expect = case["payload"], case["expect"]
    furnish(lite)
    if "bind" in asked:
        pytest.skip("starting on all addresses without a password is refused: tests/test_desk_users.py")
    app = desk(house(tmp_path / "house"), lite)
    given = {name: value for name, value in asked["headers"].items() if name != "Host"}
    host = asked["headers"].get("Host", "").replace("127.0.0.1:8765", HOST) or None
    path, _, query = asked["path"].partition("?")
    if len(asked["path"]) > 8_000:
        path = "/" + "a" * len(asked["path"])
    answer = raw(app, asked["method"], path.encode(), {**given, "host": host})
    status = answer[0]["status"]
    assert status in UNKNOWN_PATHS.get(case["id"], {expect["status"]})
    names = {name.decode().lower() for name, _ in answer[0]["headers"]}
    assert not any(name.startswith("access-control-") for name in names)
    del query


SEARCHES = [one for one in cases("path_query") if one.values[0]["field"] in ("search", "config")]


@pytest.mark.parametrize("case", SEARCHES)
def test_words_that_are_a_language_elsewhere(case: Case, lite: Store, tmp_path: Path) -> None:
    if case["field"] == "search":
        furnish(lite)
        answer = Browser(desk(house(tmp_path / "house"), lite)).get("/search", params={"q": case["payload"]})
        assert answer.status_code == 200
        assert "Traceback" not in answer.text
        assert "syntax" not in answer.text.lower()
        return
    config = house(tmp_path / "house")
    if "error" in case["expect"]:
        config.path.write_text(config.path.read_text("utf-8") + f"\n[{case['payload']}]\nx = 1\n", "utf-8")
        with pytest.raises(ConfigError) as caught:
            load(config.path)
        assert caught.value.exit_code == 2
        return
    (config.roles_folder / "own.yaml").write_text(f"role: {case['payload']}\n", "utf-8")
    with pytest.raises(RoleError):
        find_role("own", config.roles_folder)
