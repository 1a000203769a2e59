"""The clock of requests: answered within 30 days (GDPR 12(3)), a warning from day 20, red from day 28."""

from datetime import datetime, timedelta

from storage.records import Record
from storage.store import Request, Store

WARNING_DAYS, RED_DAYS = 20, 28


class Clocked(Record):
    """A request and how its clock stands."""

    request: Request
    days: int  # since it was made, while it is open
    state: str  # done, refused, fine, warning, red, overdue


def clocked(request: Request, now: datetime) -> Clocked:
    """How the clock of one request stands."""
    days = max(0, (now - request.opened_at) // timedelta(days=1))
    return Clocked(request=request, days=days, state=_state(request, days, now))


def _state(request: Request, days: int, now: datetime) -> str:
    if request.state != "open":
        return request.state
    if now > request.due_at:
        return "overdue"
    if days >= RED_DAYS:
        return "red"
    return "warning" if days >= WARNING_DAYS else "fine"


def log(store: Store, *, now: datetime, open_only: bool = False) -> list[Clocked]:
    """All requests with their clocks, the oldest first."""
    return [clocked(one, now) for one in store.requests(open_only=open_only)]


def urgent(store: Store, now: datetime) -> list[Clocked]:
    """Open requests somebody must look at, the most urgent first."""
    waiting = [one for one in log(store, now=now, open_only=True) if one.state != "fine"]
    return sorted(waiting, key=lambda one: -one.days)
