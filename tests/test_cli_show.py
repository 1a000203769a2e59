"""What people read: hostile names stay words, tables line up, movements are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.show.lists import ranked
from sourcing.show.nights import forecast, history, outcomes, skipped
from sourcing.show.text import clean, counted, duration, json_text, percent, table
from storage.records import Forecast, Outcome
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
    assert skipped({"saved:suppressed": 1, "unreadable": 2}).splitlines() == [
        "       1  saved:suppressed",
        "       2  unreadable",
    ]


def test_a_forecast_adds_up_and_names_what_it_leaves_out() -> None:
    rows = [
        Forecast(lane=f"github/search/{n}", requests=n, points=1, minutes=0.5, basis="first guess") for n in range(20)
    ]
    shown = forecast(rows)
    assert "… and 8 lanes more" in shown
    assert "together: 190 requests, 20 points, about 10.0 minutes" in shown


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
