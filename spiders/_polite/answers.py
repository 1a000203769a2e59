"""How a source answers: shares of refusals and failures, and when it is better left alone for this run.

Shares are those of the product's table for drift; they are judged once there are enough answers to say so.
"""

from collections import Counter
from typing import NamedTuple

ENOUGH = 40  # answers, from which a source is stopped while it runs
SOME = 10  # answers, from which they tell how a source ended that was no success
SHARES = {"403": 0.50, "429": 0.20, "5xx": 0.50}
CHALLENGES = 3  # pages in a row that ask who we are, instead of data
ENDS = {  # how the source ends, and what is said
    "403": ("refused", "blocked"),
    "429": ("limit", "rate_limited"),
    "5xx": ("failed", "outage"),
}


class End(NamedTuple):
    """How a source should end: state and reason."""

    state: str
    reason: str


class Answers:
    """The answers of one source in one run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._challenges = 0

    def add(self, status: int) -> End | None:
        """Count an answer; says how the source should end once a share is too high."""
        self.counts["all"] += 1
        name = "5xx" if status >= 500 else str(status)
        if name not in SHARES:
            return None
        self.counts[name] += 1
        share = self.counts[name] / self.counts["all"]
        if self.counts["all"] < ENOUGH or share < SHARES[name]:
            return None
        state, word = ENDS[name]
        return End(state, f"{word}: {share:.0%} of {self.counts['all']} answers were {name}")

    def mostly(self) -> End | None:
        """How a run ended of whose answers some were of no use: most were refusals, or failures of the source."""
        for name in ("403", "5xx") if self.counts["all"] >= SOME else ():
            share = self.counts[name] / self.counts["all"]
            if share >= SHARES[name]:
                state, word = ENDS[name]
                return End(state, f"{word}: {share:.0%} of {self.counts['all']} answers were {name}")
        return None

    def understood(self) -> None:
        """An answer could be read."""
        self._challenges = 0

    def challenged(self) -> End | None:
        """Count a page that asks who we are; says how the source should end after some in a row."""
        self.counts["challenge"] += 1
        self._challenges += 1
        if self._challenges < CHALLENGES:
            return None
        return End("refused", f"login_wall: {self._challenges} login or challenge pages in a row instead of data")
