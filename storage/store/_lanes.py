"""What spiders remember between nights: lanes, validators, sources that asked to wait."""

from collections.abc import Collection, Iterator
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Select, select

from storage.records import AccountKey, LaneState, Validator
from storage.store._base import Database
from storage.store._records import Find
from storage.store._rows import read_key, storable, storable_text
from storage.store._sql import among, insert_new, upsert
from storage.tables import account, lane_find, lane_state, source_hold, validator


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

    def keep_finds(
        self, finds: Collection[tuple[AccountKey, str]], *, night: int | None = None
    ) -> list[tuple[AccountKey, str]]:
        """Remember which lane showed which account, once; gives those left out, whose account is not stored (yet)."""
        if not finds:
            return []
        with self._write() as connection:
            names = {str(key) for key, _ in finds}
            there = select(account.c.key).where(among(connection, account.c.key, names))
            stored = set(connection.execute(there).scalars())
            known = {(row.account, row.lane) for row in connection.execute(_finds_of(connection, stored))}
            new = sorted({(str(key), lane) for key, lane in finds if str(key) in stored} - known)
            insert_new(connection, lane_find, [{"account": key, "lane": lane, "night": night} for key, lane in new])
        return [find for find in finds if str(find[0]) not in stored]

    def finds(self) -> Iterator[Find]:
        """Give which lane showed which account, and in which night first, in order of accounts."""
        chosen = select(lane_find).order_by(lane_find.c.account, lane_find.c.lane)
        with self._read() as connection:
            rows = connection.execute(chosen).all()
        return (Find(account=read_key(row.account), lane=row.lane, night=row.night) for row in rows)

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


def _finds_of(connection: Connection, accounts: Collection[str]) -> Select[str, str]:
    return select(lane_find.c.account, lane_find.c.lane).where(among(connection, lane_find.c.account, accounts))


def _validator_key(url: str, owner: str) -> str:
    return sha256(f"{owner}\n{url}".encode()).hexdigest()
