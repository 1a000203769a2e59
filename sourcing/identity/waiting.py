"""The queue: pairs of leads that may be one person, most worth answering first. Only reads."""

from collections.abc import Sequence

from sourcing.identity.questions import Between, between, ranked
from sourcing.identity.rivals import sifted
from sourcing.identity.settings import Settings
from storage.records import Judgement, Lead, Record, Verdict
from storage.store import Store


class Suggestion(Record):
    """Two leads that may be one person, with both sides and everything compared."""

    left: Lead
    right: Lead
    row: Judgement  # the strongest suggestion between them
    more: tuple[Judgement, ...] = ()  # others between the same leads
    chance: float  # in [0,1]
    gain: float  # best total of the two leads, times the chance


def queue(store: Store, *, settings: Settings | None = None, limit: int | None = None) -> list[Suggestion]:
    """Suggestions worth asking now, by gain, one per pair of leads; at most a small share of the leads at once."""
    rows = [row for row in store.judgements() if row.verdict is Verdict.SUGGESTED]
    where = store.fellows({key for row in rows for key in (row.left, row.right)})
    found = between(rows, where)
    asked = sifted(store, ranked(found, store.best_totals({lead for pair in found for lead in pair})), where).asked
    most = limit if limit is not None else capacity(store, settings or Settings())
    return _with_leads(store, asked[:most])


def capacity(store: Store, settings: Settings) -> int:
    """How many suggestions are shown at once."""
    return max(1, int(settings.queue_share * store.lead_counts()[1]))


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
