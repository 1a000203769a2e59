"""Quick ways of scoring say what the long ways say, bit for bit: shared readings, near titles, names looked for."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.columns.sums import summed
from scoring.engine import Scorer, readable
from scoring.fairness.blind import _mention, plain
from scoring.fairness.words import TELLING, neutral
from scoring.features.titled import Near
from scoring.features.titles import best_window, title_words
from scoring.person import Person
from scoring.roles import find_role
from storage.records import Lead, Level
from tests.cases.scoring_people import NOW, account, lead, work
from tests.test_what_if import LEADS

ROLES = ("mle", "cv", "ds", "nlp", "ml-ops", "aipd")
SCORERS = [Scorer(find_role(name), NOW) for name in ROLES]
# Each differs from the first in one thing that work is read by.
LIVES = find_role("mle").half_life_months
OTHERS: tuple[dict[str, object], ...] = (
    {"missing": "cautious"},
    {"half_life_months": LIVES.model_copy(update={"skill": 6.0})},
    {"half_life_months": LIVES.model_copy(update={"activity": 3.0})},
    {"levels": {Level.PRACTICE: 0.5}},
    {"sources": {"github": 0.5}},
)
SCORERS += [Scorer(find_role("mle").model_copy(update=one), NOW) for one in OTHERS]
RICH = (
    lead(),
    lead(
        work("1", title="ray", text="I'm Ada Invented. Accuracy 0.9, p95 20 ms, in production", tags=("docker",)),
        work("2", kind="merged_change", text="limitations by per-group error analysis", months=30, started=60),
        work("3", figures={"stars": 900, "forks": 0, "releases": 3}, started=0.2, months=0.1),
        work("4", kind="answer", source="stackexchange", of="9", owner="x", tags=("pytorch",), figures={"score": 7}),
        work("5", kind="dataset", source="kaggle", of="7", owner="k", figures={"votes": 9, "downloads": 80}),
        accounts=(
            account(headline="senior ML engineer", bio="Based in Berlin. English fluent.", figures={"reviews_year": 9}),
            account("stackexchange", "9", location="Lisbon, Portugal"),
            account("kaggle", "7", flags=("progression_opt_out",), figures={"tier": 3.0, "competition_gold": 1}),
        ),
    ),
)


@pytest.mark.parametrize("one", [*LEADS[:30], *RICH])
def test_a_lead_read_once_for_all_roles_gets_the_receipts_of_reading_it_for_each(one: Lead) -> None:
    alone = [scorer.score(one).model_dump_json() for scorer in SCORERS]
    ready = readable(one, NOW)[0]
    for order in (SCORERS, SCORERS[::-1]):
        shared = Person(ready)
        together = {id(scorer): scorer.score_person(shared).model_dump_json() for scorer in order}
        assert [together[id(scorer)] for scorer in SCORERS] == alone


WORDS = ("ml", "machine", "learning", "engineer", "engineering", "senior", "vision", "computer", "the", "of", "data")
TITLES = ("machine learning engineer", "ML engineer", "computer vision scientist", "data", "the", "mlops lead")
SPOKEN = st.lists(st.sampled_from(WORDS) | st.text("aeinrt", min_size=1, max_size=8), max_size=12).map(tuple)


@settings(max_examples=150, deadline=None)
@given(words=SPOKEN, titles=st.lists(st.sampled_from(TITLES), min_size=1, max_size=4))
def test_titles_near_words_are_as_near_as_the_closest_stretch(words: tuple[str, ...], titles: Sequence[str]) -> None:
    found = Near(titles).likeness(words)
    assert [found.get(at, 0.0) for at in range(len(titles))] == [best_window(title_words(t), words) for t in titles]


NAMES = ("Ada Invented", "Ray", "Bo Li", "J K", "Łukasz Żak", "İpek Kaya", "李 小龙", "Straße Groß", "Kelvin K")
PARTS = (*NAMES, "ada", "INVENTED", "I'm", "i am", "my name is", "call me", "łukasz", "ipek", "ſtraße", "Kelvin", "he")


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=8),
    names=st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(lambda some: tuple(sorted(some))),
)
def test_names_are_cut_as_if_every_pattern_were_tried(pieces: list[str], names: tuple[str, ...]) -> None:
    text = " ".join(pieces)
    pattern = _mention(names)
    without = pattern.sub(" ", text) if isinstance(pattern, re.Pattern) else text
    assert plain(text, names) == (TELLING.sub(neutral, without) if text else text)


@pytest.mark.parametrize("text", ["ſilas Kim wrote this", "Sılas Kim", "SİLAS KIM", "silas KIM", "I'm ſilas."])
def test_letters_that_only_a_pattern_takes_for_plain_ones_are_cut_as_well(text: str) -> None:
    pattern = _mention(("Silas Kim",))
    assert pattern is not None
    assert plain(text, ("Silas Kim",)) == pattern.sub(" ", text)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3), max_size=6))
def test_columns_are_added_in_the_order_of_a_loop(rows: list[list[float]]) -> None:
    terms = np.array(rows, np.float64).reshape(-1, 3)
    expected = np.add.accumulate(terms, axis=1)[:, -1]
    assert summed(terms).tobytes() == np.ascontiguousarray(expected).tobytes()
