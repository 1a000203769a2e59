"""Same person? The order of the questions, both sides, answers by form and JSON, taking back, many people at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from lxml import html

from sourcing.desk import same
from sourcing.desk.same import KINDS, Queue, compared
from sourcing.identity import Settings, resolve
from sourcing.identity.evidence import KINDS as EVIDENCE
from sourcing.identity.review import queue as identity_queue
from sourcing.lock import exclusive
from storage.errors import ConfigError
from storage.records import AccountKey, Evidence, Judgement, Level, Origin, Verdict
from storage.store import Store
from tests.desk_kit import Browser, Clock, add, desk, house
from tests.identity_kit import account, day, partition

SOURCES = ("github", "kaggle", "huggingface", "hackernews")
MARK = "<script>alert(1)</script>\"'><img src=x onerror=y>"
EVERYTHING = Settings(queue_share=1.0)


def suggestion(left: AccountKey, right: AccountKey, bits: float, *evidence: str) -> Judgement:
    return Judgement(
        left=min(left, right),
        right=max(left, right),
        verdict=Verdict.SUGGESTED,
        bits=bits,
        by="identity/2",
        why=f"{left} and {right} look alike",
        evidence=evidence or ("handle +9.0: ada | ada7", "other_country -3.0: Oslo (NO) | Rome (IT)"),
        created_at=day(1),
    )


def furnish(store: Store, pairs: int = 3) -> list[tuple[AccountKey, AccountKey]]:
    """Pairs of leads with a question each; the later, the stronger."""
    rows = [
        account(SOURCES[side], at, f"{'ab'[side]}person{at:03d}x", name=f"Person{'abcdefgh'[at]} {'XY'[side]}")
        for at in range(pairs)
        for side in (0, 1)
    ]
    store.save(rows)
    resolve(store, now=day(0))
    found = [(rows[2 * at].key, rows[2 * at + 1].key) for at in range(pairs)]
    store.judge([suggestion(*pair, 3.0 + at) for at, pair in enumerate(found)])
    return found


@pytest.fixture
def pairs(lite: Store) -> list[tuple[AccountKey, AccountKey]]:
    return furnish(lite)


@pytest.fixture
def app(lite: Store, pairs: list[tuple[AccountKey, AccountKey]], tmp_path: Path) -> FastAPI:
    config = house(tmp_path / "house").model_copy(update={"identity": EVERYTHING})
    return desk(config, lite, Clock(day(2)))


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


def asked(browser: Browser, at: int | None = None) -> Any:
    return browser.get("/api/same" + (f"?at={at}" if at else "")).json()


def leads(found: Any) -> set[str]:
    return {found["pair"]["left"]["lead"], found["pair"]["right"]["lead"]}


def test_the_order_is_that_of_the_identity_queue(store: Store, tmp_path: Path) -> None:
    furnish(store, 4)
    wanted = [row.row.id for row in identity_queue(store, settings=EVERYTHING)]
    queue = Queue(store, EVERYTHING, tmp_path)
    assert [one.number for one in queue.entries()] == wanted
    assert len(wanted) == 4
    first = same.page(queue, None, by="ann", now=day(2))
    assert (first.waiting, first.position, first.before, first.after) == (4, 1, None, wanted[1])
    last = same.page(queue, wanted[3], by="ann", now=day(2))
    assert (last.position, last.before, last.after) == (4, wanted[2], None)
    assert same.page(queue, 999_999, by="ann", now=day(2)).position == 1, "an unknown one is the first"
    assert len(Queue(store, Settings(queue_share=0.25), tmp_path).entries()) == 2, "a small share at once"


def test_only_open_suggestions_are_asked(store: Store) -> None:
    pairs = furnish(store)
    assert [row.bits for row in store.suggestions()] == [5.0, 4.0, 3.0]
    newest = store.newest_judgement()
    row = store.judgement(newest)
    assert row is not None
    assert (row.left, row.right) == (min(pairs[2]), max(pairs[2]))
    store.undo_judgement(newest, by="ann", at=day(2))
    assert [row.bits for row in store.suggestions()] == [4.0, 3.0]
    assert store.judgement(newest + 1) is None
    assert store.last_judgement("ann", since=day(0)) is None
    assert store.totals_of(["L000001"]) == {}


def test_both_sides_with_what_speaks_for_and_against(lite: Store, browser: Browser) -> None:
    found = asked(browser)
    assert found["waiting"] == 3
    pair = found["pair"]
    assert pair["left"]["accounts"][0]["source"] == "github"
    assert pair["right"]["accounts"][0]["source"] == "kaggle"
    assert pair["evidence"] == [
        {"kind": "the handle", "bits": 9.0, "left": "ada", "right": "ada7", "both": []},
        {"kind": "two countries", "bits": -3.0, "left": "Oslo (NO)", "right": "Rome (IT)", "both": []},
    ]
    page = html.fromstring(browser.get("/same").text)
    assert [one.text for one in page.iter("h1")] == ["Same person?"]
    assert [one.get("data-key") for one in page.cssselect("[data-key]")] == ["y", "n", "u", "j"]
    assert [one.text_content() for one in page.cssselect("td .warn")] == ["against"]


def test_every_kind_of_evidence_has_words() -> None:
    assert {kind.name for kind in EVIDENCE} <= KINDS.keys()


@pytest.mark.parametrize(
    ("line", "kind", "bits", "values"),
    [
        ("handle +16.6: ada | ada", "the handle", 16.6, ("ada", "ada")),
        ("name +2.0: a | b | c", "the name", 2.0, ("a", "b", "c")),
        ("same_id +30.0: x:1", "one confirmed id", 30.0, ("x:1",)),
        ("work +3.0: a | b", "shared work", 3.0, ("a", "b")),
        ("new_kind -1.5: – | b", "new kind", -1.5, ("–", "b")),
        ("no form at all", "no form at all", 0.0, ()),
        ("name +1.0: two\nlines | b", "the name", 1.0, ("two lines", "b")),
    ],
)
def test_a_line_of_evidence_is_taken_apart(line: str, kind: str, bits: float, values: tuple[str, ...]) -> None:
    found = compared(line)
    assert (found.kind, found.bits) == (kind, bits)
    assert (found.both or tuple(filter(None, (found.left, found.right)))) == values


@pytest.mark.parametrize(
    ("verdict", "words", "joined"),
    [("same", "One person", True), ("different", "Two people", False), ("unsure", "Cannot be told", False)],
)
@pytest.mark.parametrize("way", ["form", "json"])
def test_an_answer_and_taking_it_back(
    lite: Store, browser: Browser, verdict: str, words: str, joined: bool, way: str
) -> None:
    before, first = partition(lite), asked(browser)
    number, here = first["pair"]["number"], leads(first)
    if way == "form":
        data = {"question": number, "verdict": verdict, "why": "met them", "after": first["after"]}
        answer = browser.post("/same/decide", data=data)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"/same?at={first['after']}&said=")
    else:
        body = {"question": number, "verdict": verdict, "why": "met them"}
        assert browser.post("/api/same/decide", json=body).status_code == 200
    found = asked(browser)
    assert found["waiting"] == 2
    assert leads(found) != here
    assert (partition(lite) != before) is joined
    row = lite.judgement(found["last"]["number"])
    assert row is not None
    assert (row.verdict, row.why, row.by) == (verdict, "met them", browser.get("/api/me").json()["name"])
    assert found["last"]["verdict"] == words
    assert f"Undo: {words.lower()}" in browser.get("/same").text
    if way == "form":
        back = browser.post("/same/undo", data={"judgement": found["last"]["number"]})
        again = asked(browser, int(back.headers["location"].split("at=")[1].split("&")[0]))
    else:
        again = browser.post("/api/same/undo", json={"judgement": found["last"]["number"]}).json()
    assert leads(again) == here
    assert (again["waiting"], again["last"]) == (3, None)
    assert partition(lite) == before
    assert lite.check() == []


def test_the_whole_queue_by_form_to_its_end(lite: Store, browser: Browser) -> None:
    for verdict in ("same", "different", "unsure"):
        number = asked(browser)["pair"]["number"]
        assert browser.post("/same/decide", data={"question": number, "verdict": verdict}).status_code == 303
    assert asked(browser)["pair"] is None
    assert "No pair is waiting" in browser.get("/same").text
    assert [row.verdict for row in lite.judgements() if not row.by.startswith("identity/")].count(Verdict.SAME) == 1


def test_a_join_takes_its_other_questions_with_it(lite: Store, browser: Browser) -> None:
    [_, (one, other), _] = furnish_third(lite)
    found = asked(browser)
    numbers = [found["pair"]["number"]]
    while found["after"]:
        found = asked(browser, found["after"])
        numbers.append(found["pair"]["number"])
    mine = next(row for row in lite.suggestions() if {row.left, row.right} == {one, other})
    browser.post("/api/same/decide", json={"question": mine.id, "verdict": "same"})
    after = asked(browser)
    assert after["waiting"] <= len(numbers) - 1
    seen = set()
    while True:
        seen.add(frozenset(leads(after)))
        if not after["after"]:
            break
        after = asked(browser, after["after"])
    assert all(len(pair) == 2 for pair in seen), "never somebody with themselves"


def furnish_third(store: Store) -> list[tuple[AccountKey, AccountKey]]:
    """A third account that may be either of the strongest pair."""
    rows = store.suggestions()
    third = account("huggingface", 50, "thirdperson", name="Third Body")
    store.save([third])
    resolve(store, now=day(1))
    pairs = [(rows[0].left, rows[0].right), (rows[0].left, third.key), (rows[0].right, third.key)]
    store.judge([suggestion(*pair, 9.0) for pair in pairs[1:]])
    return pairs


def test_what_others_answered_meanwhile_is_not_answered_again(lite: Store, browser: Browser) -> None:
    first = asked(browser)
    number = first["pair"]["number"]
    assert browser.post("/api/same/decide", json={"question": number, "verdict": "different"}).status_code == 200
    rows = lite.judgements(live=False)
    answer = browser.post("/same/decide", data={"question": number, "verdict": "same"})
    assert answer.status_code == 409
    assert "it was answered" in answer.text
    assert lite.judgements(live=False) == rows
    assert asked(browser, number)["pair"]["number"] != number


def test_what_a_night_writes_is_seen_at_the_next_look(lite: Store, browser: Browser) -> None:
    assert asked(browser)["waiting"] == 3
    furnish_third(lite)
    assert asked(browser)["waiting"] == 4, "two more, of which the third follows from a yes to both"


def test_answers_of_ours_and_rules_are_not_taken_back(lite: Store, browser: Browser) -> None:
    rule = lite.suggestions()[0].id
    for number in (rule, 999_999):
        answer = browser.post("/api/same/undo", json={"judgement": number})
        assert answer.status_code == 409
    assert len(lite.suggestions()) == 3


def test_while_a_night_works_nothing_is_joined(lite: Store, browser: Browser, tmp_path: Path) -> None:
    number = asked(browser)["pair"]["number"]
    with exclusive(tmp_path / "house"):
        answer = browser.post("/same/decide", data={"question": number, "verdict": "same"})
        assert answer.status_code == 409
        assert "another run is at work" in answer.text
    assert asked(browser)["pair"]["number"] == number
    assert browser.post("/same/decide", data={"question": number, "verdict": "same"}).status_code == 303


def test_of_two_answers_at_once_one_counts(lite: Store, tmp_path: Path, pairs: Any) -> None:
    queue = Queue(lite, EVERYTHING, tmp_path)
    number = queue.entries()[0].number
    gate = threading.Barrier(4)

    def attempt(at: int) -> bool:
        gate.wait()
        try:
            same.answer(queue, number, Verdict.SAME if at % 2 else Verdict.DIFFERENT, by=f"u{at}", now=day(2))
        except ConfigError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(attempt, range(4))).count(True) == 1
    assert len({row.by for row in lite.judgements() if row.by.startswith("u")}) == 1
    assert lite.check() == []


def test_the_queue_is_not_read_again_for_every_answer(
    lite: Store, tmp_path: Path, pairs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue(lite, EVERYTHING, tmp_path)
    first, second, _ = queue.entries()
    read: list[int] = []
    real = Store.suggestions

    def counted(self: Store) -> list[Judgement]:
        read.append(1)
        return real(self)

    monkeypatch.setattr(Store, "suggestions", counted)
    same.answer(queue, first.number, Verdict.UNSURE, by="ann", now=day(2))
    assert same.page(queue, None, by="ann", now=day(2)).pair is not None
    same.answer(queue, second.number, Verdict.SAME, by="ann", now=day(2))
    assert same.page(queue, None, by="ann", now=day(2)).waiting == 1
    assert read == []
    last = same.last_answer(lite, "ann", day(2))
    assert last is not None
    same.undo(queue, last.number, by="ann", now=day(2))
    assert same.page(queue, None, by="ann", now=day(2)).waiting == 2
    assert read == [1]


def test_nothing_people_wrote_is_markup(lite: Store, app: FastAPI) -> None:
    fields: dict[str, Any] = {"name": MARK, "headline": MARK, "location": MARK, "company": MARK, "bio": MARK}
    rows = [account("github", 90, "odd1", **fields), account("kaggle", 90, "odd2", **fields)]
    plain = Browser(app).get("/same").text
    lite.save(rows)
    piece = Evidence(
        account=rows[0].key,
        source_id="w",
        kind="repository",
        url="javascript:alert(1)",
        title=MARK,
        level=Level.MAINTAINED,
        origin=Origin(source="github", url="https://x.example", seen_at=day(0), spider="github/1"),
    )
    lite.save([piece])
    resolve(lite, now=day(1))
    lite.judge([suggestion(rows[0].key, rows[1].key, 20.0, f"name +3.0: {MARK} | {MARK}", MARK)])
    page = Browser(app).get("/same")
    assert MARK not in page.text
    assert "alert(1)" in page.text, "shown as text"
    tree, before = html.fromstring(page.text), html.fromstring(plain)
    assert len(list(tree.iter("script"))) == len(list(before.iter("script"))) == 1
    assert not list(tree.iter("img"))
    assert not [name for one in tree.iter() if isinstance(one.tag, str) for name in one.attrib if name.startswith("on")]
    assert not [one for one in tree.iter("a") if (one.get("href") or "").startswith("javascript")]


def test_a_reader_sees_and_does_not_answer(lite: Store, app: FastAPI) -> None:
    add(lite, "rea", "reader")
    browser = Browser(app).as_(lite, "rea", day(2))
    page = browser.get("/same")
    assert page.status_code == 200
    assert "/same/decide" not in page.text
    number = asked(browser)["pair"]["number"]
    assert browser.post("/same/decide", data={"question": number, "verdict": "same"}).status_code == 403
    assert len(lite.suggestions()) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"question": 0, "verdict": "same"},
        {"question": "x", "verdict": "same"},
        {"question": 2**70, "verdict": "same"},
        {"question": 1, "verdict": "suggested"},
        {"question": 1, "verdict": "same", "why": "x" * 501},
        {"question": 1, "verdict": "same", "by": "somebody"},
        {},
    ],
)
def test_bodies_that_are_not_understood(browser: Browser, body: dict[str, Any]) -> None:
    assert browser.post("/api/same/decide", json=body).status_code == 422
