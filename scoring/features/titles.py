"""How close a job title is to another: words compared by their character 3- to 5-grams."""

import re
from functools import lru_cache

from scoring.places.names import place_key

_GENERIC_WORDS = (
    "engineer engineering developer scientist specialist expert analyst consultant architect researcher lead senior",
    "junior staff principal chief head manager associate intern i ii iii",
)
_GENERIC = frozenset(word for line in _GENERIC_WORDS for word in line.split())
_EMPTY = frozenset(["of", "the", "and", "for", "in", "at", "a", "an"])
_GENERIC_WEIGHT = 0.3
_SHORT = {"ml": "machine learning", "ai": "artificial intelligence", "dl": "deep learning", "swe": "software engineer"}
_SHORT |= {"sr": "senior", "jr": "junior", "nlp": "natural language processing", "eng": "engineer"}
_FLOOR = 0.25  # words less alike than this are different words; chosen on public judgements of titles

CLAUSES = re.compile(r"[,;|•·/@()\n\r\[\]{}!?:]|\.(?:\s|$)|\s[-–—]\s")
SEGMENTS = re.compile(r"\s(?:at|for|who|with|and|&)\s")


@lru_cache(maxsize=50_000)
def title_words(text: str) -> tuple[str, ...]:
    """The words of a title, abbreviations spelled out, without those that say nothing."""
    spelled = " ".join(_SHORT.get(word, word) for word in place_key(text).split())
    return tuple(word for word in spelled.split() if word not in _EMPTY)


@lru_cache(maxsize=200_000)
def alike(title: tuple[str, ...], words: tuple[str, ...]) -> float:
    """Likeness of two titles, 0 to 1: the mean of how well each covers the other, generic words counting less."""
    if not title or not words:
        return 0.0
    there, back = _covers(title, words), _covers(words, title)
    return 2 * there * back / (there + back) if there + back > 0 else 0.0


def best_window(title: tuple[str, ...], words: tuple[str, ...]) -> float:
    """Likeness of a title to the closest stretch of a longer text, with the word that narrows it down before."""
    size = len(title)
    if len(words) <= size:
        return alike(title, words)
    starts = range(len(words) - size + 1)
    return max(alike(title, words[start - _narrowed(words, start) : start + size]) for start in starts)


def weight_of(word: str) -> float:
    """What a word of a title counts: less if it says nothing of the subject."""
    return _GENERIC_WEIGHT if word in _GENERIC else 1.0


def narrows(word: str) -> bool:
    """Whether a word before a title makes it another job: "conversational" does, "senior" does not."""
    return word not in _GENERIC


def _narrowed(words: tuple[str, ...], start: int) -> bool:
    return start > 0 and narrows(words[start - 1])


def _covers(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    total = found = 0.0
    for word in left:
        weight = weight_of(word)
        total += weight
        found += weight * max(words_alike(word, other) for other in right)
    return found / total


@lru_cache(maxsize=500_000)
def words_alike(left: str, right: str) -> float:
    """Dice coefficient of the character 3- to 5-grams of two words; under a half they are different words."""
    if left == right:
        return 1.0
    ours, theirs = grams(left), grams(right)
    dice = 2 * len(ours & theirs) / (len(ours) + len(theirs))
    return dice if dice >= _FLOOR else 0.0


@lru_cache(maxsize=100_000)
def grams(word: str) -> frozenset[str]:
    """The character 3- to 5-grams of a word, its ends marked."""
    padded = f" {word} "
    return frozenset(padded[i : i + n] for n in (3, 4, 5) for i in range(max(1, len(padded) - n + 1)))
