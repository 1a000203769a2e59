"""Plain data that takes long to make, kept between processes in the user's cache folder.

A copy counts only for the very things it was made of, so it is never stale; without a folder that can be written
everything is made anew, as the first time. It holds no personal data.
"""

import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

MOST = 8  # copies of one thing: of several installations or versions of a user
FOLDER_ENV = "SOURCING_CACHE"  # another folder; empty: nothing is kept


def kept(name: str, made_of: Iterable[bytes], make: Callable[[], Any]) -> Any:
    """Give `make()`, plain data, from the copy made of the same things, or by making and keeping it."""
    digest = sha256(b"\0".join(sha256(one).digest() for one in made_of)).hexdigest()
    folder = _folder()
    path = folder / f"{name}-{digest[:32]}.json" if folder is not None else None
    if path is not None and (found := _read(path)) is not None:
        return found
    packed = orjson.dumps(make(), option=orjson.OPT_NON_STR_KEYS)
    if path is not None:
        _write(path, packed)
    return orjson.loads(packed)


def code_in(*folders: Path) -> bytes:
    """The state of all Python files below these folders: names, sizes and times, without reading them."""
    found = sorted(path for folder in folders for path in folder.rglob("*.py"))
    stats = ((str(path), path.stat()) for path in found)
    return repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]).encode()


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


def _write(path: Path, packed: bytes) -> None:
    """Put a whole file in place at once; a folder that cannot be written keeps nothing."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(packed)
        Path(file.name).replace(path)
        copies = path.parent.glob(f"{path.name[: path.name.rindex('-')]}-*.json")
        for old in sorted(copies, key=lambda one: one.stat().st_mtime)[:-MOST]:
            old.unlink(missing_ok=True)
