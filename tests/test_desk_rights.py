"""The page of rights: clocks, who is meant, hiding and erasing with a handle typed, handing over, who may do it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from lxml import html

from sourcing.config import Config
from storage.records import AccountKey
from storage.store import Store
from tests.desk_kit import Browser, Clock, add, desk, house
from tests.house_of_sourcing import NOW, account, repository
from tests.store_kit import scored

ADA, BOB = AccountKey("github", "id-ada"), AccountKey("github", "id-bob")
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return house(tmp_path / "house", roles=("mle",))


@pytest.fixture
def store(config: Config) -> Any:
    with Store.open(config.database_url, key=config.key) as store:
        both = [account("github", handle, name="Sam Example") for handle in ("ada", "bob")]
        store.save([*both, repository("github", "ada")])
        store.arrange({ADA: "L000001", BOB: "L000002"}, at=NOW)
        store.save_receipts([scored("L000001", 0.6), scored("L000002", 0.5)])
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(config: Config, store: Store, clock: Clock) -> FastAPI:
    return desk(config, store, clock)


@pytest.fixture
def browser(app: FastAPI, store: Store) -> Browser:
    add(store, "ann", "sourcer")
    return Browser(app).as_(store, "ann")


def open_requests(store: Store) -> list[tuple[str, str | None]]:
    return [(one.kind, one.lead) for one in store.requests(open_only=True)]


def test_nobody_is_named_until_somebody_is_looked_for(browser: Browser) -> None:
    plain = browser.get("/rights").text
    assert "Nobody waits" in plain
    assert "Sam Example" not in plain
    found = browser.get("/rights?who=ada").text
    assert ("L000001" in found, "Sam Example" in found, "L000002" in found) == (True, True, False)
    both = browser.get("/rights?who=Sam+Example").text
    assert "2 people may be meant" in both
    assert [one["lead"] for one in browser.get("/api/rights/find?who=Sam+Example").json()["people"]] == [
        "L000001",
        "L000002",
    ]


@pytest.mark.parametrize("who", ["nobody-at-all", NASTY, " ", "L999999"])
def test_naming_nobody_is_told_and_nothing_is_run(browser: Browser, who: str) -> None:
    answer = browser.ask("GET", "/rights", params={"who": who})
    assert answer.status_code == 200
    assert NASTY not in answer.text
    assert browser.ask("GET", "/api/rights/find", params={"who": who}).json()["people"] == []


@pytest.mark.parametrize(
    ("day", "state", "shown"), [(0, "fine", "day 0"), (20, "warning", "day 20"), (28, "red", "red, day 28")]
)
def test_clocks_run(browser: Browser, store: Store, clock: Clock, day: int, state: str, shown: str) -> None:
    said = browser.post("/rights/request", data={"who": "ada", "kind": "access"})
    assert (said.status_code, open_requests(store)) == (303, [("access", "L000001")])
    clock.now = NOW + timedelta(days=day)
    browser.as_(store, "ann", clock.now)
    [row] = browser.get("/api/rights").json()["open"]
    assert (row["state"], row["days"]) == (state, day)
    page = browser.get("/rights").text
    assert (shown in page, "2026-12-25" in page or "25 Dec" in page) == (True, True)


def test_the_most_urgent_stands_first(browser: Browser, store: Store, clock: Clock) -> None:
    browser.post("/rights/request", data={"who": "bob", "kind": "access"})
    clock.now += timedelta(days=9)
    browser.as_(store, "ann", clock.now)
    browser.post("/api/rights/request", json={"who": "ada", "kind": "erase"})
    rows = browser.get("/api/rights").json()["open"]
    assert [(row["request"]["lead"], row["days"]) for row in rows] == [("L000002", 9), ("L000001", 0)]


@pytest.mark.parametrize("typed", ["", "bob", "Sam Example", NASTY])
def test_hiding_and_erasing_take_a_handle_of_the_person(browser: Browser, store: Store, typed: str) -> None:
    for path in ("/rights/hide", "/rights/erase"):
        answer = browser.post(path, data={"who": "L000001", "typed": typed})
        assert (answer.status_code, NASTY in answer.text) == (409, False)
        assert browser.post(f"/api{path}", json={"who": "L000001", "typed": typed}).status_code == 409
    assert store.restricted([ADA]) == {}
    assert len(list(store.accounts())) == 2
    assert store.requests() == []


@pytest.mark.parametrize(("objects", "kind", "left"), [("", "restricted", 0), ("true", "objected", 1)])
def test_hiding_hides_at_once(browser: Browser, store: Store, objects: str, kind: str, left: int) -> None:
    fields = {"who": "L000001", "typed": "ada"} | ({"objects": objects} if objects else {})
    answer = browser.post("/rights/hide", data=fields)
    assert "1+accounts+are+hidden" in answer.headers["location"]
    assert store.restricted([ADA]) == {ADA: kind}
    assert len(store.requests(open_only=True)) == left
    assert {one.by for one in store.actions("subject")} == {"ann"}


def test_an_erasure_says_what_is_left_to_do(browser: Browser, store: Store) -> None:
    browser.post("/rights/hide", data={"who": "L000001", "typed": "ada", "objects": "true"})
    answer = browser.post("/rights/erase", data={"who": "L000001", "typed": "ada"})
    assert answer.status_code == 200
    said = html.fromstring(answer.text).text_content()
    assert "1 account and" in said
    assert "tombstones" in said
    assert store.account(ADA) is None
    assert store.save([account("github", "ada")]).tombstoned == 1
    assert "/leads/L000001" not in browser.get("/ranking/mle").text
    assert browser.post("/rights/erase", data={"who": "L000001", "typed": "ada"}).status_code == 404
    [entry] = store.actions("subject.erase")[:1]
    assert entry.by == "ann"


def test_answers_close_requests_and_name_who(browser: Browser, store: Store) -> None:
    browser.post("/rights/request", data={"who": "ada", "kind": "object"})
    [row] = store.requests()
    assert browser.post("/rights/answer", data={"request": str(row.id), "why": " "}).status_code == 409
    done = browser.post("/rights/answer", data={"request": str(row.id), "why": "no such duty", "refused": "true"})
    assert done.status_code == 303
    assert [(one.state, one.outcome) for one in store.requests()] == [("refused", "no such duty")]
    assert "refused: no such duty" in html.fromstring(browser.get("/rights").text).text_content()
    again = browser.post("/api/rights/answer", json={"request": row.id, "why": "x"})
    assert again.status_code == 409


@pytest.mark.parametrize("way", ["page", "json"])
def test_everything_about_somebody_is_handed_over_as_a_file(browser: Browser, store: Store, way: str) -> None:
    if way == "page":
        answer = browser.post("/rights/export", data={"who": "L000001"})
    else:
        answer = browser.post("/api/rights/export", json={"who": "L000001"})
    assert answer.headers["content-disposition"].startswith('attachment; filename="about-l000001-2026-11-25.')
    assert "github.example/api" in answer.text
    [row] = store.requests()
    assert (row.kind, row.state, row.by) == ("access", "done", "ann")


def test_who_reads_may_not_act_and_sees_no_forms(app: FastAPI, store: Store) -> None:
    add(store, "cy", "auditor")
    add(store, "bo", "reader")
    auditor, reader = Browser(app).as_(store, "cy"), Browser(app).as_(store, "bo")
    page = html.fromstring(auditor.get("/rights?who=ada").text)
    assert page.xpath("//form[@method='post'][starts-with(@action, '/rights')]") == []
    assert "L000001" in page.text_content()
    for path in ("/rights/request", "/rights/hide", "/rights/erase", "/rights/answer", "/rights/export"):
        assert auditor.post(path, data={"who": "ada", "typed": "ada"}).status_code == 403
    assert reader.get("/rights").status_code == 403
    assert "/rights" not in reader.get("/ranking/mle").text
    assert len(list(store.accounts())) == 2


def test_a_blind_review_is_not_looked_around(browser: Browser) -> None:
    browser.post("/inbox/mle/blind", data={"on": "yes"})
    found = browser.get("/rights?who=L000001")
    assert ("Sam Example" in found.text, "switch it off" in found.text) == (False, True)
    assert browser.get("/api/rights/find?who=L000001").json()["people"] == []
    assert browser.post("/rights/export", data={"who": "L000001"}).status_code == 409


def test_the_key_is_asked_for_before_anything_is_erased(config: Config, store: Store) -> None:
    store.erase(store.subject([BOB]), by="x", at=NOW)
    with Store.open(config.database_url, key=b"another") as other:
        answer = Browser(desk(config, other)).post("/rights/erase", data={"who": "L000001", "typed": "ada"})
    assert answer.status_code == 409
    assert "not the one this database was begun with" in answer.text
    assert store.account(ADA) is not None
