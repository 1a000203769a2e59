"""Two record batches in, scored pairs out. Pure: no database, no clock, no loop per pair.

`score` is the step that can run on another engine behind the same signature: it needs the facts of the rows and a
frozen model, and nothing else.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sourcing.identity.batch import Batch, batch
from sourcing.identity.engine.blocks import Keys, Skipped, candidates
from sourcing.identity.engine.columns import Bools, Ints, distinct, hashed
from sourcing.identity.engine.fit import posterior
from sourcing.identity.evidence import KINDS, never
from sourcing.identity.facts import Facts
from sourcing.identity.keys import MADE, limit
from sourcing.identity.links import Links, links
from sourcing.identity.model import Model
from sourcing.identity.pairs import Ground, Pairs

Doubles = NDArray[np.float64]
APART, QUEUE, MERGE = 0, 1, 2
CHUNK = 200_000  # pairs weighed together
ENOUGH = 6.0  # bits from which likeness of name or handle corroborates a claim
# Doublings of followers by which the claimed account may exceed the one that claims it, and those it may have at most
# where nobody counts the other's: a thousand followers are worth an impostor's trouble.
FAME, FAMOUS = 5.0, 10.0


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with their bits and zones. Of pairs that are not apart, `parts` are the bits of each kind of evidence."""

    rows: Batch
    left: Ints
    right: Ints
    bits: NDArray[np.float32]  # prior included
    zone: NDArray[np.int8]  # APART, QUEUE, MERGE
    kept: Ints  # places of the pairs that are not apart
    parts: NDArray[np.float32]  # (kept, kinds) in the order of `evidence.KINDS`, before grouping
    counters: Counter[str]

    def __len__(self) -> int:
        return len(self.left)


def score(touched: Sequence[Facts], others: Sequence[Facts], model: Model, closed: Collection[int] = ()) -> Scored:
    """Score all pairs with at least one member among `touched`; `others` are what these may be compared with.

    `closed` are hashes of keys that more accounts carry than are here: too common to compare by.
    """
    return score_rows(batch([*touched, *others]), model, first=len(touched) if others else None, closed=closed)


def score_rows(rows: Batch, model: Model, first: int | None = None, closed: Collection[int] = ()) -> Scored:
    """Score pairs within one batch, with `first` only those that have a member among the first so many rows."""
    cap = model.settings.block
    shut = np.array(sorted(closed), dtype=np.int64)
    tied = links(rows, cap, shut)
    skipped = Skipped()
    left, right = candidates(_open_keys(rows, cap, shut), len(rows), skipped, partial(_worth_comparing, rows, first))
    left, right = _with_links(len(rows), left, right, tied, first)
    counters = Counter({name: count for name, count in tied.skipped.items() if count})
    counters.update({f"block_too_large/{name}": count for name, count in skipped.blocks.items()})
    return _in_chunks(Ground(rows, model, tied), left, right, counters)


def _open_keys(rows: Batch, cap: int, shut: Ints) -> Iterator[Keys]:
    spoken = np.sort(np.array([hashed(f"{MADE} {text}") for text in rows.letters.texts], dtype=np.int64))
    for kind, some in rows.blocks.items():
        keep = ~np.isin(some.values, shut) if len(shut) else np.ones(len(some.values), dtype=bool)
        if kind == MADE:  # what a name could make matters only where somebody's handle is that
            keep &= np.isin(some.values, spoken)
        yield Keys(kind, some.rows[keep], some.values[keep], limit(kind, cap))


def _worth_comparing(rows: Batch, first: int | None, left: Ints, right: Ints) -> Bools:
    """Likeness within one source says nothing, and accounts that must stay alone are not compared at all."""
    sources = rows.sources.codes
    keep: Bools = sources[left] != sources[right]
    for one in rows.ids:
        keep |= (one.codes[left] == one.codes[right]) & (one.codes[left] >= 0)
    if first is not None:
        keep &= left < first
    closed = rows.alone | rows.barred
    keep &= ~closed[left] & ~closed[right]
    return keep


def _with_links(size: int, left: Ints, right: Ints, tied: Links, first: int | None) -> tuple[Ints, Ints]:
    keep = tied.left < first if first is not None else np.ones(len(tied.left), dtype=bool)
    codes = distinct(np.concatenate((left * size + right, tied.left[keep] * size + tied.right[keep])))
    return codes // max(size, 1), codes % max(size, 1)


def _in_chunks(ground: Ground, left: Ints, right: Ints, counters: Counter[str]) -> Scored:
    """Weigh all pairs, so many at a time that memory stays bounded."""
    counters["pairs_compared"] = len(left)
    bits, zone = np.zeros(len(left), dtype=np.float32), np.zeros(len(left), dtype=np.int8)
    parts = [np.zeros((0, len(KINDS)), dtype=np.float32)]
    for start in range(0, len(left), CHUNK):
        part = slice(start, start + CHUNK)
        bits[part], zone[part], kept = _weigh(Pairs(ground, left[part], right[part]))
        parts.append(kept)
    return Scored(ground.rows, left, right, bits, zone, np.flatnonzero(zone), np.concatenate(parts), counters)


def _weigh(pairs: Pairs) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.float32]]:
    parts = np.column_stack([kind.bits(pairs) for kind in KINDS])
    model = pairs.ground.model
    bits = model.prior + _total(parts, model)
    barred = never(pairs)
    bits[barred] = -np.inf
    proof = _of_grade(parts, "A").any(axis=1)
    mixed = pairs.rows.mixed[pairs.left] | pairs.rows.mixed[pairs.right]
    contested = pairs.tie(pairs.links.contested)
    chance = posterior(bits)
    merge = (proof & _good_proof(parts) | _overwhelming(pairs, parts, chance)) & ~barred & ~mixed
    like = np.maximum(_group(parts, "handle"), _group(parts, "name")) >= ENOUGH
    conflict = (proof | contested & like) & ~merge & ~barred
    queue = ~merge & ~barred & ((chance >= model.settings.queue) | conflict)
    zone = np.where(merge, MERGE, np.where(queue, QUEUE, APART)).astype(np.int8)
    return bits.astype(np.float32), zone, parts[zone != APART].astype(np.float32)


def _of_grade(parts: Doubles, grades: str) -> Bools:
    return parts[:, [kind.grade in grades for kind in KINDS]] > 0


def _group(parts: Doubles, group: str) -> Doubles:
    """Best bits of a group per pair."""
    best: Doubles = parts[:, [kind.group == group for kind in KINDS]].max(axis=1)
    return best


def _total(parts: Doubles, model: Model) -> Doubles:
    """Sum over groups, each by its best member; place and employer share a limit; what speaks against is added."""
    out = np.zeros(len(parts))
    groups: dict[str, list[int]] = {}
    for at, kind in enumerate(KINDS):
        groups.setdefault(kind.group, []).append(at)
    for group, members in groups.items():
        if group not in {"place", "employer"}:
            chosen = parts[:, members]
            out += chosen.min(axis=1) if KINDS[members[0]].grade == "N" else chosen.max(axis=1)
    weak = np.sort(parts[:, [*groups["place"], *groups["employer"]]], axis=1)
    out += np.minimum(weak[:, 1] + weak[:, 0] / 2, model.settings.weights.weak)
    return out


def _good_proof(parts: Doubles) -> Bools:
    """Proof joins unless the names are two people's; two accounts of a source only when each names the other."""
    names = {kind.name: at for at, kind in enumerate(KINDS)}
    twins = (parts[:, names["two_of_a_source"]] < 0) & (parts[:, names["reciprocal"]] <= 0)
    twins &= parts[:, names["same_id"]] <= 0
    return (parts[:, names["other_name"]] >= 0) & ~twins


def _overwhelming(pairs: Pairs, parts: Doubles, chance: Doubles) -> Bools:
    """A link, a second group beside it, nothing against, and nobody who claims somebody better known."""
    settings = pairs.ground.model.settings
    second = np.zeros(len(pairs), dtype=bool)
    if not settings.strict_claims:
        second = np.maximum(_group(parts, "handle"), _group(parts, "name")) >= ENOUGH
    linked = _of_grade(parts, "B").any(axis=1)
    against = (parts < 0).any(axis=1)
    return (chance >= settings.merge) & linked & second & ~against & ~_above(pairs)


def _above(pairs: Pairs) -> Bools:
    """Whether the claimed account is far better known than the one that claims it: so would an impostor."""
    fame = pairs.rows.fame
    forward = pairs.tie(pairs.links.forward)
    claimant = np.where(forward, fame[pairs.left], fame[pairs.right])
    target = np.where(forward, fame[pairs.right], fame[pairs.left])
    above = np.where(np.isnan(claimant), target > FAMOUS, target - claimant > FAME)
    found: Bools = pairs.tie(pairs.links.claimed) & above
    return found
