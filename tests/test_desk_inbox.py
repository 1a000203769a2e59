"""The inbox: who waits, who comes back and why, deciding by form and key, undo, and what a blind review hides."""

import html as escapes
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from scoring.roles import find_role
from sourcing.config import Config
from sourcing.decisions import REASONS
from sourcing.decisions import decide as decide_plainly
from sourcing.desk import inbox as desk_inbox
from sourcing.desk.blind import CUT, Signs
from sourcing.desk.card import card
from sourcing.desk.inbox import Asked, Inbox
from sourcing.desk.moved import MATTERS, MOVED, difference, section_of
from sourcing.desk.statuses import set_status
from sourcing.ranking import score
from sourcing.review.app import create
from storage.errors import ConfigError, UnknownLead
from storage.records import AccountKey, Answer, Decision, Lead, Part, Receipt, Withdrawn
from storage.store import Store
from tests.house_of_sourcing import NOW, account, furnished, origin, people, repository
from tests.store_kit import ADA, BO, CY, day, scored, settle

HOST = "127.0.0.1:8000"
MLE = find_role("mle", Path("nowhere"))
LATER = NOW + timedelta(hours=6)
HOSTILE = "<script>alert(1)</script>\"'><b onmouseover=x>{{7*7}}"


def asked(section: Any = "new", *, by: str = "ann", blind: bool = False, at: float = 1) -> Asked:
    return Asked("mle", section, by, day(at), frozenset({"mle"} if blind else ()))


# ---- the Store, on both databases -----------------------------------------------------------------------------


@pytest.fixture
def three(store: Store) -> Store:
    settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})
    store.save_receipts([scored(f"L00000{at}", 0.5 + at / 100) for at in (1, 2, 3)], night=None)
    return store


def say(store: Store, lead: str, answer: str, at: float = 1, **more: Any) -> Decision:
    given: dict[str, Any] = {"by": "ann", "reason": "skills" if answer == "no" else ""}
    return decide_plainly(store, lead, "mle", answer, **(given | more), now=day(at))


def waiting(store: Store) -> list[str]:
    return [lead for lead, _ in store.undecided("mle", limit=10)]


def test_undecided_are_best_first_and_leave_with_a_decision(three: Store) -> None:
    assert three.undecided("mle", limit=10) == [("L000003", 0.53), ("L000002", 0.52), ("L000001", 0.51)]
    assert three.undecided("mle", limit=1) == [("L000003", 0.53)]
    found = say(three, "L000002", "no")
    assert waiting(three) == ["L000003", "L000001"]
    assert [lead for lead, _ in three.undecided("nlp", limit=10)] == [], "no receipt for that role"
    three.undo_decision(found.id or 0, by="ben", at=day(2))
    assert waiting(three) == ["L000003", "L000002", "L000001"]


def test_equal_totals_stand_by_lead_and_other_sections_stay_out(three: Store) -> None:
    three.save_receipts([scored("L000001", 0.9, section="too_little_evidence"), scored("L000002", 0.53)], night=None)
    assert waiting(three) == ["L000002", "L000003"]
    assert three.undecided("mle", limit=9, section="too_little_evidence") == [("L000001", 0.9)]
    three.set_status("L000003", "do_not_contact", by="ann", note="", at=day(1))
    assert three.undecided("mle", limit=9, without=("do_not_contact",)) == [("L000002", 0.53)]


def test_a_decision_on_a_lead_that_was_merged_counts_for_the_one_it_is_now(three: Store) -> None:
    made = say(three, "L000003", "no")
    three.arrange({CY: "L000001"}, at=day(2))
    assert waiting(three) == ["L000002"]
    assert three.standing_answers("mle", ["L000001", "L000002"]) == {"L000001": made.id}
    assert three.standing_answers("mle", ["L000003"]) == {}, "an alias is no living lead"
    assert [row.living for row in three.decisions_on(["L000001"])] == ["L000001"]
    assert three.living_lead("L000003") == "L000001"
    with pytest.raises(UnknownLead, match="no lead 'L000099'"):
        three.living_lead("L000099")
    three.arrange({CY: "L000003"}, at=day(3))
    assert waiting(three) == ["L000002", "L000001"]


def test_rescored_gives_live_decisions_older_than_the_latest_receipt(three: Store) -> None:
    say(three, "L000001", "no")
    second = say(three, "L000002", "yes")
    assert list(three.rescored("mle")) == []
    before = three.receipts_written("mle")
    three.save_receipts([scored("L000001", 0.9, at=3), scored("L000002", 0.8, at=3)], night=None)
    assert three.receipts_written("mle") > before
    found = {row.latest.lead: (row.decision.receipt.total, row.latest.total) for row in three.rescored("mle")}
    assert found == {"L000001": (0.51, 0.9), "L000002": (0.52, 0.8)}
    three.undo_decision(second.id or 0, by="ben", at=day(4))
    assert [row.accounts for row in three.rescored("mle")] == [frozenset({ADA})]


def test_last_and_number_of_decisions_are_a_persons_own(three: Store) -> None:
    say(three, "L000001", "no", at=1)
    mine = say(three, "L000002", "no", at=2)
    say(three, "L000003", "no", at=3, by="ben")
    assert three.last_decision("mle", "ann", since=day(0)) == mine.model_copy(update={"living": None})
    assert three.last_decision("mle", "ann", since=day(2.5)) is None
    assert (three.decided_since("mle", "ann", day(0)), three.decided_since("mle", "ann", day(2))) == (2, 1)
    assert three.decision(mine.id or 0) == mine
    assert three.decision(999) is None


def test_names_are_those_of_the_records(three: Store) -> None:
    assert three.lead_names(["L000001", "L000002"]) == {
        lead.id: lead.name for lead in three.leads(["L000001", "L000002"])
    }
    assert three.lead_names([]) == {}


# ---- what brings somebody back --------------------------------------------------------------------------------


def part(component: str, value: float, *evidence: str, reason: str = "as it was") -> Part:
    return Part(
        component=component,
        weight=0.1,
        value=value,
        confidence=1.0,
        neutral=0.4,
        effective=value,
        contribution=value / 10,
        reason=reason,
        evidence=evidence,
    )


def seen(*parts: Part, **fields: Any) -> Receipt:
    return scored("L000001", 0.5, parts=parts, **fields)


def decided(answer: str, reason: str, receipt: Receipt) -> Decision:
    given = {"id": 1, "by": "ann", "at": day(1), "listed": "night 1", "accounts": (ADA,)}
    return Decision(lead="L000001", role="mle", answer=Answer(answer), reason=reason, receipt=receipt, **given)


FLAT = (part("must_have", 0.3, "a"), part("impact", 0.3, "a"), part("location", 0.3, "a"))
RISE = {
    name: tuple(part(p.component, 0.6, "new") if p.component == name else p for p in FLAT)
    for name in ("must_have", "impact", "location")
}
FALL = (part("must_have", 0.1, "new"), *FLAT[1:])
CASES: tuple[tuple[str, tuple[Part, ...], Mapping[str, Any], str | None], ...] = (
    ("skills", RISE["must_have"], {}, "returned"),
    ("skills", RISE["impact"], {}, None),
    ("impact", RISE["impact"], {}, "returned"),
    ("place", RISE["location"], {}, "returned"),
    ("place", RISE["must_have"], {}, None),
    ("other", RISE["impact"], {}, "returned"),
    ("known", RISE["must_have"], {}, None),
    ("contact", RISE["must_have"], {}, None),
    ("person", RISE["must_have"], {}, None),
    ("skills", FALL, {}, None),
    ("skills", RISE["must_have"], {"section": "restricted"}, None),
    ("thin", FLAT, {}, None),
    ("thin", RISE["impact"], {}, "returned"),
)


@pytest.mark.parametrize(("reason", "parts", "fields", "section"), CASES)
def test_a_rejected_lead_returns_only_if_what_it_was_rejected_for_got_better(
    reason: str, parts: tuple[Part, ...], fields: Mapping[str, Any], section: str | None
) -> None:
    decision = decided("no", reason, seen(*FLAT))
    assert section_of(decision, difference(decision, seen(*parts, **fields), [ADA])) == section


@pytest.mark.parametrize(
    ("before", "after", "accounts", "reason", "section"),
    [
        ("too_little_evidence", "ranked", [ADA], "thin", "returned"),
        ("restricted", "ranked", [ADA], "contact", "returned"),
        ("ranked", "ranked", [ADA, CY], "person", "returned"),
        ("ranked", "ranked", [ADA, CY], "skills", None),
    ],
)
def test_sections_and_accounts_answer_their_own_reasons(
    before: str, after: str, accounts: list[AccountKey], reason: str, section: str | None
) -> None:
    decision = decided("no", reason, seen(*FLAT, section=before))
    assert section_of(decision, difference(decision, seen(*FLAT, section=after), accounts)) == section


@pytest.mark.parametrize("answer", ["yes", "maybe"])
def test_a_chosen_lead_is_shown_again_for_any_notable_move(answer: str) -> None:
    decision = decided(answer, "fit", seen(*FLAT))
    for parts, accounts, section in (
        (RISE["impact"], [ADA], "ranked"),
        (FALL, [ADA], "ranked"),
        (FLAT, [CY], "ranked"),
        (FLAT, [ADA], "restricted"),
    ):
        assert section_of(decision, difference(decision, seen(*parts, section=section), accounts)) == "changed"
    assert section_of(decision, difference(decision, seen(*FLAT), [ADA])) is None


def test_a_new_profile_or_the_months_alone_move_nobody() -> None:
    decision = decided("no", "skills", seen(*FLAT))
    same_work = (part("must_have", 0.9, "a", reason="weighed otherwise"), *FLAT[1:])
    assert section_of(decision, difference(decision, seen(*same_work, digest="d2"), [ADA])) is None
    assert section_of(decision, difference(decision, seen(*same_work), [ADA])) == "returned", (
        "the same profile: new work"
    )
    aged = (part("must_have", 0.3 + MOVED - 0.01, "new"), *FLAT[1:])
    assert section_of(decision, difference(decision, seen(*aged), [ADA])) is None


def test_work_that_is_gone_brings_no_rejected_lead_back() -> None:
    """Unknown counts as usual, so a poor part that nobody can see any more rises; a chosen lead is shown for it."""
    unseen = part("must_have", 0.4).model_copy(update={"value": None, "confidence": 0.0, "reason": "nothing"})
    after = seen(unseen, *FLAT[1:])
    for answer, section in (("no", None), ("yes", "changed")):
        decision = decided(answer, "skills", seen(*FLAT))
        assert section_of(decision, difference(decision, after, [ADA])) == section


def test_every_reason_of_a_rejection_says_what_matters() -> None:
    assert {one.code for one in REASONS.values() if Answer.NO in one.answers} == set(MATTERS)


def test_a_difference_names_parts_and_work() -> None:
    found = difference(decided("no", "skills", seen(*FLAT)), seen(*RISE["must_have"]), [CY])
    assert [(one.component, one.before, one.after) for one in found.parts] == [("must_have", 0.3, 0.6)]
    assert (found.cited, found.dropped, found.joined, found.left) == (("new",), (), (CY,), (ADA,))


# ---- queues and cards of an installation ----------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return furnished(tmp_path)


@pytest.fixture
def full(config: Config) -> Iterator[Store]:
    with Store.open(config.database_url, key=config.key) as store:
        store.save(people())
        store.arrange({one.key: "L000001" if one.handle == "ada" else "L000002" for one in store.accounts()}, at=NOW)
        score(store, [MLE], now=NOW)
        show_all(store)
        yield store


def show_all(store: Store) -> None:
    """Three people with little work are under the bar of the list: count it as enough."""
    rows = [receipt.model_copy(update={"section": "ranked"}) for receipt in store.ranking("mle")]
    store.save_receipts(rows)


def rescore(store: Store, at: Any) -> None:
    score(store, [MLE], now=at)
    show_all(store)


@asynccontextmanager
async def browser(config: Config, store: Store, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create(config, store, hosts=[HOST], clock=lambda: LATER))
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", headers=sent) as held:
        yield held


def no(lead: str, **more: str) -> dict[str, str]:
    return {"lead": lead, "verdict": "no.skills"} | more


async def test_the_inbox_shows_one_person_in_five_lines(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        answer = await desk.get("/inbox/mle")
        twin = (await desk.get("/api/inbox/mle")).json()
    page = html.fromstring(answer.text)
    assert [one.text_content() for one in page.cssselect(".five > li > .key")] == [
        "Fits",
        "Missing",
        "Red flags",
        "Place",
        "Accounts",
    ]
    first = twin["card"]
    assert page.cssselect("#who")[0].text_content() == first["name"]
    assert twin["counts"] == {"new": 2, "changed": 0, "returned": 0}
    assert "1 of 2" in page.cssselect(".inbox-tabs p")[0].text_content()
    shown = {one.get("href") for one in page.cssselect(".five a")}
    assert {work["url"] for term in first["fit"] for work in term["work"]} <= shown, "terms link to their work"
    assert {one["url"] for one in first["accounts"]} <= shown
    assert "Berlin" in first["hours"]
    assert "shared of" in first["hours"]
    assert [one["lead"] for one in twin["upcoming"]] == [twin["after"]]


async def test_every_reason_has_its_own_second_key(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        page = html.fromstring((await desk.get("/inbox/mle")).text)
    for answer in Answer:
        (group,) = page.cssselect(f"details[data-answer={answer}]")
        assert group.cssselect("summary")[0].get("data-key") == answer[0]
        buttons = group.cssselect("button")
        assert [one.get("value") for one in buttons] == [
            f"{answer}.{one.code}" for one in REASONS.values() if answer in one.answers
        ]
        keys = [one.get("data-digit") for one in buttons]
        assert len(set(keys)) == len(keys)
        assert {one.get("data-letter") for one in buttons}.isdisjoint("ynm"), "letters of the answers stay theirs"


async def test_deciding_goes_on_to_the_next_person_by_form_and_by_script(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        first = (await desk.get("/api/inbox/mle")).json()
        moved = await desk.post("/inbox/mle/decide", data=no(first["card"]["lead"], note="  later "))
        assert moved.status_code == 303
        assert f"at={first['after']}" in moved.headers["location"]
        assert "said=No+to" in moved.headers["location"]
        part_of = await desk.post("/inbox/mle/decide", data=no(first["after"]), headers={"Desk-Partial": "true"})
    assert part_of.status_code == 200
    assert "<html" not in part_of.text
    assert "Nobody is waiting here" in part_of.text
    rows = full.decisions("mle")
    assert [(row.lead, row.answer, row.reason, row.at) for row in reversed(rows)] == [
        (first["card"]["lead"], "no", "skills", LATER),
        (first["after"], "no", "skills", LATER),
    ]
    assert rows[1].note == "later"


async def test_undo_brings_the_person_back(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        first = (await desk.get("/api/inbox/mle")).json()["card"]["lead"]
        after = (
            await desk.post("/api/inbox/mle/decisions", json={"lead": first, "answer": "no", "reason": "depth"})
        ).json()
        assert (after["last"]["lead"], after["decided"], after["counts"]["new"]) == (first, 1, 1)
        number = str(after["last"]["id"])
        wrong = await desk.post("/inbox/nlp/undo", data={"decision": number})
        assert wrong.status_code == 404, "a decision of another role"
        back = await desk.post("/inbox/mle/undo", data={"decision": number})
        assert f"at={first}" in back.headers["location"]
        again = (await desk.get("/api/inbox/mle")).json()
        assert (again["card"]["lead"], again["last"], again["decided"]) == (first, None, 0)
        assert (await desk.post("/inbox/mle/undo", data={"decision": number})).status_code == 404


async def test_the_same_decision_twice_is_one(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        for _ in range(2):
            assert (await desk.post("/inbox/mle/decide", data=no("L000001"))).status_code == 303
    assert len(full.decisions("mle")) == 1


async def test_steps_go_forth_and_back_and_a_stale_place_is_the_first(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        first = (await desk.get("/api/inbox/mle")).json()
        second = (await desk.get("/api/inbox/mle", params={"at": first["after"]})).json()
        assert (second["position"], second["before"], second["after"]) == (2, first["card"]["lead"], None)
        stale = (await desk.get("/api/inbox/mle", params={"at": "L000777"})).json()
        assert stale["card"]["lead"] == first["card"]["lead"]


REFUSED = (
    ({"lead": "L000001", "verdict": "no"}, 409),
    ({"lead": "L000001", "verdict": "no.nonsense"}, 409),
    ({"lead": "L000001", "verdict": "perhaps.fit"}, 422),
    ({"lead": "L000001", "verdict": "no.sk\x00ills"}, 422),
    ({"lead": "L999999", "verdict": "no.skills"}, 404),
    ({"lead": "ada", "verdict": "no.skills"}, 422),
    ({"lead": "L000001", "verdict": "no.skills", "note": "x" * 2_001}, 422),
    ({"lead": "L000001", "verdict": "no.skills", "section": "all"}, 422),
)


@pytest.mark.parametrize(("form", "status"), REFUSED)
async def test_what_is_not_understood_changes_nothing(
    config: Config, full: Store, form: Mapping[str, str], status: int
) -> None:
    async with browser(config, full) as desk:
        answer = await desk.post("/inbox/mle/decide", data=dict(form))
    assert answer.status_code == status
    assert full.decisions("mle") == []
    assert "To the inbox" in answer.text, "a way out"


async def test_odd_texts_raise_nothing(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        for address in (
            "/inbox/mle?at=%00",
            "/inbox/mle?at=%ED%A0%80",
            "/inbox/%00",
            "/inbox/none",
            "/inbox/mle?section=%FF",
        ):
            assert (await desk.get(address)).status_code in (404, 409, 422), address
        body = b"lead=L000001&verdict=no.other&note=a%00b%ED%A0%80c"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await desk.post("/inbox/mle/decide", content=body, headers=headers)).status_code == 303
    (row,) = full.decisions("mle")
    assert row.note.startswith("ab")
    assert "\x00" not in row.note


def test_who_is_not_to_be_contacted_gets_no_yes_and_waits_nowhere(full: Store) -> None:
    set_status(full, "L000001", "do_not_contact", by="ann", note="asked us", now=LATER)
    inbox = Inbox(full)
    assert inbox.queues("mle")["new"] == ["L000002"]
    with pytest.raises(ConfigError, match="not to be contacted"):
        desk_inbox.decide(full, "L000001", "mle", "yes", reason="fit", by="ann", now=LATER)
    assert card(full, "mle", "L000001").do_not_contact == ("set by a colleague",)
    full.save([account("github", "bob", flags=("opted_out",), seen=LATER)])
    shown = desk_inbox.page(Inbox(full), asked())
    assert shown.card is None, "skipped although the list still holds it"


def test_a_no_for_skills_returns_with_the_work_that_changed_it(full: Store) -> None:
    inbox = Inbox(full)
    when = asked(at=25)
    before = full.receipt("L000002", "mle")
    desk_inbox.decide_and_go_on(inbox, when, "L000002", "no", reason="skills")
    assert inbox.queues("mle")["returned"] == []
    fresh = [
        repository("github", "bob", f"served-{at}", day(25.5)).model_copy(
            update={
                "text": "Model serving with FastAPI, Docker and Kubernetes, monitored",
                "tags": ("mlops", "python", "pandas", "spark"),
            }
        )
        for at in range(8)
    ]
    full.save(fresh)
    rescore(full, day(26))
    assert full.receipt("L000002", "mle") != before
    page = desk_inbox.page(inbox, asked("returned", at=26))
    assert page.counts == {"new": 1, "changed": 0, "returned": 1}
    assert page.card is not None
    assert page.card.since is not None
    assert page.card.said is not None
    assert page.card.said.reason == REASONS["skills"].says
    assert "must_have" in {one.component for one in page.card.since.parts}
    assert all(one.after > one.before for one in page.card.since.parts if one.component == "must_have")
    assert {one.title for one in page.card.since.work} & {one.title for one in fresh}
    assert page.card.since.fresh == len(fresh)
    done = desk_inbox.decide_and_go_on(inbox, asked("returned", at=27), "L000002", "yes", reason="fit")
    assert (done.card, done.counts["returned"]) == (None, 0)
    assert Inbox(full).queues("mle")["returned"] == [], "also for who reads it afresh"
    assert done.last is not None
    desk_inbox.undo(full, "mle", done.last.id, by="ann", now=day(28))
    assert inbox.queues("mle")["returned"] == ["L000002"], "the no stands again, and with it the reason to look"


def test_a_yes_is_shown_again_when_its_work_is_withdrawn(full: Store) -> None:
    seen_then = desk_inbox.decide(full, "L000001", "mle", "yes", reason="fit", by="ann", now=day(25)).receipt
    key = AccountKey("github", "id-ada")
    gone = [
        Withdrawn(
            account=key, kind="repository", source_id=f"work-{at}", reason="removed", origin=origin("github", LATER)
        )
        for at in range(6)
    ]
    full.save(gone)
    rescore(full, day(26))
    page = desk_inbox.page(Inbox(full), asked("changed", at=26))
    assert page.card is not None
    assert page.card.since is not None
    assert page.card.since.withdrawn == len({one for part_ in seen_then.parts for one in part_.evidence if "/" in one})
    assert page.card.since.work == ()


def test_two_people_deciding_at_once_lose_and_double_nothing(lite: Store) -> None:
    keys = {AccountKey("github", str(at)): f"L{at:06d}" for at in range(1, 25)}
    settle(lite, keys)
    lite.save_receipts([scored(lead, 0.5 + at / 100) for at, lead in enumerate(keys.values())])
    inbox = Inbox(lite)

    def work(by: str, leads: list[str]) -> None:
        for lead in leads:
            desk_inbox.decide_and_go_on(inbox, asked(by=by), lead, "no", reason="skills")

    def look() -> None:
        assert len(waiting(lite)) <= len(keys)

    names = list(keys.values())
    with ThreadPoolExecutor(4) as pool:
        some = [pool.submit(work, by, names[at::2]) for at, by in enumerate(("ann", "ben"))]
        some += [pool.submit(look) for _ in range(10)]
        for one in some:
            one.result()
    assert sorted(row.lead for row in lite.decisions("mle")) == names
    assert inbox.queues("mle")["new"] == []
    assert lite.check() == [], "the chain of decisions holds"


# ---- untrusted texts and the blind review ---------------------------------------------------------------------


def shape(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with its attributes, in order; addresses and texts left out."""
    return [(one.tag, tuple(sorted(one.attrib))) for one in html.fromstring(text).iter() if isinstance(one.tag, str)]


async def test_what_people_write_is_never_mark_up(config: Config, full: Store) -> None:
    shapes = []
    for text in ("plain words", HOSTILE):
        at = LATER if text == HOSTILE else NOW + timedelta(hours=1)
        full.save([account("github", "ada", name=text, location=text, company=text, headline=text, bio=text, seen=at)])
        async with browser(config, full) as desk:
            shapes.append([shape((await desk.get(path)).text) for path in ("/inbox/mle?at=L000001", "/leads/L000001")])
            body = (await desk.get("/inbox/mle?at=L000001")).text
    assert shapes[0] == shapes[1]
    assert "<script>alert" not in body
    assert escapes.escape(HOSTILE.partition("{")[0], quote=False)[:20] in body


async def test_a_decision_lifts_the_blind_and_undoing_it_hides_again(config: Config, full: Store) -> None:
    async with browser(config, full) as desk:
        switched = await desk.post("/inbox/mle/blind", data={"on": "yes"})
        assert "httponly" in switched.headers["set-cookie"].lower()
        assert "samesite=strict" in switched.headers["set-cookie"].lower()
        first = (await desk.get("/api/inbox/mle")).json()
        lead = first["card"]["lead"]
        assert (first["blind"], first["card"]["name"], first["card"]["accounts"]) == (True, None, [])
        assert (await desk.get(f"/api/leads/{lead}")).json()["name"] is None
        other = (
            await desk.post("/api/inbox/mle/decisions", json={"lead": lead, "answer": "no", "reason": "depth"})
        ).json()
        assert other["card"]["name"] is None, "the next one is hidden"
        assert (await desk.get(f"/api/leads/{lead}")).json()["name"] == full.lead(lead).name
        await desk.post("/inbox/mle/undo", data={"decision": str(other["last"]["id"])})
        assert (await desk.get(f"/api/leads/{lead}")).json()["name"] is None
        await desk.post("/inbox/mle/blind", data={"on": "no"})
        assert (await desk.get("/api/inbox/mle")).json()["card"]["name"] == full.lead(lead).name
        assert (await desk.get("/api/inbox/mle?blind=true")).json()["card"]["name"] is None


def test_signs_are_cut_as_words_and_scripts_without_spaces_anywhere() -> None:
    people_ = [
        account("github", "ada-lovelace", name="Ada Lovelace", location="Berlin, Germany", company="@Acme"),
        account("kaggle", "zimo", name="欧阳子墨", location=None, links=["https://ada.example/u/countess"]),
    ]
    signs = Signs(Lead(id="L000001", accounts=tuple(people_), first_seen=NOW, last_changed=NOW))
    text = "Adaptive work by ADA of acme in berlin; 由欧阳子墨写; countess; canada; github:ada-lovelace"
    assert signs.cut(text) == f"Adaptive work by {CUT} of {CUT} in {CUT}; 由{CUT}写; {CUT}; canada; github:{CUT}"
    nobody = account("github", "", name=None, location=None, url="")
    assert Signs(Lead(id="L000002", accounts=(nobody,), first_seen=NOW, last_changed=NOW)).cut("as it is") == "as it is"


async def test_the_overview_counts_every_active_role(config: Config, full: Store) -> None:
    async with browser(config, full, cookie="blind=mle.nlp.<b>") as desk:
        assert (await desk.get("/")).headers["location"] == "/inbox"
        page = html.fromstring((await desk.get("/inbox")).text)
        (one,) = (await desk.get("/api/inbox")).json()
    assert one["counts"]["new"] == 2
    assert one["blind"] is True
    links = [link.get("href") for link in page.cssselect(".inbox-counts a")]
    assert links == [f"/inbox/mle?section={name}" for name in ("new", "changed", "returned")]
