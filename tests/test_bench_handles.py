"""How the bench of handles at two sites chooses its limit, on invented likeness."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import _handles

Shape = tuple[int, int]


def lists(seed: int, shape: Shape, people: int, likeness: float = 0.97) -> _handles.Sites:
    """Accounts of two sites of which the first so many are one person's each; strangers are alike by chance."""
    rng = np.random.default_rng(seed)
    alike = rng.beta(4, 8, shape)
    alike[range(people), range(people)] = np.clip(rng.normal(likeness, 0.02, people), 0, 1)
    rows, columns = shape
    second = [str(at) if at < people else f"other {at}" for at in range(columns)]
    return _handles.Sites(alike, [*map(str, range(rows)), *second], rows)


def wrong(sites: _handles.Sites, limit: float) -> int:
    return len(_handles.linked(sites, limit) - _handles.true_pairs(sites))


@pytest.mark.parametrize(
    ("shape", "people"), [((60, 40), 20), ((200, 100), 50), ((200, 100), 90), ((300, 300), 150), ((40, 200), 35)]
)
@pytest.mark.parametrize("limit", [0.74, 0.78])
def test_strangers_are_expected_as_often_as_they_are_joined(shape: Shape, people: int, limit: float) -> None:
    drawn = [lists(seed, shape, people) for seed in range(30)]
    joined = sum(wrong(sites, limit) for sites in drawn)
    expected = sum(_handles.strangers(sites.alike, limit) for sites in drawn)
    # Whoever is joined with a stranger fits another stranger less: what is expected lies below what is true.
    assert 0.3 * joined - 5 <= expected <= 1.3 * joined + 5


def test_among_strangers_alone_far_too_many_are_expected() -> None:
    sites = lists(1, (300, 300), 10)
    joined = len(_handles.linked(sites, 0.75))
    assert wrong(sites, 0.75) > joined / 2
    assert _handles.strangers(sites.alike, 0.75) > 10 * _handles.STRANGERS * joined


def test_longer_lists_hold_more_strangers() -> None:
    def expected(rows: int, columns: int) -> float:
        return sum(_handles.strangers(lists(seed, (rows, columns), 30).alike, 0.8) for seed in range(10))

    assert expected(60, 40) < expected(120, 80) < expected(480, 320)


def test_the_limit_rises_with_the_lists() -> None:
    def limit(rows: int, columns: int, share: float) -> float:
        sites = lists(1, (60, 40), 30, likeness=0.95)
        rng = np.random.default_rng(2)
        alike = np.minimum(rng.beta(4, 8, (rows, columns)), 0.8)
        alike[rng.random((rows, columns)) < share] = 0.92
        alike[:60, :40] = sites.alike
        return _handles.sure(alike)

    assert limit(60, 40, 0) == _handles.SURE
    assert limit(900, 600, 0) == _handles.SURE
    assert 0.92 < limit(900, 600, 1e-4) < 1


def test_where_the_most_alike_are_strangers_nothing_is_sure() -> None:
    one = np.ones((4, 4))
    assert _handles.sure(one) == float("inf")
    sites = _handles.Sites(one, list("abcdabcd"), 4)
    assert not _handles.linked(sites, _handles.sure(one))


def test_where_none_is_alike_the_limit_of_the_small_set_stands() -> None:
    assert _handles.sure(np.full((3, 5), 0.2)) == _handles.SURE


def test_pairs_fit_each_other_best() -> None:
    alike = np.array([[0.9, 0.95, 0.1], [0.1, 0.97, 0.2], [0.3, 0.1, 0.92]])
    sites = _handles.Sites(alike, list("abcabc"), 3)
    assert _handles.linked(sites, 0.91) == {(1, 4), (2, 5)}
    assert _handles.linked(sites, 0.93) == {(1, 4)}


@given(st.integers(0, 1000), st.integers(1, 30), st.integers(1, 30), st.floats(0, 1))
def test_no_more_strangers_are_expected_than_pairs_are_joined(seed: int, rows: int, columns: int, limit: float) -> None:
    sites = lists(seed, (rows, columns), min(rows, columns) // 2)
    expected = _handles.strangers(sites.alike, limit)
    assert 0 <= expected <= len(_handles.linked(sites, limit))
    assert expected == pytest.approx(_handles.strangers(flipped(sites.alike), limit))


def flipped(alike: Any) -> Any:
    return np.ascontiguousarray(alike.T)
