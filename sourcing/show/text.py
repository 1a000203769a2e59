"""Small pieces of plain text: tables, numbers, times, JSON. Texts of strangers are shown in display form."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from unicodedata import combining, east_asian_width

import orjson
from pydantic import BaseModel

from storage.text import display

MOST_NAME = 60  # code points of a lane's name in a table
MOST_CELL = 300  # code points of one cell


def json_text(value: object) -> str:
    """Records, and lists and mappings of them, as indented JSON."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def clean(text: str | None) -> str:
    """A stranger's text on one line, without control characters or tricks of direction."""
    return display(text or "", limit=MOST_CELL)[0]


def width() -> int:
    """Columns to write in: the terminal's, between 72 and 120; 100 where there is none."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, 72), 120)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned columns; numbers to the right, the last column as long as it is."""
    body = [[clean(_cell(value)) for value in row] for row in rows]
    numeric = [all(_is_number(row[at]) for row in body) for at in range(len(head))]
    lines = [list(head), *body]
    sizes = [max(_columns(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(_line(line, sizes, numeric) for line in lines)


def _cell(value: object) -> str:
    return grouped(value) if isinstance(value, int) else str(value)


def _is_number(text: str) -> bool:
    return text.replace(" ", "").replace(".", "", 1).removeprefix("-").isdigit()


def _line(cells: Sequence[str], sizes: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = [_padded(*one) for one in zip(cells, sizes, numeric, strict=True)]
    return "  ".join(padded).rstrip()


def _padded(cell: str, size: int, right: bool) -> str:
    blank = " " * (size - _columns(cell))
    return f"{blank}{cell}" if right else f"{cell}{blank}"


def _columns(text: str) -> int:
    """Columns of a terminal a text takes: two for signs of East Asia, none for marks that stand on others."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def wrapped(text: str, indent: str) -> str:
    """A sentence on as many indented lines as it needs."""
    return textwrap.fill(
        text, width(), initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def short(lane: str) -> str:
    """A lane's name as tables show it; --json has all of it."""
    return lane if len(lane) <= MOST_NAME else f"{lane[: MOST_NAME - 1]}…"


def percent(share: float) -> str:
    """A share as whole per cent: "64 %"."""
    return f"{share:.0%}".replace("%", " %")


def moment(when: datetime) -> str:
    """A time in UTC, to the minute."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def duration(seconds: float) -> str:
    """Seconds, or minutes from two on."""
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def grouped(number: int) -> str:
    """A number with its thousands apart: "2 000"."""
    return f"{number:,}".replace(",", " ")


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 lead", "2 000 leads"."""
    return f"{grouped(number)} {one if number == 1 else many or f'{one}s'}"


def score(total: float, low: float, high: float, coverage: float) -> str:
    """A score as people should read it: "0.71 (0.60–0.79), coverage 64 %"."""
    return f"{total:.2f} ({low:.2f}–{high:.2f}), coverage {percent(coverage)}"
