"""The requests all sources of a shared night may send together, divided beforehand.

In one process the purse decides request by request; workers on several machines cannot ask each other that often. So
each is given what the purse would let it have by the forecasts: all a small part evenly, then those that bring most for
a request what they are forecast to need, and what is left over evenly.
"""

from collections.abc import Mapping

from spiders._course.purse import SURE, Claim


def shares(total: int | None, spent: int, claims: Mapping[str, Claim]) -> dict[str, int] | None:
    """Requests by source; None where nothing limits them together. Their sum is `total` less what is spent."""
    if total is None:
        return None
    left = max(0, total - spent)
    sure = int(SURE * left / max(1, len(claims)))
    given = {name: min(sure, claim.requests) for name, claim in claims.items()}
    left -= sum(given.values())
    for name, claim in sorted(claims.items(), key=lambda one: (-one[1].worth, one[0])):
        more = min(left, claim.requests - given[name])
        given[name] += more
        left -= more
    for place, name in enumerate(sorted(claims)):
        given[name] += left // len(claims) + (place < left % len(claims))
    return given
