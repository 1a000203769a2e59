"""Too little public evidence: whom it would be worth asking, and what."""

from scoring.asking import MOST_QUESTIONS, asking, by_asking
from scoring.engine import Scorer
from scoring.roles import COMPONENTS, find_role
from tests.cases.scoring_people import NOW, account, lead, work

SCORER = Scorer(find_role("mle"), NOW)
_SILENT = SCORER.score(lead(lead_id="L000001"))
_GOOD = SCORER.score(lead(accounts=(account(headline="Senior ML engineer", location="Berlin"),), lead_id="L000002"))
_ELSE = SCORER.score(lead(accounts=(account(headline="Gardener", location="San Francisco"),), lead_id="L000003"))


def test_the_heaviest_open_points_are_asked_first() -> None:
    one = asking(_SILENT)
    assert [question.component for question in one.questions] == ["must_have", "impact", "nice_to_have"]
    assert len(one.questions) == MOST_QUESTIONS
    assert one.questions[0].ask == ("python", "model framework", "bringing into use", "data handling")
    assert [q.gain for q in one.questions] == sorted((q.gain for q in one.questions), reverse=True)
    assert one.total < one.reach <= 1


def test_good_signs_come_before_silence_and_silence_before_bad_ones() -> None:
    assert [one.lead for one in by_asking([_ELSE, _SILENT, _GOOD])] == ["L000002", "L000001", "L000003"]
    assert by_asking([_ELSE, _SILENT, _GOOD]) == by_asking([_GOOD, _ELSE, _SILENT])


def test_what_is_known_is_not_asked() -> None:
    files = ("Dockerfile", ".github/workflows/ci.yml")
    packages = ("torch", "fastapi", "pandas", "mlflow", "deepspeed", "bitsandbytes", "recbole", "evidently")
    rich = [
        work(str(i), packages=packages, files=files, tags=("Python",), text=f"a b c d e f g h {i}") for i in range(25)
    ]
    one = asking(SCORER.score(lead(*rich)))
    asked = {question.component for question in one.questions}
    assert asked <= set(COMPONENTS)
    assert not asked & {"must_have", "nice_to_have", "operations"}
