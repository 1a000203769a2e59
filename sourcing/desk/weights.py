"""Other weights tried on a list as fast as a slider moves: columns warmed once per change, one weighing per try.

Weights are given in points: the normal weights of the profile times 100, so that one hundred points are the whole.
"""

import threading
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from scoring.roles import COMPONENTS, Role
from scoring.roles.defaults import DEFAULT_WEIGHTS
from scoring.what_if import TOP, Decided, auc, tau_b
from sourcing.desk.board import Board, Boards
from sourcing.desk.said import Answers
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.desk.warmed import Mask, Numbers, Rows, Standing, Warmed, warmed
from sourcing.ranking import clean, refuses
from sourcing.weights import with_weights
from storage.records import Lead, Record
from storage.store import Store

POINTS = 100
AS_OF = timedelta(seconds=3)  # what others do meanwhile shows this much later: a slider asks ten times a second


class Cause(Record):
    """The weight that moved a person most, and how far against the average person."""

    component: str
    effect: float


class Place(Record):
    """One person in both lists; a rank is None where the person is not in the list."""

    lead: str
    blind: bool = False
    name: str | None  # None in a blind review
    headline: str | None
    rank: int | None
    rank_before: int | None
    total: float
    total_before: float
    cause: Cause | None


class Tryout(Record):
    """What other weights make of a list; nothing was written."""

    role: str
    version: int
    weights: Mapping[str, float]  # normal: they sum to 1
    changed: tuple[str, ...]  # components whose points were changed
    people: int  # that may be listed
    listed: int  # in the list under these weights
    listed_before: int
    top: tuple[Place, ...]
    enters: tuple[Place, ...]  # in order of the new list
    leaves: tuple[Place, ...]  # in order of the present list
    tau: float | None  # Kendall's tau-b over all who may be listed
    decided: Decided
    stale: int  # people scored by another version of the profile


def points(role: Role) -> dict[str, float]:
    """Where the sliders stand: the weight of every component in points, one decimal."""
    return {name: round(POINTS * role.normal_weights.get(name, 0.0), 1) for name in COMPONENTS}


def changes(role: Role, given: Mapping[str, float]) -> dict[str, float]:
    """The weights as the profile's file would say them, of the components whose points differ from where they stood."""
    here = points(role)
    # What the file says sums to something of its own; only what was moved is written, in the file's measure.
    whole = _whole(role)
    moved = {name: value for name, value in given.items() if abs(value - here.get(name, 0.0)) > 1e-9}
    return {name: value / POINTS * whole for name, value in moved.items()}


def _whole(role: Role) -> float:
    """What the weights of a file add up to, of the components that count."""
    name, normal = next(iter(role.normal_weights.items()))
    return float({**DEFAULT_WEIGHTS, **role.weights}[name] / normal)


class Scales:
    """The columns of all roles, each warmed again when the database or the profile says something else."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards
        self._held: dict[str, tuple[tuple[str, str], Warmed]] = {}
        self._answers: dict[str, Answers] = {}
        self._looked: dict[str, _Looked] = {}
        self._making = threading.Lock()

    def tried(
        self,
        store: Store,
        role: Role,
        given: Mapping[str, float],
        *,
        now: datetime,
        top: int = TOP,
        blind: Collection[str] = (),
    ) -> Tryout:
        """Weigh everybody scored for a role by these points; ConfigError if no weight is left.

        Who is not decided on for a role in `blind` has no name in it.
        """
        moved = changes(role, given)
        changed = with_weights(role, moved) if moved else role
        looked = self._look(store, role.role, now)
        warm = self._of(store, role, looked.board, now)
        free = warm.free & ~warm.named(looked.told)
        sides = warm.present(role.normal_weights, free), warm.standing(changed.normal_weights, free)
        first, second = (side.order[: top + _SPARE] for side in sides)
        people = _people(store, [warm.matrix.lead(row) for row in np.union1d(first, second).tolist()])
        first, second = (_willing(warm, rows, people)[:top] for rows in (first, second))
        trial = _Trial(warm, role, changed, sides, store.unanswered(blind, people))
        return Tryout(
            role=role.role,
            version=role.version,
            weights=changed.normal_weights,
            changed=tuple(moved),
            people=int(np.count_nonzero(free)),
            listed=len(sides[1].order),
            listed_before=len(sides[0].order),
            top=trial.places(second, people),
            enters=trial.places(second[~np.isin(second, first)], people),
            leaves=trial.places(first[~np.isin(first, second)], people),
            tau=_tau(sides, free),
            decided=_decided(warm, sides, free, looked.chosen),
            stale=warm.matrix.stale,
        )

    def _look(self, store: Store, role: str, now: datetime) -> "_Looked":
        """What the database says, as it stood at most three seconds ago."""
        looked = self._looked.get(role)
        if looked is None or not timedelta() <= now - looked.at < AS_OF:
            board = self._boards.of(store, role)
            with self._making:
                chosen = self._answers.setdefault(role, Answers(role)).chosen(store)
            looked = self._looked[role] = _Looked(now, board, _told(store), chosen)
        return looked

    def _of(self, store: Store, role: Role, board: Board, now: datetime) -> Warmed:
        key = (board.stamp, role.digest)
        held = self._held.get(role.role)
        if held is None or held[0] != key:
            with self._making:  # one maker, the others wait for what it makes
                held = self._held.get(role.role)
                if held is None or held[0] != key:
                    held = self._held[role.role] = (key, warmed(store, role, board, now=now))
        return held[1]


class _Looked(NamedTuple):
    """What the database said of a role, and when it was asked."""

    at: datetime
    board: Board
    told: list[str]  # leads somebody said not to contact
    chosen: Mapping[str, bool]


_SPARE = 10  # people read beyond the top, in place of those who turn out to refuse recruiters


class _Trial(NamedTuple):
    """Both lists, and what explains the way between them."""

    warm: Warmed
    present: Role
    changed: Role
    sides: tuple[Standing, Standing]
    hidden: Collection[str]  # leads

    def places(self, rows: Rows, people: Mapping[str, Lead]) -> tuple[Place, ...]:
        effects = self.warm.effects(rows, self.present.normal_weights, self.changed.normal_weights)
        return tuple(self._place(row, effects[at], people) for at, row in enumerate(rows.tolist()))

    def _place(self, row: int, effects: Numbers, people: Mapping[str, Lead]) -> Place:
        before, after = self.sides
        lead = people[self.warm.matrix.lead(row)]
        hidden = lead.id in self.hidden
        headline = next((one.headline for one in lead.accounts if one.headline and not hidden), None)
        return Place(
            lead=lead.id,
            blind=hidden,
            name=None if hidden else clean(lead.name),
            headline=clean(headline) if headline else None,
            rank=int(after.ranks[row]) or None,
            rank_before=int(before.ranks[row]) or None,
            total=float(after.totals[row]),
            total_before=float(before.totals[row]),
            cause=_cause(effects),
        )


def _cause(effects: Numbers) -> Cause | None:
    at = int(np.argmax(np.abs(effects)))
    effect = float(effects[at])
    return Cause(component=COMPONENTS[at], effect=effect) if abs(effect) > 1e-12 else None


def _told(store: Store) -> list[str]:
    """Leads somebody said not to contact."""
    return [name for name, status in store.statuses().items() if status == DO_NOT_CONTACT]


def _people(store: Store, names: Collection[str]) -> dict[str, Lead]:
    """Those who do not refuse recruiters, without their work."""
    return {lead.id: lead for lead in store.leads(names, work=()) if not refuses(lead)}


def _willing(warm: Warmed, rows: Rows, people: Mapping[str, Lead]) -> Rows:
    return rows[np.array([warm.matrix.lead(row) in people for row in rows.tolist()], dtype=np.bool_)]


def _decided(warm: Warmed, sides: tuple[Standing, Standing], free: Mask, chosen: Mapping[str, bool]) -> Decided:
    """How people who were decided on stand in both lists, among all who may be listed."""
    yes, no = (warm.rows(lead for lead, up in chosen.items() if up is said) for said in (True, False))
    yes, no = yes[free[yes]], no[free[no]]
    before, after = sides
    return Decided(
        yes=len(yes),
        no=len(no),
        auc_before=auc(before.totals[yes], before.totals[no]),
        auc_after=auc(after.totals[yes], after.totals[no]),
        rank_yes_before=_mean(before.places[yes]),
        rank_yes_after=_mean(after.places[yes]),
        rank_no_before=_mean(before.places[no]),
        rank_no_after=_mean(after.places[no]),
    )


def _tau(sides: tuple[Standing, Standing], free: Mask) -> float | None:
    """How far the orders of all who may be listed agree; both are sorted already."""
    at = np.cumsum(free) - 1  # the place of a row among those who may be listed
    before, after = sides
    return tau_b(before.totals[free], after.totals[free], (at[before.everybody], at[after.everybody]))


def _mean(places: Numbers) -> float | None:
    return float(places.mean()) if len(places) else None
