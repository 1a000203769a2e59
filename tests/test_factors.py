"""Many patterns over one text: trying only those that can be found finds what trying all would."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import _special, _wishes
from storage.text._factors import Patterns, needed, whole
from storage.text._special._patterns import CATEGORIES, INNOCENT, MINORS, NEAR, STRONG
from storage.text._wishes._patterns import offers, refusals

CASES = [
    (r"deaf", {"deaf"}),
    (r"\bi(?:'m| am) (?:gay|deaf)\b", {"i'm gay", "i'm deaf", "i am gay", "i am deaf"}),
    (r"(?:two|three) kids?", {"two kid", "three kid", "two kids", "three kids"}),
    (r"colou?r", {"color", "colour"}),
    (r"gr[ae]y hair", {"gray hair", "grey hair"}),
    (r"(?<!not )married(?! to the)", {"married"}),
    (r"\d+ years old", {"yearsold"}),
    (r"(?:abc)+x", {"abc"}),
    (r"(?:diabetes)*", None),
    (r"\w+", None),
    (r"(?:cat|\w+)", None),
    (r"(?i:Deaf)", {"deaf"}),
    (r"(?:a|b) dog", {"adog", "bdog"}),
    (r"\d (?:yo|y/o) (?:\w+ ){0,2}(?:developer|man)", {"yo ", "y/o "}),  # not what everybody is
]
ALL = {
    **{f"category {name}": one for name, one in CATEGORIES.items()},
    **{f"strong {name}": one for name, one in STRONG.items()},
    **{f"near {name}": one for name, one in NEAR.items()},
    "minors": MINORS,
    "innocent": INNOCENT,
    "refusals": refusals(),
    "offers": offers(),
}


@pytest.mark.parametrize(("pattern", "texts"), CASES)
def test_what_every_match_holds(pattern: str, texts: set[str] | None) -> None:
    found = needed(pattern)
    assert (found and {text.replace(" ", "") for text in found}) == (texts and {one.replace(" ", "") for one in texts})


@pytest.mark.parametrize("name", ALL)
@given(data=st.data())
def test_whatever_a_shipped_pattern_matches_is_found(name: str, data: st.DataObject) -> None:
    one = ALL[name]
    pattern = data.draw(st.sampled_from(one._patterns))
    said = data.draw(st.from_regex(re.compile(pattern))).casefold()
    assert one.found_in(said) == any(re.search(other, said) for other in one._patterns)
    whole = re.compile("|".join(f"(?:{other})" for other in one._patterns))
    assert one.sub(" ~ ", said) == whole.sub(" ~ ", said)
    assert [found.span() for found in one.finditer(said)] == [found.span() for found in whole.finditer(said)]


def test_texts_an_automaton_does_not_read_are_tried_by_all() -> None:
    patterns = Patterns(["deaf", "blind"])
    assert patterns.found_in("\ud83d deaf")
    assert not patterns.found_in("\ud83d hears")
    assert not Patterns([]).found_in("anything")


_LETTERS = st.sampled_from(["A", "`", "’", " ", "\n", "\x1f", "\ufe0f", "É", "ﬁ", "-", "–", "\t"])


@given(st.lists(_LETTERS, max_size=8).map("".join))
def test_a_text_is_folded_in_any_order(text: str) -> None:
    for spelling in (_special._SPELLING, _wishes._SPELLING):
        if unicodedata.is_normalized("NFKC", text):
            assert whole(text, spelling) == " ".join(spelling(text.casefold()).split())
        else:
            assert whole(text, spelling) is None
