"""The statuses of a lead, in the order of a hire."""

from collections.abc import Mapping
from datetime import datetime

from sourcing.desk import contact
from storage.store import Store

DO_NOT_CONTACT = contact.DO_NOT_CONTACT
STATUSES: Mapping[str, str] = {
    "new": "new",
    "shortlisted": "shortlisted",
    "contacted": "contacted",
    "replied": "replied",
    "interviewing": "in interviews",
    "offered": "has an offer",
    "hired": "hired",
    "declined": "declined",
    "parked": "parked for later",
    DO_NOT_CONTACT: "do not contact",
}


def set_status(
    store: Store,
    lead: str,
    status: str,
    *,
    by: str,
    note: str = "",
    role: str = "",
    override: bool = False,
    now: datetime,
) -> None:
    """Give a lead a status, for a role; ConfigError for an unknown one, UnknownLead for an unknown lead.

    ConfigError, too, while another role is in touch with the person, unless `override` and a note say otherwise.
    """
    contact.set_status(store, lead, status, STATUSES, by=by, note=note.strip(), role=role, override=override, now=now)
