"""Copies outside the database that hold a person: folders of tables batch work wrote, raw files imports read.

What the product wrote or fetched itself is deleted: a dump is written again in minutes, and a file that was fetched is
fetched again. Files somebody brought are theirs; they are named. What was copied on from there is beyond our reach.
"""

import gzip
import re
import zipfile
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from sourcing.config import Config
from sourcing.engine.folder import MANIFEST, OWN, BatchError, Folder, opened, read_part
from storage.errors import ConfigError
from storage.records import Record
from storage.store import Naming, Store

LIST = "batch-folders.txt"  # addresses of folders that were written, one a line
DOWNLOADS = "downloads"
IMPORTED = "import"  # the action imports write to the log; about: the path
MOST_BYTES = 4_000_000_000  # of one file looked into; larger ones are named as not looked into
PIECE = 1_000_000  # bytes looked at together
OVERLAP = 400


class Copies(Record):
    """What became of copies, by path or address."""

    deleted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()  # hold the person, or may: for somebody to look at
    unread: tuple[str, ...] = ()  # could not be looked into


def note_folder(config: Config, address: str) -> None:
    """Remember that batch work writes to an address, so that an erasure finds it."""
    fs, root = opened(address)
    line, known = str(fs.unstrip_protocol(root)), _noted(config)
    if line not in known:
        _keep_list(config, [*known, line])


def clear_copies(config: Config, store: Store, naming: Naming, leads: Collection[str], *, keep: bool) -> Copies:
    """Delete our own copies that hold a person unless `keep`, and name all others that do."""
    found: dict[str, list[str]] = {"deleted": [], "left": [], "unread": [], "clean": [], "gone": []}
    for address in _noted(config):
        found[_folder(address, naming, frozenset(leads), keep=keep)].append(address)
    _keep_list(config, [one for one in _noted(config) if one not in {*found["deleted"], *found["gone"]}])
    own = (config.folder / DOWNLOADS).resolve()
    for path in _raw(config, store):
        found[_file(path, naming, ours=path.resolve().is_relative_to(own) and not keep)].append(str(path))
    return Copies(**{name: tuple(found[name]) for name in Copies.model_fields})


def _noted(config: Config) -> list[str]:
    path = config.folder / LIST
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def _keep_list(config: Config, lines: Collection[str]) -> None:
    path = config.folder / LIST
    if not lines:
        path.unlink(missing_ok=True)
        return
    path.touch(mode=0o600)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


# --- folders of tables -----------------------------------------------------------------------------------------------


def _folder(address: str, naming: Naming, leads: frozenset[str], *, keep: bool) -> str:
    """What became of one folder. It goes as a whole: its sums and pairs would not be true without some rows."""
    fs, root = opened(address)
    try:
        if not fs.exists(root):
            return "gone"
        if not _holds(address, naming, leads):
            return "clean"
        if keep:
            return "left"
        # The list first, so that what is half gone is no folder either.
        for path in sorted(fs.find(root), key=lambda path: not path.endswith(f"/{MANIFEST}")):
            if OWN.fullmatch(path.removeprefix(f"{root}/")):
                fs.rm_file(path)
    except (OSError, BatchError, ConfigError, pl.exceptions.PolarsError):
        return "unread"
    return "deleted"


def _holds(address: str, naming: Naming, leads: frozenset[str]) -> bool:
    folder = Folder(address)
    fs, root = opened(address)
    there = {path.removeprefix(f"{root}/") for path in fs.find(root)}
    if stray := {name for name in there if OWN.fullmatch(name)} - {MANIFEST, *(p.name for p in folder.manifest.parts)}:
        raise BatchError(f"{address}: {len(stray)} parts nobody listed; a run was stopped, or is at work")
    return any(
        _in_table(read_part(address, part), naming, leads) for name in folder.tables for part in folder.parts(name)
    )


def _in_table(rows: pl.DataFrame, naming: Naming, leads: frozenset[str]) -> bool:
    if "lead" in rows.columns and rows["lead"].is_in(list(leads)).any():
        return True
    if {"source", "source_id"} <= set(rows.columns) and not naming.keys.isdisjoint(
        zip(rows["source"], rows["source_id"], strict=True)
    ):
        return True
    text = rows.write_ndjson().lower()
    return naming.hinted(text) and (any(str(key).lower() in text for key in naming.keys) or naming.speaks(text))


# --- raw files -------------------------------------------------------------------------------------------------------


def _raw(config: Config, store: Store) -> list[Path]:
    """Files imports read that still lie where they were, and everything that was fetched for them."""
    named = [Path(one.about) for one in store.actions(IMPORTED) if one.action == IMPORTED]
    places = {path.resolve() for path in [*named, config.folder / DOWNLOADS]}
    found = {file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()}
    return sorted(found)


def _file(path: Path, naming: Naming, *, ours: bool) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            return "unread"
        if not any(_named(naming).search(piece) for piece in _pieces(path)):
            return "clean"
        if not ours:
            return "left"
        path.unlink()
    except (OSError, EOFError, zipfile.BadZipFile):
        return "unread"
    return "deleted"


def _pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked, in lower case, some at a time with an overlap."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                with packed.open(name) as member:
                    yield from _cut(member)
        return
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        yield from _cut(gzip.GzipFile(fileobj=file) if is_packed else file)


def _cut(file: Any) -> Iterator[bytes]:
    rest = b""
    while piece := file.read(PIECE):
        yield (rest + piece).lower()
        rest = (rest + piece)[-OVERLAP:]


@lru_cache(maxsize=4)
def _named(naming: Naming) -> re.Pattern[bytes]:
    """What stands for the person in raw data, where a handle or an id is a cell or a value of its own."""
    words = {*naming.words, *naming.sites, *naming.names, *(key.source_id for key in naming.keys)}
    cells = "|".join(re.escape(word.lower()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])(?:{cells})(?![\w-])".encode() if cells else rb"(?!)")
