"""Components and penalties one by one: what raises them, what leaves them unknown, what they say."""

from typing import Any

import pytest

from scoring.features import FEATURES, Seen
from scoring.features.base import percent
from scoring.features.signs import signs, used
from scoring.features.titles import alike, title_words
from scoring.penalties import ledger, penalties
from scoring.reading import CLAIMS_AT_MOST, Reading, Setting
from scoring.reference import QUANTILES, shipped_reference
from scoring.roles import Role, find_role
from storage.records import Account, Evidence, Level
from tests.cases.scoring_people import NOW, account, ago, lead, work

SETTING = Setting(find_role("mle"), NOW)


def _reading(*evidence: Evidence, accounts: tuple[Account, ...] | None = None, role: Role | None = None) -> Reading:
    return Reading(lead(*evidence, accounts=accounts), Setting(role, NOW) if role else SETTING)


def _see(
    component: str, *evidence: Evidence, accounts: tuple[Account, ...] | None = None, role: Role | None = None
) -> Seen:
    return FEATURES[component](_reading(*evidence, accounts=accounts, role=role))


def _value(seen: Seen) -> float:
    assert seen.value is not None
    return seen.value


def _changed(**changes: object) -> Role:
    role = find_role("mle")
    return Role.model_validate({**role.model_dump(exclude=set(changes)), **changes})


# Coverage of a skill.


def test_claims_alone_stay_claims() -> None:
    bio = account(bio="PyTorch PyTorch PyTorch, torch.compile, TorchScript")
    posts = [work(str(i), "post", level=Level.CLAIM, text=f"PyTorch {i}", source=f"s{i}") for i in range(6)]
    coverage = _reading(*posts, accounts=(bio,)).coverage["pytorch"]
    assert coverage.value == CLAIMS_AT_MOST
    assert coverage.level is Level.CLAIM


def test_three_best_items_per_source_and_one_per_text() -> None:
    def value(*evidence: Evidence) -> float:
        return _reading(*evidence).coverage["pytorch"].value

    items = [work(str(i), packages=("torch",)) for i in range(5)]
    one, three, five = value(items[0]), value(*items[:3]), value(*items)
    assert one == pytest.approx(0.65, abs=0.02)
    assert three == five
    assert three == pytest.approx(1 - (1 - one) ** 3)
    same = [work(str(i), packages=("torch",), text="the same words") for i in range(3)]
    assert value(*same) == value(same[0])


def test_recency_has_a_floor_and_ignores_impossible_dates() -> None:
    half_life = SETTING.role.half_life_months.skill
    assert SETTING.recency(ago(-12), half_life) == 1.0
    assert SETTING.recency(ago(25), half_life) == pytest.approx(0.5, abs=0.03)
    assert SETTING.recency(ago(400), half_life) == 0.15
    assert SETTING.recency(None, half_life) == 0.5
    old = work(months=12 * 40, source="kaggle")
    assert _reading(old).date(old) is None


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"tags": ("pytorch",)}, Level.CLAIM),
        ({"text": "PyTorch and torch.compile"}, Level.CLAIM),
        ({"tags": ("pytorch",), "packages": ("numpy",)}, Level.ACTIVITY),
        ({"tags": ("pytorch",), "files": ("Dockerfile",)}, Level.ACTIVITY),
        ({"tags": ("pytorch",), "kind": "notebook"}, Level.PRACTICE),
        ({"tags": ("pytorch",), "kind": "answer"}, Level.PRACTICE),
        ({"packages": ("torch",)}, Level.MAINTAINED),
        ({"tags": ("pytorch",), "kind": "merged_change", "owner": "pytorch"}, Level.MAINTAINED),
    ],
)
def test_what_is_only_told_proves_less_than_what_is_shown(change: dict[str, Any], level: Level) -> None:
    assert _reading(work(**change, level=Level.MAINTAINED)).coverage["pytorch"].level is level


def test_any_number_of_hollow_repositories_stays_a_claim() -> None:
    hollow = [work(str(i), tags=("pytorch", "docker"), text=f"PyTorch, Docker {i}") for i in range(40)]
    assert _reading(*hollow).covered("pytorch") <= CLAIMS_AT_MOST
    assert _value(_see("must_have", *hollow)) < 0.3  # two of four groups, each as far as a claim goes


def test_the_profile_weighs_sources() -> None:
    notebook = work(source="kaggle", kind="notebook", packages=("torch",))
    less = _changed(sources={"kaggle": 0.25})
    assert _reading(notebook, role=less).covered("pytorch") == pytest.approx(_reading(notebook).covered("pytorch") / 4)


# must_have and nice_to_have.


def test_must_have_grows_with_every_group() -> None:
    steps = [
        work("1", tags=("Python",)),
        work("2", packages=("torch",)),
        work("3", files=("Dockerfile",)),
        work("4", packages=("pandas",)),
    ]
    seen = [_see("must_have", *steps[:n]) for n in range(5)]
    assert seen[0].value is None
    effective = [0.5] + [s.confidence * _value(s) + (1 - s.confidence) * 0.5 for s in seen[1:]]
    assert effective == sorted(effective)
    assert seen[4].confidence > 0.99
    assert _value(seen[4]) > 0.95
    assert seen[1].missing == ("model framework", "bringing into use", "data handling")


@pytest.mark.parametrize("component", ["must_have", "nice_to_have"])
@pytest.mark.parametrize("count", [0, 1, 5, 19, 40])
def test_a_mere_claim_never_lowers_what_is_thought_of_somebody(component: str, count: int) -> None:
    plain = [work(str(i), title=f"t{i}") for i in range(count)]
    claim = work("claim", level=Level.CLAIM, kind="post", tags=("PyTorch", "MLflow"))

    def effective(*items: Evidence) -> float:
        found = _see(component, *items)
        return found.confidence * (found.value or 0.0) + (1 - found.confidence) * 0.5

    assert effective(claim, *plain) > effective(*plain)


def test_rich_sources_make_silence_telling() -> None:
    plain = [work(str(i), title=f"t{i}") for i in range(20)]
    seen = _see("must_have", work("x", packages=("torch",)), *plain)
    assert seen.confidence == 1
    assert _value(seen) == pytest.approx(2 / 6, abs=0.02)


def test_all_means_all() -> None:
    both = _changed(must_have=[{"name": "containers", "all": ["docker", "kubernetes"]}])
    docker = work("1", files=("Dockerfile",))
    one_of_two = _see("must_have", docker, role=both)
    assert (one_of_two.value, one_of_two.reason) == (0.0, "containers: no public evidence found")
    assert one_of_two.confidence == pytest.approx(0.05), "one piece of work says little by its silence"
    chart = work("2", files=("Chart.yaml",))
    assert _value(_see("must_have", docker, chart, role=both)) > 0.95


def test_nice_to_have_is_full_at_five() -> None:
    names = ("mlflow", "dagster", "evidently", "deepspeed", "bitsandbytes", "recbole")
    items = [work(name, packages=(name,)) for name in names]
    five, six = _see("nice_to_have", *items[:5]), _see("nice_to_have", *items)
    assert _value(five) == _value(six) == 1
    assert _value(_see("nice_to_have", items[0])) > 0.8
    assert _see("nice_to_have", items[0]).confidence < 0.3


# title.


@pytest.mark.parametrize(
    ("bio", "least", "most"),
    [
        ("Machine Learning Engineer at Example", 1, 1),
        ("Senior ML engineer, Berlin", 1, 1),
        ("MLE @ Example", 1, 1),
        ("mle", 0, 0.5),
        ("Deep-Learning Engineer", 1, 1),
        ("research engineer", 0.5, 0.5),
        ("aspiring machine learning engineer", 0, 0.3),
        ("Recruiter for machine learning engineers", 0, 0.3),
        ("data engineer", 0, 0.6),
        ("software engineer", 0, 0.5),
        ("Senior staff machine-learning engineer", 1, 1),
        ("gardener", 0, 0.05),
        ("Conversational AI engineer", 0, 0.45),
    ],
)
def test_titles(bio: str, least: float, most: float) -> None:
    value = _value(_see("title", accounts=(account(headline=bio),)))
    assert least - 1e-9 <= value <= most + 1e-9


def test_no_title_is_unknown() -> None:
    assert _see("title").value is None
    assert _see("title", accounts=(account(bio="I like cats and tea"),)).confidence == 0.3


def test_likeness_is_symmetric_and_bounded() -> None:
    for left, right in (
        ("nlp engineer", "natural language processing engineer"),
        ("data scientist", "scientist of data"),
    ):
        there, back = alike(title_words(left), title_words(right)), alike(title_words(right), title_words(left))
        assert there == back == pytest.approx(1)
    assert alike(title_words("software engineer"), title_words("civil engineer")) < 0.5
    assert alike((), ("x",)) == 0


# impact.


def test_reference_tables_are_sound() -> None:
    tables = shipped_reference()
    for source, figures in tables.figures.items():
        for figure, quantiles in figures.items():
            assert len(quantiles) == QUANTILES
            assert tables.percentile(source, figure, 0) == 0
            assert tables.percentile(source, figure, quantiles[-1] * 2) == 1
            shares = [tables.percentile(source, figure, value) or 0.0 for value in quantiles]
            assert shares == sorted(shares)
    assert "invented" in tables.origin
    assert tables.percentile("github", "charm", 1) is None
    assert tables.percentile("github", "stars", float("nan")) is None


def test_impact_knows_its_figures() -> None:
    assert _see("impact").value is None
    one = _see("impact", accounts=(account(figures={"merged_pull_requests": 500}),))
    assert one.confidence == 0.5
    assert _value(one) > 0.9 - 1e-9
    listed = work(title="awesome-ml", figures={"stars": 90_000})
    own = work("2", title="tool", figures={"stars": 10})
    assert _see("impact", listed, own) == _see("impact", work(title="awesome-ml"), own)


def test_impact_of_two_sources_is_capped() -> None:
    strong = (
        account(figures={"merged_pull_requests": 9e9}),
        account("kaggle", "2", figures={"tier": 4, "competition_points": 9e9}),
    )
    assert _value(_see("impact", accounts=strong)) == 0.9


def test_staff_is_no_rank_and_teams_share_medals() -> None:
    staff = (account("kaggle", "2", figures={"tier": 5}),)
    assert _see("impact", accounts=staff).value is None

    def medal(team: float) -> float:
        result = work("1", "competition", source="kaggle", of="2", figures={"medal": 1, "team_size": team})
        return _value(_see("impact", result, accounts=(account("kaggle", "2"),)))

    assert medal(1) > medal(5) > 0


# activity.


def test_activity_saturates_at_six_months() -> None:
    def value(count: int) -> float:
        return _value(_see("activity", *(work(str(i), months=i + 0.5) for i in range(count))))

    assert value(3) == pytest.approx(0.5)
    assert value(6) == value(9) == 1
    assert _value(_see("activity", work(months=20))) == 0
    assert _see("activity", work(months=None)).value is None


def test_yearly_counts_stand_in_for_months() -> None:
    busy = (account(figures={"commits_year": 100, "restricted_year": 60}),)
    assert _value(_see("activity", accounts=busy)) == 1


# location and language.


@pytest.mark.parametrize(
    ("place", "value", "confidence"),
    [
        ("Berlin", 1.0, 1.0),
        ("UTC+5:30", 1.0, 1.0),
        ("India", 1.0, 1.0),
        ("New York, NY", 0.75, 1.0),
        ("San Francisco", 0.0, 1.0),
        ("Tokyo", 0.5, 1.0),
        ("Remote", None, 0.0),
        ("Earth", None, 0.0),
        (None, None, 0.0),
    ],
)
def test_location(place: str | None, value: float | None, confidence: float) -> None:
    seen = _see("location", accounts=(account(location=place),))
    assert seen.value == (pytest.approx(value) if value is not None else None)
    assert seen.confidence == confidence


def test_location_out_of_prose_and_in_contradiction() -> None:
    assert _see("location", accounts=(account(bio="Engineer based in Berlin."),)).confidence == 0.5
    two = (account(location="Berlin"), account("kaggle", "2", location="Tokyo, Japan"))
    assert _see("location", accounts=two).confidence == 0.5
    unsure = _see("location", accounts=(account(location="Cambridge"),))
    assert 0 < unsure.confidence < 0.5
    assert "0 to 8 h" in unsure.reason


def test_countries_are_asked_only_if_the_profile_does() -> None:
    german = _changed(location={"countries": ["DE"], "remote": False})
    assert _value(_see("location", accounts=(account(location="Munich"),), role=german)) == 1
    assert _value(_see("location", accounts=(account(location="Paris"),), role=german)) == 0


def test_language_is_stated_shown_or_unknown() -> None:
    stated = _see("language", accounts=(account(bio="English (fluent)"),))
    assert (stated.value, stated.confidence) == (1, 1)
    english = "This is a small library for the training of models and it is used by the team that we work with. " * 3
    assert _see("language", work(text=english)).confidence == 0.5
    assert _see("language", work(text="kurz")).value is None
    german = "Das ist eine kleine Bibliothek für das Training von Modellen und wird von dem Team genutzt. " * 3
    assert _see("language", work(text=german)).value is None  # silence about English, not its absence


# seniority, practice, growth.


def test_seniority() -> None:
    assert _see("seniority").value is None
    junior = _see("seniority", accounts=(account(bio="CS student"),))
    senior = _see("seniority", accounts=(account(bio="Senior ML engineer"),))
    assert _value(junior) < _value(senior) == 1
    assert senior.confidence == 0.25
    long = [work("1", months=1, started=200), work("2", months=100)]
    longer = [work("1", months=1, started=300), work("2", months=100)]
    assert _see("seniority", *long).value == _see("seniority", *longer).value  # more than ten years measures age


def test_operations() -> None:
    assert _see("operations").value is None
    files = ("Dockerfile", ".github/workflows/ci.yml", "main.tf")
    bare = _see("operations", *(work(str(i), title=f"t{i}", packages=("numpy",)) for i in range(5)))
    full = _see("operations", *(work(str(i), files=files, figures={"releases": 2}) for i in range(5)))
    assert (bare.value, bare.confidence) == (0, 1)
    assert _value(full) > 0.8
    unread = _see("operations", work(title="x"))
    assert unread.confidence == pytest.approx(0.05)


def test_explainability_and_business() -> None:
    card = work(kind="model", text="Limitations: not for clinical use. Per-group error rates below.")
    assert _value(_see("explainability", card)) >= 0.5
    shap = work(packages=("shap",))
    assert _value(_see("explainability", shap)) > 0.9
    used = work(text="Recommends articles to 12,000 daily users of a shop, in production since spring")
    plain = work("2", text="a small exercise about trees and forests that I wrote last week")
    assert _value(_see("business", used)) > _value(_see("business", plain)) == 0
    assert _see("business", work()).value is None


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"files": ("Dockerfile",)}, "containers"),
        ({"files": (".github/workflows/deploy.yml",)}, "tests and delivery by machine"),
        ({"files": (".gitlab-ci.yml",)}, "tests and delivery by machine"),
        ({"packages": ("bentoml",)}, "serving"),
        ({"text": "Answers /predict behind a load balancer"}, "serving"),
        ({"packages": ("evidently",)}, "monitoring"),
        ({"text": "With a runbook and two post-mortems"}, "monitoring"),
        ({"files": ("main.tf",)}, "infrastructure as code"),
        ({"files": ("dvc.yaml",)}, "pipelines and versioned data"),
        ({"text": "p99 of 12 ms on one board"}, "measured speed and cost"),
        ({"files": ("benchmarks",)}, "measured speed and cost"),
        ({"files": ("evals",)}, "evaluation kept with the code"),
        ({"text": "Detector with per-class metrics"}, "evaluation kept with the code"),
        ({"figures": {"releases": 3}}, "releases"),
        ({"kind": "space", "figures": {"likes": 5}}, "1 work in use"),
        ({"kind": "package", "level": Level.MAINTAINED}, "1 work in use"),
    ],
)
def test_each_sign_is_seen(change: dict[str, Any], sign: str) -> None:
    assert sign in [found.name for found in signs(_reading(work(**change)))]


@pytest.mark.parametrize(
    "change",
    [
        {"files": (".github/workflows/docs.yml", "README.md")},
        {"text": "A latency of our minds", "level": Level.CLAIM},
        {"tags": ("docker", "mlops")},  # topics of a repository nothing is known of
        {"kind": "space", "figures": {"likes": 0}},
        {"kind": "package", "level": Level.PRACTICE},
        {"figures": {"releases": 0}},
    ],
)
def test_what_is_no_sign(change: dict[str, Any]) -> None:
    assert signs(_reading(work(**change))) == []


def test_work_has_users_if_somebody_says_so() -> None:
    liked, lonely = (work(str(n), "space", source="huggingface", of="h", figures={"likes": n}) for n in (9, 0))
    assert used(_reading(liked, lonely)) == [liked]
    assert _value(_see("business", liked)) == 0.5


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("cut the cost of labelling images by 30 percent over a year of work", True),
        ("35 % fewer false alarms than the rules we had before it", True),
        ("serves recommendations to 12,000 daily active users of three shops", True),
        ("saves $4,000 a month in cloud bills for a small team", True),
        ("a case study with a clinic, in production since last spring", True),
        ("reaches 97 % accuracy on the usual test set of digits", False),
        ("notes on latency and throughput of small models on old boards", False),
        ("an exercise of 12 small trees and forests written last week", False),
    ],
)
def test_numbers_with_a_business_unit(text: str, telling: bool) -> None:
    assert (_value(_see("business", work(text=text))) > 0) is telling


def test_cards_beside_the_work_explain_it() -> None:
    assert _value(_see("explainability", work(files=("model_card.md",)))) >= 0.5
    assert _value(_see("explainability", work(files=("data_statement.md", "tests")))) >= 0.5
    assert _see("explainability", work(files=("README.md",))).value == 0


def test_recognised_answers_speak_of_seniority() -> None:
    helped = [work(str(i), "answer", source="discourse", level=Level.RECOGNISED, tags=("x",)) for i in range(10)]
    assert "10 recognised answers" in _see("seniority", *helped).reason
    assert "recognised answers" not in _see("seniority", *helped[:2]).reason


def test_curiosity_counts_new_skills_and_early_ones_twice() -> None:
    old = work("1", packages=("torch",), months=2, started=60)
    fresh = work("2", packages=("shap",), months=2, started=20)
    early = work("3", packages=("mcp",), months=2, started=18)
    assert _value(_see("curiosity", old)) == 0
    assert _value(_see("curiosity", old, fresh)) == pytest.approx(1 / 9)
    assert _value(_see("curiosity", old, fresh, early)) == pytest.approx(3 / 9)
    assert _see("curiosity", old).confidence == 1


def test_collaboration() -> None:
    assert _see("collaboration").value is None
    assert _see("collaboration", accounts=(account(figures={"reviews_year": 0}),)).value == 0
    elsewhere = [work(str(i), "merged_change", owner="pytorch", title=f"pytorch {i}") for i in range(4)]
    own = [work(str(i), "contribution", owner="ada", title="mine") for i in range(4)]
    assert _value(_see("collaboration", *elsewhere)) > 0.6
    assert _see("collaboration", *own).value == 0
    assert _see("collaboration", accounts=(account("hackernews", "3"),)).value is None


# Penalties.

_CLAIMS = "PyTorch, TensorFlow, XGBoost, Docker, Kubernetes, MLflow, Airflow, Spark, FastAPI, Terraform"


def _names(*evidence: Evidence, accounts: tuple[Account, ...] | None = None, role: Role | None = None) -> list[str]:
    return [penalty.name for penalty in penalties(_reading(*evidence, accounts=accounts, role=role), 1.0)]


def test_buzzwords_need_work_to_compare_with() -> None:
    loud = (account(bio=_CLAIMS),)
    other = [work(str(i), title=f"t{i}", tags=("Go",)) for i in range(6)]
    assert _names(*other, accounts=loud) == ["buzzwords"]
    assert _names(accounts=loud) == []
    proven = [work(p, packages=(p,)) for p in ("torch", "xgboost", "mlflow", "fastapi", "pyspark")]
    assert _names(*proven, accounts=loud) == []
    assert _names(*other, accounts=loud, role=_changed(penalties={"off": ["buzzwords"]})) == []


def test_the_ledger_sets_claims_beside_what_is_shown() -> None:
    mine = account(bio="PyTorch, Docker, Kubernetes")
    shown = [work("1", packages=("torch",)), work("2", files=("Dockerfile",), level=Level.ACTIVITY)]
    rows = ledger(_reading(*shown, accounts=(mine,)))
    assert [(row.skill, row.level, row.proven) for row in rows] == [
        ("kubernetes", Level.CLAIM, False),
        ("docker", Level.ACTIVITY, False),
        ("pytorch", Level.PRACTICE, True),
    ]
    assert {row.claimed_in for row in rows} == {("github:1",)}
    assert [row.shown_in for row in rows] == [(), ("github:1/repository/2",), ("github:1/repository/1",)]
    assert ledger(_reading(*shown)) == []


def test_hollow_repositories_are_claims_in_the_ledger() -> None:
    hollow = [work(str(i), tags=("pytorch", "mlflow"), text=f"Kubernetes {i}") for i in range(8)]
    rows = ledger(_reading(*hollow))
    assert {row.skill for row in rows} == {"pytorch", "experiment-tracking", "kubernetes"}
    assert not any(row.shown_in or row.proven for row in rows)


def test_accuracy_as_the_only_measure() -> None:
    bare = [work(str(i), text=f"model {i} reaches 9{i} % accuracy on the test set") for i in range(3)]
    assert _names(*bare) == ["accuracy_only"]
    assert _names(*bare[:2]) == []
    assert _names(*bare, work("9", text="accuracy 0.9, recall 0.8, latency 5 ms")) == []


def test_stale() -> None:
    assert _names(work(months=30)) == ["stale"]
    assert _names(work(months=20)) == []
    assert _names(work(months=None)) == []


def test_penalties_are_capped_and_never_below_zero() -> None:
    old = [work(str(i), months=30, text=f"model {i} has accuracy 0.9{i}", tags=("Go",)) for i in range(6)]
    reading = _reading(*old, accounts=(account(bio=_CLAIMS),))
    full = penalties(reading, 1.0)
    assert {penalty.name for penalty in full} == {"buzzwords", "accuracy_only", "stale"}
    assert sum(penalty.amount for penalty in full) == pytest.approx(0.10)
    assert all(penalty.evidence and penalty.amount <= 0.04 for penalty in full)
    assert sum(penalty.amount for penalty in penalties(reading, 0.01)) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (1e-9, "1 %"), (0.004, "1 %"), (0.64, "64 %"), (0.9996, "99 %"), (1.0, "100 %")],
)
def test_all_and_nothing_are_said_only_where_they_are_meant(share: float, said: str) -> None:
    assert percent(share) == said
