"""The lines of a role's list, some at a time: who may be in a file, in order, with who is left out and why."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sourcing.desk.contact import DO_NOT_CONTACT
from sourcing.export.collisions import Collision, Known
from sourcing.export.permitted import WHY_NOT, permitted
from sourcing.ranking import Row, refuses, row
from storage.records import Lead
from storage.store import Store

SECTIONS = ("ranked", "too_little_evidence")  # "restricted" never leaves
BATCH = 1_000  # leads in memory at once
UNTOLD = "not told yet that their data are held: give the notice first, or with the file (--with-notice)"


class Left(NamedTuple):
    """Who is not in a file: collisions by name, all others counted by the reason."""

    collisions: list[Collision]
    counts: Counter[str]


def lines(
    store: Store,
    role: str,
    left: Left,
    *,
    known: Known | None = None,
    sections: Collection[str] = SECTIONS,
    most: int | None = None,
    untold: Collection[str] = (),
) -> Iterator[Row]:
    """The rows of a role, best first, ranks counted over those given; `left` fills as they are read.

    Those in `untold` are left out: nobody told them yet that their data are held.
    """
    rank = 0
    ids = store.list_ids(role, sections)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        receipts = {one.receipt.lead: one.receipt for one in store.stored_receipts([number for number, _ in some])}
        leads = {lead.id: lead for lead in store.leads([name for _, name in some])}
        for _, name in some:
            if name not in leads or name not in receipts or not _may_leave(leads[name], left, known):
                continue
            if name in untold:
                left.counts[UNTOLD] += 1
                continue
            lead = permitted(leads[name])
            if lead is None:
                left.counts[WHY_NOT] += 1
                continue
            rank += 1
            yield row(rank, lead, receipts[name])
            if rank == most:
                return


def _may_leave(lead: Lead, left: Left, known: Known | None) -> bool:
    if refuses(lead) or lead.status == DO_NOT_CONTACT:
        left.counts["does not want to be contacted"] += 1
        return False
    met = known.collision(lead) if known is not None else None
    if met is not None:
        left.collisions.append(met)
        return False
    return True
