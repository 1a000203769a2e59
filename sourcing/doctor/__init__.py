"""Is this installation fit to run: settings, database, roles, sources, tokens and what is left of their budgets.

Looked deeper, also the machine (clock, disks, permissions, versions, time zones, certificates) and whether every source
answers one harmless question.
"""

from datetime import datetime
from pathlib import Path

import httpx

from sourcing.config import load
from sourcing.doctor._basics import basics
from sourcing.doctor._check import Check, State
from sourcing.doctor._machine import machine
from sourcing.doctor._reach import reach
from storage.errors import ConfigError

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
    with client or httpx.Client(timeout=ONLINE_SECONDS, trust_env=False) as asking:
        found = basics(config, now, asking if online or deep else None)
        return [*found, *machine(config, now), *reach(config, now, asking)] if deep else found


def exit_code(checks: list[Check]) -> int:
    """The documented code: the area of the first failed check decides."""
    return next((FAILURE_CODES[check.area] for check in checks if check.state == "failed"), 0)
