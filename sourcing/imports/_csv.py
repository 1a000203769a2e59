"""Small CSV files people bring: which row is the header, which column is which field, rows as plain texts.

The file may have a byte order mark, a preamble, semicolons or tabs, and cells our own export guarded with an
apostrophe. What cannot be read safely is left out and counted: a row with too many or too few cells would speak of
somebody else.
"""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from sourcing.export.cells import unguarded
from sourcing.imports._kind import Columns
from storage.errors import ConfigError
from storage.text import display, match_key

LINE = 1024 * 1024  # code points of one line; a longer one is no candidate
HEADER_WITHIN = 20  # first lines looked at for the header
DELIMITERS = (",", ";", "\t", "|")

Count = Callable[[str], object]
Row = Mapping[str, tuple[str, ...]]  # field → the cells of its columns that hold something
Needed = Sequence[Sequence[str]]  # groups of fields; one of each group must have a column


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a file are."""

    delimiter: str
    header: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]  # field → its columns


def read(path: Path, columns: Columns, needed: Needed, encoding: str, count: Count) -> Iterator[Row]:
    """Rows as fields; ConfigError names what is missing, the columns there are, and the way out."""
    chosen = _encoding(path, encoding)
    try:
        with path.open(encoding=chosen, newline="") as file:
            while file.read(LINE):  # to its end, so that nothing of a file in another encoding is kept
                pass
            file.seek(0)
            start = list(islice(_lines(file, lambda _: None), HEADER_WITHIN))
            layout = _layout(path, start, columns, needed)
            file.seek(0)
            yield from _rows(_lines(file, count), layout, count)
    except UnicodeError as error:
        raise _not_text(path, chosen, error) from error


def column_key(name: str) -> str:
    """The form in which column names are equal: "First Name", "first_name" and "firstName" are one."""
    return match_key(name).replace(" ", "").replace("_", "")


def _encoding(path: Path, given: str) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(3)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; check the path") from error
    if start[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        return "utf-16"
    if given in ("utf-8", "utf8", ""):
        return "utf-8-sig"
    try:
        "".encode(given)
    except LookupError:
        raise ConfigError(f"--set encoding={given}: no such encoding; usual ones are utf-8 and cp1252") from None
    return given


def _not_text(path: Path, encoding: str, error: UnicodeError) -> ConfigError:
    shown = "UTF-8" if encoding == "utf-8-sig" else encoding
    where = f" (byte {error.object[error.start]:#04x})" if isinstance(error, UnicodeDecodeError) else ""
    return ConfigError(
        f"{path}: not readable as {shown}{where}; save it as “CSV UTF-8”, or name its encoding: --set encoding=cp1252"
    )


def _lines(file: TextIO, count: Count) -> Iterator[str]:
    """Lines up to a limit; longer ones are passed over without ever being held."""
    while line := file.readline(LINE):
        if len(line) < LINE or line.endswith("\n"):
            yield line.replace("\x00", "")
            continue
        count("line_too_long")
        while (rest := file.readline(LINE)) and not rest.endswith("\n"):
            pass


def _layout(path: Path, start: Sequence[str], columns: Columns, needed: Needed) -> Layout:
    """The delimiter and header row with which the needed fields are found."""
    best: list[str] = []
    for delimiter in DELIMITERS:
        for row in _first_rows(start, delimiter):
            places = _places(row, columns)
            if all(any(name in places for name in group) for group in needed):
                _refuse_twins(path, row, places)
                return Layout(delimiter, tuple(row), places)
            best = max(best, row, key=len)
    raise _missing(path, best, columns, needed)


def _first_rows(start: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(start, delimiter=delimiter)
    except csv.Error:
        return  # a cell beyond the limit: no header


def _places(row: Sequence[str], columns: Columns) -> dict[str, tuple[int, ...]]:
    keys = [column_key(cell) for cell in row]
    found = {}
    for name, spellings in columns.items():
        wanted = dict.fromkeys(map(column_key, spellings))
        if places := tuple(at for key in wanted if key for at, cell in enumerate(keys) if cell == key):
            found[name] = places
    return found


def _refuse_twins(path: Path, row: Sequence[str], places: Mapping[str, tuple[int, ...]]) -> None:
    for name, used in places.items():
        keys = [column_key(row[at]) for at in used]
        twin = next((row[at] for at, key in zip(used, keys, strict=True) if keys.count(key) > 1), None)
        if twin is not None:
            raise ConfigError(f"{path}: two columns are called {twin!r} (for {name}); rename one of them")


def _missing(path: Path, header: Sequence[str], columns: Columns, needed: Needed) -> ConfigError:
    places = _places(header, columns)
    lacking = next(group for group in needed if not any(name in places for name in group))
    wanted = " or ".join(f"{spelling!r}" for name in lacking for spelling in columns.get(name, ()))
    there = display(", ".join(cell.strip() for cell in header if cell.strip()), limit=300)[0]
    return ConfigError(
        f"{path}: no column {wanted or 'mapped'} (for {' or '.join(lacking)}) in its first {HEADER_WITHIN} lines; "
        f"it has: {there or 'nothing'}; name the column: --map {lacking[0]}=COLUMN"
    )


def _rows(lines: Iterator[str], layout: Layout, count: Count) -> Iterator[Row]:
    rows = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    begun = False
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            # A bare quote or a quote never closed; the reader starts anew with the next line.
            count("unreadable_row")
            continue
        if not begun:
            begun = tuple(cells) == layout.header
        elif len(cells) == len(layout.header):
            yield _row(cells, layout)
        elif any(cell.strip() for cell in cells):
            count("ragged_row")


def _row(cells: Sequence[str], layout: Layout) -> Row:
    texts = {name: tuple(unguarded(cells[at]).strip() for at in places) for name, places in layout.places.items()}
    return {name: held for name, found in texts.items() if (held := tuple(text for text in found if text))}
