"""A name or handle as the words it is compared by; what is shown stays as the person wrote it."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii

from sourcing.identity.stop import stop
from storage.text import display

MOST_WORDS = 5  # words of a name that are compared; longer names keep the first and the last
NAME_LIMIT = 200  # code points looked at
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")
_APOSTROPHES = re.compile(r"['’`´ʼ]")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_NOT_HANDLE = re.compile(r"[^a-z0-9]+")
_DOMAIN = re.compile(r"(?i)(\.bsky)?\.(social|com|org|net|io|dev|example|me|ai|app)$")  # a domain used as a handle
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


@lru_cache(maxsize=100_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name in Latin letters, in the order written; () if it names nobody.

    Titles, brackets, emoji and particles are dropped, "AhmetCanSolak" is three words. One letter, or a word every
    second account could bear ("admin", "dev"), is no name.
    """
    text = display(name[:NAME_LIMIT], limit=NAME_LIMIT)[0]
    text = _BRACKETS.sub(" ", text) if _BRACKETS.sub("", text).strip() else text
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)))
    plain = text if text.isascii() else _romanised(text)
    words = [word for word in _NOT_LETTERS.split(plain.lower()) if word]
    words = [word for word in words if word not in stop().titles] or words
    words = _without_particles(words)
    if sum(map(len, words)) < 2 or all(word in stop().generic or len(word) == 1 for word in words):
        return ()
    return tuple(words if len(words) <= MOST_WORDS else [*words[: MOST_WORDS - 1], words[-1]])


def _romanised(text: str) -> str:
    """Each ideograph is a word of its own: "李伟明" is li wei ming."""
    spaced = _IDEOGRAPHS.sub(lambda found: f" {found[0]} ", text)
    return anyascii(unicodedata.normalize("NFC", spaced)).replace("'", "")


def _without_particles(words: list[str]) -> list[str]:
    kept = [word for word in words if word not in stop().particles]
    return kept if len(kept) >= 2 else words


def in_ideographs(name: str) -> bool:
    """Whether the romanised reading is a guess: Han is read as Chinese, also in Japanese names."""
    return _IDEOGRAPHS.search(name[:NAME_LIMIT]) is not None


def ring(words: tuple[str, ...]) -> str:
    """A form equal for all orders that turn a name round: "wei li", "li wei", "liwei" and "weili"."""
    joined = "".join(words)
    return min((joined[at:] + joined[:at] for at in range(len(joined))), default="")


@lru_cache(maxsize=100_000)
def handle_form(handle: str) -> str:
    """The normal form of a handle: letters and digits only; "" for what everybody or nobody is called."""
    text = handle.rpartition("/")[2].removeprefix("@").partition("@")[0]  # "forum.example/ada", "@ada@social.example"
    text = _DOMAIN.sub("", text)
    text = text if text.isascii() else anyascii(display(text, limit=NAME_LIMIT)[0])
    form = _NOT_HANDLE.sub("", text.lower())[:64]
    empty = len(form) < 2 or form in stop().handles or form.strip("0123456789") in stop().nobody
    return "" if empty or form.isdecimal() else form


def handle_stem(form: str) -> str:
    """A handle without digits; "" if too little is left to mean anything."""
    stem = form.strip("0123456789")
    stem = re.sub(r"\d+", "", stem)
    return stem if len(stem) >= 5 and stem not in stop().handles else ""


# How a handle is made from a name, the most telling first: (form, share of the name it shows).
def built(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Handles people make of a name: from two whole words, from a word and an initial, from one word."""
    if not words:
        return (), (), ()
    first, last = words[0], words[-1]
    if len(words) == 1:
        return (), (), ((first,) if len(first) >= 5 else ())
    whole = {first + last, last + first, "".join(words), "".join((*words[1:], words[0]))}
    part = {
        first[0] + last,
        last + first[0],
        first + last[0],
        last[0] + first,
        "".join(w[0] for w in words[:-1]) + last,
    }
    single = {word for word in (first, last) if len(word) >= 5}
    return _long(whole, 5), _long(part - whole, 4), _long(single - whole - part, 5)


def _long(forms: set[str], least: int) -> tuple[str, ...]:
    return tuple(sorted(form for form in forms if len(form) >= least and form not in stop().handles))


@cache
def first_names() -> frozenset[tuple[str, str]]:
    """Pairs (a < b) of forms of one first name; weak evidence, never proof."""
    text = (files("sourcing.identity") / "data" / "first_names.txt").read_text("utf-8")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return frozenset((min(a, b), max(a, b)) for row in rows for a in row for b in row if a != b)
