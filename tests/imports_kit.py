"""An installation and files of invented people for tests of imports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sourcing.config import Config
from sourcing.imports import Imported, run
from storage.records import Account
from storage.store import Store
from tests.house_of_sourcing import furnished

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 2, tzinfo=UTC)


class House:
    """A furnished installation into which files are imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: Config = furnished(folder)

    def bring(self, kind: str, path: Path, *, now: datetime = NOW, **more: Any) -> Imported:
        """Import a file as Ada does it."""
        return run(self.config, kind, path, now=now, by="ada", **more)

    def store(self) -> Store:
        """The Store, open."""
        return Store.open(self.config.database_url, key=self.config.key)

    def accounts(self, source: str) -> dict[str, Account]:
        """Accounts of a source by id."""
        with self.store() as store:
            return {account.source_id: account for account in store.accounts(source=source)}

    def write(self, name: str, text: str | bytes) -> Path:
        """A file beside the installation."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as CSV, with the columns of the first."""
    lines = [",".join(rows[0]), *(",".join(_cell(value) for value in row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text
