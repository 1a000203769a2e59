"""The page about scores says what the code does: every component with its sentence, every penalty, the numbers."""

from pathlib import Path

from scoring.engine import ENOUGH_EVIDENCE
from scoring.features import FEATURES, sentence
from scoring.penalties import PENALTIES
from scoring.person import RICH
from scoring.reading import CLAIMS_AT_MOST, FAINTEST
from scoring.roles import PENALTIES as NAMES
from scoring.roles import shipped_roles
from scoring.roles.defaults import DEFAULT_LEVELS

PAGE = (Path(__file__).parents[1] / "docs" / "scoring.md").read_text("utf-8")


def test_every_component_is_documented_with_its_own_sentence() -> None:
    for component in FEATURES:
        assert f"| `{component}` | {sentence(component)} |" in PAGE


def test_every_penalty_and_shipped_profile_is_named() -> None:
    assert tuple(PENALTIES) == NAMES
    for name in (*PENALTIES, *shipped_roles()):
        assert f"`{name}`" in PAGE


def test_the_numbers_are_the_ones_in_use() -> None:
    assert f"less than {ENOUGH_EVIDENCE:.0%}".replace("%", " %") in PAGE
    assert f"reach {CLAIMS_AT_MOST} at most" in PAGE
    assert f"never falls below {FAINTEST}" in PAGE
    assert RICH == 20
    for level, strength in DEFAULT_LEVELS.items():
        assert f"{level.name.lower()} {strength}" in PAGE
