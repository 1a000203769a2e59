"""Search over work: one spelling for what people write differently, people ranked by the votes of their items."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.search import Answer, Item, Tags, Texts, Vote, terms, voted
from scoring.search.tags import BACK_OFF, worth
from tests.cases.scoring_people import NOW, ago


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ASP.NET", "asp dotnet"),
        ("C# services", "csharp service"),
        ("C++", "cpp"),
        ("k8s clusters", "Kubernetes cluster"),
        ("Node.js", "nodejs"),
        ("ML engineers", "machine-learning engineer"),
        ("NLP", "natural language processing"),
        ("the use of libraries", "library"),
        ("Café", "cafe"),
    ],
)
def test_one_thing_has_one_spelling(left: str, right: str) -> None:
    assert terms(left) == terms(right)


@pytest.mark.parametrize(("left", "right"), [("C++", "C"), ("C#", "C"), ("Java", "JavaScript"), ("tests", "testing")])
def test_different_things_stay_apart(left: str, right: str) -> None:
    assert not set(terms(left)) & set(terms(right))


def test_neighbours_are_terms_and_what_says_nothing_is_none() -> None:
    assert terms("support of a vector machine") == ["support", "vector", "machine", "support vector", "vector machine"]
    assert terms("") == terms("the of and") == []
    assert "bus" in terms("bus")
    assert "class" in terms("class")


def test_many_good_items_beat_one_but_the_tenth_says_less_than_the_second() -> None:
    one, two, ten = (voted([Vote("p", 1.0)] * count)["p"] for count in (1, 2, 10))
    assert one == 1
    assert 1 < two < 2
    assert two < ten < 10 * one
    assert voted([Vote("p", 0.0), Vote("q", 1.0)]) == {"q": 1.0}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 100)), max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_votes_changes_nothing(votes: list[tuple[str, float]], chance: random.Random) -> None:
    cast = [Vote(*vote) for vote in votes]
    shuffled = list(cast)
    chance.shuffle(shuffled)
    assert voted(cast) == voted(shuffled)


_WORK = {
    "d1": (("ada",), "Support vector machines for text"),
    "d2": (("ada", "bo"), "Kernels and support vector machines"),
    "d3": (("bo",), "A machine for the support of vines"),
    "d4": (("cy",), "Planning with constraints"),
}


def _texts() -> Texts:
    return Texts(Item(name, people, terms(text)) for name, (people, text) in _WORK.items())


def test_people_are_found_by_what_their_work_says() -> None:
    found = _texts().people(terms("support vector machine"))
    assert sorted(found, key=lambda person: -found[person]) == ["ada", "bo"]
    assert _texts().people(terms("constraint planning")).keys() == {"cy"}
    assert _texts().people(terms("gardening")) == _texts().people([]) == {}


def test_words_next_to_each_other_say_more_than_words_apart() -> None:
    scores = dict(zip(_WORK, _texts().scores(terms("support vector machine")), strict=True))
    assert scores["d2"] > scores["d3"] > scores["d4"] == 0


def test_an_item_left_out_has_no_vote() -> None:
    without = _texts().people(terms("support vector machine"), without={"d1", "d2"})
    assert without.keys() == {"bo"}


def test_an_empty_index_finds_nobody() -> None:
    assert len(Texts([])) == 0
    assert Texts([]).people(terms("anything")) == {}


def test_tags_back_off_to_near_tags_and_to_all_answers() -> None:
    held = [
        Answer("own", ("calculus",), 9, NOW),
        Answer("near", ("limits",), 9, NOW),
        Answer("far", ("geometry",), 9, NOW),
        *(Answer("other", ("calculus", "limits"), 0, NOW) for _ in range(3)),
    ]
    found = Tags(held).people("calculus", now=NOW, half_life=12)
    assert found["own"] > found["near"] > found["far"] > found["other"] == 0
    assert found["far"] == pytest.approx(BACK_OFF * worth(held[2], NOW, 12))
    assert Tags(held).people("unheard-of", now=NOW, half_life=12)["own"] == found["far"]


def test_answers_fade_and_never_count_below_nothing() -> None:
    fresh, old = Answer("p", ("a",), 9, NOW), Answer("p", ("a",), 9, ago(12))
    assert worth(old, NOW, 12) == pytest.approx(worth(fresh, NOW, 12) / 2)
    assert worth(Answer("p", ("a",), -5, NOW), NOW, 12) == 0
    assert worth(Answer("p", ("a",), 9, NOW + timedelta(days=9)), NOW, 12) == worth(fresh, NOW, 12)
    assert worth(Answer("p", ("a",), 9), NOW, 12) == worth(fresh, NOW, 12) / 2
