"""The matrix: it says of every lead what its receipt says, bit for bit, and ranks as a sort of all receipts would."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import sums
from scoring.columns import SECTIONS, Matrix, from_receipts
from scoring.columns.build import Seen, assembled
from scoring.columns.choosing import best_rows
from scoring.columns.files import forget, load, save
from scoring.engine import Scorer, replay
from scoring.penalties import EACH_AT_MOST, PENALTIES
from scoring.roles import COMPONENTS, Role, find_role
from storage.errors import RoleError, UnknownLead
from storage.records import Lead, Level, Receipt
from tests.cases.scoring_people import NOW, account, lead, work

MLE = find_role("mle")
SHARES = st.floats(0, 1, allow_nan=False)
WEIGHTS = st.dictionaries(st.sampled_from(COMPONENTS), SHARES, min_size=1)
WORDS = "PyTorch, TensorFlow, Docker, Kubernetes, MLflow, Airflow, Spark, Kafka, SQL, pandas, FastAPI, Ray"


def role(**changes: object) -> Role:
    return Role.model_validate({**MLE.model_dump(exclude=set(changes)), **changes})


def someone(number: int, pieces: int, flags: tuple[str, ...] = (), months: float = 3, words: str = "") -> Lead:
    """A lead with some work; many words and old work bring penalties."""
    key = str(number)
    own = account(source_id=key, handle=f"dev{key}", bio=f"ML engineer. {words}", location="Berlin", flags=flags)
    items = [
        work(
            f"{key}-{at}",
            of=key,
            owner=f"dev{key}",
            title=f"thing {at}",
            packages=("torch",) if at % 2 else (),
            text=f"reaches an accuracy of 9{at} percent on the usual table",
            months=months + at,
            figures={"stars": 7.0 * at},
            level=Level.PRACTICE,
        )
        for at in range(pieces)
    ]
    return lead(*items, accounts=(own,), lead_id=f"L{number:06d}")


PEOPLE = [
    someone(1, 8),
    someone(2, 0),
    someone(3, 6, months=40, words=WORDS),
    someone(4, 5, flags=("no_recruiters",)),
    someone(5, 3, months=30),
    someone(6, 7, words=WORDS),
    someone(7, 1, months=2),
    someone(8, 0, words=WORDS),
]


def receipts(wanted: Role) -> list[Receipt]:
    scorer = Scorer(wanted, NOW)
    return [scorer.score(one) for one in PEOPLE]


def said(matrix: Matrix, weights: Mapping[str, float], row: int) -> tuple[float, float, float, float, str]:
    low, high = matrix.bounds(weights)
    section = SECTIONS[matrix.sections(weights)[row]]
    totals, coverage = matrix.totals(weights), matrix.coverage(weights)
    return float(totals[row]), float(low[row]), float(high[row]), float(coverage[row]), section


@pytest.mark.parametrize("missing", ["cohort", "cautious"])
@given(weights=WEIGHTS, most=st.sampled_from([0.0, 0.05, 0.1]))
@settings(max_examples=40, deadline=None)
def test_the_matrix_says_what_receipts_of_other_weights_would_say(
    missing: str, weights: dict[str, float], most: float
) -> None:
    base = role(missing=missing, penalties={"max_total": most})
    every = {name: weights.get(name, 0.0) for name in COMPONENTS}
    if sums.added(every.values()) <= 0:
        every["impact"] = 1.0
    changed = role(missing=missing, penalties={"max_total": most}, weights=every)
    matrix, scorer = from_receipts(base, receipts(base)), Scorer(changed, NOW)
    for one in PEOPLE:
        receipt = scorer.score(one)
        expected = (receipt.total, receipt.low, receipt.high, receipt.coverage, receipt.section)
        assert said(matrix, changed.normal_weights, matrix.row(one.id)) == expected
        assert replay(receipt) == receipt.total


def test_parts_and_penalties_of_a_row_are_those_of_the_receipt() -> None:
    made = {receipt.lead: receipt for receipt in receipts(MLE)}
    top = from_receipts(MLE, made.values()).top(MLE.normal_weights, 8, section=None)
    assert len(top) == 8
    assert any(row.penalties for row in top)
    for row in top:
        receipt = made[row.lead]
        kept = {part.component: part for part in receipt.parts}
        for term in row.parts:
            part = kept[term.component]
            assert (term.weight, term.value, term.confidence) == (part.weight, part.value, part.confidence)
            assert (term.neutral, term.effective) == (part.neutral, part.effective)
            assert term.contribution == part.contribution
        assert row.penalties == {penalty.name: penalty.amount for penalty in receipt.penalties}
        assert (row.total, row.section) == (receipt.total, receipt.section)


def test_the_best_are_those_of_a_sort_of_all_receipts() -> None:
    made = sorted(receipts(MLE), key=lambda one: (-one.total, one.lead))
    matrix = from_receipts(MLE, reversed(made))
    for section in (*SECTIONS, None):
        for count in (1, 3, 8, 20):
            wanted = [one.lead for one in made if section in (None, one.section)][:count]
            assert [row.lead for row in matrix.top(MLE.normal_weights, count, section=section)] == wanted


def invented(rows: int, seed: int, *, steps: int = 0) -> Matrix:
    """A matrix without people behind it; with `steps` values repeat, so that totals tie."""
    chance = np.random.default_rng(seed)
    value = chance.random((rows, len(COMPONENTS)))
    confidence = chance.random((rows, len(COMPONENTS)))
    if steps:
        value, confidence = np.round(value * steps) / steps, np.round(confidence)
    value[confidence == 0] = np.nan
    amounts = np.where(chance.random((rows, len(PENALTIES))) < 0.05, EACH_AT_MOST, 0.0)
    leads = np.array([f"L{at:06d}".encode() for at in range(rows)], dtype=np.bytes_)
    restricted = chance.random(rows) < 0.02
    return assembled(MLE, Seen(leads, value, confidence, amounts, restricted, np.zeros(rows, np.uint64)))


@given(st.integers(1, 3000), st.integers(0, 999), st.sampled_from([0, 2]), WEIGHTS, st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_choosing_in_single_precision_never_changes_the_list(
    rows: int, seed: int, steps: int, weights: dict[str, float], count: int
) -> None:
    matrix = invented(rows, seed, steps=steps)
    totals, sections = matrix.totals(weights), matrix.sections(weights)
    order = np.lexsort((np.arange(rows), -totals))
    ranked = [matrix.lead(row) for row in order.tolist() if sections[row] == 0][:count]
    top = matrix.top(weights, count)
    assert [row.lead for row in top] == ranked
    assert [row.total for row in top] == [totals[matrix.row(name)] for name in ranked]
    assert [row.rank for row in top] == list(range(1, len(ranked) + 1))


def test_a_long_matrix_is_ranked_like_a_short_one() -> None:
    matrix = invented(120_000, 1, steps=3)
    totals = matrix.totals(MLE.normal_weights)
    order = np.lexsort((np.arange(len(matrix)), -totals))[:500]
    assert [row.lead for row in matrix.top(MLE.normal_weights, 500, section=None)] == [
        matrix.lead(row) for row in order.tolist()
    ]


@given(st.integers(1, 70_000), st.integers(1, 600), st.integers(0, 50), st.sampled_from([1, 3, 1000]))
@settings(max_examples=30, deadline=None)
def test_candidates_hold_the_best_and_all_their_ties(rows: int, count: int, seed: int, steps: int) -> None:
    scores = np.round(np.random.default_rng(seed).random(rows, np.float32) * steps) / np.float32(steps)
    chosen = best_rows(scores, count, 0.0)
    least = np.sort(scores)[::-1][min(count, rows) - 1]
    assert chosen.tolist() == np.flatnonzero(scores >= least).tolist()


def test_deductions_never_exceed_what_there_is() -> None:
    matrix = invented(500, 4)
    for weights in ({"impact": 0.01}, {"impact": 0.0}, MLE.normal_weights):
        totals = matrix.totals(weights)
        assert ((totals >= 0) & (totals <= 1)).all()
        assert (matrix.deductions(weights) <= matrix.most + 1e-12).all()


def test_no_lead_at_all_is_an_empty_list() -> None:
    empty = from_receipts(MLE, [])
    assert (len(empty), len(empty.top(MLE.normal_weights, 5))) == (0, 0)
    assert empty.totals(MLE.normal_weights).shape == (0,)


def test_strange_components_and_leads_are_named() -> None:
    matrix = from_receipts(MLE, receipts(MLE))
    with pytest.raises(RoleError, match="no component 'charm' is scored for 'mle'"):
        matrix.totals({"charm": 1.0})
    with pytest.raises(UnknownLead, match="L999999 has no score for role 'mle'"):
        matrix.row("L999999")


def test_receipts_of_another_version_count_as_stale() -> None:
    made = receipts(MLE)
    digest = made[0].digest
    other = [one.model_copy(update={"digest": "f" * 64}) for one in made[:3]]
    assert from_receipts(MLE, [*other, *made[3:]], digest=digest).stale == 3


def test_a_row_reads_like_a_list_entry() -> None:
    top = from_receipts(MLE, receipts(MLE)).top(MLE.normal_weights, 5)
    assert top[-1] == list(top)[-1]
    assert [row.rank for row in top[1:3]] == [2, 3]
    with pytest.raises(IndexError):
        top[5]


def test_columns_kept_in_files_come_back_and_half_written_ones_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "mle"
    assert load(folder) is None
    save(folder, {"a": np.arange(5.0)}, {"stamp": "1"})
    save(folder, {"a": np.arange(6.0)}, {"stamp": "2"})
    kept = load(folder)
    assert kept is not None
    assert (kept[0]["a"].tolist(), kept[1]) == ([0, 1, 2, 3, 4, 5], {"stamp": "2"})
    assert len([one for one in folder.iterdir() if one.is_dir()]) == 1
    next(folder.glob("*/a.npy")).write_bytes(b"\x93NUMPY")
    assert load(folder) is None
    forget(tmp_path)
    assert not tmp_path.exists()
