"""The queue: pairs of leads that may be one person, most worth answering first. Only reads."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sourcing.identity.settings import Settings
from storage.records import AccountKey, Judgement, Lead, Record, Verdict
from storage.store import Store

UNSCORED = 0.1  # what a lead nobody scored counts as when the queue is sorted
MOST_BITS = 500.0  # odds beyond which a chance is 0 or 1


class Suggestion(Record):
    """Two leads that may be one person, with both sides and everything compared."""

    left: Lead
    right: Lead
    row: Judgement  # the strongest suggestion between them
    more: tuple[Judgement, ...] = ()  # others between the same leads
    chance: float  # in [0,1]
    gain: float  # best total of the two leads, times the chance


class Between(NamedTuple):
    """The suggestions between two leads, the strongest first."""

    leads: tuple[str, str]
    rows: list[Judgement]
    chance: float
    gain: float


def queue(store: Store, *, settings: Settings | None = None, limit: int | None = None) -> list[Suggestion]:
    """Suggestions sorted by gain, one per pair of leads; at most a small share of the leads at once."""
    rows = [row for row in store.judgements() if row.verdict is Verdict.SUGGESTED]
    where = store.fellows({key for row in rows for key in (row.left, row.right)})
    found = between(rows, where)
    asked = ranked(found, store.best_totals({lead for pair in found for lead in pair}))
    most = limit if limit is not None else capacity(store, settings or Settings())
    return _with_leads(store, asked[:most])


def capacity(store: Store, settings: Settings) -> int:
    """How many suggestions are shown at once."""
    return max(1, int(settings.queue_share * store.lead_counts()[1]))


def between(rows: Iterable[Judgement], where: Mapping[AccountKey, str]) -> dict[tuple[str, str], list[Judgement]]:
    """Suggestions by the two leads they stand between; none within a lead, and none of accounts without one."""
    found: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for row in rows:
        one, other = sorted((where.get(row.left, ""), where.get(row.right, "")))
        if one and one != other:
            found[one, other].append(row)
    return found


def ranked(found: Mapping[tuple[str, str], list[Judgement]], totals: Mapping[str, float]) -> list[Between]:
    """Questions, most worth answering first: what the better lead scores, times the chance that a yes joins the two.

    What would join by itself is joined already, so a question that is sure to be answered yes is still worth asking.
    """
    out = []
    for leads, some in found.items():
        rows = sorted(some, key=lambda row: (-(row.bits or 0.0), row.left, row.right))
        chance = _chance(rows[0].bits or 0.0)
        out.append(Between(leads, rows, chance, max(totals.get(lead, UNSCORED) for lead in leads) * chance))
    return sorted(out, key=lambda one: (-one.gain, -(one.rows[0].bits or 0.0), one.leads))


def _chance(bits: float) -> float:
    """Chance in [0,1] of log2 odds: `engine.fit.posterior` of one number, without its arrays."""
    return 1.0 / (1.0 + math.exp2(-min(MOST_BITS, max(-MOST_BITS, bits))))


def _with_leads(store: Store, found: Sequence[Between]) -> list[Suggestion]:
    leads = {lead.id: lead for lead in store.leads({name for one in found for name in one.leads})}
    return [
        Suggestion(
            left=leads[one.leads[0]],
            right=leads[one.leads[1]],
            row=one.rows[0],
            more=tuple(one.rows[1:]),
            chance=one.chance,
            gain=one.gain,
        )
        for one in found
        if one.leads[0] in leads and one.leads[1] in leads
    ]
