"""Years nobody can have (U3): a table of first releases against the years a must-have asks."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from scoring.places.names import place_key
from scoring.plain_yaml import plain_yaml
from scoring.roles.lint.finding import Finding, error, warning
from scoring.roles.model import Group, Role

_SHIPPED = Path(__file__).with_name("releases.yaml")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")

Releases = Mapping[str, str]  # tool or skill to "2017-01"


def read_releases(content: object) -> Releases:
    """A table of first releases out of plain data; ValueError names the entry and the way out."""
    if not isinstance(content, dict):
        raise ValueError("holds no releases; write `tool: 2017-01`")  # noqa: TRY004 - a fault of the file like any other
    for tool, month in content.items():
        if not _MONTH.fullmatch(str(month)):
            raise ValueError(f"{tool}: {month!r} is no month; write it as 2017-01")
    return {str(tool): str(month) for tool, month in content.items()}


@cache
def shipped_releases() -> Releases:
    """The table this version ships, read once."""
    return read_releases(plain_yaml(_SHIPPED.read_text("utf-8")))


def impossible_years(role: Role, now: datetime, releases: Releases) -> Iterator[Finding]:
    """U3: more years than the tool exists. Where one of several tools may serve, only if none of them can."""
    for group in role.must_have:
        if group.years is None:
            continue
        too_young = [(tool, month) for tool, month in _tools(role, group, releases) if group.years > _age(month, now)]
        told = ", ".join(f"{tool}, which exists since {month}" for tool, month in too_young)
        message = f"'{group.name}' asks {group.years} years of {told}"
        named = {tool for tool, _ in too_young}
        if (
            any(skill in named for skill in group.all)
            or (group.any and set(group.any) <= named)
            or _in_name(group, named)
        ):
            yield error("U3", f"{message}: nobody has them; ask for fewer")
        elif too_young:
            yield warning("U3", f"{message}; the other skills of the group can have them")


def _tools(role: Role, group: Group, releases: Releases) -> list[tuple[str, str]]:
    """The tools a group names, by id or in words, with the month of their first release where it is known."""
    own = {skill.id: skill.released for skill in role.skills if skill.released}
    by_id = [(name, month) for name in group.skills if (month := own.get(name) or _month(role, name, releases))]
    words = f" {place_key(group.name)} "
    by_name = [(tool, month) for tool, month in releases.items() if f" {place_key(tool)} " in words]
    return list(dict.fromkeys([*by_id, *by_name]))


def _month(role: Role, skill: str, releases: Releases) -> str | None:
    known = role.vocabulary.get(skill)
    return releases.get(skill) or (known.released if known is not None else None)


def _in_name(group: Group, tools: set[str]) -> bool:
    words = f" {place_key(group.name)} "
    return any(f" {place_key(tool)} " in words for tool in tools if tool not in group.skills)


def _age(month: str, now: datetime) -> float:
    """Years since a month, in full months."""
    year, number = (int(part) for part in month.split("-"))
    return max(0.0, ((now.year - year) * 12 + now.month - number) / 12)
