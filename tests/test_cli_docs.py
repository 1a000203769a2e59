"""docs/cli.md: every command has its section, pasted help is current. `PASTE_HELP=1` writes it anew."""

import os
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from spiders._registry import load, names

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
SETTINGS = PAGE.parent / "configuration.md"
OPTIONS = re.compile(r"<!-- options -->(?:\n\n(?:\|.*\n?)+(?<!\n))?")
BLOCK = re.compile(r"<!-- help -->(?:\n```text\n.*?\n```)?", re.DOTALL)


def commands() -> list[str]:
    """All commands as one types them."""
    root = typer.main.get_command(app)
    found = []
    for name, command in getattr(root, "commands", {}).items():
        inner = getattr(command, "commands", None)
        found += [f"sourcing {name} {one}" for one in inner] if inner else [f"sourcing {name}"]
    return found


def help_of(command: str) -> str:
    words = command.split()[1:]
    done = CliRunner().invoke(app, [*words, "--help"], prog_name="sourcing", terminal_width=90)
    assert done.exit_code == 0, done.output
    return done.output.rstrip()


def current(page: str) -> str:
    """The page with today's help under every heading that names a command."""
    parts = re.split(r"(?m)^## (sourcing.*)$", page)
    for at in range(1, len(parts), 2):
        pasted = f"<!-- help -->\n```text\n{help_of(parts[at])}\n```"
        parts[at + 1] = BLOCK.sub(lambda _, pasted=pasted: pasted, parts[at + 1])
        parts[at] = f"## {parts[at]}"
    return "".join(parts)


def test_every_command_has_its_section() -> None:
    sections = set(re.findall(r"(?m)^## (sourcing .*)$", PAGE.read_text("utf-8")))
    assert sections == set(commands())


def test_pasted_help_is_current() -> None:
    page = PAGE.read_text("utf-8")
    fresh = current(page)
    if os.environ.get("PASTE_HELP"):
        PAGE.write_text(fresh, "utf-8")
        return
    assert page.count("```text") == len(commands()) + 1
    assert page == fresh, "run `PASTE_HELP=1 make test` and look at the difference"


def test_every_setting_is_documented() -> None:
    from sourcing.config import Config, Controller, Crawl, Database, Exports, Roles, Source

    page = SETTINGS.read_text("utf-8")
    assert set(Config.model_fields) - {"path"} == set(re.findall(r"## `\[(\w+)", page))
    keys = {key for section in (Controller, Database, Crawl, Source, Roles, Exports) for key in section.model_fields}
    assert {key for key in keys if f"`{key}`" not in page} == set()


def options_of(source: str) -> str:
    """A source's settings as a table, from the descriptions in its own model."""
    fields = load(source).options_model.model_fields
    rows = [f"| `{key}` | {_default(field.default)} | {field.description} |" for key, field in fields.items()]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def _default(value: object) -> str:
    return "" if value in (None, "", ()) else f"`{value}`"


def current_options(page: str) -> str:
    """The page with one section per source there is today, its own words kept, its table made anew."""
    before, *parts = re.split(r"(?m)^### `\[sources\.(\w+)\]`$", page)
    last, after = parts[-1].split("\n## ", 1)
    words = dict(zip(parts[::2], [*parts[1:-1:2], last], strict=True))
    sections = [_section(name, OPTIONS.sub("", words.get(name, "")).strip()) for name in names()]
    return f"{before}{''.join(sections)}## {after}"


def _section(name: str, words: str) -> str:
    own = f"{words}\n\n" if words else ""
    return f"### `[sources.{name}]`\n\n{own}<!-- options -->\n\n{options_of(name)}\n\n"


def test_every_source_and_each_of_its_settings_is_documented() -> None:
    page = SETTINGS.read_text("utf-8")
    fresh = current_options(page)
    if os.environ.get("PASTE_HELP"):
        SETTINGS.write_text(fresh, "utf-8")
        return
    assert page == fresh, "run `PASTE_HELP=1 make test` and look at the difference"


@pytest.mark.parametrize("command", commands())
def test_help_answers_without_heavy_imports(command: str) -> None:
    assert help_of(command).startswith(f"Usage: {command}")
