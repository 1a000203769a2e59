"""What a push remembers: ledger lines of who was sent, and whose sending has an unknown end."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import orjson

from sourcing.ranking import Row
from storage.records import LaneState
from storage.store import ExportRow, Store


def key_of(system: str, role: str, lead: str) -> str:
    """The same whenever the same person is sent to the same system for the same role."""
    return hashlib.sha256(f"push\n{system}\n{role}\n{lead}".encode()).hexdigest()


class Memory:
    """Of one system. What was begun is written down before it is sent, so that a power cut is seen afterwards."""

    def __init__(self, store: Store, system: str) -> None:
        self.store, self.system, self.format = store, system, f"push:{system}"
        self._sent = {lead: row for row in store.exports() if row.format == self.format for lead in row.leads}
        state = store.lane_state(self.format)
        self._begun = {str(key): str(at) for key, at in state.state.items()} if state else {}

    def sent(self, lead: str) -> ExportRow | None:
        """The ledger line of a lead, or of one merged into it, for whichever role."""
        return next((self._sent[name] for name in self.store.once_called(lead) if name in self._sent), None)

    def begun(self, key: str) -> bool:
        """Whether a sending has an unknown end."""
        return key in self._begun

    def oldest(self) -> datetime | None:
        """When the oldest sending of unknown end was begun."""
        return min(map(datetime.fromisoformat, self._begun.values()), default=None)

    def begin(self, key: str, now: datetime) -> None:
        """Write down that something is about to be sent; the first time counts."""
        self._begun.setdefault(key, now.isoformat())
        self._keep(now)

    def end(self, key: str, now: datetime) -> None:
        """The end of a sending is known."""
        if self._begun.pop(key, None):
            self._keep(now)

    def note(
        self, row: Row, body: Mapping[str, object], found: str, *, by: str, night: int | None, to: str, now: datetime
    ) -> None:
        """A line in the ledger: somebody is in the system, under this id."""
        key = key_of(self.system, row.role, row.lead)
        line = ExportRow(
            role=row.role,
            format=self.format,
            path=f"{self.system} {found}",
            sha256=hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest(),
            leads=(row.lead,),
            by=by,
            at=now,
            night=night,
            recipient=self.system,
            purpose=to,
            role_version=row.role_version,
            content=key,
        )
        self.store.record_export(line)
        self._sent[row.lead] = line
        self.end(key, now)

    def _keep(self, now: datetime) -> None:
        self.store.keep_lane_state(LaneState(lane=self.format, state=dict(self._begun), updated_at=now))
