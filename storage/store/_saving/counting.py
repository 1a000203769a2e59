"""How many accounts of a source are known, and how many are due to be read again: counted, none of them read."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, FromClause, cast, func, select, type_coerce
from sqlalchemy.types import JSON

from storage.store._base import Database
from storage.store._sql import in_passing
from storage.tables import account, account_seen
from storage.tables._types import Key


class Counting(Database):
    """Verbs of a forecast, which needs numbers only."""

    def count_known(self, source: str) -> int:
        """Give how many accounts of a source are stored, those gone included."""
        return self._count(account, _of(source))

    def count_due(self, source: str, edge: datetime, marker: str = "", *, unmarked: bool = True) -> int:
        """Give how many accounts that are not gone were read until then, by a marker that holds a time or a day.

        Without a marker's name the last look counts; `unmarked`: who has no such marker, or an empty one, is due.
        """
        here = _of(source) & account.c.gone_at.is_(None)
        if marker:
            return self._count(account, here & _marked_until(marker, edge, unmarked=unmarked))
        joined = account.join(account_seen, account_seen.c.account == account.c.key)
        return self._count(joined, here & (account_seen.c.last_seen <= edge))

    def _count(self, among: FromClause, which: ColumnElement[bool]) -> int:
        with self._read() as connection, in_passing(connection):
            return connection.scalar(select(func.count()).select_from(among).where(which)) or 0


def _of(source: str) -> ColumnElement[bool]:
    # One range of the index, as where accounts are read: keys begin with their source and ":", and ";" comes after ":".
    return (account.c.key > f"{source}:") & (account.c.key < f"{source};")


def _marked_until(marker: str, edge: datetime, *, unmarked: bool) -> ColumnElement[bool]:
    # Spiders write their markers in UTC and ISO 8601, so texts sort like the times, a day as its midnight.
    text = func.coalesce(cast(type_coerce(account.c.markers, JSON)[marker].as_string(), Key), "")
    read = (text != "") & (text <= edge.astimezone(UTC).isoformat())
    return (text == "") | read if unmarked else read
