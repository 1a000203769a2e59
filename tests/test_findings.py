"""Findings of a night: what is said of sources that failed or gave far too little, and when nothing is said."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sourcing.crawl import SourceStatus
from sourcing.drift import shown as seen
from sourcing.findings import Finding, findings
from sourcing.nightly import last_night, run
from sourcing.show import nights as show
from storage.errors import StoreError
from storage.records import LaneBill, Night, Outcome
from storage.store import Store
from tests.house_of_sourcing import NOW, crawls, done, furnished, people


def outcome(accounts: int, *, source: str = "kaggle", sightings: int = 0, counted: int = 20, **facts: Any) -> Outcome:
    plain = Outcome(
        source=source,
        state="done",
        requests=counted + 5,
        accounts=accounts,
        bills=(LaneBill(lane=f"{source}/users/x", requests=counted + 5, counted=counted),),
        counters={"saved:sightings": sightings} if sightings else {},
    )
    return plain.model_copy(update=facts)


def night(number: int, *outcomes: Outcome) -> Night:
    return Night(number=number, started_at=NOW + timedelta(days=number), outcomes=outcomes)


def status(**facts: Any) -> dict[str, SourceStatus]:
    plain = SourceStatus(
        name="kaggle",
        title="Kaggle",
        usable=True,
        method="API",
        terms="https://www.kaggle.com/terms",
        terms_read="2026-11-22",
        limits="none",
        yields="some",
        fields=("handle",),
        expected_accounts=50,
    )
    return {"kaggle": plain.model_copy(update=facts)}


def found(last: Outcome, *past: Outcome, **facts: Any) -> list[Finding]:
    before = [night(10 - at, one) for at, one in enumerate(past, 1)]
    return findings(night(10, last), before, status(**facts))


USUAL = [outcome(n) for n in (100, 110, 90, 100, 120, 80, 100)]


@pytest.mark.parametrize(
    ("last", "past", "kind"),
    [
        (outcome(100), USUAL, None),
        (outcome(50), USUAL, None),
        (outcome(49), USUAL, "far_below"),
        (outcome(20, sightings=80), USUAL, None),  # seen unchanged is seen
        (outcome(10, sightings=20), USUAL, "far_below"),
        (outcome(0), USUAL, "nothing"),
        (outcome(0, counted=3), USUAL, "nothing"),
        (outcome(0, counted=0), USUAL, None),  # every answer was "unchanged"
        (outcome(5, counted=2), USUAL, None),  # few lists were due, and five of ten are half
        (outcome(2, counted=2), USUAL, "far_below"),
        (outcome(0, counted=1), [outcome(60)], None),  # three were to be expected
        (outcome(4), [outcome(9)], None),  # so few say nothing
        (outcome(49), [outcome(1000), *USUAL], "far_below"),
        (
            outcome(60),
            [outcome(10_000), *USUAL[:6], outcome(9_000), outcome(9_000)],
            None,
        ),  # seven nights back, no more
        (outcome(60), [outcome(0), outcome(0), *USUAL], None),  # nights without yield are no measure
        (outcome(60), [outcome(5, state="partial"), *USUAL], None),
        (outcome(30), [], None),  # half of the card's fifty
        (outcome(24), [], "below_card"),
        (outcome(0), [], "nothing"),
        (outcome(0, counted=0), [], None),
    ],
)
def test_yields_are_compared_with_good_nights(last: Outcome, past: list[Outcome], kind: str | None) -> None:
    assert [one.kind for one in found(last, *past)] == ([kind] if kind else [])


def test_a_card_without_an_expectation_expects_nothing() -> None:
    assert found(outcome(0), expected_accounts=0) == []


def test_a_source_that_only_follows_links_yields_what_others_found() -> None:
    lanes = (LaneBill(lane="web/linked/sites", counted=70), LaneBill(lane="robots", counted=3))
    assert found(outcome(0, bills=lanes), *USUAL) == []
    assert [one.kind for one in found(outcome(0, state="failed", bills=lanes), *USUAL)] == ["failed"]


def test_sightings_count_as_yield() -> None:
    assert seen(outcome(3, sightings=4)) == 7


def test_whoever_is_met_and_then_read_counts_once() -> None:
    assert seen(outcome(3, counters={"saved:sightings": 3, "saved:accounts_shown": 3})) == 3


@pytest.mark.parametrize(
    ("state", "reason", "way_out"),
    [
        ("failed", "KeyError ×3", "sourcing crawl kaggle"),
        ("refused", "the token was not accepted (401)", "doctor --online"),
        ("limit", "asked for 4000 s", "[sources.kaggle]"),
        ("partial", "3 answers could not be used", "quarantine"),
        ("interrupted", "stopped by the user", "next night continues"),
        ("skipped", "no token: set the environment variable KAGGLE_API_TOKEN", "set the environment variable"),
        ("skipped", "its terms were last read 400 days ago: read them", "read them"),
        ("skipped", "asked us to wait until tomorrow", "wait until"),
    ],
)
def test_a_source_that_ended_badly_names_what_stays_in_use(state: str, reason: str, way_out: str) -> None:
    [finding] = found(outcome(0, state=state, reason=reason), outcome(0, state="failed"), *USUAL)
    assert finding.kind == state
    assert "\n" not in finding.text
    assert "kaggle" in finding.text
    assert reason in finding.text
    assert "values of 3 Dec stay in use" in finding.text  # the night before last: the last one failed too
    assert way_out in finding.text


@pytest.mark.parametrize("state", ["partial", "limit"])
def test_what_a_source_did_give_is_stored(state: str) -> None:
    [finding] = found(outcome(12, state=state, sightings=3))
    assert "the 15 people it showed are stored" in finding.text


def test_values_of_a_partial_night_are_in_use_too() -> None:
    [finding] = found(outcome(0, state="failed"), outcome(40, state="partial"), *USUAL)
    assert "values of 4 Dec stay in use" in finding.text


@pytest.mark.parametrize("state", ["failed", "refused", "limit"])
def test_without_a_good_night_there_is_nothing_in_use(state: str) -> None:
    [finding] = found(outcome(0, state=state))
    assert "nothing of it was ever stored" in finding.text


@pytest.mark.parametrize(
    ("reason", "past"),
    [
        ("switched off (enabled = false)", USUAL),
        ("off unless switched on (enabled = true)", []),
        ("no active role looks there", USUAL),
        ("no token: set the environment variable KAGGLE_API_TOKEN", []),  # never used: nobody misses it
    ],
)
def test_what_was_meant_is_no_finding(reason: str, past: list[Outcome]) -> None:
    assert found(outcome(0, state="skipped", reason=reason), *past) == []


def test_old_terms_are_a_finding() -> None:
    [finding] = found(outcome(100), *USUAL, warning="kaggle: its terms were last read 200 days ago")
    assert (finding.kind, finding.text) == ("terms", "kaggle: its terms were last read 200 days ago")


def test_findings_stand_in_the_report_and_in_the_last_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    with Store.open(config.database_url) as store, pytest.raises(StoreError, match="sourcing nightly"):
        last_night(config, store)
    good = done("kaggle", accounts=100)
    crawls(monkeypatch, people(), [done("github", accounts=200), good])
    assert [one.source for one in run(config, now=NOW).findings] == []
    failed = done("kaggle", "failed", accounts=0, reason="answers\nare nonsense")
    crawls(monkeypatch, people(), [done("github", accounts=10), failed])
    report = run(config, now=NOW + timedelta(days=1))
    assert [(one.source, one.kind) for one in report.findings] == [("github", "far_below"), ("kaggle", "failed")]
    shown = show.report(report)
    assert "\nFINDINGS\ngithub showed 10 people, 200 are usual" in shown
    assert "kaggle ended failed (answers are nonsense); values of 25 Nov stay in use; " in shown
    with Store.open(config.database_url) as store:
        looked = last_night(config, store)
    assert looked.findings == report.findings
    assert "values of 25 Nov stay in use" in show.looked_back(looked)


def test_names_nobody_is_under_are_a_finding_with_a_way_out() -> None:
    counters = {f"empty_target:stackoverflow/tag-{n}": 1 for n in range(6)}
    found = next(
        one for one in findings(night(1, outcome(90, counters=counters)), [], status()) if one.kind == "empty_target"
    )
    assert "stackoverflow/tag-0" in found.text
    assert "2 more" in found.text
    assert "role's file" in found.text


def lane(promised: int | None, found: int | None, name: str = "kaggle/users/x") -> LaneBill:
    return LaneBill(lane=name, requests=20, counted=20, promised=promised, found=found)


@pytest.mark.parametrize(
    ("promised", "found", "cut"),
    [
        (None, 40, False),  # nothing was announced
        (100, 100, False),
        (100, 50, False),
        (100, 49, True),
        (100, 0, True),
        (100, None, True),  # announced, and nothing of it came
        (9, 0, False),  # so few say nothing
        (10, 4, True),
        (0, 0, False),
    ],
)
def test_a_lane_is_measured_by_what_its_source_announced(promised: int | None, found: int | None, cut: bool) -> None:
    last = outcome(100, bills=(lane(promised, found),))
    assert [one.kind for one in findings(night(1, last), [], status())] == (["cut_short"] if cut else [])


def test_lanes_cut_short_are_named_the_worst_first() -> None:
    bills = (lane(100, 10, "kaggle/users/a"), lane(30_000, 500, "kaggle/users/b"), lane(50, 50, "kaggle/users/c"))
    [one] = findings(night(1, outcome(600, bills=bills)), [], status())
    assert one.kind == "cut_short"
    assert "(500 of 30,000 in kaggle/users/b, 10 of 100 in kaggle/users/a)" in one.text
    assert "[sources.kaggle]" in one.text
    assert "\n" not in one.text


@pytest.mark.parametrize("state", ["failed", "refused", "limit", "interrupted"])
def test_a_source_that_ended_early_is_not_blamed_twice(state: str) -> None:
    last = outcome(100, state=state, bills=(lane(1000, 3),))
    assert [one.kind for one in findings(night(1, last), [], status())] == [state]


def test_sites_others_name_are_no_announcement() -> None:
    last = outcome(100, bills=(lane(1000, 3, "web/linked/sites"), lane(None, None)))
    assert findings(night(1, last), [], status()) == []


def test_look_ups_left_for_want_of_rounds_are_a_finding() -> None:
    [one] = findings(night(1, outcome(100, counters={"over_rounds": 3})), [], status())
    assert one.kind == "over_rounds"
    assert "left 3 look-ups" in one.text


@pytest.mark.parametrize(
    ("before", "hours", "kinds"),
    [
        ({"counters": {"cut_off": 1}}, 3, []),  # killed: both parts showed fifty
        ({"outcomes": (outcome(50, state="interrupted"),)}, 3, []),
        ({"outcomes": (outcome(50, source="github", state="interrupted"), outcome(50))}, 3, []),
        ({"counters": {"cut_off": 1}}, 13, ["nothing"]),  # that was another night
        ({}, 3, ["nothing"]),
    ],
)
def test_a_continued_night_is_measured_by_all_its_parts(before: dict[str, Any], hours: int, kinds: list[str]) -> None:
    asked: list[tuple[str, datetime]] = []

    def shown(source: str, since: datetime) -> int:
        asked.append((source, since))
        return 50

    last = night(10, outcome(0))
    past = Night(number=9, started_at=last.started_at - timedelta(hours=hours), **before)
    assert [one.kind for one in findings(last, [past], status(), shown)] == kinds
    assert asked == ([] if kinds else [("kaggle", past.started_at)])


@pytest.mark.parametrize(
    ("reason", "way_out"),
    [
        ("outage: no answer at all to 3 questions", "check this machine's connection"),
        ("outage: no answer to 10 requests in a row (CannotResolveHostError)", "check this machine's connection"),
        ("outage: all 5 answers were 5xx", "its answers changed"),
    ],
)
def test_who_got_no_answer_at_all_is_sent_to_the_connection(reason: str, way_out: str) -> None:
    [finding] = found(outcome(0, state="failed", reason=reason))
    assert way_out in finding.text
    assert "run `sourcing crawl kaggle` again" in finding.text
