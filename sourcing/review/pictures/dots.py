"""Dots on a line: an estimate with its interval beside what is known."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from sourcing.review.pictures.parts import WIDTH, at, figure, line, number, rect, short, svg, text, twin

_ROW = 62
_SIDE = 8  # units left free at both ends


class Span(NamedTuple):
    """One estimate: what is known, the estimate, and its interval; `mark` is what the known amount is called."""

    name: str
    known: float
    at: float
    low: float
    high: float


def dots(title: str, rows: Sequence[Span], head: Sequence[str]) -> Markup:
    """One line per row from nothing to the widest interval; `head` names the table's five columns."""
    most = max((max(row.high, row.at, row.known) for row in rows), default=0) or 1
    top = _round(most)
    drawn = [piece for place, row in enumerate(rows) for piece in _span(row, place * _ROW, top)]
    foot = len(rows) * _ROW
    drawn += [
        line(_SIDE, foot, WIDTH - _SIDE, foot),
        text(_SIDE, foot + 17, "0", kind="soft"),
        text(WIDTH - _SIDE, foot + 17, number(top), kind="soft", anchor="end"),
    ]
    return figure(svg(title, "dots", foot + 24, drawn), twin(title, head, rows))


def _span(row: Span, top: float, most: float) -> Iterator[Markup]:
    def x(value: float) -> float:
        return _SIDE + min(value, most) / most * (WIDTH - 2 * _SIDE)

    middle = top + 38
    yield text(0, top + 15, short(row.name))
    words = f"{number(round(row.known))} known, about {number(round(row.at))} there"
    yield text(WIDTH, top + 15, words, kind="soft", anchor="end")
    yield rect(_SIDE, middle - 3, x(row.known) - _SIDE, 6, "good")
    yield line(x(row.low), middle, x(row.high), middle, "span")
    yield line(x(row.low), middle - 6, x(row.low), middle + 6, "span")
    yield line(x(row.high), middle - 6, x(row.high), middle + 6, "span")
    tip = f"about {number(round(row.at))}, 95 %: {number(round(row.low))} to {number(round(row.high))}"
    yield Markup('<circle cx="{}" cy="{}" r="6" class="dot"><title>{}</title></circle>').format(
        at(x(row.at)), at(middle), tip
    )


def _round(most: float) -> float:
    """The next number of one digit and zeros, or half of one, that is not less."""
    unit = 10.0 ** math.floor(math.log10(most))
    return next(step * unit for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * unit >= most)
