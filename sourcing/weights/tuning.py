"""What the decisions of a role say of its weights: a proposal."""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from scoring.learn import FACTOR, FROZEN, Proposal, Thumb, propose
from scoring.reference import Reference
from scoring.roles import Role
from scoring.roles.defaults import DEFAULT_WEIGHTS
from sourcing.config import Config
from sourcing.decisions import speaks_of_fit
from sourcing.weights.profiles import with_weights
from sourcing.weights.saving import SavedRole, save_weights
from sourcing.weights.trying import Tried, tried
from storage.errors import ConfigError
from storage.records import Answer, Decision, Record
from storage.store import Store


class Tuned(Record):
    """A proposal with what it would do to the list, and the weights as the file would say them; keep if None."""

    role: str
    version: int
    proposal: Proposal
    weights: Mapping[str, float] | None  # as in the file, only those that move
    tried: Tried | None

    @property
    def answer(self) -> str:
        """What the decisions speak for."""
        return "keep" if self.weights is None else "change"


def tune(
    store: Store, role: Role, *, now: datetime, frozen: Collection[str] = (), reference: Reference | None = None
) -> Tuned:
    """Whether the decisions on a role speak for other weights; nothing is written. ConfigError for a strange name."""
    if strange := sorted(set(frozen) - set(DEFAULT_WEIGHTS)):
        raise ConfigError(f"no component {strange[0]!r}; there are: {', '.join(DEFAULT_WEIGHTS)}")
    proposal = propose(_thumbs(store.decisions(role.role)), role.normal_weights, frozen=frozen)
    if proposal.weights is None:
        return Tuned(role=role.role, version=role.version, proposal=proposal, weights=None, tried=None)
    weights = _as_written(role, proposal.weights, FROZEN | set(frozen))
    changed = with_weights(role, weights)
    difference = tried(store, role, changed, now=now, reference=reference)
    return Tuned(role=role.role, version=role.version, proposal=proposal, weights=weights, tried=difference)


def accept(config: Config, store: Store, role: Role, tuned: Tuned, *, by: str, why: str, now: datetime) -> SavedRole:
    """Write a proposal as the next version, with its author and the pairs it was learned from; ConfigError for keep."""
    if tuned.weights is None:
        raise ConfigError(f"nothing to accept for {role.role!r}: {tuned.proposal.why}; the weights stay as they are")
    pairs = tuned.proposal.learned_from
    reason = why or f"learned from {len(pairs)} pairs of decisions"
    return save_weights(config, store, role, tuned.weights, by=by, why=reason, now=now, pairs=pairs)


def _thumbs(newest_first: Sequence[Decision]) -> list[Thumb]:
    """The last decision on each lead in each list, where it speaks of fit."""
    last: dict[tuple[str, str], Decision] = {}
    for one in newest_first:
        last.setdefault((one.listed, one.living or one.lead), one)
    return [_thumb(one) for one in last.values() if speaks_of_fit(one)]


def _thumb(decision: Decision) -> Thumb:
    effective = {part.component: part.effective for part in decision.receipt.parts}
    return Thumb(decision.listed, decision.living or decision.lead, decision.answer is Answer.YES, effective)


def _as_written(role: Role, normal: Mapping[str, float], frozen: Collection[str]) -> dict[str, float]:
    """Normalised weights on the scale of the file, never further than the factor allows; frozen ones are left out."""
    given = {**DEFAULT_WEIGHTS, **role.weights}
    scale = math.fsum(given[name] for name in normal)
    written = {}
    for name, weight in normal.items():
        if name not in frozen and given[name] > 0:
            least, most = given[name] / FACTOR, given[name] * FACTOR
            written[name] = round(min(most, max(least, weight * scale)), 6)
    return {name: weight for name, weight in written.items() if weight != given[name]}
