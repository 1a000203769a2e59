"""The arithmetic under identity: blocks, weights, groups, names; and that the page of identity names everything."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.identity.engine.blocks import Keys, Skipped, block_pairs, candidates, combined, keys
from sourcing.identity.engine.columns import column, distinct, hashed, ranges
from sourcing.identity.engine.fit import fit, posterior, shares
from sourcing.identity.engine.linkage import Rules, linkage
from sourcing.identity.evidence import KINDS
from sourcing.identity.names import align, names, two_names
from sourcing.identity.settings import Settings, Weights
from sourcing.identity.stop import is_hub
from sourcing.identity.words import handle_form, name_words

PAGE = Path(__file__).parent.parent / "docs" / "identity.md"


@given(values=st.lists(st.integers(-1, 4), max_size=25), cap=st.integers(2, 6))
def test_blocks_hold_all_pairs_of_a_key_up_to_the_limit(values: list[int], cap: int) -> None:
    skipped = Skipped()
    left, right = block_pairs(keys("x", np.array(values, dtype=np.int64), cap), skipped)
    rows = {value: [at for at, other in enumerate(values) if other == value] for value in set(values) - {-1}}
    expected = {pair for some in rows.values() if len(some) <= cap for pair in combinations(some, 2)}
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == expected
    assert sum(skipped.rows.values()) == sum(len(some) for some in rows.values() if len(some) > cap)


def test_a_pair_that_shares_two_keys_is_one_pair() -> None:
    one, two = (Keys(name, np.array([0, 1, 2]), np.array([5, 5, 6])) for name in ("a", "b"))
    left, right = candidates([one, two], 3)
    assert (left.tolist(), right.tolist()) == ([0], [1])
    assert [part.tolist() for part in candidates([one], 3, worth=lambda a, b: a > b)] == [[], []]


@given(st.lists(st.integers(-50, 50), max_size=30))
def test_small_helpers(values: list[int]) -> None:
    numbers = np.array(values, dtype=np.int64)
    assert distinct(numbers).tolist() == sorted(set(values))
    counts = np.abs(numbers) % 4
    expected = [start + step for start, count in zip(values, counts.tolist(), strict=True) for step in range(count)]
    assert ranges(numbers, counts).tolist() == expected


def test_keys_are_the_same_everywhere_and_missing_parts_make_none() -> None:
    assert hashed("name ada") == hashed("name ada") != hashed("name adb")
    both = combined(
        column(["a", "a", None, "b"]).codes.astype(np.int64), column(["x", "x", "x", None]).codes.astype(np.int64)
    )
    assert both[0] == both[1] >= 0
    assert both[2:].tolist() == [-1, -1]


def test_weights_are_found_without_labels() -> None:
    chance = np.random.default_rng(1)
    same = chance.random(20_000) < 0.2
    levels = np.column_stack([(chance.random(20_000) < np.where(same, 0.9, low)) for low in (0.1, 0.05, 0.2)]).astype(
        np.int8
    )
    unrelated = (chance.random((20_000, 3)) < (0.1, 0.05, 0.2)).astype(np.int8)
    found = fit(levels, shares(unrelated, (2, 2, 2)), pairs=1e8)
    assert found.matches == pytest.approx(same.sum(), rel=0.05)
    assert [one[1] for one in found.m] == pytest.approx([0.9] * 3, abs=0.02)
    assert found.prior == pytest.approx(same.sum() / 1e8, rel=0.05)
    sure = posterior(found.bits(levels) + np.log2(0.2 / 0.8)) > 0.99
    assert same[sure].mean() > 0.99


def test_one_strong_pair_does_not_glue_two_groups() -> None:
    left, right = np.array([0, 0, 1, 3, 3, 4, 2, 0, 1, 2]), np.array([1, 2, 2, 4, 5, 5, 3, 3, 3, 4])
    bits = np.array([9.0, 9, 9, 9, 9, 9, 12, -14, -14, -14])
    assert len(set(linkage(6, left, right, bits, Rules(5.0, -99.0)).tolist())) == 1
    groups = linkage(6, left, right, bits, Rules(5.0, 0.0)).tolist()
    assert len({*groups[:2]}) == 1
    assert groups[0] != groups[5]
    assert max(np.bincount(linkage(6, left, right, bits, Rules(5.0, -99.0, most=3)))) <= 3
    apart = linkage(6, left, right, bits, Rules(5.0, -99.0, objection=lambda *_: True))
    assert len(set(apart.tolist())) == 6


NAME_PAIRS = [
    ("Maarten Oosterhuis", "Oosterhuis, Maarten", 0.99, 1.0),
    ("李伟明", "Weiming Li", 0.99, 1.0),
    ("Владимир Петров", "Vladimir Petrov", 0.99, 1.0),
    ("AhmetCanSolak", "Ahmet Can Solak", 0.99, 1.0),
    ("Dr. Renée O'Brien", "Renee OBrien", 0.99, 1.0),
    ("Bob Sandoval", "Robert Sandoval", 0.9, 0.97),
    ("R. Sandoval", "Robert Sandoval", 0.85, 0.95),
    ("Robert J. Sandoval", "Robert Sandoval", 0.9, 0.97),
    ("Arne Lindqvist", "Nils Lindqvist", 0.0, 0.62),
    ("Robert Jones", "Robert Smith", 0.0, 0.62),
    ("Wei Chen", "Wei Cheng", 0.62, 0.84),
    ("Jan Meyer", "Jan Meier", 0.62, 0.84),
    ("Yuri Petrov", "Yury Petrov", 0.9, 0.97),
    ("Igor Petrov", "Ihor Petrov", 0.9, 0.97),
    ("Jan Schlüter", "Jan Schlueter", 0.95, 1.0),
    ("Mark W. Oosterhuis", "Mark Wendell", 0.62, 0.84),
    ("Brett M. Oosterhuis", "Matthew Brett", 0.62, 0.84),
    ("Arne J. Lindqvist", "Lindqvist Jansson", 0.62, 0.84),
    ("Ravi Kumar Sandoval", "Ravin Kumar", 0.62, 0.84),
    ("Bob Sandoval Prieto", "Robert Sandoval", 0.9, 0.97),
    ("Bob Sandoval", "Robert A. Sandoval", 0.85, 0.97),
    ("Robert H Sandoval", "Robert Hector Sandoval", 0.9, 0.97),
    ("Sandoval R", "Robert Sandoval", 0.85, 0.95),
    ("Inge Dahlgren", "Inge Dahlgren Holm", 0.9, 0.97),
    ("admin", "admin", -1.0, -1.0),
    ("A", "A", -1.0, -1.0),
]


@pytest.mark.parametrize(("one", "other", "low", "high"), NAME_PAIRS)
def test_names_align(one: str, other: str, low: float, high: float) -> None:
    found = names([one, other])
    for a, b in ((0, 1), (1, 0)):
        score = align(found, np.array([a]), np.array([b]), np.ones(len(found.vocabulary), dtype=np.float32)).score[0]
        assert low <= score <= high + 1e-6


def test_two_names() -> None:
    assert two_names("Arne Lindqvist", "Perpetua Nkemelu")
    assert not any(two_names("Arne Lindqvist", other) for other in (None, "", "Arne", "A. Lindqvist", "田中 太郎"))


@given(st.text(max_size=60))
def test_words_and_handles_take_any_text(text: str) -> None:
    assert all(word.isascii() and word.isalpha() for word in name_words(text))
    assert len(name_words(text)) <= 5
    assert handle_form(text).isascii()


@pytest.mark.parametrize(
    ("handle", "form"),
    [
        ("Ada-L_7", "adal7"),
        ("@ada@social.example", "ada"),
        ("forum.example/ada", "ada"),
        ("ada.bsky.social", "ada"),
        ("admin", ""),
        ("user123", ""),
        ("student01", ""),
        ("12345", ""),
        ("x", ""),
        ("first.last", "firstlast"),
    ],
)
def test_handles(handle: str, form: str) -> None:
    assert handle_form(handle) == form


@pytest.mark.parametrize(
    ("address", "hub"),
    [
        ("linktr.ee/ada", True),
        ("cs.stanford.edu/~ada", True),
        ("github.com", True),
        ("github.com/ada/page", False),
        ("ada.example.net", False),
        ("medium.com/@ada", False),
        ("medium.com", True),
        ("localhost", True),
    ],
)
def test_hubs(address: str, hub: bool) -> None:
    assert is_hub(address) is hub


def test_the_page_names_every_kind_of_evidence_and_its_weight() -> None:
    page = PAGE.read_text("utf-8")
    assert {kind.name for kind in KINDS if f"`{kind.name}`" not in page} <= {"place", "employer"}
    assert all(kind.sentence.endswith(".") for kind in KINDS)
    weights = Weights()
    for kind in KINDS:
        row = next((line for line in page.splitlines() if f"`{kind.name}`" in line and line.startswith("|")), "")
        shown = f"{abs(getattr(weights, kind.name, 3)):g}"
        assert not row or shown in row
    assert Settings().merge == 0.999
