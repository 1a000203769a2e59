from ._report import (
    EXIT_CODES,
    LookedBack,
    NightReport,
    RoleReport,
    Truth,
    findings_of,
    last_night,
)
from ._roles import active_lanes, active_roles, lanes_of
from ._running import close_unfinished, run, unstoppable

__all__ = [
    "EXIT_CODES",
    "LookedBack",
    "NightReport",
    "RoleReport",
    "Truth",
    "active_lanes",
    "active_roles",
    "close_unfinished",
    "findings_of",
    "lanes_of",
    "last_night",
    "run",
    "unstoppable",
]
