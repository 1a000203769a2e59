"""Distribution names in requirement files; nothing is resolved or fetched."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

MOST = 200  # names kept of one file
_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,80})\s*(?:\[[^\]]{0,200}\])?\s*(?:[<>=!~;@ ]|$)")


def packages_in(text: str, *, toml: bool) -> list[str]:
    """Names in a requirements.txt, or in the dependency tables of a pyproject.toml; at most 200."""
    lines = _toml_lines(text) if toml else iter(text.splitlines())
    found = dict.fromkeys(name for line in lines if (name := _name(line)))
    return list(found)[:MOST]


def _name(line: str) -> str | None:
    stripped = line.split("#", 1)[0].strip()
    if not stripped or stripped.startswith("-") or "://" in stripped.split("@", 1)[0]:
        return None
    match = _NAME.match(stripped)
    # PEP 503 normal form, so that scikit_learn and scikit-learn are one.
    return re.sub(r"[-_.]+", "-", match.group(1)).lower() if match else None


def _toml_lines(text: str) -> Iterator[str]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project = _table(data.get("project"))
    yield from _strings(project.get("dependencies"))
    for extra in _table(project.get("optional-dependencies")).values():
        yield from _strings(extra)
    for group in _table(data.get("dependency-groups")).values():
        yield from _strings(group)
    poetry = _table(_table(data.get("tool")).get("poetry"))
    yield from (name for name in _table(poetry.get("dependencies")) if name != "python")


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
