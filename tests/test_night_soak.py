"""The bench of many nights: what it calls growth, and a short form of it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bench.faults import soak
from bench.report import Row

STEADY = soak.Morning(
    requests=100, changed=50, held=1_000, seconds=5.0, peak=300_000, bytes=10**7, tables={}, desk=200_000, loop=300_000
)


def mornings(grows: Mapping[str, float], count: int = 31, changed: int = 50) -> list[soak.Morning]:
    """Mornings on which some figures grow by so much a night; the database by its changes, and `bytes` × nights²."""
    found = []
    for night in range(count):
        size = int(STEADY.bytes + night * changed * 1_000 + grows.get("bytes", 0.0) * night**2)
        more = {name: type(getattr(STEADY, name))(getattr(STEADY, name) + night * by) for name, by in grows.items()}
        found.append(replace(STEADY, **{**more, "bytes": size, "changed": changed, "tables": {"receipt": size}}))
    return found


def missed(rows: list[Row]) -> set[str]:
    """The figures whose bar is missed."""
    return {row.figure.partition(": ")[0] for row in rows if row.holds is False}


@pytest.mark.parametrize(
    ("grows", "told"),
    [
        ({}, set()),
        ({"bytes": 2_000.0}, {"growth of the database per change"}),
        ({"peak": 5_000}, {"memory of a night's process, at most"}),
        ({"loop": 5_000}, {"memory of one process for all nights"}),
        ({"desk": 5_000}, {"memory of a desk that stays open"}),
        ({"seconds": 0.2}, {"processor time of a night", "processor time per request"}),
        ({"seconds": 0.2, "requests": 4}, {"processor time of a night"}),
        ({"loop": -5_000}, set()),
    ],
)
def test_what_grows_is_told(grows: dict[str, float], told: set[str]) -> None:
    assert missed(soak.rows(mornings(grows), 300)) == told


def test_growth_is_by_change_and_its_place_is_named() -> None:
    rows = {row.figure: row for row in soak.rows(mornings({}), 300)}
    assert rows["growth of the database, first third"].value == 1_000
    assert rows["growth of the database, last third"].value == 1_000
    assert "receipt 49 KiB a night" in rows["growth of the database, last third"].peer


def test_nights_that_forget_people_do_not_hide_growth() -> None:
    nights = mornings({"bytes": 2_000.0})
    nights = [replace(one, bytes=one.bytes - 10**6 * (number // 8)) for number, one in enumerate(nights)]
    assert missed(soak.rows(nights, 300)) == {"growth of the database per change"}
    nights = [replace(one, bytes=one.bytes - 10**6 * (number // 8)) for number, one in enumerate(mornings({}))]
    assert missed(soak.rows(nights, 300)) == set()


@pytest.mark.slow
def test_a_few_nights() -> None:
    rows = {row.figure.partition(": ")[0]: row for row in soak.soak(4, 60)}
    assert "4 nights, 60 people" in rows["growth of the database, first third"].peer
    # Steps of a few pages say nothing of growth by change yet; all that lives or works must stay as it is.
    for figure in ("memory of a night's process, at most", "memory of one process for all nights"):
        assert rows[figure].holds, rows[figure]
    # A third is one night here, and the heap of one more thread of the desk (40 MiB) may fall between two of them.
    assert rows["memory of a desk that stays open"].value < 2, rows["memory of a desk that stays open"]
