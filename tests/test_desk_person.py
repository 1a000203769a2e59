"""The page of a lead: work by year, claims beside proof, scores with their picture, history, notes, origins, blind."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from sourcing.config import Config
from sourcing.decisions import decide, undo
from sourcing.desk import notes
from sourcing.desk.about import Person
from sourcing.desk.person import person
from sourcing.desk.statuses import STATUSES, set_status
from sourcing.desk.timeline import MOST_A_YEAR, timeline
from sourcing.ranking import score
from sourcing.review.pages.person import BAR, picture
from storage.errors import ConfigError, StoreError, UnknownLead
from storage.records import AccountKey, Claim, Evidence, Gone, Judgement, Link, Verdict
from storage.store import Store
from tests.house_of_sourcing import NOW, account, furnished, origin, people, repository
from tests.store_kit import ADA, BO, CY, day, settle
from tests.test_desk_inbox import LATER, MLE, browser

GITHUB, KAGGLE, BOB = AccountKey("github", "id-ada"), AccountKey("kaggle", "id-ada"), AccountKey("github", "id-bob")


def judged(left: AccountKey, right: AccountKey, verdict: Verdict, why: str, bits: float | None = 9.0) -> Judgement:
    by = "identity/1" if bits is not None else "ann"
    return Judgement(left=left, right=right, verdict=verdict, bits=bits, by=by, why=why, created_at=NOW)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return furnished(tmp_path)


@pytest.fixture
def full(config: Config) -> Iterator[Store]:
    with Store.open(config.database_url, key=config.key) as store:
        store.save(people())
        store.save(
            [
                account(
                    "github",
                    "ada",
                    bio="I know Rust, PyTorch and Kubernetes",
                    company="Acme",
                    links=["https://www.kaggle.com/ada", "https://ada.example"],
                    seen=NOW + timedelta(hours=1),
                )
            ]
        )
        store.arrange({GITHUB: "L000001", KAGGLE: "L000001", BOB: "L000002"}, at=NOW)
        store.judge(
            [
                judged(GITHUB, KAGGLE, Verdict.SAME, "each names the other"),
                judged(KAGGLE, BOB, Verdict.SUGGESTED, "the names agree", 3.0),
            ]
        )
        store.keep_finds(
            [(GITHUB, "github/contributors/pytorch/pytorch"), (KAGGLE, "kaggle/leaderboard/titanic")], night=3
        )
        score(store, [MLE], now=NOW)
        yield store


def ada(store: Store) -> Person:
    return person(store, "L000001", [MLE], now=LATER)


# ---- notes, on both databases ---------------------------------------------------------------------------------


def test_notes_keep_author_and_time_and_are_struck_not_deleted(store: Store) -> None:
    settle(store, {ADA: "L000001", BO: "L000002"})
    first = notes.add(store, "L000001", "  met at a meetup\x00 ", by="ann", now=day(1))
    second = notes.add(store, "L000001", "wrong person", by="ben", now=day(2))
    assert [note.text for note in store.notes("L000001")] == ["wrong person", "met at a meetup"]
    struck = notes.strike(store, "L000001", second.id, by="ann", now=day(3))
    assert (struck.text, struck.by, struck.struck_by, struck.struck_at) == ("wrong person", "ben", "ann", day(3))
    assert store.notes("L000001") == [struck, first]
    with pytest.raises(StoreError, match="no note 2 that could be struck"):
        notes.strike(store, "L000001", second.id, by="ben", now=day(4))
    with pytest.raises(ConfigError, match="L000002 has no note 1"):
        notes.strike(store, "L000002", first.id, by="ben", now=day(4))
    with pytest.raises(UnknownLead):
        notes.add(store, "L000009", "nobody", by="ann", now=day(4))
    for text in ("", "  ", "x" * (notes.MOST + 1)):
        with pytest.raises(ConfigError, match="the note"):
            notes.add(store, "L000001", text, by="ann", now=day(4))


def test_notes_go_with_a_merge_and_come_back_with_its_undoing(store: Store) -> None:
    settle(store, {ADA: "L000001", CY: "L000003"})
    one, other = (notes.add(store, lead, lead, by="ann", now=day(1)) for lead in ("L000001", "L000003"))
    store.arrange({CY: "L000001"}, at=day(2))
    assert store.notes("L000001") == [other, one]
    late = notes.add(store, "L000003", "to the alias", by="ann", now=day(3))
    assert late.lead == "L000001"
    store.arrange({CY: "L000003"}, at=day(4))
    assert store.notes("L000003") == [other]
    assert store.notes("L000001") == [late, one]


def test_lanes_and_fresh_work_of_accounts(store: Store) -> None:
    store.save([*people(NOW), repository("github", "ada", "late", LATER)])
    store.keep_finds([(GITHUB, "github/search/x")], night=2)
    assert [(find.lane, find.night) for find in store.finds_of([GITHUB, BOB])] == [("github/search/x", 2)]
    assert store.work_since([GITHUB, BOB], NOW) == ["github:id-ada/repository/late"]


# ---- the record -----------------------------------------------------------------------------------------------


def test_a_time_line_runs_from_the_newest_year_to_undated() -> None:
    def made(name: str, days: float | None) -> Evidence:
        at = NOW - timedelta(days=days) if days is not None else None
        return repository("github", "ada", name).model_copy(update={"event_at": at})

    work = [made("old", 800), made("new", 1), made("newer", 0.5), made("undated", None), made("future", -400)]
    found = timeline(work, NOW)
    assert [(year.year, [one.piece.title for one in year.entries]) for year in found] == [
        (2026, ["newer", "new"]),
        (2024, ["old"]),
        (None, ["future", "undated"]),
    ]


@given(st.integers(0, 200))
def test_a_year_lists_at_most_so_many_and_counts_the_others(count: int) -> None:
    work = [repository("github", "ada", f"r{at}") for at in range(count)]
    years = timeline(work, NOW)
    assert sum(len(year.entries) + year.more for year in years) == count
    assert all(len(year.entries) <= MOST_A_YEAR for year in years)


def test_claims_stand_beside_what_shows(full: Store) -> None:
    skills = {one.skill: one for one in ada(full).skills}
    rust = skills["rust"]
    assert (rust.claimed_in, rust.proven, rust.level, rust.work) == (("github",), False, "claimed", ())
    torch = skills["pytorch"]
    assert torch.claimed_in == ("github",)
    assert torch.proven
    assert {piece.kind for piece in torch.work} == {"repository"}
    assert skills["docker"].claimed_in == (), "shown and never claimed"
    order = [bool(one.claimed_in) for one in ada(full).skills]
    assert order == sorted(order, reverse=True), "claims first"
    assert ada(full).skills[0].proven is False, "least shown first"


def test_every_field_says_where_it_came_from(full: Store) -> None:
    facts = {(one.account, one.field): one for one in ada(full).facts}
    company = facts["github:ada", "company"]
    assert (company.value, company.url, company.spider) == ("Acme", "https://github.example/api", "github/1")
    assert company.seen_at == NOW + timedelta(hours=1)
    assert facts["kaggle:ada", "name"].value == "Ada"
    assert ("kaggle:ada", "company") not in facts, "what was not stated is no field"


def test_routes_lanes_proof_and_twins(full: Store) -> None:
    found = ada(full)
    assert {(one.url, one.claim) for one in found.routes} == {
        ("https://github.com/ada", "profile"),
        ("https://www.kaggle.com/ada", "profile"),
        ("https://ada.example", "claimed"),
    }
    assert [(one.source, one.kind, one.target, one.night) for one in found.found] == [
        ("github", "contributors", "pytorch/pytorch", 3),
        ("kaggle", "leaderboard", "titanic", 3),
    ]
    assert {one.why for one in found.accounts} == {"each names the other"}
    assert [(one.lead, one.why) for one in found.twins] == [("L000002", "the names agree")]
    assert [one.lead for one in person(full, "L000002", [MLE], now=LATER).twins] == ["L000001"]


def test_mail_addresses_are_no_link(full: Store) -> None:
    mail = Link(url="mailto:ada@example.org", claim=Claim.CLAIMED, field="website")
    full.save([account("github", "ada", links=[], seen=LATER).model_copy(update={"links": (mail,)})])
    assert all("mailto" not in one.url for one in ada(full).routes)


def test_history_tells_statuses_decisions_and_undoing(full: Store) -> None:
    set_status(full, "L000001", "contacted", by="ann", note="wrote a letter", now=NOW + timedelta(hours=2))
    made = decide(full, "L000001", "mle", "no", reason="depth", by="ben", now=NOW + timedelta(hours=3))
    undo(full, str(made.id), by="cy", now=NOW + timedelta(hours=4))
    full.save([Gone(account=KAGGLE, reason="not_found", origin=origin("kaggle", NOW + timedelta(hours=5)))])
    found = ada(full)
    assert [(one.by, one.what, one.note, bool(one.undone)) for one in found.history] == [
        ("kaggle", "account gone", "not_found", False),
        ("ben", "no for mle: shows, but not deep enough", "", True),
        ("ann", "status: contacted", "wrote a letter", False),
    ]
    assert "cy" in found.history[1].undone
    assert [one.source for one in found.accounts if one.gone_at] == ["kaggle"]
    assert found.scores[0].said is None, "an undone decision does not stand"
    with pytest.raises(ConfigError, match="no status 'nice'"):
        set_status(full, "L000001", "nice", by="ann", now=NOW)


def test_a_decision_of_before_a_split_is_shown_and_does_not_count(full: Store) -> None:
    decide(full, "L000001", "mle", "no", reason="depth", by="ben", now=NOW + timedelta(hours=3))
    full.judge([judged(GITHUB, KAGGLE, Verdict.DIFFERENT, "two people", None)])
    full.arrange({KAGGLE: "L000007"}, at=NOW + timedelta(hours=4))
    found = person(full, "L000007", [MLE], now=LATER)
    assert [one.what for one in found.history] == ["no for mle, said of L000001 before the split"]
    assert found.scores == ()


def test_a_picture_is_as_long_as_its_parts(full: Store) -> None:
    (found,) = ada(full).scores
    drawn = picture(found)
    assert len(drawn.bars) == len(found.parts)
    assert max(bar.track for bar in drawn.bars) == BAR
    most = max(part.weight for part in found.parts)
    for bar, part in zip(drawn.bars, found.parts, strict=True):
        assert bar.length == pytest.approx(BAR * part.contribution / most, abs=0.06)
        assert bar.length <= bar.track + 0.1
        assert 0 <= bar.tick <= bar.track


# ---- the page and its twin ------------------------------------------------------------------------------------


async def test_the_page_and_its_twin_say_the_same(config: Config, full: Store) -> None:
    notes.add(full, "L000001", "met at a meetup", by="ann", now=NOW)
    async with browser(config, full) as desk:
        page = html.fromstring((await desk.get("/leads/L000001")).text)
        twin = Person.model_validate((await desk.get("/api/leads/L000001")).json())
    assert twin == ada(full)
    assert [one.text_content() for one in page.cssselect("h1")] == ["Ada"]
    assert page.cssselect("svg[role=img] title")
    rows = page.cssselect(".person-score tbody tr")
    assert [row.cssselect("th")[0].text_content() for row in rows] == [
        part.component.replace("_", " ") for part in twin.scores[0].parts
    ]
    assert len(page.cssselect(".person-score svg text")) == 2 * len(rows), "picture and table tell of the same parts"
    assert "met at a meetup" in page.text_content()
    links = {one.get("href") for one in page.cssselect("a")}
    assert {"https://ada.example", "/leads/L000002", "https://github.com/ada/work-1"} <= links
    assert not page.xpath("//*[@style] | //script[not(@src)]"), "the policy forbids both"
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert field.xpath("ancestor::label"), "every field has its label"


async def test_status_and_notes_work_as_forms_and_as_json(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        moved = await desk.post("/leads/L000001/status", data={"status": "do_not_contact", "note": "asked us"})
        assert (moved.status_code, moved.headers["location"]) == (303, "/leads/L000001?said=Status%3A+do+not+contact.")
        page = html.fromstring((await desk.get("/leads/L000001")).text)
        assert "Do not contact" in page.cssselect("[role=alert]")[0].text_content()
        again = await desk.post("/api/leads/L000001/status", json={"status": "parked"})
        assert (again.json()["status"], again.json()["do_not_contact"]) == ("parked", [])
        assert (await desk.post("/leads/L000001/notes", data={"text": "one <b>note</b>"})).status_code == 303
        made = (await desk.post("/api/leads/L000001/notes", json={"text": "two"})).json()
        assert (await desk.post(f"/leads/L000001/notes/{made['id']}/strike")).status_code == 303
        page = html.fromstring((await desk.get("/leads/L000001")).text)
        wrong = (
            await desk.post("/leads/L000001/status", data={"status": "nice"}),
            await desk.post("/api/leads/L000001/status", json={"status": "nice"}),
            await desk.post("/leads/L000009/notes", data={"text": "x"}),
            await desk.post("/leads/L000001/notes", data={"text": "  "}),
            await desk.post("/leads/L000001/notes/99/strike"),
            await desk.post(f"/api/leads/L000001/notes/{made['id']}/strike"),
            await desk.get("/leads/L000009"),
            await desk.get("/leads/ada"),
            await desk.get("/leads/%00"),
        )
    assert [one.status_code for one in wrong] == [409, 409, 404, 409, 409, 409, 404, 422, 422]
    assert [one.text_content() for one in page.cssselect(".person-note s")] == ["two"]
    assert "one <b>note</b>" in page.cssselect(".person-note")[1].text_content()
    assert [row.status for row in full.status_history("L000001")] == ["do_not_contact", "parked"]
    assert set(STATUSES) >= {"new", "hired", "do_not_contact"}


async def test_a_merged_lead_leads_to_the_one_it_is_now(config: Config, full: Store) -> None:
    full.arrange({BOB: "L000001"}, at=LATER)
    async with browser(config, full) as desk:
        assert (await desk.get("/leads/L000002")).headers["location"] == "/leads/L000001"
        assert (await desk.get("/api/leads/L000002")).json()["lead"] == "L000001"


async def test_who_wants_no_recruiters_is_marked_on_top(config: Config, full: Store) -> None:
    full.save([account("kaggle", "ada", flags=("no_recruiters",), seen=LATER)])
    async with browser(config, full) as desk:
        page = html.fromstring((await desk.get("/leads/L000001")).text)
    assert "kaggle: wants no recruiters" in page.cssselect("[role=alert]")[0].text_content()


def test_a_blind_page_keeps_what_judges_work_and_nothing_else(full: Store) -> None:
    notes.add(full, "L000001", "Ada, from Berlin", by="ann", now=NOW)
    set_status(full, "L000001", "contacted", by="ann", note="wrote to Ada", now=NOW)
    open_, blind = ada(full), person(full, "L000001", [MLE], now=LATER, blind={"mle"})
    assert (blind.blind, blind.name, blind.accounts, blind.routes, blind.facts, blind.notes, blind.twins) == (
        True,
        None,
        (),
        (),
        (),
        (),
        (),
    )
    assert [one.total for one in blind.scores] == [one.total for one in open_.scores]
    assert len(blind.skills) == len(open_.skills)
    assert [len(year.entries) for year in blind.years] == [len(year.entries) for year in open_.years]
    assert {one.kind for one in blind.found} == {"contributors", "leaderboard"}
    for word in ("Ada", "Berlin", "Acme", "wrote to", "ada.example", "work-1", "pytorch/pytorch"):
        assert word not in blind.model_dump_json(), word
    assert person(full, "L000001", [MLE], now=LATER, blind={"nlp"}) == open_, "a role that never scored them"
    decide(full, "L000001", "mle", "no", reason="depth", by="ann", now=LATER)
    assert person(full, "L000001", [MLE], now=LATER, blind={"mle"}).name == "Ada"
