"""The page about weights says what the code does: every reason of a decision, every rule of learning."""

from pathlib import Path

from scoring.calibration import LEAST_JUDGED, LEAST_OF_A_KIND, OLDER
from scoring.learn import FACTOR, FROZEN, LEAST_LISTS, LEAST_PAIRS, NOISE
from scoring.what_if import TOP
from scoring.what_if.examples import WORTH_SAYING
from sourcing.decisions import REASONS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "tuning.md").read_text("utf-8")


def test_every_reason_has_its_row() -> None:
    for one in REASONS.values():
        answers = ", ".join(one.answers)
        assert f"| `{one.code}` | {one.says} | {answers} | {'yes' if one.fit else 'no'} |" in PAGE
    assert PAGE.count("| yes |\n") + PAGE.count("| no |\n") == len(REASONS)


def test_the_rules_are_the_ones_in_use() -> None:
    words = " ".join(PAGE.split())
    assert f"at least {LEAST_PAIRS} pairs from at least {LEAST_LISTS} lists" in words
    assert f"more than a factor of {FACTOR:g}; `location`, `language`" in words
    assert {"location", "language"} == FROZEN
    assert f"more than {NOISE:.0%}".replace("%", " %") in words
    assert f"top {TOP} stay" in words
    assert f"at least {LEAST_JUDGED} decided leads in a role, {LEAST_OF_A_KIND} of each kind" in words
    assert f"older {OLDER:.0%}".replace("%", " %") in words
    assert f"by less than {WORTH_SAYING} is not" in " ".join((DOCS / "scoring.md").read_text("utf-8").split())
