"""How every bench shows and keeps its figures."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"


class Row(NamedTuple):
    """One figure; `target` is the bar in words, `holds` whether it is met (None: no bar)."""

    figure: str
    value: float
    unit: str
    peer: str = ""
    target: str = ""
    holds: bool | None = None


def report(name: str, rows: Sequence[Row]) -> Path:
    """Print a table and write bench/results/NAME.json; gives that file."""
    for line in _table(rows):
        print(line)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps([row._asdict() for row in rows], indent=1, ensure_ascii=False) + "\n", "utf-8")
    return file


def seconds(work: Callable[[], object]) -> float:
    """Give how long one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def middle(values: Iterable[float]) -> float:
    """Give the median."""
    return median(list(values))


def number(value: float) -> str:
    """Write a figure with three or four digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _table(rows: Sequence[Row]) -> list[str]:
    words = {None: "", True: "yes", False: "NO"}
    cells = [("figure", "value", "unit", "peer", "target", "holds")]
    cells += [(row.figure, number(row.value), row.unit, row.peer, row.target, words[row.holds]) for row in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    return ["  ".join(_pad(at, text, widths[at]) for at, text in enumerate(line)).rstrip() for line in cells]


def _pad(at: int, text: str, width: int) -> str:
    return text.rjust(width) if at == 1 else text.ljust(width)
