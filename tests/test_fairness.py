"""Fairness: published reference values of the measures, slates, the bias audit, what is cut before scoring."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine import Scorer
from scoring.fairness import (
    SWAPS,
    balanced,
    bias_audit,
    blind,
    differences,
    exact_test,
    infeasible,
    ndkl,
    rank_correlation,
    skew,
)
from scoring.fairness.measures import explained, least, most
from scoring.fairness.proxies import Facts, proxies
from scoring.places import country_of, shipped_gazetteer
from scoring.roles import Role, find_role
from storage.errors import ConfigError
from storage.records import Lead, Receipt
from tests.cases.scoring_people import NOW, account, lead, work

SCORER = Scorer(find_role("mle"), NOW)
SHARES = {"A": 0.6, "B": 0.4}


def _receipt(name: str, total: float, section: str = "ranked") -> Receipt:
    return Receipt(
        lead=name, role="mle", role_version=1, digest="", scored_at=NOW, total=total, low=total, high=total,
        coverage=1, parts=(), section=section,
    )  # fmt: skip


def _list(scores: Mapping[str, Sequence[float]]) -> tuple[list[Receipt], dict[str, str]]:
    rows = [(f"{group}{at}", group, score) for group, held in scores.items() for at, score in enumerate(held)]
    return [_receipt(name, score) for name, _, score in rows], {name: group for name, group, _ in rows}


CANDIDATES = {"A": [0.95, 0.94, 0.90, 0.80, 0.60], "B": [0.75, 0.70, 0.50], "C": [0.40, 0.30]}


# Values computed independently of this code.
def test_reference_values_of_a_list() -> None:
    assert infeasible("AAABABBA", SHARES) == 2
    assert ndkl("AAABABBA", SHARES) == pytest.approx(0.290823, abs=1e-6)
    assert skew("AAABABBA", SHARES, "A", 4) == pytest.approx(0.223144, abs=1e-6)
    assert skew("AAABABBA", SHARES, "B", 4) == pytest.approx(-0.470004, abs=1e-6)
    assert skew("AAAA", SHARES, "B", 4) is None


@pytest.mark.parametrize(
    ("how", "order", "distance"), [("greedy", "ABABCAABAC", 0.244430), ("cons", "ABACABABAC", 0.221399)]
)
def test_reference_values_of_slates(how: str, order: str, distance: float) -> None:
    receipts, strata = _list(CANDIDATES)
    found = balanced(receipts, strata, {"A": 0.5, "B": 0.3, "C": 0.2}, 10, "cons" if how == "cons" else "greedy")
    assert "".join(strata[name] for name in found.by_score) == "AAAABBABCC"
    assert "".join(strata[name] for name in found.balanced) == order
    assert found.infeasible == (5, 0)
    assert found.ndkl[0] == pytest.approx(0.468726, abs=1e-6)
    assert found.ndkl[1] == pytest.approx(distance, abs=1e-6)
    assert {move.lead for move in found.moves} == {
        name for name, other in zip(found.balanced, found.by_score, strict=True) if name != other
    }


def test_reference_value_of_the_impact_ratio() -> None:
    scores = {"A": [1.0] * 30 + [0.1] * 70, "B": [0.9] * 12 + [0.05] * 48}
    receipts, groups = _list(scores)
    audit = bias_audit(receipts, {"group": groups}, 42, role="mle")
    rows = {row.group: row for row in audit.rows}
    assert (rows["A"].selected, rows["B"].selected) == (30, 12)
    assert rows["B"].impact_ratio == pytest.approx(0.6667, abs=1e-4)
    assert rows["B"].verdict == "flagged"
    assert rows["A"].verdict == "ok"
    assert rows["B"].p_value == pytest.approx(exact_test(12, 60, 30, 100))
    assert rows["A"].p_value is None


def test_groups_too_small_are_said_to_be() -> None:
    receipts, groups = _list({"A": [0.9] * 40, "B": [0.1] * 29})
    audit = bias_audit(receipts, {"group": groups}, 10, role="mle")
    small = next(row for row in audit.rows if row.group == "B")
    assert (small.verdict, small.impact_ratio, small.p_value) == ("too few", None, None)
    assert (small.people, small.selected, small.rate) == (29, 0, 0)


def test_intersections_unknown_leads_and_sections() -> None:
    receipts, groups = _list({"A": [0.9] * 4, "B": [0.5] * 4})
    low = [_receipt("X", 0.99, "too_little_evidence")]
    other = {name: "y" for name in groups if name != "A0"}
    audit = bias_audit([*receipts, *low], {"one": {**groups, "X": "A", "Z": "A"}, "two": other}, 4, role="mle")
    assert (audit.ranked, audit.declared, audit.unknown) == (9, 9, 1)
    assert {row.category for row in audit.rows} == {"one", "two", "one × two"}
    first = next(row for row in audit.rows if row.category == "one" and row.group == "A")
    assert (first.people, first.selected) == (5, 4)  # X stands below the list, whatever its total
    both = next(row for row in audit.rows if row.group == "A × y")
    assert both.people == 3


@pytest.mark.parametrize(
    ("table", "p"),
    [((3, 4, 1, 4), 0.485714), ((1, 10, 9, 10), 0.001090), ((5, 10, 5, 10), 1.0), ((0, 5, 0, 5), 1.0)],
)
def test_exact_test(table: tuple[int, int, int, int], p: float) -> None:
    assert exact_test(*table) == pytest.approx(p, abs=1e-5)


def test_rank_correlation_with_ties_and_without_variance() -> None:
    assert rank_correlation([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert rank_correlation([1, 2, 2, 4], [1, 3, 3, 4]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]) == pytest.approx(0.8)
    assert rank_correlation([1, 2, 3], [7, 7, 7]) is None
    assert rank_correlation([1, 2], [1, 2]) is None
    assert explained([1, 2, 3, 4], ["a", "a", "b", "b"]) == pytest.approx(0.8)
    assert explained([1, 2, 3, 4], ["a", "a", "a", "a"]) is None


def test_proxies_count_whom_they_know() -> None:
    known = [
        Facts(age, None, 1.0, None, country, None) for age, country in ((1, "DE"), (2, "DE"), (3, "FR"), (4, None))
    ]
    rows = {row.fact: row for row in proxies([0.1, 0.2, 0.3, 0.4], known)}
    assert (rows["account_age"].people, rows["account_age"].strong) == (4, True)
    assert rows["account_age"].correlation == pytest.approx(1)
    assert (rows["followers"].people, rows["followers"].correlation) == (0, None)
    assert (rows["sources"].correlation, rows["sources"].strong) == (None, False)
    assert rows["country"].people == 3
    assert country_of((account(location="nowhere"), account("kaggle", location="Lima, Peru"))) == "PE"


@given(
    st.dictionaries(
        st.sampled_from("ABCD"), st.lists(st.floats(0, 1), min_size=1, max_size=12), min_size=1, max_size=4
    ),
    st.integers(1, 30),
    st.sampled_from(["greedy", "cons"]),
)
def test_slates_lose_nobody_and_keep_the_order_within_a_stratum(
    scores: dict[str, list[float]], k: int, how: str
) -> None:
    receipts, strata = _list(scores)
    found = balanced(receipts, strata, None, k, "cons" if how == "cons" else "greedy")
    assert len(found.balanced) == min(k, len(receipts)) == len(set(found.balanced))
    assert found.infeasible[1] == 0 or len(found.shares) > 2
    place = {receipt.lead: (-receipt.total, receipt.lead) for receipt in receipts}
    for group in found.shares:
        inside = [name for name in found.balanced if strata[name] == group]
        assert inside == sorted(inside, key=place.__getitem__)
    assert found == balanced(receipts[::-1], strata, None, k, "cons" if how == "cons" else "greedy")


@given(st.floats(0.01, 1), st.integers(1, 200))
def test_bounds_of_a_share(share: float, k: int) -> None:
    assert least(share, k) <= share * k + 1e-9
    assert most(share, k) >= share * k - 1e-9
    assert most(share, k) - least(share, k) <= 1
    assert least(0.6, 5) == most(0.6, 5) == 3


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"A": 0.5, "B": 0.5}, "no share for 'C'"),
        ({"A": 0.5, "B": 0.5, "C": 0.0}, "share of 'C' is 0"),
        ({"A": 0.5, "B": 0.5, "C": 0.5}, "shares sum to 1.5"),
        ({"A": math.nan, "B": 0.5, "C": 0.5}, "share of 'A'"),
    ],
)
def test_impossible_shares_are_refused(shares: dict[str, float], message: str) -> None:
    receipts, strata = _list(CANDIDATES)
    with pytest.raises(ConfigError, match=message):
        balanced(receipts, strata, shares)


def test_who_has_no_stratum_is_unknown() -> None:
    receipts, strata = _list(CANDIDATES)
    del strata["A0"]
    assert set(balanced(receipts, strata).shares) == {"A", "B", "C", "unknown"}


_BIOS = (
    "ML engineer, {name}. She is a mother of two.",
    "I'm {first}, data scientist and brother",
    "{name}",
    "chairman of a meetup, machine learning engineer (he/him)",
    "deep learning researcher, wife, guy who trains models in production",
    "",
)
_PLACES = ("Berlin", "Seattle, WA", "Tokyo, Japan", "Cambridge", "nowhere", "UTC+2", "Nairobi", None)


@st.composite
def _people(draw: st.DrawFn, names: Sequence[str]) -> Lead:
    name = draw(st.sampled_from(names))
    bio = draw(st.sampled_from(_BIOS)).format(name=name, first=name.split()[0])
    accounts = (
        account(name=name, bio=bio, location=draw(st.sampled_from(_PLACES)), figures={"followers": 3}),
        account(
            "kaggle", "2", handle="x2", location=draw(st.sampled_from(_PLACES)), headline=draw(st.sampled_from(_BIOS))
        ),
    )
    pieces = (
        work("a", packages=("torch", "fastapi"), title=f"{name}'s notes", text="he serves models to women and men"),
        work("b", files=("Dockerfile",), text=f"by {name}, a salesman"),
    )
    return lead(*pieces[: draw(st.integers(0, 2))], accounts=accounts)


@pytest.mark.parametrize("swap", SWAPS)
@given(one=_people(("Ada Invented", "Kofi Example", "Zoë")))
@settings(max_examples=30, deadline=None)
def test_swaps_leave_every_score_the_same_to_the_last_bit(swap: str, one: Lead) -> None:
    assert differences(swap, SCORER.score(one), SCORER.score(SWAPS[swap](one))) == []


# Names that are words of the trade themselves: cut before anything is read, they give nothing and cost nothing.
@pytest.mark.parametrize("swap", SWAPS)
@given(one=_people(("Julia Ray", "Python Keras", "Rust Docker", "Senior Lead", "Jax Chen", "Amber Engineer")))
@settings(max_examples=30, deadline=None)
def test_nothing_of_a_name_is_left_to_score(swap: str, one: Lead) -> None:
    assert differences(swap, SCORER.score(one), SCORER.score(SWAPS[swap](one))) == []


def test_swaps_change_something_and_the_comparison_sees_it() -> None:
    one = lead(
        work("a", packages=("torch",), text="a model of men"),
        accounts=(account(bio="She/her, mother, ML engineer", location="Berlin"),),
    )
    for name, swap in SWAPS.items():
        assert swap(one) != one, name
    assert differences("none", SCORER.score(one), SCORER.score(one)) == []
    richer = one.model_copy(update={"evidence": (*one.evidence, work("b", packages=("fastapi",)))})
    assert "total" in {found.what for found in differences("work", SCORER.score(one), SCORER.score(richer))}


def test_a_place_is_swapped_for_one_on_the_same_clock() -> None:
    read = shipped_gazetteer().parse
    for text in ("Berlin", "Seattle, WA", "Nairobi, Kenya"):
        moved = SWAPS["place on the same clock"](lead(accounts=(account(location=text),))).accounts[0].location
        before, after = read(text), read(moved or "")
        assert moved != text
        assert before is not None
        assert after is not None
        assert before.country != after.country


def test_a_role_that_asks_for_a_country_does_not_pass_the_swap_of_places() -> None:
    role = find_role("mle").model_copy(update={"location": {"countries": ["DE"]}})
    scorer = Scorer(Role.model_validate(role.model_dump(warnings=False)), NOW)
    one = lead(work("a", packages=("torch",)), accounts=(account(location="Berlin"),))
    swapped = SWAPS["place on the same clock"](one)
    assert differences("place", scorer.score(one), scorer.score(swapped))


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("she runs her models", "they runs their models"),
        ("He/him. ML", " . ML"),
        ("chairman and chairwoman", "chairperson and chairperson"),
        ("her_model.py and man-in-the-middle", "her_model.py and man-in-the-middle"),
        ("latency of 5 ms, a cache miss", "latency of 5 ms, a cache miss"),
        ("I'm Ray Chen and use Ray", "  and use Ray"),
        ("Ray on Kubernetes", "Ray on Kubernetes"),
        ("Notes of Ray Chen", "Notes of  "),
    ],
)
def test_what_is_cut(text: str, cut: str) -> None:
    bio = blind(lead(accounts=(account(name="Ray Chen", bio=text),))).accounts[0].bio
    assert bio is not None
    assert bio.split() == cut.split()


def test_blind_keeps_keys_and_times() -> None:
    one = lead(work("a", text="he"), accounts=(account(bio="she"),))
    seen = blind(one)
    assert (seen.id, seen.accounts[0].key, seen.evidence[0].id) == (one.id, one.accounts[0].key, one.evidence[0].id)
    assert seen.accounts[0].name is None
    assert blind(seen) == seen
    assert seen.last_changed - one.last_changed == timedelta()
