"""Bytes of a file, packed or not, as blocks that end where a record ends. Constant memory for any size.

Decompression is ISA-L's (three to seven times the speed of zlib); what a file is, its first bytes say.
"""

import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

from isal import igzip_threaded, isal_zlib

from storage.errors import Unreadable

BLOCK = 4 * 1024 * 1024  # bytes handed on at once; larger ones are hardly faster and cost memory
LARGEST = 8 * 1024 * 1024  # bytes of one record; the longest known (a competition's rules) has 0.3 MB
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, then the lengths of name and extra field

Count = Callable[[str], object]
_open_gzip: Any = igzip_threaded.open  # it comes without types
# The stubs call isal's error an instance; it is a class.
_DAMAGE: tuple[type[Exception], ...] = (cast("Any", isal_zlib.error), EOFError, zipfile.BadZipFile, OSError)


class BrokenFileError(Unreadable):
    """A packed file ends early or is damaged; what came before was read."""


def raw_blocks(path: Path, member: str = "", *, size: int = BLOCK) -> Iterator[bytes]:
    """The unpacked bytes of a plain, gzip or zip file (`member`: which file in a zip); BrokenFileError on damage."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith(GZIP):
            yield from _gzip(path, size)
        elif start == ZIP:
            yield from _zip(path, member, size)
        else:
            with path.open("rb") as file:
                yield from _pieces(file, size)
    except _DAMAGE as error:
        raise BrokenFileError("broken_file", f"{path.name}: {error}") from error


def _gzip(path: Path, size: int) -> Iterator[bytes]:
    with closing(_open_gzip(path, "rb", threads=1, block_size=min(size, 1024 * 1024))) as file:
        yield from _pieces(file, size)


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while piece := file.read(size):
        yield piece


def member_of(path: Path, name: str) -> zipfile.ZipInfo | None:
    """The file called so in a zip, in whatever folder; None without one, BrokenFileError where the zip is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            held = [info for info in archive.infolist() if not info.is_dir()]
    except _DAMAGE as error:
        raise BrokenFileError("broken_file", f"{path.name}: {error}; fetch it again") from error
    return next((info for info in held if Path(info.filename).name.casefold() == name.casefold()), None)


def _zip(path: Path, member: str, size: int) -> Iterator[bytes]:
    info = member_of(path, member)
    if info is None:
        raise BrokenFileError("broken_file", f"{path.name} holds no {member}")
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BrokenFileError("broken_file", f"{path.name}: {member} is encrypted or packed in an unusual way")
    found, length = 0, 0
    for piece in _unpacked(path, info, size):
        found, length = isal_zlib.crc32(piece, found), length + len(piece)
        yield piece
    if (found, length) != (info.CRC, info.file_size):
        raise BrokenFileError("broken_file", f"{path.name}: {member} is damaged or cut off")


def _unpacked(path: Path, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    # zipfile itself unpacks with zlib, at a third of the speed.
    unpack = isal_zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    with path.open("rb") as file:
        file.seek(info.header_offset)
        signature, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        if signature != ZIP:
            raise BrokenFileError("broken_file", f"{path.name}: no file where one is announced")
        file.seek(name + extra, 1)
        left = info.compress_size
        while left and (packed := file.read(min(left, size // 4))):
            left -= len(packed)
            yield from _inflated(unpack, packed, size) if unpack else (packed,)
        if unpack:
            yield unpack.flush()


def _inflated(unpack: "isal_zlib.Decompress", packed: bytes, size: int) -> Iterator[bytes]:
    while packed:
        yield unpack.decompress(packed, size)
        packed = unpack.unconsumed_tail


def records(blocks: Iterator[bytes], count: Count, *, quoted: bool, largest: int = LARGEST) -> Iterator[bytes]:
    """Blocks that end with a record. A longer one is left out and counted; `quoted`: line ends inside "…" end none.

    Unreadable where a quote opens and never closes: what follows cannot be told apart.
    """
    held = b""
    skipping = False
    for piece in blocks:
        block = held + piece
        if skipping:
            _, found, block = block.partition(b"\n")
            skipping = not found
        end = _last_end(block, quoted=quoted)
        if end:
            yield block[:end]
        held = block[end:]
        if len(held) > largest:
            _too_long(held, count, quoted=quoted)
            held, skipping = b"", True
    if held and not skipping:
        yield held


def _last_end(block: bytes, *, quoted: bool) -> int:
    """Where the last whole record of a block ends; 0 if none does."""
    end = block.rfind(b"\n") + 1
    open_quotes = block.count(b'"', 0, end) if quoted else 0
    while open_quotes % 2 and end:
        before = block.rfind(b"\n", 0, end - 1) + 1
        open_quotes -= block.count(b'"', before, end)
        end = before
    return end


def _too_long(held: bytes, count: Count, *, quoted: bool) -> None:
    if quoted and b'"' in held and b"\n" in held:
        start = held[:60].decode("utf-8", "replace")
        raise Unreadable("open_quote", f"a quote opens and never closes after {start!r}; repair that line")
    count("line_too_long")
