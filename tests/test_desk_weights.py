"""Weights as sliders: the quick list says what the careful comparison says; saving; page and JSON."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from scoring.columns import from_receipts
from scoring.engine import Scorer
from scoring.roles import COMPONENTS, Role, find_role, load_role
from sourcing.config import Config
from sourcing.decisions import chosen, decide, undo
from sourcing.desk.board import Boards
from sourcing.desk.people import add
from sourcing.desk.prepared import prepare
from sourcing.desk.said import Answers
from sourcing.desk.warmed import Warmed, laid_out, warmed
from sourcing.desk.weighing import save, weighing
from sourcing.desk.weights import Scales, Tryout, changes, points
from sourcing.ranking import score
from sourcing.review.app import create
from sourcing.review.pages.weights import Points
from sourcing.weights import tried, with_weights
from storage.errors import ConfigError
from storage.store import Store
from tests.cases.scoring_people import NOW
from tests.house_of_sourcing import furnished
from tests.test_what_if import LEADS

HOST = "127.0.0.1:8000"
MLE = find_role("mle")
MARK = "<b onmouseover=alert(1)>x</b>"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return furnished(tmp_path)


@pytest.fixture
def full(config: Config, lite: Store) -> Store:
    """Eighty scored people; one refuses recruiters, one has mark-up for a name."""
    accounts = [account for one in LEADS for account in one.accounts]
    accounts[3] = accounts[3].model_copy(update={"flags": ("no_recruiters",)})
    accounts[4] = accounts[4].model_copy(update={"name": MARK, "headline": MARK})
    lite.save(accounts)
    lite.save([piece for one in LEADS for piece in one.evidence])
    lite.arrange({one.accounts[0].key: one.id for one in LEADS}, at=NOW)
    score(lite, [MLE], now=NOW)
    prepare(lite, [MLE])
    return lite


def quick(store: Store, given: dict[str, float], *, now: datetime = NOW, role: Role = MLE) -> Tryout:
    return Scales(Boards()).tried(store, role, given, now=now)


GIVEN = [{"impact": 40.0}, {"impact": 0.0, "must_have": 60.0}, {"title": 30.0, "activity": 0.5, "business": 100.0}]


@pytest.mark.parametrize("given", GIVEN)
def test_the_quick_list_says_what_the_careful_comparison_says(
    config: Config, full: Store, given: dict[str, float]
) -> None:
    decide_some(full)
    fast = quick(full, given)
    slow = tried(full, MLE, with_weights(MLE, changes(MLE, given)), now=NOW).difference
    refusing = {"L000004"}
    assert [place.lead for place in fast.top][: len(slow.after)] == [move.lead for move in slow.after]
    assert not refusing & {place.lead for place in fast.top}
    assert {move.lead: move.total_after for move in slow.after}.items() <= {p.lead: p.total for p in fast.top}.items()
    assert fast.weights == with_weights(MLE, changes(MLE, given)).normal_weights
    causes = {move.lead: (move.causes[0].component, round(move.causes[0].effect, 9)) for move in slow.after}
    said = {p.lead: (p.cause.component, round(p.cause.effect, 9)) for p in fast.top if p.cause is not None}
    assert causes.items() <= said.items()
    assert (fast.decided.yes, fast.decided.no) == (slow.decided.yes, slow.decided.no)
    assert fast.decided.yes > 2
    assert (fast.decided.auc_before, fast.decided.auc_after) == (slow.decided.auc_before, slow.decided.auc_after)


def test_without_a_refusal_it_is_the_same_to_the_last_figure(full: Store) -> None:
    willing = full.accounts(keys=[LEADS[3].accounts[0].key])
    full.save([one.model_copy(update={"flags": (), "observed": frozenset({"flags"})}) for one in willing])
    score(full, [MLE], now=NOW)
    prepare(full, [MLE])
    decide_some(full)
    fast = quick(full, {"impact": 40.0})
    slow = tried(full, MLE, with_weights(MLE, changes(MLE, {"impact": 40.0})), now=NOW).difference
    assert fast.tau == slow.tau
    assert fast.decided == slow.decided
    assert (fast.people, fast.listed_before, fast.listed) == (slow.leads, slow.listed_before, slow.listed_after)
    for ours, theirs in ((fast.top, slow.after), (fast.enters, slow.enters), (fast.leaves, slow.leaves)):
        assert [(p.lead, p.rank_before, p.rank, p.total_before, p.total) for p in ours] == [
            (m.lead, m.rank_before, m.rank_after, m.total_before, m.total_after) for m in theirs
        ]
    assert fast.enters


def decide_some(store: Store) -> None:
    for at in range(8):
        answer, reason = ("yes", "fit") if at % 2 else ("no", "depth")
        decide(store, LEADS[at + 10].id, "mle", answer, reason=reason, by="ada", now=NOW)
    decide(store, LEADS[30].id, "mle", "no", reason="place", by="ada", now=NOW)  # says nothing of the work


@given(st.dictionaries(st.sampled_from(COMPONENTS), st.floats(min_value=0, max_value=1), min_size=1))
def test_totals_and_coverage_are_those_of_the_matrix_bit_for_bit(weights: dict[str, float]) -> None:
    totals, known = WARM.weighed(weights)
    assert np.array_equal(totals, WARM.matrix.totals(weights))
    assert np.array_equal(known, WARM.matrix.coverage(weights))


def warm_columns() -> Warmed:
    scorer = Scorer(MLE, NOW)
    matrix = from_receipts(MLE, (scorer.score(one) for one in LEADS))
    amounts = matrix.amounts.copy()
    amounts[::3, 0] = 0.07  # penalties, so that the limit is met as well
    amounts[::6, 1] = 0.08
    return laid_out(replace(matrix, amounts=amounts))


WARM = warm_columns()


def test_who_may_not_be_contacted_is_in_no_list_and_in_no_count(full: Store) -> None:
    before = quick(full, {})
    first = before.top[0].lead
    full.set_status(first, "do_not_contact", by="ada", note="", at=NOW)
    after = quick(full, {})
    assert after.people == before.people - 1
    assert after.top[0].lead == before.top[1].lead
    assert after.top[0].rank == 1
    assert len(LEADS) - before.people == 1 + sum(
        one.section == "restricted" for one in full.ranking("mle") if one.lead != "L000004"
    )


def test_what_others_do_shows_after_three_seconds_and_not_per_move(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    scales = Scales(Boards())
    first = scales.tried(full, MLE, {}, now=NOW).top[0].lead
    full.set_status(first, "do_not_contact", by="ada", note="", at=NOW)
    soon = scales.tried(full, MLE, {}, now=NOW + timedelta(seconds=2)).top[0].lead
    later = scales.tried(full, MLE, {}, now=NOW + timedelta(seconds=4)).top[0].lead
    assert (soon == first, later == first) == (True, False)
    monkeypatch.setattr(
        "sourcing.desk.weights.warmed", lambda *_, **__: pytest.fail("nothing changed, and all was read")
    )
    scales.tried(full, MLE, {"impact": 50}, now=NOW + timedelta(seconds=60))


def test_nobody_scored_is_an_empty_list(config: Config, lite: Store) -> None:
    found = quick(lite, {"impact": 50})
    assert (found.people, found.top, found.tau, found.decided.yes) == (0, (), None, 0)


def test_answers_follow_decisions_and_undone_ones_without_reading_all_again(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers("mle")
    decide_some(full)
    assert answers.chosen(full) == chosen(full.decisions("mle"))
    monkeypatch.setattr("sourcing.desk.said.chosen", lambda _: pytest.fail("all decisions were read again"))
    lead = LEADS[10].id
    steps: list[Callable[[], object]] = [
        lambda: decide(full, lead, "mle", "yes", by="bo", now=NOW + timedelta(hours=1)),
        lambda: decide(full, lead, "mle", "no", reason="place", by="bo", now=NOW + timedelta(hours=2)),
        lambda: decide(full, lead, "mle", "no", reason="skills", by="bo", now=NOW + timedelta(hours=3)),
        lambda: undo(full, lead, "mle", by="bo", now=NOW + timedelta(hours=4)),
        lambda: decide(full, LEADS[40].id, "mle", "maybe", by="bo", now=NOW + timedelta(hours=5)),
        lambda: undo(full, LEADS[11].id, "mle", by="bo", now=NOW + timedelta(hours=6)),
    ]
    for at, step in enumerate(steps):
        step()
        assert answers.chosen(full) == chosen(full.decisions("mle")), at


# --- points


def test_points_are_the_normal_weights_and_unmoved_ones_are_not_written() -> None:
    role = with_weights(MLE, {"must_have": 3, "impact": 1, "location": 0})
    stand = points(role)
    assert sum(stand.values()) == pytest.approx(100, abs=1)
    assert stand["location"] == 0
    assert changes(role, stand) == {}
    moved = changes(role, {**stand, "impact": 50.0})
    assert list(moved) == ["impact"]
    whole = 3 + 1 + sum(v for k, v in MLE.weights.items() if k not in ("must_have", "impact", "location"))
    assert moved["impact"] == pytest.approx(whole / 2), "in the measure of the file"


@pytest.mark.parametrize("given", [{"impact": 30.0}, {"title": 0.0, "must_have": 55.5}])
def test_what_is_saved_is_what_was_tried(config: Config, full: Store, given: dict[str, float]) -> None:
    shown = quick(full, given).weights
    saved = save(config, full, MLE, given, by="ada", why="demos count", now=NOW)
    role = load_role(config.roles_folder / "mle.yaml")
    assert (saved.version, role.version) == (2, 2)
    assert role.normal_weights == pytest.approx(shown, abs=1e-6)
    assert "# version 2, 2026-11-25, ada: demos count" in (config.roles_folder / "mle.yaml").read_text()
    state = weighing(config, full, role, {}, supply=None, now=NOW)
    assert [(one.version, one.by, one.why) for one in state.versions] == [
        (2, "ada", "demos count"),
        (1, "file", "as found"),
    ]


def test_saving_nothing_is_refused(config: Config, full: Store) -> None:
    with pytest.raises(ConfigError, match="nothing to save"):
        save(config, full, MLE, points(MLE), by="ada", why="x", now=NOW)
    with pytest.raises(ConfigError, match="would be 0"):
        save(config, full, MLE, dict.fromkeys(COMPONENTS, 0.0), by="ada", why="x", now=NOW)
    assert full.role_versions("mle") == []


def test_the_check_looks_at_the_points_that_are_tried(config: Config, lite: Store) -> None:
    calm = weighing(config, lite, MLE, {}, supply=None, now=NOW)
    loud = weighing(config, lite, MLE, {"impact": 90.0}, supply=None, now=NOW)
    assert "U8" not in {one.id for one in calm.findings}
    assert any(one.id == "U8" and "impact" in one.message for one in loud.findings)
    bare = MLE.model_copy(update={"languages": ()})
    idle = {one.component: one.idle for one in weighing(config, lite, bare, {}, supply=None, now=NOW).weights}
    assert idle["language"] == "the profile asks no language"
    assert idle["impact"] == ""


# --- the page


def test_every_component_is_a_field_of_the_form() -> None:
    assert tuple(Points.model_fields) == COMPONENTS


@asynccontextmanager
async def browser(config: Config, store: Store, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create(config, store, hosts=[HOST], clock=lambda: NOW)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f"http://{HOST}", headers=headers
    ) as held:
        yield held


async def test_what_was_tried_is_what_a_reason_saves(config: Config, full: Store) -> None:
    """Without script Enter in a field presses the first button of its form: in the reason that has to be "Save"."""
    async with browser(config, full) as desk:
        page = html.fromstring((await desk.get("/weights/mle?impact=33.5&must_have=20")).text)
        why = page.cssselect("[name=why]")[0]
        form = next(one for one in why.iterancestors() if one.tag == "form")
        assert [one.text for one in form.cssselect("button")] == ["Save as version 2"]
        fields = {one.get("name"): one.get("value") for one in form.cssselect("input[type=hidden]")}
        assert fields == {"version": "1", "impact": "33.5", "must_have": "20"}
        saved = await desk.post(form.get("action"), data={**fields, "why": "as tried"})
        assert saved.status_code == 303
        again = (await desk.get("/api/weights/mle")).json()
    (version,) = again["versions"][:1]
    assert (version["why"], again["version"]) == ("as tried", 2)


async def test_the_page_works_as_a_form(config: Config, full: Store) -> None:
    decide_some(full)
    async with browser(config, full) as desk:
        assert (await desk.get("/weights")).headers["location"] == "/weights/mle"
        plain = html.fromstring((await desk.get("/weights/mle")).text)
        tried_ = html.fromstring((await desk.get("/weights/mle?impact=40&must_have=")).text)
        twin = (await desk.post("/api/weights/mle/try", json={"impact": 40})).json()
    fields = plain.cssselect("#weights input[type=number]")
    assert [one.get("name") for one in fields] == list(COMPONENTS)
    assert all(plain.cssselect(f"label[for={one.get('id')}]") for one in fields)
    assert [float(one.get("value")) for one in fields] == [points(MLE)[name] for name in COMPONENTS]
    form = plain.get_element_by_id("weights")
    assert (form.get("method"), form.get("action")) == ("get", "/weights/mle")
    assert "as it stands" in plain.cssselect(".weights-sum")[0].text_content()
    links = [one.get("href") for one in tried_.cssselect("#list table td[data-label=Person] a")]
    assert links == [f"/leads/{place['lead']}" for place in twin["top"]]
    assert tried_.cssselect("input[name=impact]")[0].get("value") == "40"
    shares = {one.get("for"): one.text_content() for one in tried_.cssselect("output")}
    assert shares["w-impact"] == f"{twin['weights']['impact'] * 100:.0f} %"
    decided = tried_.cssselect("#list table caption")[0].getparent()
    assert decided.cssselect("td")[0].text_content() == "4"
    for page in (plain, tried_):
        assert len(page.cssselect("h1")) == 1
        assert page.cssselect("b[onmouseover]") == []
        assert not any(key.startswith("on") or key == "style" for one in page.iter() for key in one.attrib)


async def test_the_script_gets_the_list_alone(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        part = await desk.get("/weights/mle?impact=40", headers={"Desk-Partial": "true"})
        wrong = await desk.get(
            "/weights/mle?" + "&".join(f"{c}=0" for c in COMPONENTS), headers={"Desk-Partial": "true"}
        )
    assert html.fromstring(part.text).get("id") == "list"
    assert "<form" not in part.text
    assert (wrong.status_code, "would be 0" in wrong.text) == (200, True)


async def test_saving_by_form_writes_the_version_and_shows_it(config: Config, full: Store) -> None:
    data = {"impact": "30", "version": "1", "why": f"reach {MARK}"}
    async with browser(config, full) as desk:
        moved = await desk.post("/weights/mle", data=data)
        assert moved.status_code == 303
        page = html.fromstring((await desk.get(moved.headers["location"])).text)
        again = await desk.post("/weights/mle", data={**data, "impact": "35"})
        state = (await desk.get("/api/weights/mle")).json()
    assert "Version 2 is saved" in page.cssselect("p.note")[0].text_content()
    row = [one.text_content() for one in page.cssselect("table.stack")[-1].cssselect("tbody tr")[0]]
    assert row[0] == "2"
    assert row[3] == f"reach {MARK}"
    assert page.cssselect("input[name=version]")[0].get("value") == "2"
    assert (again.status_code, "version 2 was saved meanwhile" in again.text) == (409, True)
    assert [one["version"] for one in state["versions"]] == [2, 1]
    assert load_role(config.roles_folder / "mle.yaml").version == 2


REFUSED = [
    ("get", "/weights/no-such-role", None, 409),
    ("get", "/weights/mle?impact=-1", None, 422),
    ("get", "/weights/mle?impact=nan", None, 422),
    ("get", "/weights/mle?impact=1e999", None, 422),
    ("get", "/weights/mle?impact=%00", None, 422),
    ("get", "/weights/%00", None, 422),
    ("get", "/weights/mle?" + "&".join(f"{c}=0" for c in COMPONENTS), None, 409),
    ("post", "/api/weights/mle/try", dict.fromkeys(COMPONENTS, 0), 409),
    ("post", "/api/weights/mle/try", {"impact": "much"}, 422),
    ("post", "/api/weights/mle", {"impact": 30, "version": 1}, 422),
    ("post", "/api/weights/mle", {"impact": 30, "version": 1, "why": "  "}, 422),
    ("post", "/api/weights/mle", {"version": 1, "why": "x"}, 409),
    ("post", "/api/weights/mle", {"impact": 30, "version": 7, "why": "x"}, 409),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED)
async def test_what_cannot_be_is_refused_with_a_reason(
    config: Config, full: Store, method: str, path: str, body: object, status: int
) -> None:
    async with browser(config, full) as desk:
        answer = await (desk.get(path) if method == "get" else desk.post(path, json=body))
    assert (answer.status_code, len(answer.text) > 20) == (status, True)
    assert full.role_versions("mle") == []


async def test_a_reason_of_odd_characters_stays_one_line(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        body = r'{"impact": 30, "version": 1, "why": "a\nrole: evil\u0000\u202e"}'
        answer = await desk.post("/api/weights/mle", content=body, headers={"content-type": "application/json"})
        lone = body.replace("a", "b").replace("u202e", "ud800").replace('"version": 1', '"version": 2')
        second = await desk.post("/api/weights/mle", content=lone, headers={"content-type": "application/json"})
    assert (answer.status_code, second.status_code < 500) == (200, True)
    assert load_role(config.roles_folder / "mle.yaml").role == "mle"
    assert full.role_versions("mle")[-1].why.startswith("a role: evil")


async def test_a_reader_may_try_and_not_save(config: Config, full: Store) -> None:
    add(full, "ada", "reader", "a long enough password", by="root", now=NOW)
    async with browser(config, full) as desk:
        entered = await desk.post("/sign-in", data={"name": "ada", "password": "a long enough password"})
        assert entered.status_code == 303
        page = html.fromstring((await desk.get("/weights/mle?impact=40")).text)
        refused = await desk.post("/weights/mle", data={"impact": "30", "version": "1", "why": "x"})
    assert page.cssselect("input[name=why]") == []
    assert page.cssselect("#list table")
    assert refused.status_code == 403
    assert full.role_versions("mle") == []


def test_columns_are_laid_out_once_per_change(full: Store) -> None:
    board = Boards().of(full, "mle")
    warm = warmed(full, MLE, board, now=NOW)
    assert not warm.free[warm.matrix.row("L000004")]
    assert warm.present(MLE.normal_weights, warm.free) is warm.present(MLE.normal_weights, warm.free.copy())
    fewer = warm.free & ~warm.named([LEADS[0].id, "L999999"])
    assert warm.present(MLE.normal_weights, fewer) is not warm.present(MLE.normal_weights, warm.free)
