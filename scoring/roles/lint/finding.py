"""One remark of the linter."""

import re
from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One remark: the rule, how grave, the line of the file if known, and what to do."""

    id: str
    severity: Literal["error", "warning"]
    line: int | None
    message: str


def error(rule: str, message: str) -> Finding:
    """A mistake: the profile asks what cannot be."""
    return Finding(rule, "error", None, message)


def warning(rule: str, message: str) -> Finding:
    """Something to think over."""
    return Finding(rule, "warning", None, message)


def placed(finding: Finding, source: str) -> Finding:
    """The finding with the first line of the file that holds what its message quotes."""
    if finding.line is not None:
        return finding
    for quoted in re.findall(r"'([^']+)'", finding.message):
        for number, line in enumerate(source.splitlines(), start=1):
            if quoted in line and not line.lstrip().startswith("#"):
                return finding._replace(line=number)
    return finding
