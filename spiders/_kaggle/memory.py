"""Which leaderboards were read, and which names in them nobody answers to; plain data between nights."""

from collections.abc import Mapping
from typing import Any


class Memory:
    """A finished competition does not change, so it is read once."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.read: set[str] = set(state.get("read", ()))
        self._nobody: dict[str, set[str]] = {slug: set(names) for slug, names in state.get("nobody", {}).items()}
        self._open: dict[str, int] = {}  # names still asked for tonight
        self._left: set[str] = set()  # competitions with names left for another night

    def state(self) -> dict[str, Any]:
        """Plain data for the Store."""
        return {
            "read": sorted(self.read),
            "nobody": {slug: sorted(names) for slug, names in sorted(self._nobody.items()) if names},
        }

    def is_nobody(self, slug: str, name: str) -> bool:
        """Whether the name was looked for in vain."""
        return name in self._nobody.get(slug, ())

    def begin(self, slug: str, asked: int, *, left: bool) -> bool:
        """Start a competition with so many names to ask for; True if it is finished at once."""
        self._open[slug] = asked
        if left:
            self._left.add(slug)
        return self._finish(slug)

    def settle(self, slug: str, *, nobody: str = "", lost: bool = False) -> bool:
        """One name was answered, in vain or not at all; True if that finished the competition."""
        self._open[slug] -= 1
        if nobody:
            self._nobody.setdefault(slug, set()).add(nobody)
        if lost:
            self._left.add(slug)
        return self._finish(slug)

    def _finish(self, slug: str) -> bool:
        if self._open[slug] or slug in self._left:
            return False
        self.read.add(slug)
        self._nobody.pop(slug, None)
        return True
