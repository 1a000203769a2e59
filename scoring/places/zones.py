"""Time zones and shared working hours, in both daylight-saving states."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WORKDAY_HOURS = 8
WORKDAY = (9 * 60, 17 * 60)  # minutes of the local day; a person's hours, and a team's unless it says others

_OFFSET = re.compile(
    r"(?:UTC|GMT)(?:\s*(?P<sign>[+\-−])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?)?", re.IGNORECASE
)
_HOURS = re.compile(r"(\d{1,2})(?::([0-5]\d))?\s*(?:-|–|to)\s*(\d{1,2})(?::([0-5]\d))?")
_DAY = 24 * 60
_EAST, _WEST = 14 * 60, -12 * 60


class Overlap(NamedTuple):
    """Shared working hours in January and in July."""

    january: float
    july: float

    @property
    def least(self) -> float:
        """The smaller of both: what holds all year."""
        return min(self.january, self.july)

    def __str__(self) -> str:
        if self.january == self.july:
            return f"{self.january:g} h"
        return f"{self.january:g} h in January, {self.july:g} h in July"


def fixed_zone(text: str) -> str | None:
    """ "utc +2" → "UTC+02:00"; None if this is no offset from UTC-12 to UTC+14."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    minutes = -minutes if found["sign"] in ("-", "−") else minutes
    return _written(minutes) if _WEST <= minutes <= _EAST else None


def asked_zones(text: str) -> tuple[str, ...]:
    """The zones a profile asks for: "UTC-8..UTC-3", "UTC+1" or "Europe/Berlin"; ValueError with the way out."""
    if ".." in text:
        low, high = (fixed_zone(end) for end in text.split("..", 1))
        if low is None or high is None:
            raise ValueError(f"time zones {text!r}: write a range as UTC-8..UTC-3")
        if minutes_east(low, 2000, 1) > minutes_east(high, 2000, 1):
            raise ValueError(f"time zones {text!r}: the range runs backwards; write the western end first")
        return _between(minutes_east(low, 2000, 1), minutes_east(high, 2000, 1))
    if (fixed := fixed_zone(text)) is not None:
        return (fixed,)
    if named_zone(text) is None:
        raise ValueError(f"time zone {text!r}: write UTC+1, UTC-8..UTC-3 or a name like Europe/Berlin")
    return (text,)


def named_zone(text: str) -> str | None:
    """The name itself if it is an IANA time zone."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=4096)
def minutes_east(zone: str, year: int, month: int) -> int:
    """Minutes east of UTC of a zone in the middle of a month."""
    found = _OFFSET.fullmatch(zone)
    if found is not None:
        minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
        return -minutes if found["sign"] == "-" else minutes
    offset = datetime(year, month, 15, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return round(offset.total_seconds() / 60)


@lru_cache(maxsize=65_536)
def overlap_hours(zone: str, asked: tuple[str, ...], year: int, team: tuple[int, int] = WORKDAY) -> Overlap:
    """Most hours a working day in this zone shares with a team's day in one of the asked, per daylight-saving state.

    `team` is when the team works, in minutes of its own day: (600, 1080) is 10:00 to 18:00.
    """
    return Overlap(_shared(zone, asked, year, 1, team), _shared(zone, asked, year, 7, team))


def team_hours(text: str) -> tuple[int, int]:
    """ "10:00-18:00" in minutes of the day; ValueError with the way out."""
    found = _HOURS.fullmatch(text.strip())
    start, end = (int(found[at]) * 60 + int(found[at + 1] or 0) for at in (1, 3)) if found else (0, 0)
    if not 0 <= start < end <= _DAY:
        raise ValueError(f"team hours {text!r}: write them as 10:00-18:00, within one day")
    return start, end


def same_clock(zones: tuple[str, ...], year: int) -> bool:
    """Whether these zones show the same time in winter and in summer."""
    return len({(minutes_east(zone, year, 1), minutes_east(zone, year, 7)) for zone in zones}) <= 1


def _shared(zone: str, asked: tuple[str, ...], year: int, month: int, team: tuple[int, int]) -> float:
    here = minutes_east(zone, year, month)
    return max(_hours(here - minutes_east(other, year, month), team) for other in asked)


def _hours(ahead: int, team: tuple[int, int]) -> float:
    """Hours a working day `ahead` minutes east of the team's has in common with the team's, round the globe."""
    start, end = WORKDAY[0] - ahead, WORKDAY[1] - ahead  # on the team's clock
    days = ((start + turn * _DAY, end + turn * _DAY) for turn in (-2, -1, 0, 1, 2))
    return sum(max(0, min(late, team[1]) - max(early, team[0])) for early, late in days) / 60


def _written(minutes: int) -> str:
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _between(low: int, high: int) -> tuple[str, ...]:
    """Whole hours from the western to the eastern end, both included."""
    return tuple(_written(minutes) for minutes in dict.fromkeys([*range(low, high, 60), high]))
