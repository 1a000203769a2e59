"""Other weights: what the difference says is what scoring with them would say; nothing is written."""

import itertools
import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.columns import from_receipts
from scoring.engine import Scorer, rank
from scoring.roles import Role, find_role
from scoring.what_if import TOP, auc, compare, limited, tau_b, versus
from scoring.what_if.agreement import inversions
from sourcing.weights import with_weights
from storage.errors import ConfigError
from storage.records import Lead
from tests.cases.scoring_people import NOW, account, lead, work

MLE = find_role("mle")
_SKILLS = ("torch", "pandas", "mlflow", "fastapi", "shap", "transformers", "xgboost", "bentoml", "evidently")
_TEXTS = (
    None,
    "It is used by 3,000 users in production since the spring",
    "The limitations and the intended use of the model are stated here",
)
_PLACES = ("Berlin", "Lagos", "Tokyo", None)


def people(count: int, seed: int = 1) -> list[Lead]:
    """Invented leads of all kinds; some ask recruiters to stay away, some show next to nothing."""
    chance = random.Random(seed)
    return [_person(number, chance) for number in range(1, count + 1)]


def _person(number: int, chance: random.Random) -> Lead:
    own = str(number)
    place, flags = chance.choice(_PLACES), ("no_recruiters",) if number % 17 == 0 else ()
    figures = {"followers": float(chance.randrange(900)), "commits_year": float(chance.randrange(500))}
    pieces = [
        work(
            f"w{at}",
            of=own,
            months=chance.randrange(1, 50),
            packages=tuple(chance.sample(_SKILLS, chance.randrange(3))),
            files=("Dockerfile",) if chance.random() < 0.3 else (),
            figures={"stars": float(chance.randrange(200))},
            text=chance.choice(_TEXTS),
        )
        for at in range(chance.randrange(0, 9))
    ]
    headline = chance.choice(("ML engineer", "machine learning engineer", "gardener", None))
    who = account(
        source_id=own,
        headline=headline,
        handle=f"dev{own}",
        location=place,
        figures=figures if pieces else {},
        flags=flags,
    )
    return lead(*pieces, accounts=(who,), lead_id=f"L{number:06d}")


LEADS = people(80)
MATRIX = from_receipts(MLE, (Scorer(MLE, NOW).score(one) for one in LEADS))


def listed(role: Role) -> list[str]:
    return [one.lead for one in rank(role, LEADS, NOW) if one.section == "ranked"]


CHANGES = [
    {"impact": 0.4},
    {"impact": 0.3, "activity": 0.0},
    {"must_have": 0.0, "operations": 0.5},
    {"language": 0.0, "location": 0.5},
    {},
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_the_new_list_is_the_one_scoring_gives(changes: dict[str, float]) -> None:
    changed = with_weights(MLE, changes)
    found = compare(MATRIX, MLE.normal_weights, changed.normal_weights, top=10)
    before, after = listed(MLE), listed(changed)
    assert [move.lead for move in found.after] == after[:10]
    assert [move.rank_after for move in found.after] == list(range(1, 11))
    assert [move.lead for move in found.enters] == [one for one in after[:10] if one not in before[:10]]
    assert [move.lead for move in found.leaves] == [one for one in before[:10] if one not in after[:10]]
    assert found.overlap == len({*before[:10]} & {*after[:10]})
    assert (found.listed_before, found.listed_after) == (len(before), len(after))
    totals = {one.lead: one.total for one in rank(changed, LEADS, NOW)}
    assert all(move.total_after == totals[move.lead] for move in found.after), "to the last bit"


def test_the_same_weights_change_nothing() -> None:
    found = compare(MATRIX, MLE.normal_weights, MLE.normal_weights)
    assert (found.enters, found.leaves, found.moves, found.weights) == ((), (), (), ())
    assert found.overlap == TOP
    assert found.tau == pytest.approx(1)


def test_effects_add_up_to_the_move_against_the_average() -> None:
    changed = with_weights(MLE, {"impact": 0.4, "activity": 0.0})
    found = compare(MATRIX, MLE.normal_weights, changed.normal_weights, top=5)
    free_of_penalties = {one.lead for one in rank(MLE, LEADS, NOW) if not one.penalties}
    gross = {one.lead: sum(p.contribution for p in one.parts) for one in rank(MLE, LEADS, NOW)}
    later = {one.lead: sum(p.contribution for p in one.parts) for one in rank(changed, LEADS, NOW)}
    average = sum(later[name] - gross[name] for name in gross) / len(gross)
    checked = 0
    for move in found.moves:
        if move.lead in free_of_penalties:
            shown = math.fsum(cause.effect for cause in move.causes)
            whole = later[move.lead] - gross[move.lead] - average
            rest = whole - shown
            assert abs(rest) <= abs(min((cause.effect for cause in move.causes), key=abs)) * 10 + 1e-9
            checked += 1
    assert checked
    assert {one.component for one in found.weights[:2]} == {"impact", "activity"}
    assert {one.component for move in found.moves for one in move.causes[:1]} <= {"impact", "activity"}


def test_a_component_nobody_was_scored_for_is_said_to_be_unknown() -> None:
    flat = with_weights(MLE, {"curiosity": 0.0})
    matrix = from_receipts(flat, (Scorer(flat, NOW).score(one) for one in LEADS))
    found = compare(matrix, flat.normal_weights, MLE.normal_weights)
    assert {one.component for one in found.weights if not one.known} == {"curiosity"}


def test_other_rules_for_the_unknown_and_for_penalties() -> None:
    cautious = Role.model_validate({**MLE.model_dump(exclude={"missing"}), "missing": "cautious"})
    off = ("stale", "buzzwords", "accuracy_only")
    plain = Role.model_validate({**cautious.model_dump(exclude={"penalties"}), "penalties": {"off": list(off)}})
    after = limited(MATRIX, cautious=True, most=0.1, off=off)
    found = compare(MATRIX, MLE.normal_weights, plain.normal_weights, after=after, top=40)
    assert [move.lead for move in found.after] == listed(plain)[:40]


def test_past_decisions_are_ranked_by_both() -> None:
    better, worse = listed(MLE)[:6], listed(MLE)[-6:]
    decided = dict.fromkeys(better, True) | dict.fromkeys(worse, False) | {"L999999": True}
    found = compare(MATRIX, MLE.normal_weights, with_weights(MLE, {"impact": 0}).normal_weights, decided=decided)
    assert (found.decided.yes, found.decided.no, found.decided.auc_before) == (6, 6, 1.0)
    assert found.decided.rank_yes_before == pytest.approx(3.5)
    none = compare(MATRIX, MLE.normal_weights, MLE.normal_weights).decided
    assert (none.auc_before, none.rank_yes_before) == (None, None)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=25))
def test_tau_is_what_counting_pairs_gives(rows: Sequence[tuple[int, int]]) -> None:
    one, other = (np.array([row[at] for row in rows], dtype=float) for at in (0, 1))
    signs = [np.sign(a[0] - b[0]) * np.sign(a[1] - b[1]) for a, b in itertools.combinations(rows, 2)]
    free = [sum(a[at] != b[at] for a, b in itertools.combinations(rows, 2)) for at in (0, 1)]
    found = tau_b(one, other)
    if 0 in free:
        assert found is None
    else:
        assert found == pytest.approx(sum(signs) / math.sqrt(free[0] * free[1]))


@given(st.lists(st.integers(0, 40), max_size=40))
def test_inversions_are_counted(ranks: list[int]) -> None:
    counted = sum(a > b for a, b in itertools.combinations(ranks, 2))
    assert inversions(np.array(ranks, dtype=np.int64)) == counted


@given(st.lists(st.integers(0, 6), max_size=9), st.lists(st.integers(0, 6), max_size=9))
def test_auc_is_what_counting_pairs_gives(chosen: list[int], refused: list[int]) -> None:
    found = auc(np.array(chosen, dtype=float), np.array(refused, dtype=float))
    wins = [(a > b) + (a == b) / 2 for a in chosen for b in refused]
    assert found == (pytest.approx(sum(wins) / len(wins)) if wins else None)


@given(st.sampled_from(LEADS), st.sampled_from(LEADS))
def test_terms_of_two_leads_are_the_difference(one: Lead, other: Lead) -> None:
    left, right = Scorer(MLE, NOW).score(one), Scorer(MLE, NOW).score(other)
    terms = versus(left, right)
    assert math.fsum(term.difference for term in terms) == pytest.approx(left.total - right.total, abs=1e-9)
    sizes = [abs(term.difference) for term in terms]
    assert sizes == sorted(sizes, reverse=True)
    assert all(sizes)
    turned = {term.term: -term.difference for term in versus(right, left)}
    assert turned == {term.term: term.difference for term in terms}


WRONG = [
    ({"impakt": 0.1}, "no component 'impakt'"),
    ({"impact": -0.1}, "the weight of 'impact' is -0.1"),
    ({"impact": math.nan}, "the weight of 'impact' is nan"),
    ({"impact": math.inf}, "the weight of 'impact' is inf"),
    (dict.fromkeys(MLE.normal_weights, 0.0), "all weights of 'mle' would be 0"),
]


@pytest.mark.parametrize(("changes", "said"), WRONG, ids=[said for _, said in WRONG])
def test_wrong_weights_are_refused_in_one_line(changes: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        with_weights(MLE, changes)
    assert "\n" not in str(raised.value)


def test_a_weight_that_could_do_nothing_is_refused() -> None:
    anywhere = Role.model_validate({**MLE.model_dump(exclude={"location"}), "location": {}})
    with pytest.raises(ConfigError, match="'location' weighs nothing in 'mle': the profile asks no time_zones"):
        with_weights(anywhere, {"location": 0.2})
    assert "location" not in with_weights(anywhere, {"location": 0.0}).normal_weights


def test_changed_weights_leave_the_profile_alone() -> None:
    before = dict(MLE.normal_weights)
    changed = with_weights(MLE, {"impact": 0.5})
    assert MLE.normal_weights == before
    assert changed.normal_weights["impact"] > before["impact"]
    assert changed.digest != MLE.digest
