"""What a ranked list can be filtered by, and who passes: comparisons of a board's columns."""

from collections.abc import Callable, Mapping
from datetime import datetime

import numpy as np

from scoring.places import country_zones, overlap_hours, shipped_gazetteer
from scoring.places.zones import minutes_east
from scoring.roles import Role
from sourcing.desk.board import Board, Mask
from sourcing.desk.statuses import STATUSES
from storage.records import Answer, Record
from storage.store import Store
from storage.text import Query, read_query

FIRST_STATUS = "new"
UNDECIDED = "undecided"


class Filters(Record):
    """What is asked of a list; a filter left empty asks nothing. Who says nothing of a thing is not found by it."""

    q: str = ""  # the language of `storage.text.read_query`
    skills: tuple[str, ...] = ()  # ids; all of them shown by public work
    place: str = ""  # a city, a country, a region
    overlap: float = 0  # working hours a day shared with the team, at least
    source: str = ""
    status: str = ""
    answer: str = ""  # yes, no, maybe or undecided
    least: int = 0  # pieces of evidence
    open_to_work: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return self != Filters()


class Choices(Record):
    """What there is to filter by."""

    skills: tuple[tuple[str, int], ...]  # id and people who show it, the role's own first
    sources: tuple[str, ...]
    statuses: Mapping[str, str]  # with the words for them
    answers: tuple[str, ...]


def choices(board: Board, role: Role) -> Choices:
    """What the list of a role can be filtered by."""
    own = [skill for group in role.must_have for skill in group.skills] + [one.skill for one in role.nice_to_have]
    counts = board.skill_counts
    rest = sorted(set(counts).difference(own))
    return Choices(
        skills=tuple((skill, counts.get(skill, 0)) for skill in dict.fromkeys([*own, *rest])),
        sources=tuple(sorted({one for names in board.sources.names for one in names.split()})),
        statuses=STATUSES,
        answers=(*Answer, UNDECIDED),
    )


def read_search(text: str, notes: list[str]) -> Query | None:
    """A search, or None; what is wrong with it becomes a note."""
    if not text.strip():
        return None
    try:
        return read_query(text)
    except ValueError as error:
        notes.append(f"{error}. The search was left out.")
        return None


def passing(
    store: Store, board: Board, role: Role, filters: Filters, query: Query | None, *, now: datetime, notes: list[str]
) -> Mask:
    """The rows of living leads that pass all filters."""
    mask = ~board.named(store.merged_leads())
    if query is not None:
        mask &= board.numbered(store.matches(query))
    for skill in filters.skills:
        mask &= board.shows(skill)
    if filters.place:
        mask &= _in_place(board, filters.place, now.year, notes)
    if filters.overlap:
        mask &= board.zones.where(_shares(role, filters.overlap, now, notes))
    if filters.source:
        mask &= board.sources.where(lambda names: filters.source in names.split())
    if filters.status:
        mask &= _with(board, store.statuses(), filters.status, FIRST_STATUS)
    if filters.answer:
        mask &= _with(board, store.answers(role.role), filters.answer, UNDECIDED)
    if filters.least:
        mask &= board.pieces >= filters.least
    if filters.open_to_work:
        mask &= board.open_to_work == 1
    return mask


def _with(board: Board, said: Mapping[str, str], wanted: str, otherwise: str) -> Mask:
    """The rows of which something is said; `otherwise` is what holds of those of which nothing is."""
    if wanted == otherwise:
        return ~board.named(name for name, word in said.items() if word != otherwise)
    return board.named(name for name, word in said.items() if word == wanted)


def _in_place(board: Board, text: str, year: int, notes: list[str]) -> Mask:
    """The narrowest thing a text names: a city, else a country, else the clocks of a region."""
    code = text.strip().upper()
    if code in country_zones():
        return board.country.where(code.__eq__)
    place = shipped_gazetteer().parse(text)
    if place is None:
        notes.append(
            "The place is not one that can be told; write a city, a country or a region. The place was left out."
        )
        return np.ones(len(board), np.bool_)
    if place.city:
        return board.city.where(place.city.__eq__) & board.country.where((place.country or "").__eq__)
    if place.country:
        return board.country.where(place.country.__eq__)
    clocks = {_clock(zone, year) for zone in place.zones}
    return board.zones.where(lambda zones: zones != "" and {_clock(zone, year) for zone in zones.split()} <= clocks)


def _clock(zone: str, year: int) -> tuple[str, int, int]:
    """What a zone of a region stands for: the part of the world and the time there in winter and in summer."""
    return zone.partition("/")[0], minutes_east(zone, year, 1), minutes_east(zone, year, 7)


def _shares(role: Role, hours: float, now: datetime, notes: list[str]) -> Callable[[str], bool]:
    """Whether somebody in one of some zones certainly shares that many hours with the role's team."""
    asked = role.location.zones_asked
    if not asked:
        notes.append("The role names no time zones to share hours with; the hours were left out.")
        return lambda _: True

    def shares(zones: str) -> bool:
        own = zones.split()
        return bool(own) and all(overlap_hours(one, asked, now.year, role.location.team).least >= hours for one in own)

    return shares
