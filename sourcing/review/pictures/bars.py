"""Lying bars: amounts by name, and the steps of a funnel."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from sourcing.review.pictures.parts import WIDTH, at, figure, number, rect, short, svg, text, twin

_ROW, _BAR = 40, 9  # units: from one bar to the next, and how thick it is
_GAP = 3
_LINE = 46  # characters that fit beside each other on a phone


class Bar(NamedTuple):
    """One amount; `part` of it is drawn in the accent, all of it where there is no part."""

    name: str
    value: float
    part: float | None = None
    said: str = ""  # in place of the figure at the end of the line


class Step(NamedTuple):
    """One step of a funnel: who gets this far, and who would pass this step alone."""

    name: str
    so_far: int
    alone: int
    asks: str = ""


def bars(title: str, rows: Sequence[Bar], head: Sequence[str], *, most: int = 12) -> Markup:
    """One bar per row on a common scale; rows beyond `most` stand in the table only. `head` names its columns."""
    shown = rows[:most]
    scale = max((row.value for row in rows), default=0) or 1
    drawn = [piece for place, row in enumerate(shown) for piece in _bar(row, place * _ROW, scale)]
    more = len(rows) - len(shown)
    height = len(shown) * _ROW + (20 if more else 0)
    if more:
        drawn.append(text(0, height - 4, f"and {number(more)} more in the table", kind="soft"))
    parted = len(head) > 2
    table = twin(title, head, ((row.name, row.value, *([row.part] if parted else [])) for row in rows))
    return figure(svg(title, "bars", max(height, 1), drawn), table)


def _bar(row: Bar, top: float, scale: float) -> Iterator[Markup]:
    yield from _line(row.name, row.said or number(row.value), top)
    part = row.value if row.part is None else row.part
    yield rect(0, top + 22, WIDTH, _BAR, "track")
    if part < row.value:
        yield rect(0, top + 22, row.value / scale * WIDTH, _BAR, "some")
    yield rect(0, top + 22, part / scale * WIDTH, _BAR, "good")


def _line(name: str, said: str, top: float) -> Iterator[Markup]:
    """A name and its figure on one line; the name is cut where they would meet."""
    yield text(0, top + 15, short(name, max(_LINE - len(said), 8)))
    yield text(WIDTH, top + 15, said, kind="soft", anchor="end")


def funnel(title: str, people: int, steps: Sequence[Step], *, everybody: str = "everybody known") -> Markup:
    """Bars that narrow from everybody to who passes all steps; a thin line shows who would pass a step alone."""
    whole, rise = max(people, 1), _ROW + 14
    widths = [people, *(one.so_far for one in steps)]
    drawn = [  # behind everything else
        _narrowing(before / whole * WIDTH, after / whole * WIDTH, place * rise + 22 + _BAR, (place + 1) * rise + 22)
        for place, (before, after) in enumerate(pairwise(widths))
    ]
    drawn += _stage(everybody, people, None, 0, whole)
    for place, one in enumerate(steps, 1):
        drawn += _stage(one.name, one.so_far, one.alone, place * rise, whole)
    head = ("Must-have", "pass it and all above", "pass it alone", "asks")
    rows = [(everybody, people, None, ""), *((one.name, one.so_far, one.alone, one.asks) for one in steps)]
    return figure(svg(title, "funnel", len(widths) * rise - 14, drawn), twin(title, head, rows))


def _stage(name: str, people: int, alone: int | None, top: float, whole: int) -> Iterator[Markup]:
    yield from _line(name, number(people) if alone is None else f"{number(people)}, {number(alone)} alone", top)
    yield rect(0, top + 22, people / whole * WIDTH, _BAR, "good")
    if alone is not None:
        yield rect(0, top + 22 + _BAR + _GAP, alone / whole * WIDTH, 2, "some", round_=1)


def _narrowing(before: float, after: float, top: float, bottom: float) -> Markup:
    corners = ((0, top), (before, top), (after, bottom), (0, bottom))
    return Markup('<polygon points="{}" class="wash"/>').format(" ".join(f"{at(x)},{at(y)}" for x, y in corners))
