"""Rows of the log, inside the transaction of whoever writes one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select

from storage.store._saving.rows import storable_text
from storage.store._sql import add_to_counter
from storage.store._trail.chain import tied
from storage.tables import audit_event, counter

_COUNTED = "audit"  # how many entries there must be: a chain alone does not show that its end was cut off


def add_action(
    connection: Connection, action: str, *, by: str, at: datetime, about: str = "", detail: Mapping[str, object]
) -> int:
    """Add an entry inside the caller's transaction and give its number."""
    row: dict[str, Any] = {
        "at": at,
        "by": storable_text(by),
        "action": action,
        "about": storable_text(about),
        "detail": orjson.loads(orjson.dumps(dict(detail))),  # as the database gives it back
    }
    add_to_counter(connection, _COUNTED, 1)
    values = tied(connection, audit_event, row)
    return int(connection.execute(insert(audit_event).returning(audit_event.c.id), [values]).scalar_one())


def cut_off(connection: Connection) -> list[str]:
    """Give a sentence if entries are missing that were once counted."""
    counted = connection.execute(select(counter.c.value).where(counter.c.name == _COUNTED)).scalar() or 0
    there = connection.execute(select(func.count()).select_from(audit_event)).scalar_one()
    return [f"audit_event has {there} entries, {counted} were written"] if there != counted else []
