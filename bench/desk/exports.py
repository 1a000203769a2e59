"""Files of 100,000 rows beside the fastest writer for the same rows, and the memory a larger list takes."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import polars as pl
import xlsxwriter

from bench._memory import peak
from bench.report import Row, middle, seconds
from sourcing.export.columns import COLUMNS
from sourcing.export.csv_file import write_csv
from sourcing.export.jsonl_file import write_jsonl
from sourcing.export.xlsx_file import write_xlsx
from sourcing.ranking import Row as Line

TIMES = 3
AT = datetime(2026, 11, 25, 6, tzinfo=UTC)
NAMES = ("Ada Invented", "Zoë Beispiel", "李 明", "=cmd|calc", "O'Neil  Example", "María-José 00123")


def line(number: int) -> Line:
    """An invented row, about 600 bytes; one name in six is what a spreadsheet would run."""
    handle = f"invented{number}"
    return Line(
        rank=number + 1,
        lead=f"L{number:06}",
        name=f"{NAMES[number % len(NAMES)]} {number}",
        handles=(f"github:{handle}", f"kaggle:{handle}"),
        profiles=(f"https://github.com/{handle}", f"https://www.kaggle.com/{handle}"),
        location="Example City, Nowhere" if number % 3 else None,
        company="Invented Works" if number % 4 else None,
        headline="Machine learning engineer who ships what she trains",
        status="new",
        section="ranked",
        total=0.9 - number / 1_000_000,
        low=0.5,
        high=0.95,
        coverage=0.64,
        reasons=("must_have: pytorch and serving in three repositories", "operations: container, CI, monitoring"),
        weakest="location: unknown",
        evidence=(f"https://github.com/{handle}/serving", f"https://github.com/{handle}/training"),
        flags=(),
        role="mle",
        role_version=3,
        digest="0" * 64,
        scored_at=AT,
    )


def rows(people: int = 100_000) -> Iterator[Row]:
    """Time of each format beside its peer, in turn, then what a twice as long list adds in memory."""
    lines = [line(number) for number in range(people)]
    pairs = (
        ("CSV", write_csv, "Polars", _polars_csv, "≤ 2 × the time", 2.0),
        ("JSON Lines", write_jsonl, "orjson", _orjson, "≤ 2 × the time", 2.0),
        ("XLSX", write_xlsx, "XlsxWriter, constant memory", _xlsxwriter, "≤ 1/3 of the time", 1 / 3),
    )
    for name, ours, peer, theirs, words, bar in pairs:
        yield from _beside(name, people, partial(_to_file, ours, lines), peer, partial(theirs, lines), words, bar)
    for name, ours, *_ in pairs:
        yield _memory(name, ours, people)


def _beside(
    name: str, people: int, ours: Callable[[], object], peer: str, theirs: Callable[[], object], words: str, bar: float
) -> Iterator[Row]:
    times = [(seconds(ours), seconds(theirs)) for _ in range(TIMES)]
    ratio = middle(mine / other for mine, other in times)
    mine, other = middle(one for one, _ in times), middle(two for _, two in times)
    yield Row(f"{name}, {people:,} leads", mine, "s", f"{peer} {other:.2f} s")
    yield Row(f"{name}, time beside {peer}", ratio, "×", "", words, ratio <= bar)


def _memory(name: str, write: Callable[[Iterator[Line], BinaryIO], None], leads: int) -> Row:
    """Peak memory of a process of its own that writes a list, and one twice as long; neither is held whole."""
    peaks = [_peak(write.__name__, people) for people in (leads, 2 * leads)]
    growth = peaks[1] / peaks[0]
    said = f"{peaks[0]:.0f} and {peaks[1]:.0f} MiB"
    return Row(f"{name}, peak memory, a list twice as long", growth, "×", said, "≤ 1.2 ×", growth <= 1.2)


def _peak(writer: str, people: int) -> float:
    code = f"from bench.desk.exports import alone; alone({writer!r}, {people})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def alone(writer: str, people: int) -> None:
    """Write a list that is made on the way and print this process's peak memory, MiB."""
    write = {one.__name__: one for one in (write_csv, write_jsonl, write_xlsx)}[writer]
    with tempfile.TemporaryFile() as file:
        write((line(number) for number in range(people)), file)
    print(peak() / 1024)


def _to_file(write: Callable[[Sequence[Line], BinaryIO], None], lines: Sequence[Line]) -> None:
    with tempfile.TemporaryFile() as file:
        write(lines, file)


def _plain(value: Any) -> Any:
    return " ".join(value) if isinstance(value, tuple) else value


def _polars_csv(lines: Sequence[Line]) -> None:
    """The same columns without any guard."""
    columns = {name: [_plain(read(one)) for one in lines] for name, read in COLUMNS.items()}
    with tempfile.TemporaryFile() as file:
        pl.DataFrame(columns).write_csv(file, quote_style="always", line_terminator="\r\n")


def _orjson(lines: Sequence[Line]) -> None:
    with tempfile.TemporaryFile() as file:
        for one in lines:
            file.write(orjson.dumps(one.model_dump()) + b"\n")


def _xlsxwriter(lines: Sequence[Line]) -> None:
    """The same safety rules: every text a string, cut at a cell's limit."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(str(Path(folder) / "peer.xlsx"), options)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(COLUMNS))
        for number, one in enumerate(lines, 1):
            for column, read in enumerate(COLUMNS.values()):
                value = _plain(read(one))
                if isinstance(value, str):
                    sheet.write_string(number, column, value[:32_767])
                elif value is not None:
                    sheet.write(number, column, value)
        book.close()
