"""One lead with everything a person needs to judge it."""

from storage.records import Judgement, Lead, Record, Verdict
from storage.store import StatusChange, Store


class LeadPage(Record):
    """A lead, why its accounts are one person, and its status history."""

    lead: Lead
    joins: tuple[Judgement, ...]
    history: tuple[StatusChange, ...]


def lead_page(store: Store, name: str) -> LeadPage:
    """Find a lead by any of its names; UnknownLead suggests near ones."""
    lead = store.lead(name)
    keys = {account.key for account in lead.accounts}
    rows = store.judgements() if len(keys) > 1 else []
    joins = [row for row in rows if row.verdict is Verdict.SAME and row.left in keys and row.right in keys]
    return LeadPage(lead=lead, joins=tuple(joins), history=tuple(store.status_history(lead.id)))
