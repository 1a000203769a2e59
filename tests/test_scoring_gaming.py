"""What lifts nobody, or less than it seems: bursts of stars, ranks of discussions, words alone; receipts say why."""

from typing import Any

import pytest

from scoring.engine import Scorer
from scoring.features.bursts import is_burst
from scoring.roles import find_role
from storage.records import Evidence, Part
from tests.cases.scoring_people import NOW, account, lead, work

A_DAY = 1 / 30.4375  # in months


def repository(*, days: float = 10, **figures: float) -> Evidence:
    made = work("7", months=0, started=days * A_DAY, tags=("pytorch",), packages=("torch",))
    return made.model_copy(update={"figures": figures})


def part(name: str, *evidence: Evidence, **said: Any) -> Part:
    receipt = Scorer(find_role("mle"), NOW).score(lead(*evidence, accounts=(account(**said),)))
    return next(one for one in receipt.parts if one.component == name)


@pytest.mark.parametrize(
    ("days", "figures", "burst"),
    [
        (10, {"stars": 5_000, "forks": 3}, True),
        (10, {"stars": 5_000, "stars_week": 4_990, "contributors": 1, "issues": 0}, True),
        (40, {"stars": 5_000, "stars_week": 4_990, "forks": 0}, True),
        (40, {"stars": 5_000, "forks": 0}, False),  # when they came is not known
        (40, {"stars": 5_000, "stars_week": 100, "forks": 0}, False),
        (10, {"stars": 5_000, "forks": 400}, False),  # people use it
        (10, {"stars": 5_000, "forks": 3, "issues": 40}, False),
        (10, {"stars": 5_000, "contributors": 12}, False),
        (10, {"stars": 5_000}, False),  # nothing else is known
        (10, {"stars": 40, "forks": 0}, False),
        (400, {"stars": 5_000, "stars_week": 4_990, "forks": 0}, False),
    ],
)
def test_stars_that_came_at_once(days: float, figures: dict[str, float], burst: bool) -> None:
    assert is_burst(repository(days=days, **figures)) is burst


def test_a_burst_lifts_to_the_middle_and_the_receipt_says_so() -> None:
    burst = part("impact", repository(stars=50_000, forks=3))
    assert burst.value is not None
    assert burst.value <= 0.5
    assert "at once" in burst.reason
    assert "50 %" in burst.reason


def test_a_burst_takes_nothing_from_what_was_there() -> None:
    honest = work("8", months=1, started=40, packages=("torch",)).model_copy(
        update={"figures": {"stars": 9_000.0, "forks": 800.0}}
    )
    alone, beside = part("impact", honest), part("impact", honest, repository(stars=50_000, forks=3))
    assert alone.value is not None
    assert alone.value > 0.5
    assert beside.value == alone.value


@pytest.mark.parametrize(
    ("figures", "counts"),
    [
        ({"tier": 4.0, "discussion_points": 900.0}, False),
        ({"tier": 4.0, "discussion_gold": 50.0, "competition_points": 0.0}, False),
        ({"tier": 4.0, "discussion_points": 900.0, "competition_gold": 2.0}, True),
        ({"tier": 4.0}, True),
    ],
)
def test_a_rank_of_discussions_is_no_rank_of_work(figures: dict[str, float], counts: bool) -> None:
    assert ("kaggle tier" in part("impact", source="kaggle", figures=figures).reason) is counts


def test_receipts_say_what_is_only_claimed() -> None:
    bio = "pytorch " * 300 + "NLP CV RL MLOps LLM GAN GNN Kubernetes TensorFlow JAX Spark"
    assert "claimed only" in part("must_have", bio=bio).reason
    assert "claimed only" not in part("must_have", work(packages=("torch",), tags=("pytorch",))).reason
