"""The log of what people did with the data: rows are added, never changed, and chained by hash."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from storage.records import Instant, Record
from storage.store._base import Database
from storage.store._trail.log import add_action
from storage.tables import audit_event


class Action(Record):
    """One entry of the log. It never holds the name, a handle or an address of a person who was found."""

    id: int
    at: Instant
    by: str
    action: str  # "subject.erase", "export", "user.add" …
    about: str = ""  # a lead's number, a request, a user of ours, a file
    detail: Mapping[str, object]


class Audit(Database):
    """Verbs for the log."""

    def log_action(
        self, action: str, *, by: str, at: datetime, about: str = "", detail: Mapping[str, object] | None = None
    ) -> int:
        """Add an entry and give its number; `detail` is plain data."""
        with self._write() as connection:
            return add_action(connection, action, by=by, at=at, about=about, detail=detail or {})

    def actions(self, action: str = "", *, limit: int | None = None) -> list[Action]:
        """Give entries, newest first; of one kind if asked, "subject" standing for "subject.erase" and the others."""
        chosen = select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
        if action:
            chosen = chosen.where(
                (audit_event.c.action == action) | audit_event.c.action.startswith(f"{action}.", autoescape=True)
            )
        with self._read() as connection:
            rows = connection.execute(chosen).mappings().all()
        return [Action.model_validate({name: row[name] for name in Action.model_fields}) for row in rows]
