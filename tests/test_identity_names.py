"""Names and handles read column by column give what reading each alone gives."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sourcing.identity.engine import columns
from sourcing.identity.engine.columns import encode
from sourcing.identity.engine.made import made
from sourcing.identity.engine.read import handle_forms, handle_stems, turned, words_of
from sourcing.identity.names import names, names_of
from sourcing.identity.words import built, handle_form, handle_stem, name_words, ring

ODD = [
    "Ada Lovelace",
    "O'Brien Bob",
    "AhmetCanSolak",
    "aBcD",
    "李伟明",
    "Dr. X Y",
    "dr prof",
    "de la Cruz",
    "van Gogh",
    "van",
    "A",
    "admin",
    "Admin Dev",
    "a b c d e f g h",
    "one two three four five six seven",
    "Владимир Петров",
    "Bob (the) Smith",
    "(all of it)",
    "wei li",
    "liwei",
    "x1y Zoe99Q",
    "Kim\tJong",
    "Kim\nJong",
    "\x00 Ada",
    "ﬁne Ada",
    "é",
    "x" * 300,
    "Ada " + "b" * 300,
    "",
]
HANDLES = [
    "Ada-L",
    "ada.dev",
    "@ada@social.example",
    "forum.example/ada",
    "12",
    "a",
    "student01",
    "абв",
    "Ada.bsky.social",
]
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(ODD), st.text("abAB 'é1(", max_size=14)).map(
    lambda text: text.encode(errors="replace").decode()
)


@pytest.fixture(autouse=True, params=[0, 1_000], ids=["by columns", "one by one"])
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FEW", request.param)


SOME = st.lists(TEXTS, max_size=12, unique=True)


def texts(values: Sequence[str | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String)


@given(SOME)
@example(ODD)
@settings(max_examples=300, deadline=None)
def test_words_of_many_names_are_those_of_each(values: list[str]) -> None:
    found = words_of(texts(values))
    for at, value in enumerate(values):
        words = tuple(found.vocabulary[int(code)] for code in found.codes[at] if code >= 0)
        assert (words, found.lengths[at]) == (name_words(value), len(words))


@given(st.lists(st.one_of(TEXTS, st.sampled_from(HANDLES)), max_size=12))
@example(HANDLES)
@settings(max_examples=300, deadline=None)
def test_handles_of_many_are_those_of_each(values: list[str]) -> None:
    forms = handle_forms(texts(values))
    assert forms.to_list() == [handle_form(value) for value in values]
    assert handle_stems(forms).to_list() == [handle_stem(form) for form in forms.to_list()]


@given(st.lists(st.text("abc", max_size=9), max_size=12))
def test_the_least_rotation(values: list[str]) -> None:
    assert turned(texts(values)).to_list() == [ring((value,)) for value in values]


@given(
    names_=SOME,
    handles=st.lists(st.sampled_from(HANDLES + ODD + ["weili", "acsolak", "alovelace", "alice"]), max_size=9),
)
@example(ODD, ["adal", "alovelace", "weili", "liwei", "kimj", "bob", "obrien", "onetwothreefourfive", "ottfseven"])
@settings(max_examples=300, deadline=None)
def test_handles_made_of_names_are_those_names_make(names_: list[str], handles: list[str]) -> None:
    letters = encode(handle_forms(texts(handles))).said().drop_nulls().unique(maintain_order=True)
    known = set(letters)
    found = made(words_of(texts(names_)), letters)
    for at, value in enumerate(names_):
        for kind, forms in enumerate(built(name_words(value))):
            mine = [letters[int(code)] for code in found[kind][:, at] if code >= 0]
            assert len(mine) == len(set(mine))
            assert set(mine) == set(forms) & known


@given(st.lists(st.one_of(st.none(), TEXTS), max_size=12))
@example([*ODD, None, *ODD])
@settings(max_examples=200, deadline=None)
def test_names_of_many_are_those_of_each(values: list[str | None]) -> None:
    alone, raw = names(values), encode(texts(values))
    read = texts(list(raw.texts))
    found = names_of(read, words_of(read), raw.codes)
    assert found.lengths.tolist() == alone.lengths.tolist()
    assert found.ideographs.tolist() == alone.ideographs.tolist()
    for which in ("ring", "full"):
        mine, theirs = getattr(found, which), getattr(alone, which)
        said = [[None if code < 0 else one.texts[int(code)] for code in one.codes] for one in (mine, theirs)]
        assert said[0] == said[1], which
    written = [
        [[one.vocabulary[int(code)] for code in row if code >= 0] for row in one.words] for one in (found, alone)
    ]
    assert written[0] == written[1]


def test_a_column_keeps_what_rows_say() -> None:
    one = encode(texts(["b", None, "a", "", "b"]))
    assert (one.codes.tolist(), list(one.texts), one.texts[1]) == ([0, -1, 1, -1, 0], ["b", "a"], "a")
    assert one.said().to_list() == ["b", None, "a", None, "b"]
    assert one.measure().tolist() == [1, 0, 1, 0, 1]
    assert one.counts.tolist() == [2, 1]
    assert one.spread(np.array([2, -1, 0], dtype=np.int32)).said().to_list() == ["a", None, "b"]
    assert list(one.texts[1:]) == ["a"]
    assert len(encode(texts([None, ""])).texts) == 0
