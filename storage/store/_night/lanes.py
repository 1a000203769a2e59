"""What spiders remember between nights: lanes, validators, sources that asked to wait."""

from collections.abc import Collection, Iterator
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Select, select

from storage.records import AccountKey, LaneState, Validator
from storage.store._night.before import Before, LookingBack
from storage.store._records import Find
from storage.store._rights.unremembered import lane_without, unspoken
from storage.store._saving.rows import read_key, storable, storable_text
from storage.store._sql import among, insert_new, upsert
from storage.tables import account, lane_find, lane_state, source_hold, validator

Finding = tuple[AccountKey, str]  # account and lane


class Lanes(LookingBack):
    """Verbs for the memory of spiders."""

    def lane_state(self, lane: str) -> LaneState | None:
        """Give what a lane remembers, None on its first night."""
        with self._read() as connection:
            chosen = select(lane_state).where(lane_state.c.lane == lane)
            row = connection.execute(chosen).mappings().first()
        state = LaneState.model_validate(dict(row)) if row else None
        return state if self.before is None else self.before.lane(lane, state)

    def keep_lane_state(self, state: LaneState) -> None:
        """Remember the state of a lane, in place of the former one."""
        with self._write() as connection:
            keep_state(connection, state, self.before, self._key)

    def keep_finds(
        self, finds: Collection[tuple[AccountKey, str]], *, night: int | None = None
    ) -> list[tuple[AccountKey, str]]:
        """Remember which lane showed which account, once; gives those left out, whose account is not stored (yet)."""
        if not finds:
            return []
        with self._write() as connection:
            return keep_finds(connection, finds, night)

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
            keep_validator(connection, v, self._key)

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


def keep_state(connection: Connection, state: LaneState, before: Before | None, key: bytes) -> None:
    """Remember the state of a lane inside the caller's transaction, without erased people."""
    if before is not None:
        before.keep_lane(connection, state.lane)
    row = storable(state).model_dump()
    row["state"] = lane_without(connection, state.lane, row["state"], key)
    upsert(connection, lane_state, [row])


def keep_validator(connection: Connection, v: Validator, key: bytes) -> None:
    """Remember a validator inside the caller's transaction, unless it speaks of somebody erased."""
    if not all(unspoken(connection, [(v.url, "")], key)):
        return
    upsert(connection, validator, [storable(v).model_dump() | {"key": _validator_key(v.url, v.owner)}])


def keep_finds(connection: Connection, finds: Collection[Finding], night: int | None) -> list[Finding]:
    """Remember finds inside the caller's transaction; gives those whose account is not stored (yet)."""
    names = {str(key) for key, _ in finds}
    there = select(account.c.key).where(among(connection, account.c.key, names))
    stored = set(connection.execute(there).scalars())
    known = {(row.account, row.lane) for row in connection.execute(_finds_of(connection, stored))}
    new = sorted({(str(key), lane) for key, lane in finds if str(key) in stored} - known)
    insert_new(connection, lane_find, [{"account": key, "lane": lane, "night": night} for key, lane in new])
    return [find for find in finds if str(find[0]) not in stored]


def _finds_of(connection: Connection, accounts: Collection[str]) -> Select[str, str]:
    return select(lane_find.c.account, lane_find.c.lane).where(among(connection, lane_find.c.account, accounts))


def _validator_key(url: str, owner: str) -> str:
    return sha256(f"{owner}\n{url}".encode()).hexdigest()
