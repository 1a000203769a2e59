"""The ledger of files that left the Store."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, insert, select

from storage.store._base import Database
from storage.store._records import ExportRow
from storage.store._saving.rows import storable
from storage.tables import export, lead, receipt


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

    def exported(self, content: str) -> ExportRow | None:
        """Give the latest export that says exactly this, None if there is none."""
        chosen = select(export).where(export.c.content == content).order_by(export.c.id.desc()).limit(1)
        with self._read() as connection:
            row = connection.execute(chosen).mappings().first()
        return ExportRow.model_validate(dict(row)) if row else None

    def export(self, id: int) -> ExportRow | None:  # noqa: A002  # the record's own word
        """Give one line of the ledger."""
        with self._read() as connection:
            row = connection.execute(select(export).where(export.c.id == id)).mappings().first()
        return ExportRow.model_validate(dict(row)) if row else None

    def list_ids(self, role: str, sections: Collection[str]) -> list[tuple[int, str]]:
        """Give receipt and lead of every line of a role's list, best first: small enough to hold for millions."""
        with self._read() as connection:
            return [(row.id, row.lead) for row in connection.execute(listed(role, sections))]

    def once_called(self, lead_id: str) -> list[str]:
        """Give a lead's id and those of the leads merged into it."""
        chosen = select(lead.c.id).where((lead.c.id == lead_id) | (lead.c.merged_into == lead_id)).order_by(lead.c.id)
        with self._read() as connection:
            return list(connection.execute(chosen).scalars())


def listed(role: str, sections: Collection[str]) -> Select[Any]:
    """Receipt and lead of the lines of a role's list, best first."""
    chosen = select(receipt.c.id, receipt.c.lead).join(lead, lead.c.id == receipt.c.lead)
    chosen = chosen.where(receipt.c.role == role, receipt.c.latest, lead.c.merged_into.is_(None))
    return chosen.where(receipt.c.section.in_(sections)).order_by(receipt.c.total.desc(), receipt.c.lead)
