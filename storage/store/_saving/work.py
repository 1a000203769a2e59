"""Evidence inside `Store.save`: compare hashes, write what changed, delete what its author took back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete

from storage.records import AccountKey, Evidence, Withdrawn
from storage.store._saving import fold as _fold
from storage.store._saving.batch import Batch, WorkItem
from storage.store._saving.bulk import read_many, upsert_columns
from storage.store._saving.fold import State
from storage.store._saving.written import evidence_columns
from storage.store._sql import among
from storage.tables import evidence

_LIGHT = (evidence.c.id, evidence.c.hash, evidence.c.origin_seen_at, evidence.c.first_seen)


@dataclass(slots=True)
class Work:
    """A piece of work as the Store holds it while a batch is folded into it; `hash` is b"" if it does not."""

    id: str
    hash: bytes = b""
    read_at: datetime | None = None  # when this content was first read
    first_seen: datetime | None = None
    stored: bool = False
    taken_back: bool = False
    evidence: Evidence | None = None  # what has to be written


def fold(connection: Connection, batch: Batch, states: Mapping[AccountKey, State], count: Counter[str]) -> list[Work]:
    """Fold the work of a batch in; changed work touches its account."""
    known = _known(connection, batch)
    folded = []
    for name, said in batch.work.items():
        state = states.get(said[0][0].account)
        if state is None:
            count["unknown_account"] += len(said)
            continue
        work = known.get(name) or Work(name)
        before = work.hash
        for item, content in said:
            _fold_item(work, state, item, content, count)
        _count(work, before, count)
        folded.append(work)
    return folded


def write(connection: Connection, folded: list[Work]) -> None:
    """Write what `fold` found; the accounts must be stored by now."""
    taken_back = [work.id for work in folded if work.stored and work.taken_back]
    if taken_back:
        connection.execute(delete(evidence).where(among(connection, evidence.c.id, taken_back)))
    if fresh := [work for work in folded if work.evidence]:
        columns = evidence_columns(fresh, lite=connection.dialect.name == "sqlite")
        upsert_columns(connection, evidence, columns, guard="origin_seen_at")


def _known(connection: Connection, batch: Batch) -> dict[str, Work]:
    if not batch.work:
        return {}
    rows = read_many(connection, _LIGHT, lambda all_: all_.where(among(connection, evidence.c.id, batch.work)))
    return {row[0]: Work(row[0], row[1], row[2], row[3], stored=True) for row in rows}


def _fold_item(work: Work, state: State, item: WorkItem, content: bytes, count: Counter[str]) -> None:
    at = item.origin.seen_at
    if isinstance(item, Withdrawn):
        count["withdrawn"] += bool(work.hash)
        if work.hash:
            _fold.touch(state, at)
        work.hash, work.evidence, work.first_seen, work.read_at = b"", None, None, None
        work.taken_back = True
    elif content != work.hash and (work.read_at is None or at >= work.read_at):
        work.hash, work.evidence, work.read_at = content, item, at
        work.first_seen = work.first_seen or at
        _fold.touch(state, at)


def _count(work: Work, before: bytes, count: Counter[str]) -> None:
    if work.evidence:
        count["evidence_changed" if before else "evidence_new"] += 1
    elif work.hash:
        count["evidence_unchanged"] += 1
