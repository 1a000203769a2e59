"""The ledger of files that left the Store."""

from typing import Any

from sqlalchemy import insert, select

from storage.store._base import Database
from storage.store._records import ExportRow
from storage.store._rows import storable
from storage.tables import export


class Exports(Database):
    """Verbs for the ledger of exports."""

    def record_export(self, row: ExportRow) -> int:
        """Write one line of the ledger and give its id."""
        values: dict[str, Any] = storable(row).model_dump(exclude={"id"})
        with self._write() as connection:
            return int(connection.execute(insert(export).returning(export.c.id), [values]).scalar_one())

    def exports(self) -> list[ExportRow]:
        """Give the ledger, oldest first."""
        with self._read() as connection:
            rows = connection.execute(select(export).order_by(export.c.id)).mappings().all()
        return [ExportRow.model_validate(dict(row)) for row in rows]
