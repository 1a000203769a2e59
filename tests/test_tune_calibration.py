"""From a total to a share of yes: only with enough decisions, only if it helps, and always with its table."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calibration import (
    LEAST_JUDGED,
    Calibration,
    Judged,
    calibrate,
    calibration_error,
    isotonic,
    percentile,
    reliability,
)
from sourcing.show.what_if import calibrated
from tests.store_kit import day


def decisions(seed: int, count: int, share: str) -> list[Judged]:
    """Invented decisions; `share` says how likely a yes is at a total: "rising", "total" itself, or "flat"."""
    chance = np.random.default_rng(seed)
    totals = chance.uniform(0.2, 0.9, count)
    likely = {"rising": 1 / (1 + np.exp(-(totals - 0.75) * 18)), "total": totals, "flat": np.full(count, 0.5)}[share]
    up = chance.random(count) < likely
    return [Judged(float(t), bool(u), day(at), f"L{at}") for at, (t, u) in enumerate(zip(totals, up, strict=True))]


@pytest.mark.parametrize(
    ("count", "yes", "why"),
    [
        (LEAST_JUDGED - 1, 50, "99 decided leads (50 yes, 49 no); 100 are needed, 30 of each"),
        (150, 29, "150 decided leads (29 yes, 121 no); 100 are needed, 30 of each"),
        (150, 121, "150 decided leads (121 yes, 29 no); 100 are needed, 30 of each"),
        (0, 0, "0 decided leads (0 yes, 0 no); 100 are needed, 30 of each"),
    ],
)
def test_too_few_stay_percentiles(count: int, yes: int, why: str) -> None:
    found = calibrate([Judged(at / 200, at < yes, day(at)) for at in range(count)])
    assert (found.why, found.used, found.share(0.5), found.table) == (why, False, None, ())
    assert calibrated(found) == f"totals are shown as percentiles: {why}"


def test_a_total_that_is_no_share_is_mapped_to_one() -> None:
    used = 0
    for seed in range(12):
        found = calibrate(decisions(seed, 400, "rising"))
        assert found.error_map is not None
        assert found.error_total is not None
        assert found.used is (found.error_map < found.error_total)
        used += found.used
        if found.used:
            low, high = found.share(0.3), found.share(0.88)
            assert low is not None
            assert high is not None
            assert low < 0.2 < 0.6 < high
            assert sum(row.leads for row in found.table) == 120
            assert "as shares of yes" in calibrated(found)
    assert used >= 11


def test_a_total_that_is_a_share_already_is_mostly_left_alone() -> None:
    used = [calibrate(decisions(seed, 200, "total")).used for seed in range(20)]
    assert sum(used) <= 12, "the map has no more to say than the total"


def test_the_newer_decisions_are_never_learned_from() -> None:
    rows = decisions(1, 200, "rising")
    turned = [*rows[:140], *(one._replace(up=not one.up) for one in rows[140:])]
    found = calibrate(turned)
    assert found.error_map is not None
    assert found.error_map > 0.3
    assert found.used is (found.error_map < (found.error_total or 0))


def test_order_of_input_changes_nothing() -> None:
    rows = decisions(2, 150, "rising")
    assert calibrate(reversed(rows)) == calibrate(rows)


def test_what_is_no_number_is_not_counted() -> None:
    rows = decisions(2, 150, "rising")
    assert calibrate([*rows, Judged(math.nan, True, day(0)), Judged(math.inf, True, day(0))]) == calibrate(rows)


_ROWS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


@given(_ROWS)
def test_steps_rise_and_are_the_nearest_in_squares(rows: Sequence[tuple[int, bool]]) -> None:
    judged = [Judged(total / 12, up, day(0)) for total, up in rows]
    steps = isotonic(judged)
    shares, totals = [step.share for step in steps], [step.total for step in steps]
    assert shares == sorted(shares)
    assert totals == sorted(set(totals))
    found = Calibration(judged=0, yes=0, no=0, steps=steps, why="")
    fitted = [found.share(one.total) or 0.0 for one in judged]
    assert sum(fitted) == pytest.approx(sum(one.up for one in judged)), "as many as came"
    # What makes a rising fit the nearest: of every run from the top down, no more is expected than came.
    for least in {one.total for one in judged}:
        above = [(share, one.up) for share, one in zip(fitted, judged, strict=True) if one.total >= least]
        assert sum(up for _, up in above) <= sum(share for share, _ in above) + 1e-9


@given(_ROWS)
def test_the_error_is_the_mean_distance_of_the_table(rows: Sequence[tuple[int, bool]]) -> None:
    judged = [Judged(total / 12, up, day(0)) for total, up in rows]
    expected = [one.total for one in judged]
    table = reliability(expected, judged)
    assert sum(row.leads for row in table) == len(judged)
    assert all(row.low <= row.expected <= row.high + 1e-12 for row in table)
    assert 0 <= calibration_error(expected, judged) <= 1
    certain = [float(one.up) for one in judged]
    assert calibration_error(certain, judged) == 0


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(-1, 10))
def test_percentiles(totals: list[int], total: int) -> None:
    found = percentile(sum(one < total for one in totals), totals.count(total), len(totals))
    if not totals:
        assert found is None
    else:
        below = sum((one < total) + (one == total) / 2 for one in totals)
        assert found == pytest.approx(below / len(totals))
