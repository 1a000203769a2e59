"""Pages that bear the name of somebody who names them: ada-lovelace.example, lab.example/~alovelace."""

import re

import numpy as np
from rapidfuzz import fuzz

from sourcing.identity.batch import Batch
from sourcing.identity.engine.columns import Bools, Ints
from sourcing.identity.keys import CLAIMED, VERIFIED
from sourcing.identity.words import built, ring

SHORTEST, LONG = 6, 8  # letters of a form of the name, and of a name or handle read as a whole, that are no chance
LIKE = 72.0  # percent of likeness from which an address is the name as its bearer spells it in Latin letters
ALWAYS = "@orcid/"  # an id of one person, whoever shows it
_PARTS = re.compile(r"[./~_@?=]+")
_SUFFIX = re.compile(r"-[a-z0-9]*\d[a-z0-9]*$")  # what a site appends to tell namesakes apart


def bearing(rows: Batch, at: Ints, size: int) -> Bools:
    """Which addresses bear the name or the handle of an account that names them, (size,).

    `at` is the number of each entry's address. Only addresses that two accounts name are looked at. A handle that is a
    single word of somebody's name there is a family's, not a person's.
    """
    claims = np.isin(rows.addresses.roles, (CLAIMED, VERIFIED))
    shared = np.bincount(at[claims], minlength=size) > 1
    entries = np.flatnonzero(claims & shared[at])
    entries = entries[np.argsort(at[entries], kind="stable")]
    out = np.zeros(size, dtype=bool)
    for some in np.split(entries, np.flatnonzero(np.diff(at[entries])) + 1):
        if len(some):
            out[at[some[0]]] = _borne(rows, rows.addresses.texts[int(rows.addresses.values[some[0]])], some)
    return out


def _borne(rows: Batch, address: str, entries: Ints) -> bool:
    if address.startswith(ALWAYS):
        return True
    members = rows.addresses.rows[entries].tolist()
    names = [_words(rows, row) for row in members]
    single = {word for words in names for word in words}
    handles = {rows.letters.texts[code] for code in rows.letters.codes[members].tolist() if code >= 0}
    return any(bears(address, words) for words in names) or holds(address, handles - single)


def _words(rows: Batch, row: int) -> tuple[str, ...]:
    length = int(rows.names.lengths[row])
    return tuple(rows.names.vocabulary[code] for code in rows.names.words[row, :length].tolist())


def bears(address: str, words: tuple[str, ...]) -> bool:
    """Whether a part of an address is a full name, or what people make of it: an initial and the surname."""
    if len(words) < 2:
        return False
    whole, part, _ = built(words)
    forms = {form for form in (*whole, *part) if len(form) >= SHORTEST}
    return any(text in forms or _spells(text, words) for text in _texts(address))


def holds(address: str, handles: set[str]) -> bool:
    """Whether a part of an address is one of these handles, digits aside."""
    return any(text in handles for text in _texts(address) if len(text) >= LONG)


def _spells(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text is the whole name, in any order, or as somebody spells it who writes it in another script.

    What is like a single word of the name is a surname: a family's page.
    """
    if len(text) < LONG or max(fuzz.ratio(text, word) for word in words) >= LIKE:
        return len(text) >= SHORTEST and ring((text,)) == ring(words)
    orders = "".join(words), "".join(reversed(words))
    return ring((text,)) == ring(words) or max(fuzz.ratio(text, order) for order in orders) >= LIKE


def _texts(address: str) -> set[str]:
    parts = _PARTS.split(address.lower())
    return {_SUFFIX.sub("", part).replace("-", "").strip("0123456789") for part in parts}
