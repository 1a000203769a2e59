"""The people of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sourcing.show.text import moment, table
from storage.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.store import User


class Row(Record):
    """Somebody who may sign in, without the password's hash."""

    name: str
    role: str
    state: str  # "open" or "disabled"
    lists: Mapping[str, bool]  # shared ones, and whether with contacts
    sessions: int
    created_at: datetime
    created_by: str


def rows(users: Sequence[User], sessions: Mapping[str, int]) -> list[Row]:
    """People as they are shown."""
    return [
        Row(
            name=user.name,
            role=user.role,
            state="disabled" if user.disabled_at else "open",
            lists={share.role: share.contacts for share in user.shares},
            sessions=sessions.get(user.name, 0),
            created_at=user.created_at,
            created_by=user.created_by,
        )
        for user in users
    ]


def listed(users: Sequence[Row]) -> str:
    """People, one line each."""
    if not users:
        return "nobody has to sign in; add people with `sourcing user add NAME`"
    head = ("name", "role", "state", "shared lists", "sessions", "since", "by")
    return table(head, [_cells(user) for user in users])


def _cells(user: Row) -> tuple[object, ...]:
    shared = ", ".join(f"{role} with contacts" if contacts else role for role, contacts in user.lists.items())
    return user.name, user.role, user.state, shared, user.sessions, moment(user.created_at), user.created_by
