"""Two record batches in, scored pairs out. Pure: no database, no clock, no loop per pair.

`score` is the step that can run on another engine behind the same signature: it needs the facts of the rows and a
frozen model, and nothing else.
"""

import os
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sourcing.identity.batch import Batch, batch, columns_of
from sourcing.identity.engine.blocks import Keys, Skipped, candidates
from sourcing.identity.engine.columns import Bools, Ints, distinct
from sourcing.identity.engine.counts import counted
from sourcing.identity.engine.fit import posterior
from sourcing.identity.engine.keyed import keyed, shut_addresses
from sourcing.identity.engine.table import tidy
from sourcing.identity.evidence import KINDS, never
from sourcing.identity.facts import Facts
from sourcing.identity.keys import limit
from sourcing.identity.links import Links, links
from sourcing.identity.model import Model
from sourcing.identity.pairs import Ground, Pairs
from sourcing.identity.renown import UNKNOWN
from sourcing.identity.settings import Settings
from storage.records import AccountKey

Doubles = NDArray[np.float64]
APART, QUEUE, MERGE = 0, 1, 2
CHUNK = 100_000  # pairs weighed together
AT_ONCE = 4  # chunks at most: what is done with whole columns needs no interpreter, the rest takes turns
ENOUGH = 6.0  # bits from which likeness of name or handle corroborates a claim
TELLING = 3.0  # bits from which a place or an employer does
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
    # In the order of their keys, so that a pair is looked at from the same side whatever else is in the batch.
    everybody = sorted(((one.key, at < len(touched), one) for at, one in enumerate((*touched, *others))), key=_key)
    first = np.array([fresh for _, fresh, _ in everybody], dtype=bool) if others else None
    return score_rows(batch(one for _, _, one in everybody), model, first, closed)


def _key(one: tuple[AccountKey, bool, Facts]) -> AccountKey:
    return one[0]


def score_batches(touched: Any, others: Any, model: Model, closed: Collection[int] = ()) -> pl.DataFrame:
    """Score pairs of two record batches, in and out as Arrow; pure, so that any engine may call it per partition.

    Both are tables of raw accounts with the columns of `engine.table`, from anything that exports Arrow; no account is
    in both. Gives a row per compared pair with at least one member in `touched`: both accounts, the smaller key first,
    `bits` (prior included), `zone` (0 apart, 1 queue, 2 merge) and the bits of each kind of evidence, null where apart.
    `closed` as for `score`: hashes of keys more accounts carry than are here. Every pair comes out the same however
    the accounts are split and ordered, as long as all that share a key or an address with the touched are there.
    ConfigError names a column that does not fit.
    """
    parts = [
        tidy(one).with_columns(pl.lit(fresh).alias("touched")) for one, fresh in ((touched, True), (others, False))
    ]
    table = pl.concat(parts).sort("source", "source_id")
    keys, fresh = table.select("source", "source_id"), table["touched"].to_numpy().copy()
    found = score_rows(columns_of(table), model, fresh, closed)
    sides = [
        keys.select(pl.all().gather(rows)).rename({name: f"{side}_{name}" for name in keys.columns})
        for side, rows in (("left", found.left), ("right", found.right))
    ]
    scores = pl.DataFrame({"bits": found.bits, "zone": found.zone})
    return pl.concat([*sides, scores, _evidence(found)], how="horizontal")


def _evidence(found: Scored) -> pl.DataFrame:
    """Bits by kind of evidence, null for pairs that are apart."""
    places = pl.Series(np.where(found.zone == APART, -1, np.cumsum(found.zone != APART) - 1))
    told = pl.DataFrame(found.parts, schema=[kind.name for kind in KINDS], orient="row")
    return told.select(pl.all().gather(places.set(places < 0, None)))


def fit_rows(rows: Batch, settings: Settings, number: int = 1) -> Model:
    """The model `model.fit` makes of the same accounts, from their columns: many times as quick."""
    given = {"number": number, "settings": settings, "accounts": int(rows.people.sum())}
    return Model.model_validate(given | counted(rows))


def score_rows(rows: Batch, model: Model, touched: Bools | None = None, closed: Collection[int] = ()) -> Scored:
    """Score pairs within one batch, with `touched` only those that have a member among these rows."""
    cap = model.settings.block
    shut = np.array(sorted(closed), dtype=np.int64)
    tied = links(rows, cap, shut_addresses(rows.addresses, shut))
    skipped = Skipped()
    found = (Keys(one.kind, one.rows, one.values, limit(one.kind, cap)) for one in keyed(rows, shut))
    left, right = candidates(found, len(rows), skipped, partial(_worth_comparing, rows, touched))
    left, right = _with_links(len(rows), left, right, tied, touched)
    counters = Counter({name: count for name, count in tied.skipped.items() if count})
    counters.update({f"block_too_large/{name}": count for name, count in skipped.blocks.items()})
    return _in_chunks(Ground(rows, model, tied), left, right, counters)


def _worth_comparing(rows: Batch, touched: Bools | None, left: Ints, right: Ints) -> Bools:
    """Likeness within one source says nothing, and accounts that must stay alone are not compared at all."""
    sources = rows.sources.codes
    keep: Bools = sources[left] != sources[right]
    for one in rows.ids:
        keep |= (one.codes[left] == one.codes[right]) & (one.codes[left] >= 0)
    if touched is not None:
        keep &= touched[left] | touched[right]
    closed = rows.alone | rows.barred
    keep &= ~closed[left] & ~closed[right]
    return keep


def _with_links(size: int, left: Ints, right: Ints, tied: Links, touched: Bools | None) -> tuple[Ints, Ints]:
    keep = np.ones(len(tied.left), dtype=bool) if touched is None else touched[tied.left] | touched[tied.right]
    codes = distinct(np.concatenate((left * size + right, tied.left[keep] * size + tied.right[keep])))
    return codes // max(size, 1), codes % max(size, 1)


def _in_chunks(ground: Ground, left: Ints, right: Ints, counters: Counter[str]) -> Scored:
    """Weigh all pairs, so many at a time that memory stays bounded, some chunks beside each other."""
    counters["pairs_compared"] = len(left)
    bits, zone = np.zeros(len(left), dtype=np.float32), np.zeros(len(left), dtype=np.int8)

    def weigh(start: int) -> NDArray[np.float32]:
        part = slice(start, start + CHUNK)
        bits[part], zone[part], kept = _weigh(Pairs(ground, left[part], right[part]))
        return kept

    with ThreadPoolExecutor(min(AT_ONCE, os.cpu_count() or 1)) as pool:
        parts = [np.zeros((0, len(KINDS)), dtype=np.float32), *pool.map(weigh, range(0, len(left), CHUNK))]
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
    weighed = _overwhelming(pairs, parts, chance) | _unopposed(pairs, parts, chance)
    merge = (proof & _good_proof(parts) | weighed) & ~barred & ~mixed
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
    return (parts[:, names["other_name"]] >= 0) & ~twins & ~_bare_ring(parts)


def _bare_ring(parts: Doubles) -> Bools:
    """A ring of three, of whom these two have nothing alike: three people who agreed on it look the same."""
    ring = (parts[:, [kind.name == "circle" for kind in KINDS]] > 0).ravel()
    beside = [kind.grade in "ACD" and kind.group != "renown" and kind.name != "circle" for kind in KINDS]
    alike: Bools = (parts[:, beside] > 0).max(axis=1)
    return ring & ~alike


def _overwhelming(pairs: Pairs, parts: Doubles, chance: Doubles) -> Bools:
    """A link, a second group beside it, nothing against, and nobody who claims somebody better known."""
    settings = pairs.ground.model.settings
    second = np.zeros(len(pairs), dtype=bool)
    if not settings.strict_claims:
        second = np.maximum(_group(parts, "handle"), _group(parts, "name")) >= ENOUGH
        second |= _beside(pairs, parts)
    linked = _of_grade(parts, "B").any(axis=1)
    against = (parts < 0).any(axis=1)
    return (chance >= settings.merge) & linked & second & ~against & ~_above(pairs)


def _beside(pairs: Pairs, parts: Doubles) -> Bools:
    """A claim, and one city or small employer, or one page that bears a name of theirs.

    Names in doubt or somebody better known leave it a question.
    """
    at = {kind.name: at for at, kind in enumerate(KINDS)}
    weak = np.maximum(_group(parts, "place"), _group(parts, "employer"))
    beside = (weak >= TELLING) | (parts[:, at["own_page"]] > 0)
    known = pairs.named_step > UNKNOWN
    return (parts[:, at["claimed"]] > 0) & beside & ~pairs.doubtful_names & (pairs.no_better_known | ~known)


def _unopposed(pairs: Pairs, parts: Doubles, chance: Doubles) -> Bools:
    """A link to somebody no better known, which nothing contradicts: an impostor gains nothing by such a one.

    Where both have names they agree; a name that neither agrees nor clashes is a doubt.
    """
    settings, at = pairs.ground.model.settings, {kind.name: at for at, kind in enumerate(KINDS)}
    if settings.strict_claims or settings.lone == 1:
        return np.zeros(len(pairs), dtype=bool)
    linked = (parts[:, [at["claimed"], at["own_page"]]] > 0).any(axis=1) & (parts[:, at["little_known"]] > 0)
    doubt = (parts < 0).any(axis=1) | pairs.doubtful_names
    return (chance >= settings.lone) & linked & ~doubt & ~_above(pairs)


def _above(pairs: Pairs) -> Bools:
    """Whether the claimed account is far better known than the one that claims it: so would an impostor."""
    fame = pairs.rows.fame
    forward = pairs.tie(pairs.links.forward)
    claimant = np.where(forward, fame[pairs.left], fame[pairs.right])
    target = np.where(forward, fame[pairs.right], fame[pairs.left])
    above = np.where(np.isnan(claimant), target > FAMOUS, target - claimant > FAME)
    above &= ~pairs.no_better_known  # a crowd is larger at some sites than at others
    found: Bools = pairs.tie(pairs.links.claimed) & above
    return found
