"""Two record batches in, scored pairs out: whatever the split and the order, and never in quadratic time."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sourcing.identity import scorer
from sourcing.identity.batch import batch, columns_of
from sourcing.identity.engine import columns
from sourcing.identity.engine.columns import hashed
from sourcing.identity.engine.keyed import keyed
from sourcing.identity.engine.table import tabled, tidy
from sourcing.identity.facts import Facts, facts
from sourcing.identity.keys import likeness_keys, limit
from sourcing.identity.model import Model, fit
from sourcing.identity.scorer import fit_rows, score, score_batches, score_rows
from sourcing.identity.settings import Settings
from storage.errors import ConfigError
from storage.records import AccountKey
from tests.identity_kit import ACCOUNTS

SIDES = ["left_source", "left_source_id", "right_source", "right_source_id"]
MODEL = Model(renown={"github": (5.0, 50.0), "kaggle": (5.0, 50.0), "hackernews": (5.0, 50.0)})
NONE = np.zeros(0, dtype=np.int64)
TOLD = st.builds(
    lambda one, name, place, firm, works, ids, alone, barred, person, fame, renown: replace(
        facts(one),
        name=name,
        location=place,
        company=firm,
        works=works,
        ids=ids,
        alone=alone,
        barred=barred,
        person=person,
        fame=fame,
        renown=renown,
    ),
    ACCOUNTS,
    st.sampled_from(
        [None, "Bob Sandoval", "Robert Sandoval", "Sandoval, R.", "Robert J. Sandoval", "李伟明", "Weiming Li"]
    ),
    st.sampled_from([None, "Berlin", "Paris", "nowhere at all"]),
    st.sampled_from([None, "Quillworks GmbH", "quillworks", "Other"]),
    st.sets(st.sampled_from(["w.example/1", "w.example/2"])).map(lambda some: tuple(sorted(some))),
    st.sets(st.sampled_from(["orcid:1", "orcid:2", "dblp:1"]), max_size=2).map(lambda some: tuple(sorted(some))),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([False, False, False, True]),
    st.booleans(),
    st.sampled_from([float("nan"), 1.0, 12.0]),
    st.sampled_from([float("nan"), 1.0, 12.0, 70.0]),
)


def crowd(some: Sequence[Facts]) -> list[Facts]:
    return sorted({one.key: one for one in some}.values(), key=lambda one: one.key)


@pytest.fixture(autouse=True, params=[0, 1_000], ids=["by columns", "one by one"])
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of reading have to give the same."""
    monkeypatch.setattr(columns, "FEW", request.param)


CROWDS = st.lists(TOLD, min_size=1, max_size=14).map(crowd)


def scored(touched: pl.DataFrame, others: pl.DataFrame, model: Model = MODEL) -> pl.DataFrame:
    return score_batches(touched, others, model).sort(SIDES)


@given(rows=CROWDS, parts=st.integers(1, 4), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_every_split_and_order_gives_the_same_pairs_to_the_bit(rows: list[Facts], parts: int, seed: int) -> None:
    model = fit(rows, Settings())
    table = tabled(rows)
    whole = scored(table, table.head(0), model)
    order = Random(seed).sample(range(len(rows)), len(rows))
    assert scored(table[order], table.head(0), model).equals(whole)
    found = []
    for at in range(parts):
        mine, rest = order[at::parts], [row for part in range(parts) if part != at for row in order[part::parts]]
        found.append(scored(table[mine], table[rest], model))
    assert pl.concat(found).unique().sort(SIDES).equals(whole)


@given(rows=CROWDS, at_once=st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_chunks_weighed_beside_each_other_give_the_same_to_the_bit(rows: list[Facts], at_once: int) -> None:
    model, table = fit(rows, Settings()), tabled(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorer, "CHUNK", 3)
        patch.setattr(scorer, "AT_ONCE", at_once)
        found = scored(table, table.head(0), model)
    assert found.equals(scored(table, table.head(0), model))


@given(CROWDS)
@settings(max_examples=80, deadline=None)
def test_batches_and_facts_give_the_same(rows: list[Facts]) -> None:
    model = fit(rows, Settings())
    columns = batch(rows, keep_facts=False)
    assert fit_rows(columns, Settings()) == model
    found, other = score(rows, (), model), scored(tabled(rows), tabled([]), model)
    assert found.bits.tolist() == other["bits"].to_list()
    assert found.zone.tolist() == other["zone"].to_list()
    keys = [(rows[a].key, rows[b].key) for a, b in zip(found.left.tolist(), found.right.tolist(), strict=True)]
    assert [tuple(row) for row in other.select(SIDES).iter_rows()] == [(*a, *b) for a, b in keys]


@given(rows=CROWDS, data=st.data())
@settings(max_examples=150, deadline=None)
def test_keys_of_many_part_accounts_as_the_keys_of_each_do(rows: list[Facts], data: st.DataObject) -> None:
    """Handles that only names make and nobody has are left out: they can bring no two together that matter."""
    columns = batch(rows)
    spoken = {columns.letters.texts[at] for at in range(len(columns.letters.texts))}
    wanted: dict[tuple[str, str], set[int]] = {}
    for at, one in enumerate(rows):
        if not (one.alone or one.barred):
            for kind, text in likeness_keys(one):
                if kind != "handle of the name" or text in spoken:
                    wanted.setdefault((kind, text), set()).add(at)
    hashes = sorted(hashed(f"{kind} {text}") for kind, text in wanted)
    closed = set(data.draw(st.lists(st.sampled_from(hashes), max_size=4))) if hashes else set()
    expected = sorted(
        (kind, sorted(some)) for (kind, text), some in wanted.items() if hashed(f"{kind} {text}") not in closed
    )
    found: dict[tuple[str, int], set[int]] = {}
    for kind, numbers, values in keyed(columns, np.array(sorted(closed), dtype=np.int64)):
        for row, value in zip(numbers.tolist(), values.tolist(), strict=True):
            found.setdefault((kind, value), set()).add(row)
    assert sorted((kind, sorted(some)) for (kind, _), some in found.items()) == expected


class Foreign:
    """A batch of another library: all it shows is the Arrow interface."""

    def __init__(self, table: pl.DataFrame) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def raw(names: Sequence[str | None], source: str = "github", **more: Any) -> pl.DataFrame:
    handles = more.pop("handles", [f"{source[0]}{at}x" for at in range(len(names))])
    ids = [f"{source}{at}" for at in range(len(names))]
    told = {"source": [source] * len(names), "source_id": ids, "handle": handles, "name": names}
    return pl.DataFrame(told | more)


def test_few_columns_are_enough_and_any_arrow_table_will_do() -> None:
    one, other = raw(["Maarten Oosterhuis"]), raw(["Oosterhuis, Maarten"], "kaggle")
    found = score_batches(Foreign(one), Foreign(other), MODEL)
    assert found.select(SIDES).rows() == [("github", "github0", "kaggle", "kaggle0")]
    assert found["zone"].dtype == pl.Int8
    assert isinstance(pl.DataFrame(found), pl.DataFrame)
    linked = raw(["Maarten Oosterhuis"], page=["@github/g0x"], addresses=[["@kaggle/k0x"]], roles=[[2]])
    back = raw([None], "kaggle", page=["@kaggle/k0x"], addresses=[["@github/g0x"]], roles=[[2]])
    assert score_batches(linked, back, MODEL).select("zone", "reciprocal").rows() == [(2, 24.0)]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (raw(["a"]).drop("handle"), "without the column 'handle'"),
        (raw(["a"]).with_columns(live=pl.lit("yes")), "'live' of a batch of accounts is String, not Boolean"),
        (raw(["a"], addresses=[["@x/y"]]), "1 addresses and 0 roles"),
    ],
)
def test_a_batch_that_does_not_fit_says_why(table: pl.DataFrame, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        score_batches(table, raw([]), MODEL)


def test_a_bad_surrogate_is_no_letter() -> None:
    one = Facts(AccountKey("github", "1"), "a\ud800b", "", name="Ada \ud800 Lovelace", works=("\ud800",))
    assert batch([one]).names.lengths.tolist() == [2]


# --- large and hostile: counted, not timed --------------------------------------------------------------------------


def compared(table: pl.DataFrame) -> tuple[int, dict[str, int]]:
    """How many pairs were compared, and what was set aside."""
    found = score_rows(columns_of(tidy(table)), MODEL)
    assert not (found.zone == 2).any()
    return len(found), dict(found.counters)


def both(size: int, names: Sequence[str | None], handles: Sequence[str] | None = None, **more: Any) -> pl.DataFrame:
    """`size` accounts, half at each of two sources, that say these things in turn."""
    half = size // 2
    tables = []
    for source in ("github", "kaggle"):
        told = (
            [handles[at % len(handles)] for at in range(half)] if handles else [f"{source}{at}q" for at in range(half)]
        )
        tables.append(raw([names[at % len(names)] for at in range(half)], source, handles=told, **more))
    return pl.concat(tables)


def test_a_million_called_admin_are_never_compared() -> None:
    assert compared(both(1_000_000, ["admin", "Admin", None], ["admin", "Admin", "admin1"]))[0] == 0


ZALGO = "Z̸̡̢̛̗̘̙̜̹̝̞̟̠̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄̅̆̇̈̉a̸lgo Text"
CROWDS_OF_ONE = [
    (["Maarten Oosterhuis"], "name"),
    (["Mааrten Oosterhuis", "Maarten Οοsterhuis"], "name"),  # Cyrillic and Greek letters among them
    ([ZALGO], "name"),
    (["王伟", "Wei Wang", "Wang Wei"], "name in any order"),
]


@pytest.mark.parametrize(("names", "key"), CROWDS_OF_ONE)
def test_comparisons_of_a_crowd_of_one_name_do_not_grow_with_it(names: list[str], key: str) -> None:
    small, large = (compared(both(size, names)) for size in (2_000, 40_000))
    assert small[0] == large[0] == 0, "one block over the limit, and no narrower key"
    assert large[1][f"block_too_large/{key}"] >= 1


def test_comparisons_grow_with_the_accounts_and_not_with_their_square() -> None:
    """Blocks just under the limit are the worst there are: each account meets at most `cap` others per key."""
    cap = Settings().block
    counts = {}
    for size in (6_000, 60_000):
        names = [
            f"Maarten {chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)}huis"
            for at in range(size // cap)
        ]
        counts[size], _ = compared(both(size, names))
        assert 0 < counts[size] <= size * cap
    assert counts[60_000] <= 10.5 * counts[6_000]


def test_a_link_farm_costs_its_links() -> None:
    """One account that names 10,000, 10,000 that name it, and 10,000 that name one page: all counted, none compared."""
    size = 10_000
    victims = raw([None] * size, "kaggle", page=[f"@kaggle/k{at}x" for at in range(size)])
    victims = victims.with_columns(
        addresses=pl.Series([["@github/g0x", "team.example/page"]] * size), roles=pl.Series([[2, 2]] * size)
    )
    farm = raw([None], page=["@github/g0x"], addresses=[victims["page"].to_list()], roles=[[2] * size])
    found = score_rows(columns_of(tidy(pl.concat([farm, victims], how="diagonal_relaxed"))), MODEL)
    assert len(found) <= 2 * size
    assert not (found.zone == 2).any()
    assert found.counters["generic_page"] == 1


def test_limits_hold_for_every_kind_of_key() -> None:
    rows = batch([])
    assert [kind for kind, *_ in keyed(rows, NONE)]
    assert all(limit(kind, 60) <= 60 for kind, *_ in keyed(rows, NONE))


def test_two_forums_of_one_source_are_two_homes_with_or_without_the_facts() -> None:
    names = ["Maarten Oosterhuis"] * 2
    pages = ["@discourse/one/d0x", "@discourse/two/d1x"]
    said = {"page": pages, "addresses": [[pages[1]], [pages[0]]], "roles": [[2], [2]]}
    apart = raw(names, "discourse", home=["discourse/one", "discourse/two"], **said)
    found = score_batches(apart, apart.head(0), MODEL)
    assert found.select("zone", "two_of_a_source").rows() == [(2, 0.0)]
    together = score_batches(apart.drop("home"), apart.head(0), MODEL)
    assert together["two_of_a_source"].to_list() == [-6.0]
