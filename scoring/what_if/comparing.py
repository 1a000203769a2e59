"""Weights in, differences out: who enters and leaves the top, who moves most, and which weights did it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns import Matrix
from scoring.columns.sums import effective_rows
from scoring.what_if.agreement import Numbers, auc, tau_b
from storage.records import Record

TOP = 25
WATCHED = 100  # rows of either list among which the largest moves are looked for
MOVES = 10
CAUSES = 3
Weights = Mapping[str, float]


class Cause(Record):
    """How far one weight moved a lead against the average lead; effects of all weights add up to that move."""

    component: str
    weight_before: float
    weight_after: float
    effect: float


class Move(Record):
    """One lead in both lists; a rank is None where the lead is not in the section."""

    lead: str
    rank_before: int | None
    rank_after: int | None
    total_before: float
    total_after: float
    causes: tuple[Cause, ...]  # strongest first


class WeightChange(Record):
    """One component: its weight in both, and how far it moved the leads near the top, on average, up or down."""

    component: str
    before: float
    after: float
    effect: float
    known: bool  # False: nothing was seen of it yet, so everybody counts as usual


class Decided(Record):
    """How leads that were decided on stand in both lists; ranks are means over all leads that may be listed."""

    yes: int
    no: int
    auc_before: float | None  # chance that a yes stands above a no
    auc_after: float | None
    rank_yes_before: float | None
    rank_yes_after: float | None
    rank_no_before: float | None
    rank_no_after: float | None


class Difference(Record):
    """What other weights would do to one list; nothing was written."""

    leads: int  # that may be listed
    listed_before: int  # in the section
    listed_after: int
    top: int
    tau: float | None  # Kendall's tau-b over all leads that may be listed
    overlap: int  # of the two tops
    after: tuple[Move, ...]  # the top under the new weights, in order
    enters: tuple[Move, ...]  # in order of the new list
    leaves: tuple[Move, ...]  # in order of the present list
    moves: tuple[Move, ...]  # most ranks first, among the first rows of either list
    weights: tuple[WeightChange, ...]  # that differ, most effect first
    decided: Decided


class _Side(NamedTuple):
    """One list: totals, ranks (0: not in the section) and what each component contributes, per row."""

    matrix: Matrix
    weights: Weights
    totals: Numbers
    order: NDArray[np.intp]  # rows of the section, best first
    ranks: NDArray[np.int64]


def compare(
    before: Matrix,
    old: Weights,
    new: Weights,
    *,
    after: Matrix | None = None,
    top: int = TOP,
    section: str = "ranked",
    decided: Mapping[str, bool] | None = None,
) -> Difference:
    """The difference between two sets of normalised weights on the same leads.

    `after` holds the same leads as the changed profile sees them, if more than weights differ. `decided` says of
    leads whether they were chosen.
    """
    later = after if after is not None else before
    sides = _side(before, old, section), _side(later, new, section)
    free = np.flatnonzero(~before.restricted)
    effects = _effects(sides)
    first, second = (side.order[:top] for side in sides)
    enters = second[~np.isin(second, first)]
    leaves = first[~np.isin(first, second)]
    near = np.union1d(sides[0].order[:WATCHED], sides[1].order[:WATCHED])
    return Difference(
        leads=len(free),
        listed_before=len(sides[0].order),
        listed_after=len(sides[1].order),
        top=top,
        tau=tau_b(sides[0].totals[free], sides[1].totals[free]),
        overlap=len(second) - len(enters),
        after=_moves(sides, effects, second),
        enters=_moves(sides, effects, enters),
        leaves=_moves(sides, effects, leaves),
        moves=_moves(sides, effects, _farthest(sides, near)),
        weights=_weights(sides, effects, near),
        decided=_decided(sides, free, decided or {}),
    )


def limited(matrix: Matrix, *, cautious: bool, most: float, off: Sequence[str] = ()) -> Matrix:
    """The matrix under other rules for the unknown and for penalties; nobody is read again."""
    amounts = matrix.amounts.copy()
    for name in off:
        if name in matrix.penalties:
            amounts[:, matrix.penalties.index(name)] = 0.0
    return replace(matrix, cautious=cautious, most=most, amounts=amounts)


def _side(matrix: Matrix, weights: Weights, section: str) -> _Side:
    totals = matrix.totals(weights)
    inside = np.flatnonzero(matrix.sections(weights) == _SECTIONS[section])
    order = inside[np.lexsort((inside, -totals[inside]))]
    ranks = np.zeros(len(totals), dtype=np.int64)
    ranks[order] = np.arange(1, len(order) + 1)
    return _Side(matrix, weights, totals, order, ranks)


_SECTIONS = {"ranked": 0, "too_little_evidence": 1}


def _effects(sides: tuple[_Side, _Side]) -> Numbers:
    """Per row and component, how far its contribution moved against the mean of all rows."""
    effective = _effective(sides[0].matrix)
    # Often only weights differ.
    later = effective if sides[1].matrix is sides[0].matrix else _effective(sides[1].matrix)
    moved = later * _weights_of(sides[1]) - effective * _weights_of(sides[0])
    if not len(moved):
        return moved
    against_mean: Numbers = moved - moved.mean(axis=0)
    return against_mean


def _effective(matrix: Matrix) -> Numbers:
    return effective_rows(matrix.value, matrix.confidence, np.array(matrix.neutral))


def _weights_of(side: _Side) -> Numbers:
    return np.array([side.weights.get(name, 0.0) for name in side.matrix.components])


def _farthest(sides: tuple[_Side, _Side], near: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rows that moved over most ranks; one outside the section counts as standing behind it."""
    places = [np.where(side.ranks[near] > 0, side.ranks[near], len(side.order) + 1) for side in sides]
    far = np.abs(places[0] - places[1])
    chosen = np.lexsort((near, -far))[:MOVES]
    rows: NDArray[np.intp] = near[chosen[far[chosen] > 0]]
    return rows


def _moves(sides: tuple[_Side, _Side], effects: Numbers, rows: NDArray[np.intp]) -> tuple[Move, ...]:
    return tuple(_move(sides, effects, row) for row in rows.tolist())


def _move(sides: tuple[_Side, _Side], effects: Numbers, row: int) -> Move:
    before, after = sides
    return Move(
        lead=before.matrix.lead(row),
        rank_before=int(before.ranks[row]) or None,
        rank_after=int(after.ranks[row]) or None,
        total_before=float(before.totals[row]),
        total_after=float(after.totals[row]),
        causes=_causes(sides, effects[row]),
    )


def _causes(sides: tuple[_Side, _Side], effects: Numbers) -> tuple[Cause, ...]:
    names = sides[0].matrix.components
    strongest = sorted(range(len(names)), key=lambda at: (-abs(effects[at]), at))[:CAUSES]
    return tuple(
        Cause(
            component=names[at],
            weight_before=sides[0].weights.get(names[at], 0.0),
            weight_after=sides[1].weights.get(names[at], 0.0),
            effect=float(effects[at]),
        )
        for at in strongest
        if abs(effects[at]) > 1e-12
    )


def _weights(sides: tuple[_Side, _Side], effects: Numbers, near: NDArray[np.intp]) -> tuple[WeightChange, ...]:
    strength = np.abs(effects[near]).mean(axis=0) if len(near) else np.zeros(effects.shape[1])
    after = sides[1].matrix
    rows = [
        WeightChange(
            component=name,
            before=sides[0].weights.get(name, 0.0),
            after=sides[1].weights.get(name, 0.0),
            effect=float(strength[at]),
            known=bool((after.confidence[:, at] > 0).any()),
        )
        for at, name in enumerate(after.components)
    ]
    different = [row for row in rows if abs(row.before - row.after) > 1e-12]
    return tuple(sorted(different, key=lambda row: (-row.effect, row.component)))


def _decided(sides: tuple[_Side, _Side], free: NDArray[np.intp], decided: Mapping[str, bool]) -> Decided:
    rows = dict(zip(sides[0].matrix.leads[free].tolist(), range(len(free)), strict=True))
    known = {rows[key]: up for lead, up in decided.items() if (key := lead.encode()) in rows}
    yes, no = (np.array([row for row, up in known.items() if up is said], dtype=np.intp) for said in (True, False))
    before, after = (side.totals[free] for side in sides)
    places = [_places(totals) for totals in (before, after)]
    return Decided(
        yes=len(yes),
        no=len(no),
        auc_before=auc(before[yes], before[no]),
        auc_after=auc(after[yes], after[no]),
        rank_yes_before=_mean(places[0][yes]),
        rank_yes_after=_mean(places[1][yes]),
        rank_no_before=_mean(places[0][no]),
        rank_no_after=_mean(places[1][no]),
    )


def _places(totals: Numbers) -> Numbers:
    """Place of every row, from 1, best total first, equal ones by row."""
    places = np.empty(len(totals))
    places[np.lexsort((np.arange(len(totals)), -totals))] = np.arange(1, len(totals) + 1)
    return places


def _mean(places: Numbers) -> float | None:
    return float(places.mean()) if len(places) else None
