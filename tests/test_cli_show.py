"""What people read: hostile names stay words, tables line up, movements are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.crawl import Plan, SourcePlan
from sourcing.leads import LeadPage
from sourcing.show.bills import billed, planned
from sourcing.show.leads import page
from sourcing.show.lists import ranked
from sourcing.show.nights import forecast, history, outcomes, skipped
from sourcing.show.text import clean, counted, duration, json_text, percent, table
from storage.records import Forecast, LaneBill, Lead, LimitLeft, Night, Outcome
from tests.house_of_sourcing import NOW, account, repository
from tests.test_export import row


@given(st.text(max_size=80))
def test_no_text_moves_the_cursor_or_starts_a_line(text: str) -> None:
    shown = clean(text)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert "\u202e" not in shown


def test_a_hostile_outcome_stays_on_its_line() -> None:
    shown = outcomes([Outcome(source="github", state="failed", reason="bad\n\x1b[2Jgithub  done")])
    assert shown.count("\n") == 0
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("before", "said"), [(1, ""), (4, "up from 4"), (None, "new here")], ids=["as before", "up", "new"]
)
def test_movements(before: int | None, said: str) -> None:
    first = ranked([row()], [before]).splitlines()[0]
    assert first.endswith(said or "coverage 64 %")
    assert "down from 1" in ranked([row(rank=3)], [1])


def test_an_entry_has_score_range_coverage_reasons_and_weakest_point() -> None:
    shown = ranked([row(location="Berlin", open_to_work=True, section="too_little_evidence")])
    assert "1. Ada  [L000001]  0.71 (0.60–0.79), coverage 64 %" in shown
    assert "github:ada  Berlin  open to work  too little public evidence" in shown
    assert "+ must_have: pytorch" in shown
    assert "- location: unknown" in shown


def test_empty_things_say_what_to_do() -> None:
    assert "sourcing nightly" in ranked([])
    assert "sourcing nightly" in history([])
    assert "sourcing doctor" in forecast([])
    assert skipped({"saved:accounts_new": 5}) == "nothing"
    assert skipped({"saved:tombstoned": 1, "unreadable": 2}).splitlines() == [
        "       1  saved:tombstoned",
        "       2  unreadable",
    ]


def test_a_forecast_adds_up_and_names_what_it_leaves_out() -> None:
    rows = [
        Forecast(lane=f"github/search/{n}", requests=n, points=1, minutes=0.5, basis="first guess") for n in range(20)
    ]
    shown = forecast(rows)
    assert "… and 7 lanes more" in shown
    assert "1 lane not due" in shown
    assert "together: 190 requests, 20 points" in shown


def test_tables_stand_in_line_whatever_script_a_name_is_in() -> None:
    lines = table(("name", "due"), [("Aoife", "May"), ("顾语桐", "June"), ("Q\u0308a", "July")]).splitlines()
    # Three signs of two columns each; a letter and a mark above it are one column.
    assert lines == ["name    due", "Aoife   May", "顾语桐  June", "Q\u0308a      July"]


def test_tables_align_numbers_to_the_right() -> None:
    assert table(("name", "n"), [("a", 5), ("bb", 12_000)]).splitlines() == [
        "name       n",
        "a          5",
        "bb    12 000",
    ]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (percent(0.644), "64 %"),
        (duration(3.14), "3.1 s"),
        (duration(600), "10 min"),
        (counted(1, "query", "queries"), "1 query"),
        (counted(2000, "query", "queries"), "2 000 queries"),
        (json_text({"a": (1, None)}), '{\n  "a": [\n    1,\n    null\n  ]\n}'),
    ],
)
def test_small_forms(shown: str, expected: str) -> None:
    assert shown == expected


def test_wishes_stand_apart_from_work() -> None:
    ada = account("github", "ada")
    work = repository("github", "ada")
    said = work.model_copy(
        update={"kind": "wish", "source_id": "open_to_work", "title": "Says: open to work", "text": "Open to work!"}
    )
    lead = Lead(id="L000001", accounts=(ada,), evidence=(work, said), first_seen=NOW, last_changed=NOW)
    shown = page(LeadPage(lead=lead, joins=(), history=()))
    assert "about being contacted\n  Says: open to work: Open to work!  https://github.com/ada/trainer" in shown
    assert "1 piece of public work\n" in shown


BILL = LaneBill(lane="github/search/a", requests=7, counted=5, points=3, refused=1, accounts=4, evidence=2)
NIGHT = Night(
    number=1,
    started_at=NOW,
    forecast=(
        Forecast(lane="github/search/a", requests=10, points=2, minutes=0.2, basis="first guess"),
        Forecast(lane="kaggle/users/x", requests=20, minutes=1.0, basis="first guess"),
    ),
    outcomes=(Outcome(source="github", state="done", bills=(BILL, LaneBill(lane="github/probe", requests=1))),),
)


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_a_bill_sets_every_lane_of_every_source_beside_its_forecast() -> None:
    shown = rows(billed(NIGHT))
    assert ["github", "10", "8", "+25", "%", "5", "3", "1", "4", "2"] in shown
    assert ["·", "github/search/a", "10", "7", "+43", "%", "5", "3", "1", "4", "2"] in shown
    assert ["·", "github/probe", "1", "0", "0", "0", "0", "0"] in shown  # not planned
    assert ["·", "kaggle/users/x", "20", "0", "all", "0", "0", "0", "0", "0"] in shown  # planned and not asked
    assert ["…", "1", "more", "lane", "1", "0", "0", "0", "0", "0"] in rows(billed(NIGHT, most=1))
    assert "no lane" in billed(NIGHT.model_copy(update={"forecast": (), "outcomes": ()}))


def test_a_bill_says_how_far_the_forecast_was_off() -> None:
    missed = billed(NIGHT.model_copy(update={"outcomes": (NIGHT.outcomes[0].model_copy(update={"requests": 8}),)}))
    assert "forecast 10 requests, sent 8: +25 %; source by source 25 % apart" in missed
    limited = NIGHT.outcomes[0].model_copy(update={"state": "limit"})
    assert "cannot be compared" in billed(NIGHT.model_copy(update={"outcomes": (limited,)}))
    assert ["github", "10", "8", "cut", "short", "5", "3", "1", "4", "2"] in rows(
        billed(NIGHT.model_copy(update={"outcomes": (limited,)}))
    )


def test_a_plan_shows_every_lane_beside_the_last_bill() -> None:
    left = LimitLeft(host="api.github.com", resource="graphql", limit=5000, remaining=12, reset_at=NOW)
    plan = Plan(
        lanes=NIGHT.forecast,
        sources=(
            SourcePlan(source="github", lanes=1, requests=10, points=2, minutes=0.2, most=4, left=(left,)),
            SourcePlan(source="kaggle", lanes=1, requests=20, points=0, minutes=1.0, waiting=0.8, most=20_000),
        ),
        requests=30,
        points=2,
        minutes=1.0,
        after=0.5,
    )
    shown = planned(plan, {BILL.lane: BILL})
    assert ["·", "github/search/a", "10", "2", "0.2", "7", "first", "guess"] in rows(shown)
    assert ["kaggle", "20", "0", "1.0", "1", "lane"] in rows(shown)
    assert "together: 30 requests, 2 points; sources run side by side: about 1.0 minutes, and 0.5 for joining" in shown
    assert "12 of 5,000 left of its graphql budget at api.github.com until" in shown
    assert "github: may send 4 requests, 6 fewer than forecast" in shown
    assert "kaggle: 0.8 of its minutes are waiting" in shown
    assert "sourcing doctor" in planned(plan.model_copy(update={"lanes": ()}), {})
