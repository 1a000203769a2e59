"""Is this installation fit to run: settings, database, roles, sources, tokens and what is left of their budgets.

Looked deeper, also every row of the database, the machine (clock, disks, permissions, versions, time zones,
certificates) and whether every source answers one harmless question.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sourcing.config import load
from sourcing.doctor._basics import basics
from sourcing.doctor._check import Check, State
from storage.errors import ConfigError

if TYPE_CHECKING:
    import httpx

__all__ = ["FAILURE_CODES", "Check", "State", "examine", "exit_code"]

ONLINE_SECONDS = 10.0  # for one question

# What the command line ends with when a check of this area failed.
FAILURE_CODES = {"settings": 2, "database": 3, "roles": 2, "machine": 2, "sources": 1}


def examine(
    path: Path | None,
    *,
    now: datetime,
    online: bool = False,
    deep: bool = False,
    client: httpx.Client | None = None,
) -> list[Check]:
    """Look at everything; nothing is written, and no token is ever shown. Only `online` or `deep` asks anybody."""
    try:
        config = load(path)
    except ConfigError as error:
        return [Check(area="settings", name="sourcing.toml", state="failed", detail=str(error))]
    if not online and not deep:
        return basics(config, now, None)
    import httpx  # nobody is asked without it, and it takes as long as the rest

    with client or httpx.Client(timeout=ONLINE_SECONDS, trust_env=False) as asking:
        found = basics(config, now, asking, deep=deep)
        if not deep:
            return found
        from sourcing.doctor._machine import machine
        from sourcing.doctor._reach import reach

        return [*found, *machine(config, now), *reach(config, now, asking)]


def exit_code(checks: list[Check]) -> int:
    """The documented code: the area of the first failed check decides."""
    return next((FAILURE_CODES[check.area] for check in checks if check.state == "failed"), 0)
