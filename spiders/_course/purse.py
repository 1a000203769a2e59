"""A number of requests that all sources of a night share: those that bring most for a request are sure of theirs.

Each source may count on a small part, so that none starves and each is learned about. Of the rest a source may send
what those expected to bring more per request leave over by their forecast. Who may not send yet waits: if the better
ones need less, or only wait for it, it goes on. When nothing is left, everybody ends at the limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

SURE = 0.1  # share of all requests that is divided evenly


@dataclass(slots=True)
class Claim:
    """What a source is expected to need, and to bring for a request."""

    requests: int
    worth: float
    spent: int = 0

    def open(self) -> int:
        """What it is still expected to need."""
        return max(0, self.requests - self.spent)


class Purse:
    """What is left of a night's requests; without `total` there is no end to it."""

    def __init__(self, total: int | None = None, claims: Mapping[str, Claim] | None = None) -> None:
        self.total = total
        self.left = total if total is not None else 0
        self._claims = dict(claims or {})
        self._sure = int(SURE * self.left / max(1, len(self._claims)))
        self._held: set[str] = set()
        self.waits: Callable[[str], bool] = lambda _: False  # whether a source waits for the others

    def may(self, source: str) -> bool:
        """Whether a source may send one more now."""
        if self.total is None:
            return True
        mine = self._claims.get(source)
        # With nothing left a request goes on to `take`, which ends the source.
        if mine is None or self.left <= 0 or mine.spent < self._sure or self.left > self._promised(source, mine):
            self._held.discard(source)
            return True
        self._held.add(source)
        return self._nobody_else_sends()

    def _promised(self, source: str, mine: Claim) -> int:
        """What is kept for others: all that better ones are expected to need, of the rest what they are sure of."""
        kept = 0
        for name, claim in self._claims.items():
            if name != source:
                sure = max(0, min(self._sure, claim.requests) - claim.spent)
                kept += claim.open() if claim.worth > mine.worth else sure
        return kept

    def _nobody_else_sends(self) -> bool:
        return all(name in self._held or self.waits(name) for name in self._claims)

    def take(self, source: str) -> bool:
        """Count a request of a source as it leaves; False: there is none left."""
        if self.total is None:
            return True
        if self.left <= 0:
            return False
        self.left -= 1
        if source in self._claims:
            self._claims[source].spent += 1
        return True

    def leave(self, source: str) -> None:
        """A source came to its end: what it did not need is for the others."""
        self._claims.pop(source, None)
        self._held.discard(source)
