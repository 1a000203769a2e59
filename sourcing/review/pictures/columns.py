"""Standing columns: amounts along an axis, and several measures of the same nights above each other."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from sourcing.review.pictures.parts import WIDTH, figure, line, number, rect, short, svg, text, twin

_TALL = 130  # units of the tallest column
_STRIP, _WIDEST = 46, 26  # … in a strip, and how wide it may be
_TOP, _FOOT = 22, 22


class Column(NamedTuple):
    """One amount on the axis; a marked one stands on a band of its own."""

    name: str
    value: float
    marked: bool = False
    tick: str = ""  # what stands below it, if not the name


class Strip(NamedTuple):
    """One measure of all nights; None where it is not known, which is not zero."""

    name: str
    values: Sequence[float | None]
    warns: bool = False  # any amount above zero is something to look at


def columns(
    title: str, rows: Sequence[Column], head: Sequence[str], *, marks: str = "", every: int = 3, first: int = 0
) -> Markup:
    """One column per row; every so many are named below, from the `first` on. `marks` says what the band means."""
    scale = max((row.value for row in rows), default=0) or 1
    wide = WIDTH / max(len(rows), 1)
    drawn = [*_bands(rows, wide, marks), line(0, _TOP + _TALL, WIDTH, _TOP + _TALL)]
    for place, row in enumerate(rows):
        tall = row.value / scale * (_TALL - 16)
        left = place * wide
        tip = f"{row.name}: {number(row.value)}"
        kind = "good" if row.marked or not marks else "some"
        drawn.append(rect(left + wide * 0.12, _TOP + _TALL - tall, wide * 0.76, tall, kind, tip))
        if row.value == scale and row.value > 0:
            words = number(row.value)
            drawn.append(text(left + wide / 2, _TOP + _TALL - tall - 5, words, kind="soft", anchor=_anchor(left, wide)))
        if place % every == first % every:
            drawn.append(
                text(left + wide / 2, _TOP + _TALL + 17, row.tick or row.name, kind="soft", anchor=_anchor(left, wide))
            )
    told = ((row.name, row.value, *(["yes" if row.marked else "no"] if marks else [])) for row in rows)
    table = twin(title, [*head, *([marks] if marks else [])], told)
    return figure(svg(title, "columns", _TOP + _TALL + _FOOT, drawn), table)


def _bands(rows: Sequence[Column], wide: float, marks: str) -> Iterator[Markup]:
    """What lies behind the marked columns; words once, above the longest stretch."""
    runs = _runs([row.marked for row in rows]) if marks else []
    for start, end in runs:
        yield rect(start * wide, _TOP, (end - start) * wide, _TALL, "wash", round_=0)
    if runs:
        start, end = max(runs, key=lambda run: run[1] - run[0])
        middle = (start + end) / 2 * wide
        anchor = "start" if middle < WIDTH / 4 else "end" if middle > WIDTH * 3 / 4 else "middle"
        x = {"start": start * wide, "end": end * wide, "middle": middle}[anchor]
        yield text(x, 14, short(marks), kind="soft", anchor=anchor)


def _runs(marked: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of marked columns, the end not included."""
    edges = [place for place in range(len(marked) + 1) if _on(marked, place) != _on(marked, place - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _on(marked: Sequence[bool], place: int) -> bool:
    return 0 <= place < len(marked) and marked[place]


def _anchor(left: float, wide: float) -> str:
    return "start" if left < wide / 2 else "middle"


def strips(title: str, names: Sequence[str], rows: Sequence[Strip]) -> Markup:
    """Several measures of the same nights, one above the other, each on its own scale; the last value is written."""
    slot = WIDTH / max(len(names), 1)
    step = _STRIP + 34
    drawn = [piece for place, row in enumerate(rows) for piece in _strip(row, names, place * step, slot)]
    if names:
        foot = len(rows) * step + 8
        drawn.append(text(0, foot, short(names[0]), kind="soft"))
    if len(names) > 1:
        drawn.append(text(WIDTH, foot, short(names[-1]), kind="soft", anchor="end"))
    told = ((name, *(row.values[place] for row in rows)) for place, name in enumerate(names))
    table = twin(title, ["Night", *(row.name for row in rows)], told)
    return figure(svg(title, "strips", len(rows) * step + 14, drawn), table)


def _strip(row: Strip, names: Sequence[str], top: float, slot: float) -> Iterator[Markup]:
    known = [value for value in row.values if value is not None]
    scale = max(known, default=0) or 1
    base, wide = top + 20 + _STRIP, min(slot * 0.76, _WIDEST)
    yield text(0, top + 14, short(row.name))
    last = row.values[-1] if row.values else None
    yield text(WIDTH, top + 14, "not known" if last is None else number(last), kind="soft", anchor="end")
    yield line(0, base, WIDTH, base)
    for place, value in enumerate(row.values):
        middle = (place + 0.5) * slot
        if value is None:
            yield text(middle, base - 4, "?", kind="soft", anchor="middle")
            continue
        tall = max(value / scale * _STRIP, 1.5 if value else 0)
        tip = f"{names[place]}: {number(value)}"
        yield rect(middle - wide / 2, base - tall, wide, tall, "bad" if row.warns else "good", tip, round_=1.5)
