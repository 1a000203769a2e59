"""Tables as files: those shipped, and those an installation rebuilt."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from scoring.plain_yaml import plain_yaml
from scoring.reference.tables import Reference
from storage.errors import ConfigError


def load_reference(path: Path) -> Reference:
    """The tables of an installation; ConfigError names the file and what is wrong with it."""
    try:
        return Reference.model_validate(plain_yaml(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{path}: is no readable YAML; rebuild it or remove it to use the shipped tables") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "file"
        raise ConfigError(f"{path}: {place}: {first['msg']}; rebuild it or remove it") from error


def written(reference: Reference) -> str:
    """The tables as the text of a file that `load_reference` reads back."""
    rows = reference.model_dump(mode="json")
    head = {name: rows[name] for name in ("version", "origin", "cohorts", "measured")}
    lines = [yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=116), "figures:"]
    for source, tables in rows["figures"].items():
        lines.append(f"  {source}:")
        for figure, values in tables.items():
            lines += [f"    {figure}:", _list(values)]
    return "\n".join(lines) + "\n"


def _list(values: Sequence[float]) -> str:
    text = ", ".join(f"{value:g}" if value < 1e6 else f"{value:.0f}" for value in values)
    return textwrap.fill(f"[{text}]", 118, initial_indent=" " * 6, subsequent_indent=" " * 7)
