"""What a run writes: joins and suggestions that are new, old ones said anew, and joins that no longer hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sourcing.identity import reading
from sourcing.identity.clusters import MACHINE, is_ours
from sourcing.identity.facts import Facts
from sourcing.identity.parting import Parted, parted
from sourcing.identity.scorer import Scored
from sourcing.identity.telling import judgement
from storage.records import AccountKey, Judgement, Verdict
from storage.store import Store

MODEL = f"{MACHINE}2"

Pair = tuple[AccountKey, AccountKey]


@dataclass
class Recorded:
    """What one run wrote, by what it means for the reader."""

    joined: list[Judgement] = field(default_factory=list)  # pairs that were not joined before
    restated: int = 0  # joins and suggestions that stand, for other reasons or other bits
    suggested: int = 0  # pairs that were not suggested before
    withdrawn: int = 0  # suggestions that are none any more, and no joins either
    parted: tuple[Parted, ...] = ()


def record(store: Store, found: Scored, touched: set[AccountKey], live: Iterable[Judgement], now: datetime) -> Recorded:
    """Write what is new, undo our own that no longer holds; rows that stand unchanged are left alone."""
    wanted = {(row.left, row.right): row for row in judgements(found, now)}
    present = {(row.left, row.right): row for row in live}
    ours = {pair: row for pair, row in present.items() if is_ours(row) and not touched.isdisjoint(pair)}
    stale = {pair: row for pair, row in ours.items() if not _stands(row, wanted.get(pair))}
    for row in stale.values():
        if row.id is not None:
            store.undo_judgement(row.id, by=MODEL, at=now)
    kept = present.keys() - stale.keys()
    candidates = {pair: row for pair, row in wanted.items() if pair not in kept}
    taken_back = settled(store, candidates)
    fresh = {pair: row for pair, row in candidates.items() if pair not in taken_back}
    store.judge(list(fresh.values()))
    done = _sorted(stale, fresh)
    done.parted = _parted(store, found, stale, fresh)
    return done


def _sorted(stale: Mapping[Pair, Judgement], fresh: Mapping[Pair, Judgement]) -> Recorded:
    done = Recorded()
    for pair, row in fresh.items():
        if pair in stale and stale[pair].verdict is row.verdict:
            done.restated += 1
        elif row.verdict is Verdict.SAME:
            done.joined.append(row)
        else:
            done.suggested += 1
    done.withdrawn = sum(row.verdict is not Verdict.SAME and pair not in fresh for pair, row in stale.items())
    return done


def _parted(
    store: Store, found: Scored, stale: Mapping[Pair, Judgement], fresh: Mapping[Pair, Judgement]
) -> tuple[Parted, ...]:
    """The joins that no longer hold, each with its reason."""
    gone = {
        pair: row
        for pair, row in stale.items()
        if row.verdict is Verdict.SAME and (pair not in fresh or fresh[pair].verdict is not Verdict.SAME)
    }
    people = _people(store, found, {key for pair in gone for key in pair})
    return tuple(parted(row, fresh.get(pair), people) for pair, row in sorted(gone.items()))


def _people(store: Store, found: Scored, keys: set[AccountKey]) -> dict[AccountKey, Facts]:
    """The facts of these accounts: of those compared tonight as they were compared, of others as they are stored."""
    here = {one.key: one for one in found.rows.facts if one.key in keys} if keys else {}
    return here | {one.key: one for one in reading.some(store, keys - here.keys())}


def judgements(found: Scored, now: datetime) -> list[Judgement]:
    """The rows of all pairs that are joined or worth a look; the others are only counted."""
    return [judgement(found, place, MODEL, now) for place in range(len(found.kept))]


def settled(store: Store, pairs: Iterable[Pair]) -> set[Pair]:
    """Pairs for which a person took our last word back."""
    keys = {key for pair in pairs for key in pair}
    last = {(row.left, row.right): row for row in store.judgements(live=False, keys=keys)}
    return {
        pair
        for pair, row in last.items()
        if row.undone_by and not row.undone_by.startswith(MACHINE) and is_ours(row) and row.verdict is Verdict.SAME
    }


def _stands(row: Judgement, wanted: Judgement | None) -> bool:
    if wanted is None:
        return False
    said = ("verdict", "bits", "by", "why", "evidence")
    return all(getattr(row, name) == getattr(wanted, name) for name in said)
