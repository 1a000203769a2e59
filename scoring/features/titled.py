"""The titles of a role looked for in many texts: only words near a word of a title are compared with it.

What it says of a text is what `titles.best_window` says of each title, bit for bit; most texts hold no such word.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from scoring.features.titles import grams, narrows, title_words, weight_of, words_alike
from scoring.sums import added

Row = tuple[float, ...]  # how near one word of a text is to each word of a title
_WORDS = 100_000  # remembered


class _Title(NamedTuple):
    words: tuple[str, ...]
    weights: tuple[float, ...]
    whole: float  # the weights, added in order


class Near:
    """Titles by their words; finds those a text comes near, and how near."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = [_title(title_words(text)) for text in titles]
        self._grams = frozenset(gram for title in self._titles for word in title.words for gram in grams(word))
        self._rows = lru_cache(maxsize=_WORDS)(self._rows_of)

    def likeness(self, words: tuple[str, ...]) -> dict[int, float]:
        """By place of the title its likeness to the closest stretch of these words; titles left out have none."""
        near: dict[int, dict[int, Row]] = {}
        for at, word in enumerate(words):
            for title, row in self._rows(word):
                near.setdefault(title, {})[at] = row
        return {at: self._best(self._titles[at], words, rows) for at, rows in near.items()}

    def _rows_of(self, word: str) -> tuple[tuple[int, Row], ...]:
        """The titles with a word near this one."""
        if self._grams.isdisjoint(grams(word)):
            return ()
        found = ((at, tuple(words_alike(own, word) for own in title.words)) for at, title in enumerate(self._titles))
        return tuple((at, row) for at, row in found if any(row))

    def _best(self, title: _Title, words: tuple[str, ...], rows: dict[int, Row]) -> float:
        size = len(title.words)
        if len(words) <= size:
            return _alike(title, words, rows, range(len(words)))
        best = 0.0
        for start in range(len(words) - size + 1):
            # The word before a stretch makes it another job, unless it says nothing.
            first = start - (start > 0 and narrows(words[start - 1]))
            stretch = range(first, start + size)
            if any(at in rows for at in stretch):
                best = max(best, _alike(title, words, rows, stretch))
        return best


def _title(words: tuple[str, ...]) -> _Title:
    weights = tuple(map(weight_of, words))
    return _Title(words, weights, added(weights))


def _alike(title: _Title, words: tuple[str, ...], rows: dict[int, Row], stretch: range) -> float:
    """`titles.alike` of the title and these words, step by step in the same order."""
    near = [(weight_of(words[at]), rows[at]) for at in stretch if at in rows]
    closest = map(max, zip(*(row for _, row in near), strict=True))
    there = added(weight * share for weight, share in zip(title.weights, closest, strict=True)) / title.whole
    back = added(weight * max(row) for weight, row in near) / added(weight_of(words[at]) for at in stretch)
    return 2 * there * back / (there + back) if there + back > 0 else 0.0
