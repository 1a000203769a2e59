"""One thing a check-up looked at."""

from typing import Literal

from storage.records import Record

State = Literal["ok", "warning", "failed"]


class Check(Record):
    """One thing looked at; `detail` says what was found and, if it is wrong, the way out."""

    area: str  # settings, database, roles, machine, sources
    name: str
    state: State
    detail: str


def checked(area: str, name: str, problem: str, fine: str, *, state: State = "failed") -> Check:
    """A check that is fine without a problem; `state` is how bad the problem is."""
    return Check(area=area, name=name, state=state if problem else "ok", detail=problem or fine)
