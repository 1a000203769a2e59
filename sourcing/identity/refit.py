"""Weights as the store itself would have them: a proposal, shown with the joins that would appear and vanish.

How often unrelated pairs agree (u) comes from random pairs, how often two accounts of one person do (m) from the
candidates by expectation-maximisation, with the pairs people judged counted as they were judged. A weight is
log2(m/u), after Fellegi and Sunter, 1969. What proves is no weight and stays as it is, and so does every weight of
which the store shows too little.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import numpy as np

from sourcing.identity import evidence, reading
from sourcing.identity.batch import Batch, batch
from sourcing.identity.clusters import is_ours
from sourcing.identity.engine import fit as em
from sourcing.identity.engine.columns import Bools, Column, Ints
from sourcing.identity.links import links
from sourcing.identity.model import fit
from sourcing.identity.pairs import Ground, Pairs
from sourcing.identity.scorer import Scored, score_rows
from sourcing.identity.settings import Settings, Weights
from sourcing.identity.what_if import WhatIf, what_if
from storage.records import Judgement, Record, Verdict
from storage.store import Store

RANDOM = 1_000_000  # pairs drawn for u
ENOUGH = 30.0  # pairs of one person that must show a level before its weight is proposed
RARE = 12.0  # bits from which an agreeing name or handle is a rare one
MOST = 24.0  # bits a weight may have at most, either way
TURNS = 5  # in which matches and unrelated pairs are told from each other
SEED = 11
# Per comparison, what each level is worth: the name of a weight, "" for levels that have none.
SCALES: Mapping[str, tuple[str, ...]] = {
    "proof": ("", ""),
    "claim": ("", "claimed"),
    "own page": ("", "own_page"),
    "profile": ("", "profile"),
    "site": ("", "site"),
    "handle": ("", "", "handle"),
    "name": ("other_name", "", "", "name"),
    "place": ("other_country", "country", "city"),
    "employer": ("", "employer"),
}
GROWING = frozenset({"claimed", "own_page"})  # weights given for the smallest store
_KEPT = "its bits are a limit, or a rule of their own"


class Proposed(Record):
    """One weight in bits: as it is, as the store would have it, and how many pairs of one person say so."""

    weight: str
    now: float
    then: float
    pairs: float


class Refit(Record):
    """Proposed weights, what they stand on, and what they would do."""

    weights: tuple[Proposed, ...]
    kept: Mapping[str, str]  # weights left as they are, with the reason
    candidates: int
    judged: int  # candidates that a person judged
    matches: float  # candidates that are expected to be one person's
    effect: WhatIf

    @property
    def changes(self) -> dict[str, str]:
        """The proposal as settings, "weights.claimed" → "21.5"."""
        return {f"weights.{one.weight}": str(one.then) for one in self.weights if one.then != one.now}


def refit(store: Store, present: Settings, *, now: datetime) -> Refit:
    """Propose weights from the accounts as they are and from what people judged; nothing is written."""
    facts = reading.everybody(store)
    rows, model = batch(facts), fit(facts, present)
    ground = Ground(rows, model, links(rows, present.block, np.zeros(0, dtype=np.int64)))
    found = score_rows(rows, model)
    judged = _judged(found, store.judgements())
    levels = _levels(Pairs(ground, found.left, found.right))
    drawn = _levels(Pairs(ground, *_random(rows, found)))
    m, u, shown, matches = _fitted(levels, drawn, judged, len(rows))
    weights, kept = _proposed(present.weights, model.growth, m, u, shown)
    then = present.weights.model_copy(update={one.weight: one.then for one in weights})
    return Refit(
        weights=tuple(weights),
        kept=kept,
        candidates=len(found),
        judged=int((judged >= 0).sum()),
        matches=round(matches, 1),
        effect=what_if(store, present, present.model_copy(update={"weights": then}), now=now),
    )


def _judged(found: Scored, rows: Iterable[Judgement]) -> em.Doubles:
    """Per candidate: 1 where a person said same, 0 for different, -1 where nobody said either."""
    worth = {Verdict.SAME: 1.0, Verdict.DIFFERENT: 0.0}
    said = {(row.left, row.right): worth[row.verdict] for row in rows if not is_ours(row) and row.verdict in worth}
    out = np.full(len(found), -1.0)
    if said:
        keys = [one.key for one in found.rows.facts]
        for at, (one, other) in enumerate(zip(found.left.tolist(), found.right.tolist(), strict=True)):
            out[at] = said.get((min(keys[one], keys[other]), max(keys[one], keys[other])), -1.0)
    return out


def _random(rows: Batch, found: Scored) -> tuple[Ints, Ints]:
    """Pairs at two sources that are no candidates, drawn at random, the same each time."""
    draws = np.random.default_rng(SEED).integers(0, max(len(rows), 1), (2, RANDOM if len(rows) else 0))
    left, right = np.minimum(*draws), np.maximum(*draws)
    apart = (rows.sources.codes[left] != rows.sources.codes[right]) & rows.people[left] & rows.people[right]
    apart &= ~np.isin(left * len(rows) + right, found.left.astype(np.int64) * len(rows) + found.right)
    return left[apart], right[apart]


def _levels(pairs: Pairs) -> em.Levels:
    """(pairs, comparisons) in the order of `SCALES`; -1 where a side says nothing."""
    proof = np.any([one(pairs) > 0 for one in (evidence.reciprocal, evidence.verified, evidence.same_id)], axis=0)
    columns = (
        proof,
        evidence.claimed(pairs) > 0,
        evidence.own_page(pairs) > 0,
        evidence.profile(pairs) > 0,
        evidence.site(pairs) > 0,
        _told(pairs, pairs.rows.handles, _of_two(evidence.handle(pairs))),
        _names(pairs),
        _places(pairs),
        _told(pairs, pairs.rows.employers, evidence.employer(pairs) > 0),
    )
    return np.column_stack([np.asarray(one, dtype=np.int8) for one in columns])


def _of_two(bits: em.Doubles) -> Ints:
    return (bits > 0).astype(np.int64) + (bits >= RARE)


def _told(pairs: Pairs, one: Column, level: Ints | Bools) -> Ints:
    both = (one.codes[pairs.left] >= 0) & (one.codes[pairs.right] >= 0)
    return np.where(both, np.asarray(level, dtype=np.int64), -1)


def _names(pairs: Pairs) -> Ints:
    """0: they cannot be one; 1: neither; 2: they agree; 3: they agree and are rare."""
    agree = _of_two(evidence.name(pairs))
    level = np.where(evidence.other_name(pairs) < 0, 0, 1 + agree)
    return np.where(pairs.aligned.score < 0, -1, level)


def _places(pairs: Pairs) -> Ints:
    """0: two countries; 1: one country; 2: one city."""
    level = 1 + pairs.same(pairs.rows.cities).astype(np.int64)
    level = np.where(pairs.different(pairs.rows.countries), 0, level)
    return _told(pairs, pairs.rows.countries, level)


def _fitted(
    levels: em.Levels, drawn: em.Levels, judged: em.Doubles, accounts: int
) -> tuple[tuple[em.Doubles, ...], tuple[em.Doubles, ...], tuple[em.Doubles, ...], float]:
    """m, u and the pairs of one person that show each level, per comparison; and how many candidates are matches.

    Unrelated pairs are nearly all pairs that never met, and among the candidates those that are two people's: of the
    former a sample is drawn, of the latter nobody knows at first how many there are, so the two are found in turns.
    """
    sizes, everything = [len(one) for one in SCALES.values()], max(accounts * (accounts - 1) / 2, 1.0)
    met, never_met = len(levels) / everything, em.shares(drawn, sizes)
    chance = np.where(judged >= 0, judged, 0.5)
    for _ in range(TURNS):
        missed = _counts(levels, sizes, 1 - chance)
        u = tuple(
            (1 - met) * np.where(one <= em.SMALLEST, 0, one) + np.maximum(some, 0.5) / everything
            for one, some in zip(never_met, missed, strict=True)
        )
        fitted = em.fit(levels, u, everything)
        share = min(max(fitted.matches / max(len(levels), 1), em.SMALLEST), 1 - em.SMALLEST)
        chance = em.posterior(fitted.bits(levels) + np.log2(share / (1 - share)))
        chance = np.where(judged >= 0, judged, chance)
    return em.shares(levels, sizes, chance), u, _counts(levels, sizes, chance), float(chance.sum())


def _counts(levels: em.Levels, sizes: list[int], weights: em.Doubles) -> tuple[em.Doubles, ...]:
    columns = ((levels[:, at], levels[:, at] >= 0, size) for at, size in enumerate(sizes))
    return tuple(
        np.bincount(one[known], weights=weights[known], minlength=size).astype(np.float64)
        for one, known, size in columns
    )


def _proposed(
    weights: Weights,
    growth: float,
    m: tuple[em.Doubles, ...],
    u: tuple[em.Doubles, ...],
    shown: tuple[em.Doubles, ...],
) -> tuple[list[Proposed], dict[str, str]]:
    found, kept = list[Proposed](), dict.fromkeys(Weights.model_fields, _KEPT)
    for at, scale in enumerate(SCALES.values()):
        for level, name in _named(scale):
            # What speaks against is rare among pairs of one person: there the pairs that agree have to be many.
            pairs = float(shown[at].sum() if level == 0 else shown[at][level])
            if pairs < ENOUGH:
                kept[name] = f"{pairs:.0f} pairs of one person show it; {ENOUGH:.0f} are needed"
                continue
            del kept[name]
            now, bits = getattr(weights, name), float(np.log2(m[at][level] / u[at][level]))
            bits -= growth if name in GROWING else 0.0
            lowest, highest = (-MOST, 0.0) if now < 0 else (0.0, MOST)
            found.append(
                Proposed(weight=name, now=now, then=round(min(max(bits, lowest), highest), 1), pairs=round(pairs, 1))
            )
    return found, kept


def _named(scale: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    return ((level, name) for level, name in enumerate(scale) if name)
