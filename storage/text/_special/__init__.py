"""What people say of themselves that is nobody's business at work: cut out of their texts before anything is stored.

Special categories (health, religion, politics, union, ethnicity, orientation), family, and gender and age, which are
not stored either. Patterns are data, a file per category, one pattern a line, by language; they look for what somebody
says of themselves ("I have diabetes"), not for words ("diabetes data"). In a short statement that does not speak of
work a strong word is enough ("autistic and proud"), and in one of middle length a word of a category beside one with
which people speak of themselves ("my insulin pump is my hobby"). The whole sentence goes; of a plain list ("dad, hiker,
Rustacean") only the word.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from storage.text._special._patterns import (
    ABOUT,
    CATEGORIES,
    EMOJI,
    FAR,
    INNOCENT,
    MINORS,
    NEAR,
    PRONOUNS,
    SELF,
    SHORT,
    STRONG,
)

SENTENCE = 400  # code points matched at once, a bound for every pattern
_OVERLAP = 100  # of two pieces of a longer sentence
# "10. Klasse" is one sentence; signs and pictures separate as full stops do. White space in front is taken only from
# its first character and never given back, so that a run of it costs its length and not the square of that.
_ENDS = re.compile(
    r"((?<=[.!?…])\s+(?!(?i:klass|stufe))|(?<=[。！？])|(?:(?<![ \t])[ \t]++)?[\r\n|•·●▪◆★✦→▸»~]+\s*|;\s+"
    r"|(?<!\s)\s++[/–—-]\s+|(?:(?<!\s)\s++)?(?:[\U0001F300-\U0001FAFF\u2600-\u27BF]\ufe0f?)+\s*)"
)
_COMMA = re.compile(r"(,\s*)")
_LIST_WORDS = 4  # words of a part up to which commas separate a list rather than a sentence
_LOOSE = " \t\r\n|·•,;/-–—"  # separators of what was cut
_SPACE = re.compile(r"\s+")
_EDGES = re.compile(r"^[\W_]+|(?<=[^\W_])[\W_]+$")
_SPELLING = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "‑": "-", "\ufe0f": None})


class Cut(NamedTuple):
    """A text without what was cut, None if nothing is left of it, and how many sentences were cut."""

    text: str | None
    removed: int


def without_signs(text: str) -> Cut:
    """A name or place without pronouns and signs of a faith or orientation: "Ada (she/her)"."""
    plain, signs, pronouns = _unsigned(text)
    removed = bool(signs) + bool(pronouns)
    return Cut(plain.strip(_LOOSE) or None, removed) if removed else Cut(text, 0)


def _unsigned(text: str) -> tuple[str, int, int]:
    """The text without signs and pronouns, and how many there were; most texts hold no letter of either."""
    plain, signs = (text, 0) if text.isascii() else EMOJI.subn("", text)
    plain, pronouns = PRONOUNS.subn("", plain) if "/" in plain else (plain, 0)
    return plain, signs, pronouns


@lru_cache(maxsize=16_384)
def without_special(text: str) -> Cut:
    """The text without sentences in which somebody speaks of their special categories, family, gender or age."""
    plain, signs, pronouns = _unsigned(text)
    kept, removed = [], 0
    for piece, separator in _pieces(plain):
        if special(piece):
            removed += 1
            continue
        kept.append(piece + separator)
    if not (removed or signs or pronouns):
        return Cut(text, 0)
    return Cut("".join(kept).strip(_LOOSE) or None, removed + bool(signs) + bool(pronouns))


def special(sentence: str) -> frozenset[str]:
    """The categories one sentence speaks of."""
    found: set[str] = set()
    for folded in (folded for part in (sentence, *_halves(sentence)) for folded in _folded(part)):
        found.update(name for name, patterns in CATEGORIES.items() if patterns.found_in(folded))
        if folded.count(" ") < SHORT and not ABOUT.search(folded):
            found.update(name for name, patterns in STRONG.items() if patterns.found_in(folded))
        if folded.count(" ") < FAR and SELF.search(folded) and not ABOUT.search(folded):
            found.update(name for name, patterns in NEAR.items() if patterns.found_in(folded))
    return frozenset(found)


@lru_cache(maxsize=16_384)
def minor(text: str) -> str | None:
    """The sentence that says its writer is under eighteen or at school, None without one."""
    for piece, _ in _pieces(text):
        if any(MINORS.found_in(folded) for folded in _folded(piece)):
            return piece.strip()
    return None


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Sentences with what separates them from the next; parts of a plain list count as sentences."""
    for sentence, separator in _split(_ENDS, text):
        parts = list(_split(_COMMA, sentence))
        if len(parts) > 2 and all(len(part.split()) <= _LIST_WORDS for part, _ in parts):
            *before, (last, end) = parts
            yield from before
            yield last, end + separator
        else:
            yield sentence, separator


def _halves(sentence: str) -> list[str]:
    """The two sides of a statement with one comma: what either says makes the whole go ("married, three kids")."""
    parts = [part for part, _ in _split(_COMMA, sentence)]
    return parts if len(parts) == 2 else []


def _split(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for found in pattern.finditer(text):
        yield text[at : found.start()], found[0]
        at = found.end()
    yield text[at:], ""


def _folded(sentence: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", sentence).casefold().translate(_SPELLING)
    folded = _EDGES.sub("", INNOCENT.sub(" ~ ", _SPACE.sub(" ", folded)))
    for start in range(0, max(len(folded) - _OVERLAP, 1), SENTENCE - _OVERLAP):
        if piece := folded[start : start + SENTENCE].strip():
            yield piece
