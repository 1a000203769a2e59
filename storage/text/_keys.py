"""Keys that texts and handles are compared by; they are never shown."""

import re
import unicodedata

from storage.text._display import display

KEY_LIMIT = 20_000  # code points looked at, as for every pattern
_ACCENTS = re.compile("[\u0300-\u036f]")
_NOT_WORD = re.compile(r"\W+")
_SIGNS_ON_SYMBOLS = re.compile("[\u20d0-\u20ff\ufe00-\ufe0f]")  # keycaps, emoji style: not part of a word


def match_key(text: str) -> str:
    """Give the form in which spellings of one name are equal: no case, accents, punctuation, look of letters."""
    shown = display(text[:KEY_LIMIT], limit=KEY_LIMIT)[0]
    if shown.isascii():
        return _NOT_WORD.sub(" ", shown.casefold()).strip()
    folded = unicodedata.normalize("NFKC", shown).casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
    return unicodedata.normalize("NFC", _words(bare))


def handle_key(handle: str) -> str:
    """Give the form in which handles are compared: no case, no leading "@", no outer white space."""
    if handle.isascii():
        return handle.strip().removeprefix("@").lower()
    return unicodedata.normalize("NFKC", display(handle, limit=KEY_LIMIT)[0]).removeprefix("@").casefold()


def _words(text: str) -> str:
    # \w knows no vowel signs, so that Hindi or Thai words would fall apart.
    kept: list[str] = []
    inside = False
    for char in _SIGNS_ON_SYMBOLS.sub("", text):
        inside = char.isalnum() or char == "_" or (inside and unicodedata.category(char).startswith("M"))
        kept.append(char if inside else " ")
    return " ".join("".join(kept).split())
