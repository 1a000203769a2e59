"""Write a list under a temporary name, make it durable, rename it, and record it with its digest."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import orjson

from sourcing.config import Config
from sourcing.export.csv_file import table
from sourcing.ranking import Row, listing
from storage.errors import ConfigError, StoreError
from storage.store import ExportRow, Store

MOST_NAME_BYTES = 120


def _lines(rows: Sequence[Row]) -> bytes:
    return b"".join(orjson.dumps(row.model_dump(mode="json")) + b"\n" for row in rows)


FORMATS: dict[str, Callable[[Sequence[Row]], bytes]] = {"csv": table, "jsonl": _lines}


def write(
    store: Store,
    config: Config,
    role: str,
    *,
    format: str,  # noqa: A002  the word of the command line
    by: str,
    now: datetime,
    night: int | None = None,
) -> Path:
    """Export the ranked leads of a role to the exports folder; ConfigError for an unknown format or no author.

    All sections are in the file and named in a column; leads that refuse recruiters are in none of them.
    """
    if format not in FORMATS:
        raise ConfigError(f"no export format {format!r}; there are: {', '.join(FORMATS)}")
    if not by.strip():
        raise ConfigError("an export names the person who makes it; add --by NAME")
    rows = listing(store, role, section=None)
    body = FORMATS[format](rows)
    path = durable(_free_name(config.exports_folder, role, now, format), body)
    digest = hashlib.sha256(body).hexdigest()
    leads = tuple(row.lead for row in rows)
    store.record_export(
        ExportRow(role=role, format=format, path=str(path), sha256=digest, leads=leads, by=by, at=now, night=night)
    )
    return path


def _free_name(folder: Path, role: str, now: datetime, suffix: str) -> Path:
    """A name with role and date that no earlier export has: the ledger's digests must stay true."""
    plain = re.sub(r"[^a-z0-9-]+", "-", role.lower()).strip("-") or "role"
    stem = f"{plain[: MOST_NAME_BYTES - 30]}-{now:%Y-%m-%d}"
    names = [folder / f"{stem}.{suffix}"]
    while names[-1].exists():
        names.append(folder / f"{stem}-{len(names) + 1}.{suffix}")
    return names[-1]


def durable(path: Path, body: bytes) -> Path:
    """Write a file so that it is there whole or not at all; StoreError if the disk refuses."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        return temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; free space or change [exports] folder"
        ) from error
