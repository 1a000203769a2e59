"""The smaller pages: check-ups, role profiles, findings, runs of one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scoring.roles import Finding, Role
    from sourcing.doctor import Check
    from sourcing.ranking import Scored


def checks(rows: Sequence[Check]) -> str:
    """What was looked at and how it is."""
    return table(("state", "area", "name", "found"), [(row.state, row.area, row.name, row.detail) for row in rows])


def scored(row: Scored) -> str:
    """What a run of `score` did."""
    said = f"{counted(row.leads, 'lead')} scored, {counted(row.receipts, 'receipt')}, {row.written} changed"
    if not row.impossible:
        return said
    named = ", ".join(f"{number} × {clean(name)}" for name, number in sorted(row.impossible.items()))
    return f"{said}\ncannot be, taken as unknown: {named}"


def roles(paths: Mapping[str, Path], active: Sequence[str]) -> str:
    """Role profiles that can be used, and where they lie."""
    rows = [(name, "active" if name in active else "", str(path)) for name, path in sorted(paths.items())]
    return table(("role", "", "file"), rows)


def role(one: Role) -> str:
    """A profile: what it asks, with the weights as they are used."""
    lines = [f"{one.name or one.role} ({one.role}, version {one.version})", "", "weights, normalised to 1"]
    lines += [f"  {name:<16} {weight:.3f}" for name, weight in one.normal_weights.items()]
    lines += ["", "must have"]
    for group in one.must_have:
        rule = "any of" if group.any else "all of"
        skills = ", ".join(group.skills)
        lines.append(f"  {group.name}: {rule} {skills} (level {int(group.level)}, weight {group.weight:g})")
    lines += ["", f"nice to have: {', '.join(nice.skill for nice in one.nice_to_have) or 'nothing'}", "", "lanes"]
    return "\n".join([*lines, *(f"  {lane.id}" for lane in one.lane_list())])


def findings(rows: Sequence[Finding]) -> str:
    """What the linter says of a profile."""
    if not rows:
        return "no findings"
    return "\n".join(f"{row.severity:<8} {row.id}  line {row.line or '?'}  {clean(row.message)}" for row in rows)
