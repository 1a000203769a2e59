"""What a component gives back, and the words all of them use."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from scoring.reading import Reading

NOTHING_FOUND = "no public evidence found"
MOST_EVIDENCE = 3


class Seen(NamedTuple):
    """What one component saw of a lead. `value` is None when there was nothing to read."""

    value: float | None
    confidence: float
    reason: str
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


Component = Callable[[Reading], Seen]


def unknown(*missing: str, reason: str = NOTHING_FOUND) -> Seen:
    """Nothing to read: neutral, with what would be worth asking."""
    return Seen(None, 0.0, reason, (), missing)


def seen(
    value: float, confidence: float, reason: str, evidence: Iterable[str] = (), missing: Iterable[str] = ()
) -> Seen:
    """A finding, brought into bounds, with at most three pieces of evidence; without confidence it is unknown."""
    confidence = min(1.0, max(0.0, confidence))
    first = tuple(dict.fromkeys(evidence))[:MOST_EVIDENCE]
    if confidence == 0:
        return Seen(None, 0.0, reason, first, tuple(missing))
    return Seen(min(1.0, max(0.0, value)), confidence, reason, first, tuple(missing))


def either(shares: Iterable[float]) -> float:
    """Noisy-or: how sure it is that at least one holds."""
    left = 1.0
    for share in shares:
        left *= 1 - share
    return 1 - left


def percent(share: float) -> str:
    """A share as whole per cent, "100 %" and "0 %" only where all or nothing is meant: "64 %"."""
    whole = round(share * 100)
    return f"{min(max(whole, 1), 99) if 0 < share < 1 else whole} %"


def counted(number: int, noun: str) -> str:
    """ "1 month", "3 months"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
