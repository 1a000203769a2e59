"""An advert's file to its text: plain text, Markdown, HTML, PDF, DOCX. Limits first, so that nothing hostile is opened.

Every refusal is one line that names the file and the way out (ConfigError, exit 2).
"""

import codecs
import io
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import ConfigError

if TYPE_CHECKING:
    from docx.document import Document
    from pypdf import PdfReader

LARGEST_FILE = 5_000_000  # bytes; an advert with its logo has some hundred thousand
MOST_TEXT = 100_000  # characters; an advert has two to ten thousand
MOST_PAGES = 30
LARGEST_UNPACKED = 30_000_000  # bytes of all parts of a DOCX together
MOST_PARTS = 2_000

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2}")
# A damaged file makes its reader fail in many ways; all of them mean the same to its owner.
_DAMAGED = (
    *(ValueError, TypeError, LookupError, AttributeError, RuntimeError, ArithmeticError, AssertionError),
    *(zlib.error, struct.error, EOFError),
)
_ELSE = {
    b"\xd0\xcf\x11\xe0": "an old Word or Office file; save it as DOCX, PDF or text",
    b"{\\rtf": "RTF; save it as DOCX, PDF or text",
    b"\x89PNG": "a picture; copy the advert's words into a text file",
    b"\xff\xd8\xff": "a picture; copy the advert's words into a text file",
    b"GIF8": "a picture; copy the advert's words into a text file",
    b"\x1f\x8b": "a gzip archive; unpack it first",
}


def read_advert(path: Path) -> str:
    """The text of an advert, with its lines; ConfigError if it cannot be read or holds none."""
    data = _bytes(path)
    text = _text(path, data)
    if not _WORDS.search(text):
        raise ConfigError(f"{path}: holds no text; copy the advert's words into a text file")
    if len(text) > MOST_TEXT:
        raise ConfigError(f"{path}: holds {len(text)} characters, more than {MOST_TEXT}; keep one advert to a file")
    return text


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    if len(data) > LARGEST_FILE:
        raise ConfigError(f"{path}: larger than {LARGEST_FILE} bytes; keep only the advert's text")
    if not data.strip():
        raise ConfigError(f"{path}: is empty; put the advert's text into it")
    return data


def _text(path: Path, data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return _pdf(path, data)
    if data.startswith(b"PK"):
        return _docx(path, data)
    if (other := next((what for mark, what in _ELSE.items() if data.startswith(mark)), None)) is not None:
        raise ConfigError(f"{path}: is {other}")
    text = _decoded(path, data)
    if _HTML.match(data):
        import html_text

        return str(html_text.extract_text(text))
    return text


def _decoded(path: Path, data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in data:
            raise _unknown(path) from error
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}: line {line} is not UTF-8 text; save the file as UTF-8") from error
    if _CONTROLS.search(text):
        raise _unknown(path)
    return text


def _unknown(path: Path) -> ConfigError:
    return ConfigError(f"{path}: is no text, Markdown, HTML, PDF or DOCX file; save the advert as one of them")


def _pdf(path: Path, data: bytes) -> str:
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports repairs of the file; the text is what counts
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ConfigError(f"{path}: is protected by a password; save it without one")
        if len(reader.pages) > MOST_PAGES:
            raise ConfigError(f"{path}: has {len(reader.pages)} pages, more than {MOST_PAGES}; keep only the advert's")
        pages = list(_pages(reader))
    except DependencyError as error:
        raise ConfigError(f"{path}: is encrypted; save it without protection") from error
    except (PyPdfError, *_DAMAGED) as error:
        raise ConfigError(f"{path}: is a damaged PDF ({type(error).__name__}); save it anew or as text") from error
    if not any(_WORDS.search(page) for page in pages):
        raise ConfigError(f"{path}: its {len(pages)} page(s) hold pictures, no text; save the advert's words as text")
    return "\n\n".join(pages)


def _pages(reader: "PdfReader") -> Iterator[str]:
    size = 0
    for page in reader.pages:
        text = page.extract_text()
        size += len(text)
        yield text
        if size > MOST_TEXT:  # the caller refuses it; the rest need not be read
            return


def _docx(path: Path, data: bytes) -> str:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        _refuse_bomb(path, zipfile.ZipFile(io.BytesIO(data)))
        document = docx.Document(io.BytesIO(data))
        return "\n".join(_blocks(document))
    except (zipfile.BadZipFile, OpcError, LxmlError, *_DAMAGED) as error:
        raise ConfigError(f"{path}: is no readable DOCX ({type(error).__name__}); save it anew or as text") from error


def _refuse_bomb(path: Path, archive: zipfile.ZipFile) -> None:
    """Sizes as the archive declares them; reading more than declared fails by itself."""
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise ConfigError(
            f"{path}: unpacks to {size} bytes in {len(parts)} parts, more than {LARGEST_UNPACKED} in {MOST_PARTS}; "
            "copy the advert's words into a text file"
        )
    if "word/document.xml" not in archive.namelist():
        raise _unknown(path)


def _blocks(document: "Document") -> Iterator[str]:
    """Paragraphs and table rows in order; headings and list items marked as Markdown marks them."""
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells))
            continue
        style = (block.style.name or "") if block.style is not None else ""
        mark = "# " if style.startswith(("Heading", "Title")) else "- " if style.startswith("List") else ""
        yield from (f"{mark}{line}" for line in block.text.splitlines() or [""])
