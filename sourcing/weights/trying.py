"""Other weights, or another profile, tried on the leads as they are scored; nothing is written."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain

from scoring.columns import Matrix, from_receipts
from scoring.engine import Scorer
from scoring.reference import Reference
from scoring.roles import Role
from scoring.what_if import TOP, Difference, Move, compare, limited
from sourcing.decisions import chosen
from sourcing.ranking import clean, matrix, refuses
from storage.errors import ConfigError
from storage.records import Record
from storage.store import Store

# What changes no score, and what can be changed without reading anybody again.
_SILENT = frozenset({"version", "name", "confirmed", "lanes"})
_WEIGHED = frozenset({"weights", "missing", "penalties"})


class Tried(Record):
    """What a changed profile would do to the list of a role."""

    role: str
    version_before: int
    version_after: int
    difference: Difference
    names: dict[str, str]  # of the leads named in the difference
    stale: int  # leads scored by another version than the present one
    left_out: tuple[str, ...]  # keys that differ too, whose effect only reading everybody again would show
    full: bool  # everybody was read again


def tried(
    store: Store,
    present: Role,
    changed: Role,
    *,
    now: datetime,
    full: bool = False,
    top: int = TOP,
    reference: Reference | None = None,
) -> Tried:
    """Compare two versions of a profile on everybody scored for the role.

    With `full` everybody is read and scored again for the changed one, which takes as long as scoring. ConfigError if
    nobody was scored, or if the two are not of one role.
    """
    if present.role != changed.role:
        raise ConfigError(f"{present.role!r} and {changed.role!r} are two roles; compare versions of one")
    columns = matrix(store, present, now=now, reference=reference)
    if not len(columns):
        raise ConfigError(f"nobody is scored for role {present.role!r}; make it active and run `sourcing score`")
    beyond = _beyond(present, changed)
    if full:
        again: Matrix | None = _again(store, changed, columns, Scorer(changed, now, reference))
    else:
        again = _limited(columns, present, changed)
    difference = compare(
        columns,
        present.normal_weights,
        changed.normal_weights,
        after=again,
        top=top,
        decided=chosen(store.decisions(present.role)),
    )
    difference, names = _named(store, difference)
    return Tried(
        role=present.role,
        version_before=present.version,
        version_after=changed.version,
        difference=difference,
        names=names,
        stale=columns.stale,
        left_out=() if full else tuple(beyond),
        full=full,
    )


def _beyond(present: Role, changed: Role) -> list[str]:
    keys = [name for name in Role.model_fields if name not in _SILENT | _WEIGHED]
    return [name for name in keys if getattr(present, name) != getattr(changed, name)]


def _limited(columns: Matrix, present: Role, changed: Role) -> Matrix | None:
    """The matrix under the changed rules for the unknown and for penalties, None if they are the same."""
    if (present.missing, present.penalties) == (changed.missing, changed.penalties):
        return None
    rules = changed.penalties
    return limited(columns, cautious=changed.missing == "cautious", most=rules.max_total, off=rules.off)


def _again(store: Store, changed: Role, columns: Matrix, scorer: Scorer) -> Matrix:
    leads = [columns.lead(row) for row in range(len(columns))]
    receipts = map(scorer.score, store.leads(leads))
    # What is usual comes from the tables the present list was made with.
    fresh = replace(from_receipts(changed, receipts, digest=scorer.digest), usual=columns.usual)
    if len(fresh) != len(columns):
        raise ConfigError("leads were merged or erased meanwhile; try again")
    return fresh


def _named(store: Store, difference: Difference) -> tuple[Difference, dict[str, str]]:
    """The difference without leads that refuse recruiters, and the names of the others."""
    lists = {name: getattr(difference, name) for name in ("after", "enters", "leaves", "moves")}
    leads = {move.lead for move in chain(*lists.values())}
    names = {lead.id: clean(lead.name) for lead in store.leads(leads) if not refuses(lead)}
    return difference.model_copy(update={name: _of(moves, names) for name, moves in lists.items()}), names


def _of(moves: Iterable[Move], names: Collection[str]) -> tuple[Move, ...]:
    return tuple(move for move in moves if move.lead in names)
