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
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from storage.text._factors import AnyOf, Patterns, Spelling, whole
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
_SIGNS = re.compile(r"[.!?…\r\n|•·●▪◆★✦→▸»~;/–—\-\U0001F300-\U0001FAFF\u2600-\u27BF]")  # one in or before every end
_WITHOUT_WIDTH = re.compile("[。！？]")  # ends that are nothing but a place
_COMMA = re.compile(r"(,\s*)")
_LIST_WORDS = 4  # words of a part up to which commas separate a list rather than a sentence
_LOOSE = " \t\r\n|·•,;/-–—"  # separators of what was cut
_FROM_WORD_TO_WORD = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_SPELLING = Spelling({"’": "'", "ʼ": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "‑": "-", "\ufe0f": None})


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
    if not (signs or pronouns or _may_be_in(_SPECIAL, plain)):
        return Cut(text, 0)
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
        possible = _SPECIAL.met_in(folded)
        if not possible:
            continue
        found.update(_found(CATEGORIES, possible, folded))
        if folded.count(" ") < SHORT and not ABOUT.search(folded):
            found.update(_found(STRONG, possible, folded))
        if folded.count(" ") < FAR and SELF.search(folded) and not ABOUT.search(folded):
            found.update(_found(NEAR, possible, folded))
    return frozenset(found)


def _found(categories: Mapping[str, Patterns], possible: Collection[Patterns], folded: str) -> Iterator[str]:
    return (name for name, patterns in categories.items() if patterns in possible and patterns.found_in(folded))


@lru_cache(maxsize=16_384)
def minor(text: str) -> str | None:
    """The sentence that says its writer is under eighteen or at school, None without one."""
    if not _may_be_in(_MINOR, text):
        return None
    for piece, _ in _pieces(text):
        if any(MINORS.found_in(folded) for folded in _folded(piece)):
            return piece.strip()
    return None


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Sentences with what separates them from the next; parts of a plain list count as sentences."""
    for sentence, separator in _cut_at(_ends(text), text):
        parts = list(_cut_at(_COMMA.finditer(sentence), sentence))
        if len(parts) > 2 and all(len(part.split()) <= _LIST_WORDS for part, _ in parts):
            *before, (last, end) = parts
            yield from before
            yield last, end + separator
        else:
            yield sentence, separator


def _halves(sentence: str) -> list[str]:
    """The two sides of a statement with one comma: what either says makes the whole go ("married, three kids")."""
    parts = [part for part, _ in _cut_at(_COMMA.finditer(sentence), sentence)]
    return parts if len(parts) == 2 else []


def _ends(text: str) -> Iterable[re.Match[str]]:
    """What `_ENDS` finds in a text, tried only around the signs one of which is in or before every end."""
    return _ENDS.finditer(text) if _WITHOUT_WIDTH.search(text) else _ends_at_signs(text)


def _ends_at_signs(text: str) -> Iterator[re.Match[str]]:
    at = 0
    for sign in _SIGNS.finditer(text):
        first = sign.start()
        if first < at:
            continue  # within the last one
        while first > at and text[first - 1].isspace():
            first -= 1
        for start in range(first, sign.end() + 1):
            if found := _ENDS.match(text, start):
                yield found
                at = found.end()
                break


def _cut_at(ends: Iterable[re.Match[str]], text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for found in ends:
        yield text[at : found.start()], found[0]
        at = found.end()
    yield text[at:], ""


def _folded(sentence: str) -> Iterator[str]:
    folded = _spaced(_SPELLING(unicodedata.normalize("NFKC", sentence).casefold()))
    inner = _FROM_WORD_TO_WORD.search(INNOCENT.sub(" ~ ", folded))
    folded = inner[0] if inner else ""
    for start in range(0, max(len(folded) - _OVERLAP, 1), SENTENCE - _OVERLAP):
        if piece := folded[start : start + SENTENCE].strip():
            yield piece


def _spaced(text: str) -> str:
    """The text with one space for every run of white space."""
    inner = " ".join(text.split())
    before, after = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if before else ''}{inner}{' ' if after and inner else ''}" if before or after else inner


def _may_be_in(patterns: AnyOf, text: str) -> bool:
    """Whether any sentence of a text may hold any of these patterns, asked of the whole text."""
    folded = whole(text, _SPELLING)
    return folded is None or patterns.may_be_in(folded)


# With the innocent ones, since what they leave of a sentence is not in the text as it stands.
_SPECIAL = AnyOf((*CATEGORIES.values(), *STRONG.values(), *NEAR.values(), INNOCENT))
_MINOR = AnyOf((MINORS, INNOCENT))
