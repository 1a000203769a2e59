"""Files of the installation that speak of a person: rewritten where they are reports, deleted where they are copies.

Reports of nights and logs lose the words that name the person. An exported file is a copy of what was stored, its
digest stands in the ledger, and rewriting it would make another file of it: it is deleted, or only named.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from sourcing.config import Config
from sourcing.export.files import durable
from storage.records import Record
from storage.store import ExportRow, Naming, Store

MOST_BYTES = 200_000_000  # of one file looked into; larger ones are named as not looked into
PUSHED = "push:"


class Files(Record):
    """What became of files."""

    rewritten: tuple[Path, ...] = ()
    deleted: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()  # hold the person still: for somebody to look at
    unread: tuple[Path, ...] = ()  # could not be looked into


def clear(config: Config, naming: Naming, leads: Iterable[str], exports: Iterable[ExportRow], *, keep: bool) -> Files:
    """Take a person out of logs and reports, and delete exports that hold them unless `keep`."""
    rewritten, unread = [], []
    for path in _files(config.logs_folder):
        try:
            if _rewrite(path, naming, frozenset(leads)):
                rewritten.append(path)
        except (OSError, UnicodeDecodeError, orjson.JSONDecodeError):
            unread.append(path)
    deleted, left = [], []
    for path in _holding(config.exports_folder, naming, exports, unread):
        own = path.resolve().is_relative_to(config.exports_folder.resolve())  # what lies elsewhere is not ours
        if keep or not own or not _remove(path):
            left.append(path)
        else:
            deleted.append(path)
    left += [path for path in _files(config.roles_folder) if _speaks(path, naming, unread)]
    return Files(
        rewritten=tuple(rewritten), deleted=tuple(deleted), left=tuple(dict.fromkeys(left)), unread=tuple(unread)
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _rewrite(path: Path, naming: Naming, leads: frozenset[str]) -> bool:
    body = path.read_bytes()
    if path.suffix == ".json":
        before = orjson.loads(body)
        after = _without(before, naming, leads)
        if after == before:
            return False
        durable(path, orjson.dumps(after, option=orjson.OPT_INDENT_2))
        return True
    text = body.decode("utf-8", "replace")
    quiet = "".join(naming.blanked(line) for line in text.splitlines(keepends=True))
    if quiet == text:
        return False
    # In place: a rotating log is held open by its name.
    with path.open("r+b") as file:
        file.write(quiet.encode())
        file.truncate()
    return True


def _without(value: Any, naming: Naming, leads: frozenset[str]) -> Any:
    """Plain data without rows about the leads and without words that name the person."""
    if isinstance(value, dict):
        return {naming.blanked(name): _without(one, naming, leads) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, naming, leads) for one in value if not _is_row(one, leads)]
    return naming.blanked(value) if isinstance(value, str) else value


def _is_row(value: Any, leads: frozenset[str]) -> bool:
    return isinstance(value, dict) and value.get("lead") in leads


def _holding(folder: Path, naming: Naming, exports: Iterable[ExportRow], unread: list[Path]) -> Iterator[Path]:
    """Exported files that hold a person: those the ledger names, and whatever else lies in the folder and does."""
    listed = {Path(row.path).resolve() for row in exports if not row.format.startswith(PUSHED)}
    inside = _files(folder)
    yield from sorted(path for path in listed if path.is_file() and path not in inside)
    for path in inside:
        if path.resolve() in listed or _speaks(path, naming, unread):
            yield path


def _remove(path: Path) -> bool:
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(b"\0" * size)
        path.unlink()
    except OSError:
        return False
    return True


def _speaks(path: Path, naming: Naming, unread: list[Path]) -> bool:
    try:
        if path.stat().st_size > MOST_BYTES:
            unread.append(path)
            return False
        return any(naming.speaks(text) for text in _texts(path))
    except (OSError, zipfile.BadZipFile):
        unread.append(path)
        return False


def _texts(path: Path) -> Iterator[str]:
    if not zipfile.is_zipfile(path):
        yield path.read_text("utf-8", "replace")
        return
    with zipfile.ZipFile(path) as packed:
        for info in packed.infolist():
            if info.file_size <= MOST_BYTES:
                yield re.sub(r"<[^>]*>", " ", packed.read(info).decode("utf-8", "replace"))


def backups(store: Store) -> list[Path]:
    """Copies of the database that were made with `db backup` and still lie where they were written."""
    made = (Path(one.about) for one in store.actions("db.backup"))
    return sorted({path for path in made if path.is_file()})
