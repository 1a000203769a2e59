"""Which skills all leads show, read as columns: no records and no receipts are made of anybody."""

from collections.abc import Collection
from datetime import datetime

from scoring.columns.coverage import Covered
from scoring.columns.coverage import coverage as covered
from scoring.columns.work import Claim, Piece, Reader, Work
from scoring.reading import Setting
from scoring.roles import Role
from storage.store import Store


def coverage(store: Store, role: Role, *, now: datetime, leads: Collection[str] | None = None) -> Covered:
    """Coverage of every skill by the public work of all living leads, or of these, as the role weighs evidence."""
    return covered(shown_work(store, role, now=now, leads=leads))


def shown_work(store: Store, role: Role, *, now: datetime, leads: Collection[str] | None = None) -> Work:
    """Public work and claims of all living leads, or of these, as columns."""
    reader = Reader(Setting(role, now))
    for one in store.shown_work(leads):
        reader.add(one.lead, (Piece(*row) for row in one.work), (Claim(*profile) for profile in one.profiles))
    return reader.work()
