"""Scoring from record batch to record batch: however rows are cut and ordered, the same to the bit as one by one."""

import math
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import batches
from scoring.columns.coverage import coverage
from scoring.columns.tally import tally
from scoring.columns.work import Work, faded, read
from scoring.engine import Scorer, readable
from scoring.reading import Setting
from scoring.roles import Role, find_role
from storage.errors import ConfigError
from storage.records import Lead
from tests.cases.scoring_people import NOW, account, lead, work
from tests.test_columns_work import ROLES, numbered, people

MLE = find_role("mle")
CROWDS = st.lists(people(), min_size=1, max_size=4).map(numbered)
Step = Callable[[pl.DataFrame], pl.DataFrame]


def tables(found: Sequence[Lead]) -> tuple[pl.DataFrame, pl.DataFrame]:
    accounts = [batches.account_row(one.id, account) for one in found for account in one.accounts]
    work = []
    for one in found:
        unranked = {account.key for account in one.accounts if "progression_opt_out" in account.flags}
        work += [batches.evidence_row(one.id, item, unranked=item.account in unranked) for item in one.evidence]
    return (
        pl.DataFrame(accounts, schema=batches.ACCOUNTS, orient="row"),
        pl.DataFrame(work, schema=batches.EVIDENCE, orient="row"),
    )


def together(accounts: pl.DataFrame, work: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=batches.ROWS), accounts, work], how="diagonal")


def cut(frame: pl.DataFrame, parts: int, seed: int) -> list[pl.DataFrame]:
    """The rows in another order, in so many batches, some of them empty."""
    order = Random(seed).sample(range(len(frame)), len(frame))
    return [frame[order[at::parts]] for at in range(parts)]


def bits(frame: pl.DataFrame) -> list[Any]:
    """All values; doubles as the whole numbers their bits are."""
    return [_bits(row) for row in frame.rows()]


def _bits(value: Any) -> Any:
    if isinstance(value, float):
        return int(np.float64(value).view(np.int64))
    if isinstance(value, list | tuple):
        return [_bits(one) for one in value]
    return {name: _bits(one) for name, one in value.items()} if isinstance(value, dict) else value


def mapped(step: Step, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([step(frame) for frame in frames])


@given(CROWDS)
@settings(max_examples=30, deadline=None)
def test_leads_come_back_as_they_went(found: list[Lead]) -> None:
    accounts, work = tables(found)
    rows = together(accounts, work)
    for one, other in zip(found, batches.leads(rows[list(range(len(rows)))[::-1]]), strict=True):
        assert other.id == one.id
        assert sorted(other.accounts, key=lambda a: a.key) == sorted(one.accounts, key=lambda a: a.key)
        assert sorted(other.evidence, key=lambda e: e.id) == sorted(one.evidence, key=lambda e: e.id)


@given(found=CROWDS, parts=st.integers(1, 5), seed=st.integers(0, 99), role=st.sampled_from(ROLES))
@settings(max_examples=40, deadline=None)
def test_counts_are_the_same_however_rows_are_cut_and_say_what_the_columns_say(
    found: list[Lead], parts: int, seed: int, role: Role
) -> None:
    _, work = tables(found)
    whole = batches.totalled(batches.counted(work, role, NOW))
    pieces = mapped(lambda part: batches.counted(part, role, NOW), cut(work, parts, seed))
    # Parts of parts: the merge may happen in any grouping.
    again = pl.concat([batches.counts.added(part) for part in cut(pieces, 2, seed)])
    assert bits(batches.totalled(again)) == bits(whole)
    setting = Setting(role, NOW)
    assert {row[0]: row[1:3] for row in whole.iter_rows()} == _plain_leads(read(found, setting), setting)
    kinds = {(row["lead"], one["kind"]): one for row in whole.iter_rows(named=True) for one in row["kinds"]}
    assert {key: (one["pieces"], one["newest"], one["fresh"]) for key, one in kinds.items()} == _plain_kinds(
        read(found, setting), role
    )


def _plain_leads(work: Work, setting: Setting) -> dict[str, tuple[int, int]]:
    month = setting.month.year * 12 + setting.month.month - 1
    said = tally(work.pieces, len(work.leads), len(work.kinds), half_life=12.0, month=month)
    held = set(work.pieces.lead.tolist())
    return {name: (int(said.shown[at]), int(said.months[at])) for at, name in enumerate(work.leads) if at in held}


def _plain_kinds(work: Work, role: Role) -> dict[tuple[str, str], tuple[int, float | None, float]]:
    """Sums rounded once, by `math.fsum`."""
    rows: dict[tuple[str, str], list[float]] = {}
    for at, kind, age in zip(work.pieces.lead, work.pieces.kind, work.pieces.age, strict=True):
        rows.setdefault((work.leads[at], work.kinds[kind]), []).append(float(age))
    lives = role.half_life_months
    out = {}
    for key, ages in rows.items():
        fresh = faded(np.array(ages), lives.paper if key[1] == "paper" else lives.skill)
        dated = [age for age in ages if not math.isnan(age)]
        out[key] = (len(ages), min(dated, default=None), math.fsum(fresh.tolist()))
    return out


@given(found=CROWDS, parts=st.integers(1, 5), seed=st.integers(0, 99), role=st.sampled_from(ROLES))
@settings(max_examples=40, deadline=None)
def test_coverage_is_the_same_however_rows_are_cut_and_says_what_a_whole_reading_says(
    found: list[Lead], parts: int, seed: int, role: Role
) -> None:
    accounts, work = tables(found)
    shown = mapped(lambda part: batches.shown(part, batches.Reading(role, NOW)), cut(work, parts, seed))
    told = mapped(lambda part: batches.claimed(part, batches.Reading(role, NOW)), cut(accounts, parts, seed))
    other = cut(pl.concat([shown, told]), 1, seed)[0]
    setting = Setting(role, NOW)
    plain = coverage(read(found, setting))
    wanted = sorted(
        (plain.leads[lead], plain.skills[skill], _bits(float(value)), int(level), int(count))
        for lead, skill, value, level, count in zip(
            plain.lead, plain.skill, plain.value, plain.level, plain.count, strict=True
        )
    )
    assert [tuple(row) for row in bits(batches.covered(other))] == wanted


@given(found=CROWDS, parts=st.integers(1, 4), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_receipts_and_scores_are_those_of_one_lead_at_a_time(found: list[Lead], parts: int, seed: int) -> None:
    rows = together(*tables(found))
    judge = batches.Judge(MLE, NOW)
    made = mapped(judge, rows.partition_by("lead"))
    scorer = Scorer(MLE, NOW)
    wanted = {one.id: scorer.score(one) for one in found}
    assert {one.lead: one for one in batches.receipts(made)} == wanted
    impossible = dict(made.select("lead", "impossible").iter_rows())
    assert impossible == {one.id: readable(one, NOW)[1].total() for one in found}
    scores = mapped(lambda part: batches.weighed(part, MLE), cut(made, parts, seed)).sort("lead")
    assert bits(scores) == bits(batches.weighed(made, MLE).sort("lead"))
    for row in scores.iter_rows(named=True):
        receipt = wanted[row["lead"]]
        assert [row[name] for name in ("total", "low", "high", "coverage", "section")] == [
            receipt.total, receipt.low, receipt.high, receipt.coverage, receipt.section
        ]  # fmt: skip
        parts_of = {one["component"]: one["contribution"] for one in row["parts"] if one["weight"]}
        assert parts_of == {one.component: one.contribution for one in receipt.parts if one.weight}


def test_other_weights_move_scores_and_nothing_else() -> None:
    one = lead(work("a", packages=("torch",), figures={"stars": 12}), accounts=(account(location="Berlin"),))
    made = batches.Judge(MLE, NOW)(together(*tables([one])))
    weights = {name: float(name == "location") for name in MLE.normal_weights}
    changed = Role.model_validate({**MLE.model_dump(), "weights": weights})
    before, after = batches.weighed(made, MLE), batches.weighed(made, changed)
    assert before["total"][0] != after["total"][0]
    own = {part["component"]: part for part in after["parts"][0]}
    assert own["location"]["contribution"] == pytest.approx(after["total"][0])


@pytest.mark.parametrize(
    ("step", "frame", "words"),
    [
        (lambda frame: batches.counted(frame, MLE, NOW), {"lead": ["L1"]}, "a batch of evidence without the column"),
        (batches.Judge(MLE, NOW), {"lead": ["L1"]}, "a batch of leads without the column"),
        (batches.covered, {name: ["x"] for name in batches.ITEMS.names()}, "column 'level' of a batch of items"),
        (lambda frame: batches.weighed(frame, MLE), {"lead": ["L1"]}, "a batch of receipts without the column"),
    ],
)
def test_a_batch_that_does_not_fit_is_named(step: Step, frame: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        step(pl.DataFrame(frame))


def test_empty_batches_give_empty_tables() -> None:
    accounts, work = tables([])
    reading = batches.Reading(MLE, NOW)
    assert batches.totalled(batches.counted(work, MLE, NOW)).schema == batches.COUNTS
    assert batches.covered(pl.concat([batches.shown(work, reading), batches.claimed(accounts, reading)])).is_empty()
    made = batches.Judge(MLE, NOW)(together(accounts, work))
    assert made.schema == batches.RECEIPTS
    assert batches.weighed(made, MLE).schema == batches.SCORES
