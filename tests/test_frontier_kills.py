"""A short form of `python -m bench.faults kills`: nights killed at random moments leave what undisturbed ones do."""

import pytest

from bench.faults.kills import kills
from bench.report import Row
from spiders._registry import names


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_kills_lose_and_double_nothing(request: pytest.FixtureRequest, kind: str) -> None:
    server = request.getfixturevalue("postgres") if kind == "postgres" else ""
    rows = {
        row.figure.partition(": ")[2]: row for row in kills(2, 60, seed=kind, postgres=server, nights=1, twice=False)
    }
    assert rows["kills"].value == 2
    asked = rows.pop("requests repeated").value + rows.pop("requests never made undisturbed").value
    rows.pop("both together")
    assert _missed(rows) == []
    # What was on its way is asked again: one or two of each source at the worst. How much it is on the whole is a
    # figure of the bench: two kills are too few for it, and a busy machine has more on its way.
    assert asked <= 2 * len(names())


def _missed(rows: dict[str, Row]) -> list[tuple[str, float, str]]:
    return [(name, row.value, row.peer) for name, row in rows.items() if row.holds is False]
