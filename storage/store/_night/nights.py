"""Nightly runs: forecast before, outcomes after."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from storage.errors import StoreError
from storage.records import Forecast, Night, Outcome
from storage.store._base import Database
from storage.store._judged.lists import keep_lists
from storage.store._night.frontier import begin
from storage.store._saving.rows import storable
from storage.store._sql import upsert
from storage.tables import night as table


class Nights(Database):
    """Verbs for nightly runs."""

    def start_night(self, at: datetime, forecast: Sequence[Forecast] = ()) -> Night:
        """Begin a night; its number is one more than the last one's, its start that of the night it continues."""
        with self._write() as connection:
            last = connection.execute(select(func.max(table.c.number))).scalar() or 0
            began = begin(connection, last + 1, at)
            begun = Night(number=last + 1, started_at=began, forecast=tuple(forecast))
            connection.execute(insert(table), [_row(begun)])
        return begun

    def finish_night(self, night: Night) -> None:
        """Write how a night went, and keep the lists it leaves; StoreError if it was never started."""
        self.night(night.number)
        with self._write() as connection:
            upsert(connection, table, [_row(night)])
            if night.ended_at is not None:
                keep_lists(connection, night.number, night.ended_at)

    def nights(self, limit: int = 20) -> list[Night]:
        """Give the last nights, newest first."""
        with self._read() as connection:
            chosen = select(table).order_by(table.c.number.desc()).limit(limit)
            return [_read(row) for row in connection.execute(chosen).mappings()]

    def outcomes(self, source: str, limit: int = 60) -> list[tuple[datetime, Outcome]]:
        """Give how a source ended in the last nights, each with the night's start, newest first."""
        chosen = select(table.c.started_at, table.c.outcomes).order_by(table.c.number.desc()).limit(limit)
        with self._read() as connection:
            rows = connection.execute(chosen).all()
        return [(at, Outcome.model_validate(one)) for at, held in rows for one in held if one["source"] == source]

    def night(self, number: int) -> Night:
        """Give one night; StoreError if there is none of that number."""
        with self._read() as connection:
            row = connection.execute(select(table).where(table.c.number == number)).mappings().first()
        if row is None:
            raise StoreError(f"no night {number}; `sourcing nights` lists those there are")
        return _read(row)


def _row(item: Night) -> dict[str, Any]:
    plain = storable(item).model_dump(mode="json", include={"forecast", "outcomes", "counters"})
    return plain | {"number": item.number, "started_at": item.started_at, "ended_at": item.ended_at}


def _read(row: Mapping[Any, Any]) -> Night:
    return Night.model_validate(dict(row))
