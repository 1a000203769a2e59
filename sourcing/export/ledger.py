"""What left the house: which files hold a person, and who was given them."""

from pathlib import Path

from storage.records import Record
from storage.store import ExportRow, Store

PUSHED = "push:"  # formats of what was handed to another system: no file of ours


class Held(Record):
    """A file that holds somebody, and whether it still lies where it was written."""

    export: ExportRow
    still_there: bool


def log_export(store: Store, row: ExportRow) -> None:
    """Write an export to the log: who, when, for whom, digest and line of the ledger, which holds the ids."""
    detail = {"role": row.role, "recipient": row.recipient, "purpose": row.purpose, "people": len(row.leads)}
    said = detail | {"sha256": row.sha256, "format": row.format, "file": Path(row.path).name}
    store.log_action("export", by=row.by, at=row.at, about=f"export {row.id}", detail=said)


def affected(store: Store, lead: str) -> list[Held]:
    """The files that hold a lead, by the ids it ever had; whoever was given them has to be told after an erasure."""
    called = set(store.once_called(lead)) | {lead}
    rows = [row for row in store.exports() if not called.isdisjoint(row.leads)]
    return [Held(export=row, still_there=row.format.startswith(PUSHED) or Path(row.path).is_file()) for row in rows]
