"""Plain data that takes long to make, kept between processes in the user's cache folder.

A copy counts only for the very things it was made of, so it is never stale; without a folder that can be written
everything is made anew, as the first time. It holds no personal data.
"""

import mmap
import os
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

MOST = 8  # copies of one thing: of several installations or versions of a user
FOLDER_ENV = "SOURCING_CACHE"  # another folder; empty: nothing is kept


class Rows(Mapping[str, str]):
    """Texts by name, looked up where they stand in a file: who asks for three of many reads three."""

    def __init__(self, packed: bytes | mmap.mmap) -> None:
        """ValueError if these are not the bytes of `packed_rows`, all of them."""
        whole, count = (int.from_bytes(packed[at : at + 8], "little") for at in (0, 8))
        if whole != len(packed):
            raise ValueError(f"{len(packed)} bytes of {whole}")
        self._packed, self._count = packed, count
        self._ends = memoryview(packed)[16 : 16 + 8 * count].cast("Q")  # where each row ends

    def __getitem__(self, key: str) -> str:
        wanted = key.encode()
        at = bisect_left(range(self._count), wanted, key=self._key)
        if at == self._count or self._key(at) != wanted:
            raise KeyError(key)
        return self._row(at)[len(wanted) + 1 :].decode()

    def __iter__(self) -> Iterator[str]:
        return (self._key(at).decode() for at in range(self._count))

    def __len__(self) -> int:
        return self._count

    def _key(self, at: int) -> bytes:
        return self._row(at).partition(b"\0")[0]

    def _row(self, at: int) -> bytes:
        begins = self._ends[at - 1] if at else 16 + 8 * self._count
        return self._packed[begins : self._ends[at]]


def packed_rows(rows: Mapping[str, str]) -> bytes:
    """Texts by name as `Rows` reads them; ValueError for a name with a zero byte."""
    if any("\0" in key for key in rows):
        raise ValueError("a name with a zero byte")
    texts = [
        b"\0".join((key, text)) for key, text in sorted((key.encode(), text.encode()) for key, text in rows.items())
    ]
    ends = list(accumulate(map(len, texts), initial=16 + 8 * len(texts)))
    numbers = b"".join(number.to_bytes(8, sys.byteorder) for number in ends[1:])
    return b"".join((ends[-1].to_bytes(8, "little"), len(texts).to_bytes(8, "little"), numbers, *texts))


def kept(name: str, made_of: Iterable[bytes], make: Callable[[], Any]) -> Any:
    """Give `make()`, plain data, from the copy made of the same things, or by making and keeping it."""
    path = _place(name, made_of, "json")
    if path is not None and (found := _read(path)) is not None:
        return found
    packed = orjson.dumps(make(), option=orjson.OPT_NON_STR_KEYS)
    if path is not None:
        _write(path, packed)
    return orjson.loads(packed)


def kept_rows(name: str, made_of: Iterable[bytes], make: Callable[[], Mapping[str, str]]) -> Rows:
    """The same for many texts by name, of which a process asks for few."""
    path = _place(name, made_of, "rows")
    if path is not None and (found := _mapped(path)) is not None:
        return found
    packed = packed_rows(make())
    if path is not None:
        _write(path, packed)
    return Rows(packed)


def code_in(*folders: Path, endings: tuple[str, ...] = (".py",)) -> bytes:
    """The state of all Python files below these folders: names, sizes and times, without reading them.

    `endings`: of the files that count, where tables of the code's own do as well.
    """
    return repr(sorted(state for folder in folders for state in _states(str(folder), endings))).encode()


def _states(folder: str, endings: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:  # a third of what pathlib takes, of a command that is to be over at once
        for entry in entries:
            if entry.is_dir():
                yield from _states(entry.path, endings)
            elif entry.name.endswith(endings):
                stat = entry.stat()
                yield entry.path, stat.st_size, stat.st_mtime_ns


def _place(name: str, made_of: Iterable[bytes], ending: str) -> Path | None:
    digest = sha256(b"\0".join(sha256(one).digest() for one in made_of)).hexdigest()
    folder = _folder()
    return folder / f"{name}-{digest[:32]}.{ending}" if folder is not None else None


def _folder() -> Path | None:
    told = os.environ.get(FOLDER_ENV)
    if told is not None:
        return Path(told) if told else None
    with suppress(RuntimeError):  # a user without a home
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base) / "sourcing"
    return None


def _read(path: Path) -> Any:
    with suppress(OSError, orjson.JSONDecodeError):
        return orjson.loads(path.read_bytes())
    return None


def _mapped(path: Path) -> Rows | None:
    with suppress(OSError, ValueError), path.open("rb") as file:
        return Rows(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return None


def _write(path: Path, packed: bytes) -> None:
    """Put a whole file in place at once; a folder that cannot be written keeps nothing."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(packed)
        Path(file.name).replace(path)
        copies = path.parent.glob(f"{path.name[: path.name.rindex('-')]}-*{path.suffix}")
        for old in sorted(copies, key=lambda one: one.stat().st_mtime)[:-MOST]:
            old.unlink(missing_ok=True)
