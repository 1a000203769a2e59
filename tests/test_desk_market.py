"""The market: places, clocks, the funnel, who found whom; counted beside the pages. And the nights."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from lxml import html

from scoring.roles import Role, find_role
from scoring.roles.location import Location
from sourcing.config import Config
from sourcing.contributions import contributions
from sourcing.desk import counting
from sourcing.desk.board import Boards
from sourcing.desk.counting import Markets
from sourcing.desk.market import Market, counted, pool, supply
from sourcing.desk.nights import Nights, history, night_page
from sourcing.desk.prepared import prepare
from sourcing.nightly import run
from sourcing.review.app import create
from storage.errors import StoreError
from storage.records import AccountKey, Night
from storage.store import Store
from tests.cases.scoring_people import NOW as THEN
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, people, repository
from tests.leads_kit import careful_supply
from tests.store_kit import ADA, BO, scored, settle
from tests.test_what_if import LEADS

HOST = "127.0.0.1:8000"
MARK = "<b onmouseover=alert(1)>x</b>"
PLACES = {
    "ada": "Berlin, Germany",
    "bob": "Berlin",
    "cy": "Lisbon, Portugal",
    "dee": "Mumbai, India",  # half an hour off
    "eve": "Auckland, New Zealand",  # UTC+13 in November
    "fay": "United States",  # several clocks
    "gus": "the moon",
    "hal": None,
    "ida": "Berlin, Germany",  # asks recruiters to stay away
}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return furnished(tmp_path)


@pytest.fixture
def role() -> Role:
    return find_role("mle", Path("nowhere")).model_copy(
        update={"location": Location(time_zones=("UTC+0..UTC+1",), min_overlap_hours=6)}
    )


@pytest.fixture
def full(store: Store) -> Store:
    furnish(store)
    return store


def furnish(store: Store) -> None:
    """Nine people; one is known at two sources."""
    flags = {"ida": ("no_recruiters",)}
    store.save(
        [
            *(account("github", name, location=place, flags=flags.get(name, ())) for name, place in PLACES.items()),
            account("kaggle", "ada", location=None),
            *(repository("github", name) for name in ("ada", "bob", "ida")),
        ]
    )
    names = list(PLACES)
    keys = {one.key: f"L{names.index(one.handle) + 1:06d}" for one in store.accounts()}
    store.arrange(keys, at=NOW)
    store.save_receipts([scored(f"L{at:06d}", 0.5) for at in range(1, len(names) + 1)])
    lane = {"github": "github/contributors/pytorch/pytorch", "kaggle": "kaggle/users/tier=MASTER"}
    store.keep_finds([(one.key, lane[one.source]) for one in store.accounts() if one.handle != "hal"], night=1)
    prepare(store)


def test_people_stand_where_they_say_they_are(full: Store, role: Role) -> None:
    found = pool(Boards().of(full, "mle"), role, now=NOW)
    assert (found.people, found.refusing, found.unprepared) == (8, 1, 0)
    assert {(one.name, one.people) for one in found.countries} == {
        ("Germany", 2),
        ("Portugal", 1),
        ("India", 1),
        ("New Zealand", 1),
        ("United States", 1),
    }
    assert found.countries[0].name == "Germany", "most people first"
    assert (found.cities[0].name, found.cities[0].code, found.cities[0].people) == ("Berlin", "DE", 2)
    assert found.without_country == 2
    assert len(found.clocks) == 24
    assert {one.offset: one.people for one in found.clocks if one.people} == {
        -11: 1,  # thirteen hours east show the hour that eleven west do
        0: 1,
        1: 2,
        5: 1,
    }
    assert (found.several_clocks, found.without_clock) == (1, 2)
    everybody = sum(one.people for one in found.clocks) + found.several_clocks + found.without_clock
    assert everybody == found.people


def test_clocks_that_share_the_hours_asked_are_marked(full: Store, role: Role) -> None:
    board = Boards().of(full, "mle")
    found = pool(board, role, now=NOW)
    assert found.asked == "6 h or more shared with the team"
    assert [one.offset for one in found.clocks if one.enough] == [-2, -1, 0, 1, 2, 3]
    assert {one.offset: one.shared for one in found.clocks if one.offset in (-2, 1, 4)} == {-2: 6, 1: 8, 4: 5}
    free = pool(board, role.model_copy(update={"location": Location()}), now=NOW)
    assert (free.asked, {one.shared for one in free.clocks}, any(one.enough for one in free.clocks)) == (
        "",
        {None},
        False,
    )


def test_who_was_not_prepared_is_told(full: Store, role: Role) -> None:
    full.forget_words(["L000001"])
    found = pool(Boards().of(full, "mle"), role, now=NOW)
    assert (found.unprepared, found.without_country) == (1, 3)


def test_the_funnel_is_that_of_the_profile_check(lite: Store) -> None:
    lite.save([one for lead in LEADS for one in lead.accounts])
    lite.save([one for lead in LEADS for one in lead.evidence])
    lite.arrange({lead.accounts[0].key: lead.id for lead in LEADS}, at=THEN)
    lite.save_receipts([scored(lead.id) for lead in LEADS])
    prepare(lite)
    for name in ("mle", "cv", "ml-ops"):
        one = find_role(name).model_copy(update={"role": "mle"})
        found = supply(lite, one, Boards().of(lite, "mle"))
        assert found == careful_supply(lite.leads(), one, THEN), name
    steps = supply(lite, find_role("mle"), Boards().of(lite, "mle")).steps
    assert any(0 < one.alone < len(LEADS) for one in steps)


def test_who_refuses_is_in_no_figure(full: Store, role: Role) -> None:
    found = supply(full, role, Boards().of(full, "mle"))
    assert (found.people, found.unread) == (8, 1)
    assert found == careful_supply(full.leads(), role, NOW)
    assert found.steps[1].alone == 2


def test_a_role_without_must_haves_has_no_steps(full: Store, role: Role) -> None:
    bare = role.model_copy(update={"must_have": ()})
    found = supply(full, bare, Boards().of(full, "mle"))
    assert (found.people, found.steps, found.everything) == (8, (), 8)


def test_coverage_is_that_of_the_nights_report(full: Store, role: Role) -> None:
    found = counted(full, role, Boards().of(full, "mle"), now=NOW)
    assert found.coverage == contributions(full, [role], night=None)
    assert (found.coverage.people, found.coverage.linked_only) == (8, 1)
    assert found.seconds > 0


# --- counting


def counting_slowly(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, list[str]]:
    """Counts that wait until they may go on."""
    go = threading.Event()
    made: list[str] = []

    def count(store: Store, role: Role, *rest: Any, **more: Any) -> Market:
        made.append(role.role)
        go.wait(20)
        return counted(store, role, *rest, **more)

    monkeypatch.setattr(counting, "counted", count)
    return go, made


def test_a_page_never_waits_for_long_and_everybody_is_counted_once(
    full: Store, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, made = counting_slowly(monkeypatch)
    markets = Markets(Boards())
    first = markets.of(full, role, clock=lambda: NOW, patience=0)
    again = markets.of(full, role, clock=lambda: NOW, patience=0)
    assert (first.market, first.counting, again.counting) == (None, True, True)
    go.set()
    markets.finish()
    seen = markets.of(full, role, clock=lambda: NOW, patience=0)
    assert seen.market is not None
    assert (seen.counting, seen.market.counted_at, made) == (False, NOW, ["mle"])
    assert markets.held("mle") == seen.market


def test_after_a_change_the_last_count_is_shown_until_the_new_one_is_there(
    full: Store, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    markets = Markets(Boards())
    before = markets.of(full, role, clock=lambda: NOW, patience=20)
    go, _ = counting_slowly(monkeypatch)
    full.save_receipts([scored("L000001", 0.9)])
    during = markets.of(full, role, clock=lambda: NOW + timedelta(days=1))
    assert (during.counting, during.market) == (True, before.market)
    go.set()
    markets.finish()
    after = markets.of(full, role, clock=lambda: NOW)
    assert after.market is not None
    assert (after.counting, after.market.counted_at) == (False, NOW + timedelta(days=1))


def test_a_count_that_fails_is_told_and_tried_again(full: Store, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Market:
        raise StoreError("the disk is full")

    markets = Markets(Boards())
    with monkeypatch.context() as patch:
        patch.setattr(counting, "counted", fail)
        with pytest.raises(StoreError, match="disk is full"):
            markets.of(full, role, clock=lambda: NOW, patience=20)
    assert markets.of(full, role, clock=lambda: NOW, patience=20).market is not None


def test_many_are_counted_in_a_process_of_their_own(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MANY", 0)
    monkeypatch.setattr(counting, "here", None)
    with Store.open(config.database_url) as store:
        role = find_role("mle", config.roles_folder)
        settle(store, {ADA: "L000001", BO: "L000002"})
        store.save_receipts([scored("L000001", 0.6), scored("L000002", 0.5)], night=None)
        board = Boards().of(store, "mle")
        found = counting.beside(config)(store, role, board, NOW)
        assert (found.pool.people, found.supply.people, found.counted_at) == (2, 2, NOW)
        away = config.model_copy(update={"path": config.path.with_name("none.toml")})
        with pytest.raises(StoreError, match="could not be counted"):
            counting.beside(away)(store, role, board, NOW)


def test_a_count_is_there_after_a_start(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(config.database_url) as store:
        settle(store, {ADA: "L000001"})
        store.save_receipts([scored("L000001", 0.6)], night=None)
        role = find_role("mle", config.roles_folder)
        before = Markets(Boards()).of(store, role, clock=lambda: NOW, patience=20)
        go, made = counting_slowly(monkeypatch)
        again = Markets(Boards()).of(store, role, clock=lambda: NOW, patience=0)
        assert (again, made) == (before, [])
        store.save_receipts([scored("L000001", 0.7)], night=None)
        later = Markets(Boards())
        stale = later.of(store, role, clock=lambda: NOW, patience=0)
        assert (stale.market, stale.counting) == (before.market, True)
        go.set()
        later.finish()
        kept = counting._file(store, "mle")
        assert kept is not None
        kept.write_text("{}")  # of another version
        assert Markets(Boards()).of(store, role, clock=lambda: NOW, patience=20).market is not None


# --- nights


def two_nights(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    crawls(monkeypatch, people(), [done("github"), done("kaggle", "failed", reason=f"{MARK} 502")])
    run(config, now=NOW, crawl_only=True)
    crawls(monkeypatch, [], [done("github"), done("kaggle")])
    run(config, now=NOW + timedelta(days=1), crawl_only=True)


def test_nights_say_what_their_reports_counted(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    two_nights(config, monkeypatch)
    with Store.open(config.database_url) as store:
        newest, oldest = history(config, store)
        assert (oldest.number, oldest.state, oldest.requests) == (1, "with failures", 6)
        assert (oldest.new, oldest.changed, oldest.gone) == (3, 0, 0)
        assert [one.kind for one in oldest.findings] == ["nothing", "failed"]
        assert (newest.number, newest.state, newest.new) == (2, "done", 0)
        (config.logs_folder / "night-0001.json").unlink()
        (config.logs_folder / "night-0002.json").write_bytes(orjson.dumps({"changes": {"new": "many"}}))
        newest, oldest = history(config, store)
        assert (oldest.changed, newest.changed) == (None, None), "nobody wrote it down, which is not zero"


def test_a_night_that_never_ended_says_so(config: Config, lite: Store) -> None:
    lite.start_night(NOW)
    (row,) = history(config, lite)
    assert (row.state, row.minutes, row.new, row.findings) == ("not ended", None, None, ())
    lite.finish_night(Night(number=1, started_at=NOW, ended_at=NOW, counters={"cut_off": 1}))
    assert history(config, lite)[0].state == "cut off"


def test_nights_are_read_again_when_one_ended(config: Config, lite: Store) -> None:
    nights = Nights()
    assert nights.of(config, lite) == ()
    night = lite.start_night(NOW)
    first = nights.of(config, lite)
    assert nights.of(config, lite) is first
    lite.finish_night(night.model_copy(update={"ended_at": NOW, "outcomes": (done("github"),)}))
    assert nights.of(config, lite)[0].state == "done"


def test_one_night_lists_what_was_set_aside(config: Config, lite: Store) -> None:
    for at in range(3):
        night = lite.start_night(NOW + timedelta(days=at))
        counters = {"saved:accounts_new": 4, "nobody": 2, "too_old": 7, "none": 0}
        lite.finish_night(
            night.model_copy(update={"ended_at": NOW, "counters": counters, "outcomes": (done("github"),)})
        )
    found = night_page(config, lite, 2)
    assert dict(found.skipped) == {"too_old": 7, "nobody": 2}
    assert list(found.skipped) == ["too_old", "nobody"]
    assert (found.before, found.after) == (1, 3)
    assert (night_page(config, lite, 1).before, night_page(config, lite, 3).after) == (None, None)


# --- pages


@asynccontextmanager
async def browser(config: Config, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    app = create(config, store, hosts=[HOST], clock=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as held:
        yield held
    app.state.markets.finish()


async def test_every_picture_has_its_title_and_its_table(config: Config, lite: Store) -> None:
    furnish(lite)
    night = lite.start_night(NOW)
    lite.finish_night(night.model_copy(update={"ended_at": NOW, "outcomes": (done("github"),)}))
    async with browser(config, lite) as desk:
        assert (await desk.get("/market")).headers["location"] == "/market/mle"
        while "being counted for the first time" in (text := (await desk.get("/market/mle")).text):
            pass
        twin = (await desk.get("/api/market/mle")).json()
    page = html.fromstring(text)
    figures = page.cssselect("figure.picture")
    titles = [one.cssselect("svg title")[0].text_content() for one in figures]
    assert titles == [
        "People by country",
        "People by city",
        "People by time zone",
        "What the must-haves leave",
        "People by source",
        "People by lane",
        "The last night",
    ]
    assert all(one.cssselect("svg[role=img]") and one.cssselect("details table th[scope=col]") for one in figures)
    assert len(page.cssselect("h1")) == 1
    assert not any(key.startswith("on") or key == "style" for one in page.iter() for key in one.attrib)
    clocks = [[cell.text_content() for cell in row] for row in figures[2].cssselect("tbody tr")]
    assert {name: int(count) for name, count, _ in clocks} == {
        f"UTC{one['offset']:+d}" if one["offset"] else "UTC": one["people"] for one in twin["market"]["pool"]["clocks"]
    }
    assert "It cannot be said" in page.text_content(), "one source alone gives no estimate"
    assert "Counted 25 Nov 2026, 02:00 UTC, over 8 people" in page.text_content()
    assert (twin["counting"], twin["market"]["supply"]["people"]) == (False, 8)


async def test_an_estimate_is_drawn_where_there_is_one(config: Config, lite: Store) -> None:
    furnish(lite)
    both = [AccountKey("github", f"id-{name}") for name in PLACES if name != "hal"]
    lite.keep_finds([(key, "kaggle/users/tier=MASTER") for key in both[:7]], night=1)
    async with browser(config, lite) as desk:
        while not (found := (await desk.get("/api/market/mle")).json())["market"]:
            pass
        page = html.fromstring((await desk.get("/market/mle")).text)
    (row,) = found["market"]["coverage"]["estimates"]
    assert row["total"] is not None
    (dot,) = page.cssselect("svg.dots circle title")
    assert dot.text_content().startswith(f"about {row['total']:.0f}, 95 %")


async def test_empty_installations_have_pages(config: Config, lite: Store) -> None:
    async with browser(config, lite) as desk:
        while "being counted for the first time" in (text := (await desk.get("/market/mle")).text):
            pass
        nights = await desk.get("/nights")
    assert "Nobody is scored for this role yet" in text
    assert "No night was run yet" in text
    assert (nights.status_code, "No night was run yet" in nights.text) == (200, True)


async def test_nights_as_pages(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    two_nights(config, monkeypatch)
    with Store.open(config.database_url) as store:
        async with browser(config, store) as desk:
            page = html.fromstring((await desk.get("/nights")).text)
            one = html.fromstring((await desk.get("/nights/1")).text)
            twin = (await desk.get("/api/nights")).json()
            full = (await desk.get("/api/nights/1")).json()
    strips = page.cssselect("svg.strips")[0]
    assert [t.text_content() for t in strips.cssselect("text") if t.text_content()[0].isalpha()] == [
        "Requests",
        "New accounts",
        "Changed accounts",
        "Gone accounts",
        "Findings",
    ]
    told = [[cell.text_content() for cell in row] for row in page.cssselect("figure tbody tr")]
    assert [row[1:3] for row in told] == [["6", "3"], ["6", "0"]], "oldest first"
    assert [row["number"] for row in twin] == [2, 1]
    assert one.cssselect("b[onmouseover]") == []
    assert MARK in one.text_content()
    assert full["row"]["findings"][1]["kind"] == "failed"
    assert one.cssselect("a[rel=next]")[0].get("href") == "/nights/2"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/market/no-such-role", 409),
        ("/market/%00", 422),
        ("/nights/7", 404),
        ("/api/nights/7", 404),
        ("/nights/0", 422),
        ("/nights/99999999999999999999", 422),
        ("/nights/x%00", 422),
    ],
)
async def test_what_is_not_there_is_told(config: Config, lite: Store, path: str, status: int) -> None:
    async with browser(config, lite) as desk:
        answer = await desk.get(path)
    assert (answer.status_code, len(answer.text) > 20) == (status, True)
