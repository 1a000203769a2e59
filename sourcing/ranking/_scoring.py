"""Receipts for the leads that need new ones."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from pydantic import Field

from scoring.engine import Scorer, readable
from scoring.person import Person
from scoring.reference import Reference
from scoring.roles import Role
from storage.records import Lead, Record
from storage.store import Store

BATCH = 500  # leads scored and written at a time


class Scored(Record):
    """What one run of `score` did."""

    leads: int
    receipts: int
    written: int  # receipts that differ from the ones stored
    impossible: Mapping[str, int] = Field(default_factory=dict)  # figures and dates taken as unknown, by name


def score(
    store: Store,
    roles: Sequence[Role],
    *,
    now: datetime,
    night: int | None = None,
    reference: Reference | None = None,
) -> Scored:
    """Receipts for these roles of the leads that changed since their last one, or whose role or month did.

    Ages count from the first of the month, so a receipt of this month says what a new one would. A lead is read
    once, whatever the number of roles.
    """
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    scorers = [Scorer(role, now, reference) for role in roles]
    stale = [set(store.to_score(one.role.role, one.digest, since=month)) for one in scorers]
    leads = set[str]().union(*stale)
    receipts = written = 0
    impossible: Counter[str] = Counter()
    for batch in _batches(store.leads(leads), BATCH):
        clean = [readable(lead, now) for lead in batch]
        for _, found in clean:
            impossible += found
        people = [Person(lead) for lead, _ in clean]
        wanted = list(zip(scorers, stale, strict=True))
        rows = [scorer.score_person(one) for one in people for scorer, names in wanted if one.lead.id in names]
        receipts, written = receipts + len(rows), written + store.save_receipts(rows, night=night)
    return Scored(leads=len(leads), receipts=receipts, written=written, impossible=dict(sorted(impossible.items())))


def _batches(leads: Iterable[Lead], size: int) -> Iterator[list[Lead]]:
    stream = iter(leads)
    while batch := list(islice(stream, size)):
        yield batch
