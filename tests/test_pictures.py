"""Pictures: what is drawn stays in the picture, says the same as its table, and takes no text as mark-up."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markupsafe import Markup

from sourcing.review.pictures import Bar, Column, Span, Step, Strip, bars, columns, dots, funnel, number, strips

SHAPES = {"title", "rect", "text", "line", "circle", "polygon"}
FRAME = {"figure", "svg", "details", "summary", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "bdi"}
HEAD = ("Name", "People", "Only here")
words = st.text(max_size=60)
amounts = st.floats(min_value=0, max_value=1e9, allow_nan=False)
counts = st.integers(min_value=0, max_value=10**7)


def drawn(picture: Markup) -> Any:
    """The picture as mark-up that a strict reader takes too."""
    etree.fromstring(f"<x>{str(picture).replace('&nbsp;', ' ')}</x>")
    return html.fromstring(str(picture))


def table(picture: Markup) -> list[list[str]]:
    rows = drawn(picture).cssselect("tbody tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


bar = st.builds(Bar, words, amounts, st.none())
parted = st.tuples(words, amounts, st.floats(0, 1)).map(lambda row: Bar(row[0], row[1], row[1] * row[2]))
column = st.builds(Column, words, amounts, st.booleans(), words)
step = st.builds(Step, words, counts, counts, words)
span = st.tuples(words, st.lists(amounts, min_size=4, max_size=4)).map(lambda row: Span(row[0], *sorted(row[1])))
strip = st.tuples(words, st.lists(st.none() | amounts, min_size=5, max_size=5), st.booleans()).map(lambda r: Strip(*r))
EVERY: dict[str, st.SearchStrategy[Markup]] = {
    "bars": st.builds(bars, words, st.lists(bar | parted, max_size=20), st.just(HEAD)),
    "columns": st.builds(columns, words, st.lists(column, max_size=30), st.just(HEAD[:2]), marks=words),
    "funnel": st.builds(funnel, words, st.just(10**7), st.lists(step, max_size=8)),
    "dots": st.builds(dots, words, st.lists(span, max_size=5), st.just(("Role", "Known", "There", "Low", "High"))),
    "strips": st.builds(strips, words, st.lists(words, min_size=5, max_size=5), st.lists(strip, max_size=6)),
}


@pytest.mark.parametrize("name", EVERY)
def test_any_text_stays_text_and_any_shape_stays_inside(name: str) -> None:
    @given(EVERY[name])
    def holds(picture: Markup) -> None:
        page = html.fragment_fromstring(str(picture))
        (svg,) = page.cssselect("svg")
        assert {one.tag for one in svg.iterdescendants()} <= SHAPES
        assert {one.tag for one in page.iter()} <= SHAPES | FRAME
        assert not any(key.startswith("on") or key == "style" for one in page.iter() for key in one.attrib)
        assert svg.get("role") == "img"
        assert svg[0].tag == "title"
        assert svg[0].text_content() == svg.get("aria-label")
        wide, tall = (float(one) for one in svg.get("viewbox").split()[2:])
        for one in svg.iter("rect"):
            x, y, width, height = (float(one.get(key)) for key in ("x", "y", "width", "height"))
            assert all(map(math.isfinite, (x, y, width, height)))
            assert x >= -0.02
            assert y >= -0.02
            assert x + width <= wide + 0.02
            assert y + height <= tall + 0.02
        assert len(page.cssselect("details table")) == 1

    holds()


MARK = '<b onmouseover="alert(1)">&amp;</b>\x00\u202e'


@pytest.mark.parametrize(
    "make",
    [
        lambda: bars(MARK, [Bar(MARK, 3, 1, MARK)], (MARK, MARK, MARK)),
        lambda: columns(MARK, [Column(MARK, 3, True, MARK)], (MARK, MARK), marks=MARK),
        lambda: funnel(MARK, 3, [Step(MARK, 1, 2, MARK)], everybody=MARK),
        lambda: dots(MARK, [Span(MARK, 1, 2, 1, 3)], (MARK,) * 5),
        lambda: strips(MARK, [MARK], [Strip(MARK, [1])]),
    ],
)
def test_mark_up_is_shown_as_it_was_written(make: Callable[[], Markup]) -> None:
    page = html.fragment_fromstring(str(make()))
    assert page.cssselect("b") == []
    assert "onmouseover" not in {key for one in page.iter() for key in one.attrib}
    assert "<b onmouseover" in page.text_content()


def test_bars_share_a_scale_and_the_table_has_all() -> None:
    rows = [Bar("ten", 10, 4), Bar("five", 5, 5), Bar("none", 0, 0)]
    picture = bars("People", rows, HEAD, most=2)
    widths = [float(one.get("width")) for one in drawn(picture).cssselect("rect.good")]
    assert widths == [160, 200], "40 % and 50 % of the longest bar's scale"
    assert [float(one.get("width")) for one in drawn(picture).cssselect("rect.some")] == [400]
    assert table(picture) == [["ten", "10", "4"], ["five", "5", "5"], ["none", "0", "0"]]
    assert "and 1 more in the table" in drawn(picture).cssselect("svg")[0].text_content()


def test_a_long_name_leaves_room_for_the_figure() -> None:
    (name, said) = (
        one.text_content()
        for one in drawn(bars("x", [Bar("n" * 90, 1, 1, "96, 51 only here")], HEAD)).cssselect("text")
    )
    assert len(name) + len(said) <= 46
    assert name.endswith("…")


def test_columns_mark_stretches_and_say_so_in_words() -> None:
    rows = [Column(f"UTC{at:+d}", at + 4, at in (-1, 0, 2)) for at in range(-3, 4)]
    picture = columns("Clocks", rows, ("Clock", "People"), marks="shared with the team")
    bands = drawn(picture).cssselect("rect.wash")
    assert [round(float(one.get("width")) / (400 / 7)) for one in bands] == [2, 1]
    assert len(drawn(picture).cssselect("rect.good")) == 3
    assert [row[2] for row in table(picture)] == ["no", "no", "yes", "yes", "no", "yes", "no"]
    bare = columns("Clocks", rows, ("Clock", "People"))
    assert drawn(bare).cssselect("rect.wash") == []
    assert all(len(row) == 2 for row in table(bare))


def test_a_funnel_narrows_to_who_passes_everything() -> None:
    picture = funnel("Leaves", 100, [Step("python", 60, 60, "python, level 3"), Step("serving", 15, 30)])
    page = drawn(picture)
    assert [float(one.get("width")) for one in page.cssselect("rect.good")] == [400, 240, 60]
    assert [float(one.get("width")) for one in page.cssselect("rect.some")] == [240, 120]
    assert len(page.cssselect("polygon")) == 2
    assert table(picture)[0] == ["everybody known", "100", "–", ""]
    assert table(picture)[2] == ["serving", "15", "30", ""]


def test_strips_tell_unknown_from_zero() -> None:
    picture = strips("Nights", ["1", "2", "3"], [Strip("New", [0, None, 4]), Strip("Gone", [1, 1, None], warns=True)])
    page = drawn(picture)
    assert [one.text_content() for one in page.cssselect("text") if one.text_content() in ("?", "not known")] == [
        "?",
        "not known",
        "?",
    ]
    assert len(page.cssselect("rect.bad")) == 2
    assert table(picture) == [["1", "0", "1"], ["2", "–", "1"], ["3", "4", "–"]]


def test_dots_stand_on_one_axis_that_ends_in_a_round_number() -> None:
    picture = dots("There", [Span("mle", 256, 475, 397, 595)], ("Role", "Known", "There", "Low", "High"))
    page = drawn(picture)
    assert page.cssselect("text")[-1].text_content() == "600"
    (dot,) = page.cssselect("circle")
    assert float(dot.get("cx")) == pytest.approx(8 + 475 / 600 * 384, abs=0.01)
    assert table(picture) == [["mle", "256", "475", "397", "595"]]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (1234567, "1\u202f234\u202f567"), (2.5, "2.5"), (2.0, "2"), (1234.5, "1\u202f234"), (math.nan, "–")],
)
def test_numbers(value: float, said: str) -> None:
    assert number(value) == said


def test_nothing_is_a_picture_too() -> None:
    for picture in (
        bars("x", [], HEAD),
        columns("x", [], HEAD),
        funnel("x", 0, []),
        dots("x", [], HEAD),
        strips("x", [], []),
    ):
        assert re.search("<svg[^>]* role=.img.", str(picture))
        assert table(picture) == [] or table(picture) == [["everybody known", "0", "–", ""]]
