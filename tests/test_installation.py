"""The settings file `init` writes: one section per source, made from its card and its options."""

import tomllib

import pytest

from sourcing.installation import WIDTH, section, text
from spiders._registry import load, names
from tests.house_of_sourcing import CONTROLLER


@pytest.mark.parametrize("source", names())
def test_every_source_has_its_section(source: str) -> None:
    written = tomllib.loads(text(CONTROLLER))["sources"]
    card = load(source).card
    assert written[source].get("enabled") == (True if card.default_on else None)
    load(source).options_model.model_validate(written[source])
    assert card.title in section(source)
    assert (card.why_off[:20] in section(source)) or card.default_on


@pytest.mark.parametrize("source", names())
def test_its_commented_lines_are_the_defaults(source: str) -> None:
    model = load(source).options_model
    head, *lines = section(source).splitlines()
    keys = {"enabled", *model.model_fields}
    commented = [line.removeprefix("# ") for line in lines if line.removeprefix("# ").split(" = ")[0] in keys]
    settings = tomllib.loads("\n".join([head, *commented]))["sources"][source]
    given = {key: value for key, value in settings.items() if key != "enabled"}
    assert model.model_validate(given) == model.model_validate({})


def test_lines_fit_a_terminal_unless_a_value_is_long() -> None:
    long = [line for line in text(CONTROLLER).splitlines() if len(line) > WIDTH and " = " not in line]
    assert long == []


def test_no_secret_has_a_place_in_it() -> None:
    written = tomllib.loads(text(CONTROLLER))["sources"]
    assert not {key for table in written.values() for key in table} & {"token", "password", "key", "secret"}
