"""Wishes of a person, read from their own words: to be left alone by recruiters, or to be found by them.

A wish is one sentence, and the sentence is what is given back: it is kept as the reason of a flag. A profile is read
several times in a night, so what a text says is remembered.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from storage.text._factors import Patterns, Spelling, whole
from storage.text._keys import KEY_LIMIT
from storage.text._wishes._patterns import MEANT_FOR_OTHERS, NO_REFUSAL, TAKEN_AWAY, offers, refusals

SENTENCE = 400  # code points matched at once: what a person says in one breath, and a bound for every pattern
_OVERLAP = 100  # of two pieces of a longer sentence
_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|[\r\n|•·●▪]+|;\s")
_SPACE = re.compile(r"\s+")
_SPELLING = Spelling({"’": "'", "ʼ": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "\ufe0f": None, "\u0307": None})


@lru_cache(maxsize=16_384)
def refusal(text: str) -> str | None:
    """The sentence that asks recruiters to stay away; in doubt there is one, for the wish hides and erases nothing."""
    if not _may_be_in(refusals(), text):
        return None
    for sentence in _sentences(text):
        folded = _folded(sentence)
        if refusals().found_in(folded) and not NO_REFUSAL.search(folded):
            return sentence
    return None


def no_recruiters(text: str) -> bool:
    """Whether a text asks recruiters to stay away."""
    return refusal(text) is not None


@lru_cache(maxsize=16_384)
def availability(text: str) -> str | None:
    """The sentence that says its writer is open to work; in doubt there is none, for nobody is asked without a wish."""
    if not _may_be_in(offers(), text):
        return None
    for sentence in _sentences(text):
        folded = _folded(sentence)
        if folded.endswith("?"):
            continue  # "Looking for a job?" speaks to the reader
        if any(_meant(folded, found) for found in offers().finditer(folded)):
            return sentence
    return None


def _meant(sentence: str, found: re.Match[str]) -> bool:
    before, after = sentence[: found.start()], sentence[found.end() :]
    return not (MEANT_FOR_OTHERS.search(before) or TAKEN_AWAY.match(after))


def _may_be_in(patterns: Patterns, text: str) -> bool:
    """Whether any sentence of a text may hold any of these patterns, asked of the whole text."""
    folded = whole(text[:KEY_LIMIT], _SPELLING)
    return folded is None or patterns.may_be_in(folded)


def _sentences(text: str) -> Iterator[str]:
    for sentence in _ENDS.split(text[:KEY_LIMIT]):
        whole = sentence.strip()
        for start in range(0, max(len(whole) - _OVERLAP, 1), SENTENCE - _OVERLAP):
            piece = whole[start : start + SENTENCE].strip()
            if piece:
                yield piece


def _folded(sentence: str) -> str:
    # Without the dot above, "İş" and "iş" are one word.
    folded = _SPELLING(unicodedata.normalize("NFKC", sentence).casefold())
    return _SPACE.sub(" ", folded).strip()
