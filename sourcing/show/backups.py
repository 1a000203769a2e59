"""Backups in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.store import Backup

# What a restored database cannot know.
AFTER = (
    "people erased after this backup was made are in it again: erase them once more, from your record of requests, "
    "before the next night; then run `sourcing db upgrade` and `sourcing db check`"
)


def made(backup: Backup) -> str:
    """A backup: where it is, how large, how it was verified."""
    lines = [
        f"{backup.path}: {backup.bytes:,} bytes, {sum(backup.rows.values()):,} rows in {len(backup.rows)} tables",
        f"verified: {backup.verified}",
    ]
    return "\n".join([*lines, *(f"wrong before and in the copy: {one}" for one in backup.findings)])


def restored(database: str, rows: Mapping[str, int]) -> str:
    """A database that was put back."""
    return f"{database}: {sum(rows.values()):,} rows in {len(rows)} tables"
