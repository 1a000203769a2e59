"""docs/imports.md: every kind, setting, preset, field and counter is there. `PASTE_HELP=1` writes the tables anew."""

import os
import re
from pathlib import Path

import pytest

from sourcing.imports import _people, cards, load, names
from sourcing.imports.ats import PRESETS

ROOM = Path(__file__).parent.parent / "sourcing" / "imports"
PAGE = ROOM.parent.parent / "docs" / "imports.md"
TABLES = re.compile(r"<!-- (settings \w+|presets|fields) -->\n(?:\n?(?:(?:[|`]|It has).*\n)+)?")


def settings_of(kind: str) -> str:
    fields = load(kind).settings_model.model_fields
    if not fields:
        return "\nIt has no settings.\n"
    rows = [
        f"| `{name}` | {_default(field.get_default(call_default_factory=True))} | {field.description} |"
        for name, field in fields.items()
    ]
    return "\n" + "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _default(value: object) -> str:
    return "" if value in (None, "", ()) or "Undefined" in repr(value) else f"`{value}`"


def presets() -> str:
    shown = {name: "; ".join(f"{field}: {', '.join(c)}" for field, c in PRESETS[name].items()) for name in PRESETS}
    return "".join(f"| `{name}` | {text} |\n" for name, text in sorted(shown.items()))


def fresh_table(found: re.Match[str]) -> str:
    what, _, kind = found[1].partition(" ")
    fields = "\n" + ", ".join(f"`{name}`" for name in _people.FIELDS) + "\n"
    return f"<!-- {found[1]} -->\n" + (settings_of(kind) if kind else presets() if what == "presets" else fields)


def test_the_page_shows_what_the_code_says() -> None:
    page = PAGE.read_text("utf-8")
    fresh = TABLES.sub(fresh_table, page)
    if os.environ.get("PASTE_HELP"):
        PAGE.write_text(fresh, "utf-8")
        return
    assert page == fresh, "run `PASTE_HELP=1 .venv/bin/pytest tests/test_imports_docs.py` and look at the difference"


def test_every_kind_has_its_section() -> None:
    page = PAGE.read_text("utf-8")
    assert set(names()) <= set(re.findall(r"(?m)^## (\w+)$", page))
    assert set(re.findall(r"<!-- settings (\w+) -->", page)) == set(names())


def test_every_counter_is_explained() -> None:
    page = PAGE.read_text("utf-8")
    ours = [path for path in ROOM.rglob("*.py") if path.name != "slack_export.py"]
    said = {name for path in ours for name in re.findall(r"count\(f?\"([a-z_]+)", path.read_text("utf-8"))}
    assert {name for name in said - {"hour_"} if f"`{name}" not in page} == set()


@pytest.mark.parametrize("kind", names())
def test_every_card_is_complete(kind: str) -> None:
    card = cards()[kind]
    assert card.title
    assert card.method
    assert card.terms
    assert card.limits
    assert card.yields
    assert card.fields
    assert card.default_on or card.why_off
    assert all(field.description for field in load(kind).settings_model.model_fields.values())
