"""How many accounts of a source are known, and how many are due to be read again: counted, none of them read."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, cast, func, literal_column, select, type_coerce
from sqlalchemy.types import JSON, Text

from storage.store._base import Database
from storage.store._sql import in_passing, of_source
from storage.tables import account, account_seen
from storage.tables._types import Key


class Counting(Database):
    """Verbs of a forecast, which needs numbers only."""

    def count_known(self, source: str) -> int:
        """Give how many accounts of a source are stored, those gone included."""
        with self._read() as connection, in_passing(connection):
            return int(connection.execute(select(_number(account, of_source(source)))).scalar_one())

    def count_due(self, source: str, edge: datetime, marker: str = "", *, unmarked: bool = True) -> int:
        """Give how many accounts that are not gone were read until then, by a marker that holds a time or a day.

        Without a marker's name the last look counts; `unmarked`: who has no such marker, or an empty one, is due.
        """
        with self._read() as connection, in_passing(connection):
            count = _marked(connection, source, edge, marker, unmarked) if marker else _looked_at(source, edge)
            return int(connection.execute(select(count)).scalar_one())


def _looked_at(source: str, edge: datetime) -> Any:
    """Those looked at until then, less those who are gone: few, so that the others need not be looked up one by one."""
    until = of_source(source, account_seen.c.account) & (account_seen.c.last_seen <= edge)
    gone = select(account.c.key).where(_gone(source))
    return _number(account_seen, until) - _number(account_seen, until & account_seen.c.account.in_(gone))


def _marked(connection: Connection, source: str, edge: datetime, marker: str, unmarked: bool) -> Any:
    """Those read until then by a marker; with who has none, it is all but those gone and those read later."""
    # Spiders write their markers in UTC and ISO 8601, so texts sort like the times, a day as its midnight.
    read, until = _read_at(connection, marker), edge.astimezone(UTC).isoformat()
    there = of_source(source) & account.c.gone_at.is_(None) & read.is_not(None)
    if not unmarked:
        return _number(account, there & (read != "") & (read <= until))
    late = _number(account, there & (read > until))
    return _number(account, of_source(source)) - _number(account, _gone(source)) - late


def _read_at(connection: Connection, marker: str) -> ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        # Word for word as in the index of the marker "read" (r0009): with a parameter SQLite would not see it is meant.
        return func.json_extract(account.c.markers, literal_column(f"""'$."{_plain(marker)}"'"""), type_=Text)
    return cast(type_coerce(account.c.markers, JSON)[marker].as_string(), Key)


def _plain(marker: str) -> str:
    """A marker's name as it may stand in a statement; ValueError for another, which no spider has."""
    if not marker.replace(" ", "_").isidentifier():
        raise ValueError(f"{marker!r} is no name of a marker")
    return marker


def _gone(source: str) -> ColumnElement[bool]:
    return of_source(source) & account.c.gone_at.is_not(None)


def _number(table: Table, which: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(which).scalar_subquery()
