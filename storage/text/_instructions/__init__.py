"""Sentences that give orders to a machine that reads a profile: found, flagged, and left out of what is scored.

Nothing here obeys them, so they can do no more than name skills; without this a sentence about "AI" would still count
as a claim. Stored texts stay as they came. In doubt a sentence is none: a person who writes about prompts is no
attacker. What is encoded twice, or written in other languages than those listed, is not found.
"""

import binascii
import html
import re
import unicodedata
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from storage.text._instructions._patterns import RULES, Rule, disguised
from storage.text._keys import KEY_LIMIT

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

INSTRUCTION_LIKE = "instruction_like_text"  # flag of accounts whose own words hold such a sentence
SENTENCE = 400  # code points matched at once, a bound for every pattern
_OVERLAP = 100  # of two stretches of a longer sentence
_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|[\r\n\u2028\u2029]+\s*|;\s+|\s[•·●▪|]\s|(?<=-->)|(?<=```)\s+")
_MARKUP = re.compile(r"(?:```\w{0,20}|</?[\w|-]{1,40}>|[\W_])*")  # says nothing by itself
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,4000}={0,2}")
_SPELLED_OUT = re.compile(r"(?<!\w)(?:\w ){4,200}\w(?!\w)")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]")  # invisible twins of ASCII
_ACCENTS = re.compile("[\u0300-\u036f]")
_SPACE = re.compile(r"\s+")
# A word may be written in signs that only look Latin, or with signs nobody sees between its letters.
_ODD = re.compile(
    "[\x00-\x08\x7f-\x9f\u00ad\u0370-\u058f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2100-\u214f\u2460-\u24ff"
    "\ufe0f\ufeff-\uffef\U0001d400-\U0001d7ff\U000e0000-\U000e007f]"
)
_ALIKE = str.maketrans("аеорсухіѕјһԁκοαιντρυχϲłø", "aeopcyxisjhdkoaivtpuxclo")
_SPELLING = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


class _Piece(NamedTuple):
    """A sentence, or a stretch of a long one, with the place where its reading begins."""

    start: int
    end: int
    read_from: int
    after: int  # where the next one starts


def has_instructions(text: str) -> bool:
    """Whether a sentence of the text gives orders to whoever reads it by machine."""
    return bool(_met(text)) and _without(text) is not None


def may_have_instructions(texts: Sequence[str]) -> set[int]:
    """The places of those texts that may hold such a sentence: one look at all of them, and none is missed."""
    joined = "\n".join(texts)
    plain = joined.lower()
    if len(plain) != len(joined):  # places would not be the same
        return set(range(len(texts)))
    found: set[int] = set()
    if "&#" in joined or (not joined.isascii() and _ODD.search(joined)):
        # What is folded is not what stands there, and only then a sigma is written by what follows it.
        found = {at for at, text in enumerate(texts) if "&#" in text or (not text.isascii() and _ODD.search(text))}
    if met := _stems_in(plain):
        ends = list(accumulate(len(text) + 1 for text in texts))
        found.update(bisect_right(ends, start) for _, start, _ in met)
    return found


def without_instructions(text: str) -> str:
    """The text without such sentences, "" if nothing else is said; the same object if there are none."""
    left = _without(text) if _met(text) else None
    return text if left is None else left


@lru_cache(maxsize=4_096)
def _without(text: str) -> str | None:
    """What is left; None if nothing is to be left out."""
    rules, places = _looked_for(text)
    pieces = list(_pieces(text))
    orders = [_is_near(piece, places) and _is_order(text[piece.read_from : piece.end], rules) for piece in pieces]
    if not any(orders):
        return None
    kept = []
    for at, piece in enumerate(pieces):
        beside = any(orders[max(0, at - 1) : at + 2])
        if not (orders[at] or (beside and _MARKUP.fullmatch(text[piece.start : piece.end]))):
            kept.append(text[piece.start : piece.after])
    left = "".join(kept).strip()
    return "" if _MARKUP.fullmatch(left) else left


def _looked_for(text: str) -> tuple[tuple[Rule, ...], Collection[int] | None]:
    """The rules that can apply, and the places of what they need; None where those are not known."""
    met = _met(text)
    wanted = {number for stem, _, _ in met for number in _numbers()[stem]}
    rules = tuple(RULES[number] for number in sorted(wanted))
    plain = text.isascii() and "&#" not in text  # as long in lower case
    return rules, [place for _, place, _ in met] if plain else None


def _is_near(piece: _Piece, places: Collection[int] | None) -> bool:
    return places is None or any(piece.read_from <= place < piece.end for place in places)


def _pieces(text: str) -> Iterator[_Piece]:
    """Sentences in order; what lies beyond the limit of patterns is one nobody looks at."""
    start, last = 0, min(len(text), KEY_LIMIT)
    for found in (*_ENDS.finditer(text, 0, last), None):
        end, after = (found.start(), found.end()) if found else (last, last)
        for at in range(start, max(end, start + 1), SENTENCE):
            stop = min(at + SENTENCE, end)
            yield _Piece(at, stop, max(start, at - _OVERLAP), stop if stop < end else after)
        start = after
    if last < len(text):
        yield _Piece(last, len(text), len(text), len(text))


def _is_order(piece: str, rules: Collection[Rule]) -> bool:
    if any(rule.pattern.search(folded) for folded in (_folded(piece),) for rule in rules):
        return True
    return any(rule.pattern.search(_folded(said)) for said in _decoded(piece) for rule in RULES)


def _decoded(piece: str) -> Iterator[str]:
    """What stands in base 64."""
    for found in _ENCODED.finditer(piece):
        written = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            yield b64decode(written + "=" * (-len(written) % 4)).decode()[:SENTENCE]
        except (binascii.Error, UnicodeDecodeError):
            continue  # other letters


def _folded(piece: str) -> str:
    """A sentence as patterns meet it: entities and letters in disguise as plain ones, no accents, one space."""
    said = html.unescape(piece) if "&" in piece else piece
    if not said.isascii():
        said = _UNSEEN.sub("", _TAGS.sub(lambda found: chr(ord(found[0]) - 0xE0000), said))
        said = _ACCENTS.sub("", unicodedata.normalize("NFKD", said))
    said = _SPELLED_OUT.sub(lambda found: found[0].replace(" ", ""), said.casefold().translate(_SPELLING))
    return _SPACE.sub(" ", said if said.isascii() else said.translate(_ALIKE)).strip()


def _met(text: str) -> list[tuple[int, int, int]]:
    """Words that orders need; most texts hold none, and this is asked of all of them."""
    if text.isascii():
        plain = html.unescape(text).lower() if "&#" in text else text.lower()
    else:
        plain = _folded(text[:KEY_LIMIT]) if _ODD.search(text) else text.lower()
    return _stems_in(plain)


def _stems_in(plain: str) -> list[tuple[int, int, int]]:
    try:
        return _stems().find_matches_as_indexes(plain, overlapping=True)
    except UnicodeEncodeError:  # halves of pairs
        return _stems().find_matches_as_indexes(plain.encode("utf-8", "replace").decode(), overlapping=True)


@cache
def _numbers() -> tuple[tuple[int, ...], ...]:
    """For each word in order the numbers of the rules that need it."""
    return tuple(_table().values())


@cache
def _stems() -> "AhoCorasick":
    from ahocorasick_rs import AhoCorasick, Implementation

    return AhoCorasick(list(_table()), implementation=Implementation.DFA, store_patterns=False)


@cache
def _table() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, rule in enumerate(RULES):
        for word in rule.needs:
            found[word] = (*found.get(word, ()), number)
    return found | dict.fromkeys(disguised(), tuple(range(len(RULES))))
