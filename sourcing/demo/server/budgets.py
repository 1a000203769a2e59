"""Request budgets that really count down, per token and resource, and their settings on the command line."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

_UNLIMITED = 1_000_000  # what headers say when a limit is switched off with 0


@dataclass(slots=True)
class Limit:
    """So many units in so many seconds; 0 units: no limit."""

    units: int
    seconds: float

    @classmethod
    def read(cls, text: str, seconds: float) -> "Limit":
        """From "5000" (the usual window) or "50/10" (fifty in ten seconds). ValueError otherwise."""
        units, _, window = text.partition("/")
        return cls(int(units), float(window or seconds))


@dataclass(slots=True)
class Budget:
    """What is left of one limit; a window starts with its first use."""

    limit: Limit
    used: int = 0
    until: float = 0.0

    def turn(self, now: float) -> None:
        """Starts a new window if the last one is over."""
        if now >= self.until:
            self.used, self.until = 0, now + self.limit.seconds

    def take(self, units: int, now: float) -> bool:
        """Takes units if any are left; the last call may overdraw, as at GitHub."""
        self.turn(now)
        if self.limit.units and self.used >= self.limit.units:
            return False
        self.used += units
        return True

    @property
    def size(self) -> int:
        """The limit as headers show it."""
        return self.limit.units or _UNLIMITED

    @property
    def left(self) -> int:
        """Units left, never negative."""
        return max(0, self.size - self.used)

    @property
    def reset(self) -> int:
        """When the window ends, whole seconds since 1970, rounded up."""
        return math.ceil(self.until)


_WINDOWS = {
    "github_core": Limit(5_000, 3_600.0),
    "github_search": Limit(30, 60.0),
    "github_graphql": Limit(5_000, 3_600.0),
    "kaggle": Limit(0, 60.0),
    "algolia": Limit(10_000, 3_600.0),
    "firebase": Limit(0, 3_600.0),
    "slack": Limit(0, 60.0),
    "reddit": Limit(1_000, 600.0),
}


@dataclass
class Budgets:
    """All budgets of the server."""

    limits: dict[str, Limit] = field(default_factory=lambda: dict(_WINDOWS))
    _open: dict[tuple[str, str], Budget] = field(default_factory=dict)

    def change(self, settings: Mapping[str, object]) -> None:
        """Sets limits by name; running windows of these resources start anew. ValueError for unknown names."""
        for name, value in settings.items():
            if name not in _WINDOWS:
                raise ValueError(f"limit {name!r} is unknown; there are {', '.join(_WINDOWS)}")
            self.limits[name] = Limit.read(str(value), _WINDOWS[name].seconds)
            self._open = {key: budget for key, budget in self._open.items() if key[0] != name}

    def of(self, resource: str, token: str, now: float) -> Budget:
        """The budget of one token, in its present window."""
        # A venue's budget is unlimited until somebody limits it.
        limit = self.limits.setdefault(resource, Limit(0, 60.0))
        budget = self._open.setdefault((resource, token), Budget(limit))
        budget.turn(now)
        return budget
