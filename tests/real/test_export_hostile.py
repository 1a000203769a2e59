"""Hostile cells of the shared cases, as they must stand in an exported CSV."""

import json
from pathlib import Path
from typing import Any

import pytest

from sourcing.export.cells import cell, guard

CASES = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
pytestmark = pytest.mark.real


def cases() -> list[Any]:
    if not CASES.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no shared cases at {CASES}"))]
    rows = (json.loads(line) for line in CASES.read_text("utf-8").splitlines())
    wanted = (row for row in rows if row["category"] == "csv_formula" and row["encoding"] != "generator")
    return [pytest.param(row, id=row["id"]) for row in wanted]


@pytest.mark.parametrize("case", cases())
def test_a_cell_is_what_the_case_expects(case: dict[str, Any]) -> None:
    expected = case["expect"]
    if "csv_cell" in expected:
        assert cell(case["payload"]) == expected["csv_cell"]
    if "cell_function" in expected:
        assert guard(case["payload"]) == expected["cell_function"]
