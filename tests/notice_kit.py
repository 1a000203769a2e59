"""Notices in tests: everybody told, so that what is tested is not who may be handed on."""

from datetime import datetime

from storage.store import NoticeRow, Store


def tell_everybody(store: Store, at: datetime) -> None:
    """Note for every lead that its notice was given."""
    for lead in store.lead_ids():
        row = NoticeRow(lead=lead, state="given", by="grace", at=at, channel="e-mail")
        store.add_notice(row, action="notice.given")
