"""What spiders remember between nights: lanes, validators, sources that asked to wait."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from storage.records import LaneState, Validator
from storage.store._base import Database
from storage.store._rows import storable, storable_text
from storage.store._sql import upsert
from storage.tables import lane_state, source_hold, validator


class Lanes(Database):
    """Verbs for the memory of spiders."""

    def lane_state(self, lane: str) -> LaneState | None:
        """Give what a lane remembers, None on its first night."""
        with self._read() as connection:
            chosen = select(lane_state).where(lane_state.c.lane == lane)
            row = connection.execute(chosen).mappings().first()
        return LaneState.model_validate(dict(row)) if row else None

    def keep_lane_state(self, state: LaneState) -> None:
        """Remember the state of a lane, in place of the former one."""
        with self._write() as connection:
            upsert(connection, lane_state, [storable(state).model_dump()])

    def validator(self, url: str, owner: str) -> Validator | None:
        """Give what makes a request conditional for the owner of a token, None if nothing is known."""
        with self._read() as connection:
            chosen = select(validator).where(validator.c.key == _validator_key(url, owner))
            row = connection.execute(chosen).mappings().first()
        return Validator.model_validate({k: v for k, v in row.items() if k != "key"}) if row else None

    def keep_validator(self, v: Validator) -> None:
        """Remember a validator, in place of the former one of this address and owner."""
        with self._write() as connection:
            upsert(connection, validator, [storable(v).model_dump() | {"key": _validator_key(v.url, v.owner)}])

    def hold_source(self, source: str, until: datetime, reason: str) -> None:
        """Remember that a source must not be asked before a time."""
        with self._write() as connection:
            upsert(connection, source_hold, [{"source": source, "until": until, "reason": storable_text(reason)}])

    def held(self, source: str) -> tuple[datetime, str] | None:
        """Give until when and why a source must not be asked, also when that time is past; None if never held."""
        with self._read() as connection:
            chosen = select(source_hold.c.until, source_hold.c.reason).where(source_hold.c.source == source)
            row = connection.execute(chosen).first()
        return (row.until, row.reason) if row else None


def _validator_key(url: str, owner: str) -> str:
    return sha256(f"{owner}\n{url}".encode()).hexdigest()
