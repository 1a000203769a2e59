"""Limit headers in other spellings than GitHub's: the IETF drafts, and times written out.

Header names are in lower case, `wall` is our clock in epoch seconds.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from spiders._polite.gate import MAX_WAIT, Reading

_LEFT = re.compile(r"\br=(\d{1,12})")
_RESET = re.compile(r"\bt=(\d{1,9})")
_QUOTA = re.compile(r"\bq=(\d{1,12})")
_EPOCH = 10**9  # larger numbers are moments, smaller ones are seconds to wait


def structured(headers: Mapping[str, str]) -> Reading | None:
    """`RateLimit: "api";r=498;t=212` with `RateLimit-Policy: …;q=500;w=300` (draft-ietf-httpapi-ratelimit-headers)."""
    left, reset = _LEFT.search(headers.get("ratelimit", "")), _RESET.search(headers.get("ratelimit", ""))
    if left is None or reset is None:
        return None
    quota = _QUOTA.search(headers.get("ratelimit-policy", ""))
    return Reading(int(quota[1]) if quota else None, int(left[1]), min(MAX_WAIT, float(reset[1])))


def spelled(headers: Mapping[str, str], prefix: str, *, wall: float) -> Reading | None:
    """`PREFIX-Limit`, `-Remaining` and `-Reset`; the reset is seconds, an epoch, or a time in ISO 8601."""
    try:
        left = int(float(headers[f"{prefix}-remaining"]))
        limit = int(float(headers[f"{prefix}-limit"])) if f"{prefix}-limit" in headers else None
        reset_in = _seconds(headers[f"{prefix}-reset"], _their_clock(headers, wall))
    except (KeyError, ValueError):
        return None
    return Reading(limit, left, min(MAX_WAIT, max(0.0, reset_in)))


def _seconds(reset: str, now: float) -> float:
    try:
        number = float(reset)
    except ValueError:
        return datetime.fromisoformat(reset).timestamp() - now
    return number - now if number > _EPOCH else number


def _their_clock(headers: Mapping[str, str], wall: float) -> float:
    """The source's time where it tells it: its resets are by its own clock."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return wall
