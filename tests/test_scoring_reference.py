"""Reference tables: what a rebuild measures, what it leaves alone, what happens to a figure nobody has a table for."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine import Scorer
from scoring.features import FEATURES
from scoring.features.figures import known_figures
from scoring.reading import Reading, Setting
from scoring.reference import (
    ENOUGH_PEOPLE,
    QUANTILES,
    load_reference,
    quantiles,
    rebuild,
    shipped_reference,
    written,
)
from scoring.roles import find_role
from storage.errors import ConfigError
from storage.records import Level
from tests.cases.scoring_people import NOW, account, lead, work

_STARS, _LIKES = ("github", "stars"), ("huggingface", "model_likes")


def _people(count: int, place: tuple[str, str] = _STARS) -> list[dict[tuple[str, str], float]]:
    return [{place: float(number)} for number in range(count)]


def test_enough_people_make_a_table_and_too_few_leave_it_as_it_was() -> None:
    old = shipped_reference()
    done = rebuild(old, [*_people(ENOUGH_PEOPLE), *_people(ENOUGH_PEOPLE - 1, _LIKES)], origin="a test")
    assert done.measured == {"github stars": ENOUGH_PEOPLE}
    assert done.kept == {"huggingface model_likes": ENOUGH_PEOPLE - 1}
    new = done.reference
    assert new.figures["github"]["stars"] != old.figures["github"]["stars"]
    assert new.figures["huggingface"] == old.figures["huggingface"]
    assert (new.version, new.origin, new.measured["github"]["stars"]) == (old.version + 1, "a test", ENOUGH_PEOPLE)
    assert new.digest != old.digest


def test_a_rebuild_moves_nothing_but_what_it_returns() -> None:
    before = shipped_reference().digest
    rebuild(shipped_reference(), _people(500), origin="a test")
    assert shipped_reference().digest == before


def test_no_end_of_a_table_is_one_persons_figure() -> None:
    table = quantiles([*([1.0] * 500), 1e9])
    assert 1 < table[-1] < 1e9
    assert table[50] == 1


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=400))
@settings(max_examples=80, deadline=None)
def test_quantiles_rise_and_stay_within(values: list[float]) -> None:
    table = quantiles(values)
    assert len(table) == QUANTILES
    assert list(table) == sorted(table)
    assert min(values) * 0.999 <= table[0]
    assert table[-1] <= max(values) * 1.001


def test_nobody_makes_no_quantiles() -> None:
    with pytest.raises(ValueError, match="at least one"):
        quantiles([])


def test_usual_values_come_from_enough_people_of_a_role() -> None:
    values = {"impact": [number / 400 for number in range(400)], "title": [0.5] * 10}
    done = rebuild(shipped_reference(), [], origin="a test", cohorts={"mle": values})
    usual = done.reference.usual("mle", "impact")
    assert (usual.p10, usual.p50, usual.p90) == pytest.approx((0.1, 0.5, 0.9), abs=0.01)
    assert done.reference.usual("mle", "title") == shipped_reference().usual("mle", "title")
    assert done.cohorts == {"mle": 400}
    medians = {"impact": [0.2] * 300}
    lower = rebuild(shipped_reference(), [], origin="a test", cohorts={"mle": medians}).reference
    parts = {part.component: part for part in Scorer(find_role("mle"), NOW, lower).score(lead()).parts}
    assert (parts["impact"].effective, parts["title"].effective) == (0.2, 0.5)


def test_tables_survive_a_file(tmp_path: Path) -> None:
    done = rebuild(shipped_reference(), _people(300), origin="a test", cohorts={"mle": {"impact": [0.25] * 300}})
    file = tmp_path / "reference.yaml"
    file.write_text(written(done.reference), "utf-8")
    assert load_reference(file).digest == done.reference.digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: [", "no readable YAML"),
        ("version: 1", "Field required"),
        (f"version: 1\norigin: x\nfigures: {{github: {{stars: {[*range(100), 3]}}}}}", "must not fall"),
        ("version: 1\norigin: x\nfigures: {}\nsecrets: 1", "Extra inputs"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "reference.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said) as caught:
        load_reference(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_reference(tmp_path / "none.yaml")


# What is looked up.

_EVERYTHING = lead(
    work("1", figures={"stars": 30, "releases": 4}),
    work("2", "model", source="huggingface", of="h", figures={"downloads": 900, "likes": 9}),
    work("3", "dataset", source="huggingface", of="h", figures={"downloads": 90, "likes": 2}),
    work("4", "space", source="huggingface", of="h", figures={"likes": 12}),
    work("5", "answer", source="stackexchange", of="s", tags=("pytorch",), figures={"answers": 4, "score": 40}),
    work("6", "answer", source="discourse", of="d", figures={"likes": 3, "accepted": 1}),
    work("7", "activity", source="discourse", of="d", figures={"likes": 8, "solutions": 2}),
    work("8", "paper", source="research", of="r", months=36, figures={"citations": 60, "percentile": 0.9}),
    work("9", "talk", source="events", of="e", level=Level.RECOGNISED),
    work("10", "contribution", source="gitlab", of="g", owner="x", figures={"pull_requests": 7, "stars": 900}),
    work("11", "article", source="forem", of="f", figures={"reactions": 50}),
    accounts=(
        account(figures={"followers": 5, "merged_pull_requests": 3}),
        account("kaggle", "k", figures={"notebook_gold": 1, "notebook_silver": 2, "tier": 3}),
        account("stackexchange", "s", figures={"reputation": 900}),
        account("research", "r", figures={"h_index": 7}),
        *(account(source, source[0]) for source in ("huggingface", "discourse", "events", "gitlab", "forem")),
    ),
)


def test_every_source_has_its_figures() -> None:
    found = known_figures(_EVERYTHING, NOW)
    assert found.keys() == {
        *(("github", name) for name in ("stars", "releases", "merged_pull_requests", "followers")),
        *(("huggingface", f"{kind}_{name}") for kind in ("model", "dataset") for name in ("downloads", "likes")),
        ("huggingface", "space_likes"),
        *(("stackexchange", name) for name in ("answers", "reputation")),
        *(("discourse", name) for name in ("answers", "likes", "solutions")),
        *(("research", name) for name in ("citations_per_year", "h_index")),
        *(("events", "talks"), ("gitlab", "merged_changes"), ("forem", "article_reactions")),
        ("kaggle", "notebook_medals"),
    }
    assert found["kaggle", "notebook_medals"] == 7
    assert found["events", "talks"] == 2
    assert found["gitlab", "merged_changes"] == 7


def test_most_figures_of_the_sources_have_a_shipped_table() -> None:
    tables = shipped_reference().figures
    missing = {place for place in known_figures(_EVERYTHING, NOW) if place[1] not in tables.get(place[0], {})}
    assert missing == {("kaggle", "notebook_medals"), ("forem", "article_reactions")}


def test_a_figure_without_a_table_is_unknown_and_counted() -> None:
    setting = Setting(find_role("mle"), NOW)
    one = work("1", "article", source="forem", of="f", figures={"reactions": 5000})
    seen = FEATURES["impact"](Reading(lead(one, accounts=(account("forem", "f"),)), setting))
    assert seen.value is None
    assert setting.unplaced == {("forem", "article_reactions"): 1}
    stars = work("2", figures={"stars": 5})
    both = FEATURES["impact"](Reading(lead(one, stars, accounts=(account(), account("forem", "f"))), setting))
    assert both.value is not None
    assert both.reason.endswith("1 figure without a reference table left out")


def test_what_somebody_is_known_for_besides_counts_less() -> None:
    setting = Setting(find_role("mle"), NOW)

    def value(package: str) -> float:
        seen = FEATURES["impact"](Reading(lead(work(figures={"stars": 300}, packages=(package,))), setting))
        assert seen.value is not None
        return seen.value

    assert value("torch") > value("left-pad") > 0


def test_who_hides_ranks_has_no_medals_either() -> None:
    shy = account("kaggle", "k", figures={"discussion_gold": 3, "competition_gold": 4}, flags=("progression_opt_out",))
    assert known_figures(lead(accounts=(shy,)), NOW) == {}
