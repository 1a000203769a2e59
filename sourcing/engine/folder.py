"""Tables as Parquet parts under one address: a path, or whatever fsspec can open (`file://`, `s3://`, `memory://`).

The list of parts, `manifest.json`, is written last and names every part with rows, bytes and digest. A folder without
it is half written, whatever lies in it; parts it does not name (of a run that was killed, or a task done twice) do not
exist. So no rename is needed, which object stores do not have.
"""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import polars as pl
from fsspec.implementations.local import LocalFileSystem
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage.errors import ConfigError, SourcingError

MANIFEST = "manifest.json"
FORMAT = 1
OWN = re.compile(r"(?:[a-z_]+/part-[0-9a-f]{32}\.parquet|manifest\.json)")


class BatchError(SourcingError):
    """A folder of tables that is not what its list says; write it again or copy it again."""


class Part(BaseModel):
    """One file of a table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    name: str  # below the folder
    rows: int
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a folder holds; `about` is what the run that wrote it says of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    about: Mapping[str, Any] = Field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def rows(self, table: str) -> int:
        """Rows of a table."""
        return sum(part.rows for part in self.parts if part.table == table)


class Folder:
    """A finished folder of tables."""

    def __init__(self, address: str) -> None:
        """ConfigError where nothing is or the address is of no kind that can be opened; BatchError where half is."""
        self.address = address
        self._fs, self._root = opened(address)
        self.manifest = self._listed()

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return sorted({part.table for part in self.manifest.parts})

    def parts(self, table: str) -> list[Part]:
        """The parts of a table; BatchError names what there is instead."""
        found = [part for part in self.manifest.parts if part.table == table]
        if not found:
            raise BatchError(f"{self.address}: no table {table!r}; it holds {', '.join(self.tables) or 'none'}")
        return found

    def frames(self, table: str) -> Iterator[pl.DataFrame]:
        """The rows of a table, one part in memory at a time."""
        for part in self.parts(table):
            yield read_part(self.address, part)

    def _listed(self) -> Manifest:
        path = f"{self._root}/{MANIFEST}"
        if not self._fs.exists(path):
            if self._fs.exists(self._root) and any(self._fs.find(self._root)):
                raise BatchError(
                    f"{self.address}: half written, {MANIFEST} is missing; "
                    "the run that writes it is at work or was stopped: wait for it or run it again"
                )
            raise ConfigError(f"{self.address}: nothing there; write it with `sourcing batch dump`")
        try:
            manifest = Manifest.model_validate_json(self._fs.cat_file(path))
        except ValidationError as error:
            raise BatchError(f"{path}: not a list of parts ({error.error_count()} errors); write it again") from error
        if manifest.format != FORMAT:
            raise BatchError(f"{path}: format {manifest.format}, not {FORMAT}; write it again with this version")
        return manifest


def _private(folder: Path) -> None:
    """Make a folder only its owner reads; ConfigError where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror}); name a folder you may write to") from error


class Draft:
    """A folder that is being written; it is one only after `finish`."""

    def __init__(self, address: str, *, replace: bool = False) -> None:
        """Clear leftovers; ConfigError where a finished folder or files of others stand, or nothing can be made."""
        self.address = address
        self._fs, self._root = opened(address)
        self._parts: list[Part] = []
        self._clear(replace)
        if isinstance(self._fs, LocalFileSystem):
            _private(Path(self._root))

    def write(self, table: str, rows: pl.DataFrame) -> Part:
        """Add rows to a table."""
        return self.add(write_part(self.address, table, rows))

    def add(self, part: Part) -> Part:
        """Add a part somebody else wrote under this address."""
        self._parts.append(part)
        return part

    def finish(self, **about: Any) -> Manifest:
        """Write the list: from now on the folder is one."""
        parts = tuple(sorted(self._parts, key=lambda part: (part.table, part.name)))
        manifest = Manifest(about=about, parts=parts)
        self._fs.pipe_file(f"{self._root}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())
        return manifest

    def _clear(self, replace: bool) -> None:
        if not self._fs.exists(self._root):
            return
        held = sorted(self._fs.find(self._root), key=lambda path: not path.endswith(f"/{MANIFEST}"))
        names = [path.removeprefix(f"{self._root}/") for path in held]
        if others := [name for name in names if not OWN.fullmatch(name)]:
            raise ConfigError(f"{self.address}: holds other files ({others[0]}); name an empty folder")
        if MANIFEST in names and not replace:
            raise ConfigError(f"{self.address}: exists; name another folder or pass --replace")
        for path in held:  # the list first, so that what is half gone is no folder either
            self._fs.rm_file(path)


def opened(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it; ConfigError where there is no such kind."""
    try:
        fs, path = fsspec.core.url_to_fs(address)
    except (ValueError, ImportError) as error:
        raise ConfigError(f"{address}: cannot be opened: {error}") from error
    return fs, str(path).rstrip("/")


def write_part(address: str, table: str, rows: pl.DataFrame) -> Part:
    """Write one part under a name nobody else has; it counts once a list names it."""
    fs, root = opened(address)
    packed = io.BytesIO()
    rows.write_parquet(packed, compression="zstd", statistics=False)
    content = packed.getvalue()
    name = f"{table}/part-{uuid4().hex}.parquet"
    if isinstance(fs, LocalFileSystem):
        fs.makedirs(f"{root}/{table}", exist_ok=True)
    fs.pipe_file(f"{root}/{name}", content)
    return Part(table=table, name=name, rows=len(rows), bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def read_part(address: str, part: Part) -> pl.DataFrame:
    """The rows of one part; BatchError if it is missing or is not what the list says."""
    fs, root = opened(address)
    try:
        content = fs.cat_file(f"{root}/{part.name}")
    except FileNotFoundError:
        raise BatchError(f"{address}: {part.name} is missing; copy or write the folder again") from None
    if len(content) != part.bytes or hashlib.sha256(content).hexdigest() != part.sha256:
        raise BatchError(
            f"{address}: {part.name} is not what was written ({len(content):,} of {part.bytes:,} bytes, "
            "or another digest); copy or write the folder again"
        )
    return pl.read_parquet(io.BytesIO(content))
