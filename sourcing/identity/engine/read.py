"""Names and handles of many accounts read at once, giving what `sourcing.identity.words` gives for each alone.

Plain texts (printable ASCII) are read column by column; the others, few in most stores, one by one.
"""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sourcing.identity.engine.columns import NONE, Bools, Codes, Column, Ints, Texts, encode, few, series, unique
from sourcing.identity.stop import stop
from sourcing.identity.words import MOST_WORDS, NAME_LIMIT, handle_form, handle_stem, name_words, ring

_PLAIN = r"^[ -~]*$"  # such a text is shown as it is but for blanks, which part words anyway
_BRACKETS = r"[(\[{]"
_PLAIN_HANDLE = r"^[A-Za-z0-9_.-]*$"
_DOMAIN = r"(?i)(\.bsky)?\.(social|com|org|net|io|dev|example|me|ai|app)$"
_HANDLE_LENGTH = 64
DIGITS = "0123456789"


class Words(NamedTuple):
    """Words of n names: codes (n, 5) into `vocabulary`, NONE where there is none, and how many there are."""

    codes: Codes
    lengths: NDArray[np.int8]
    vocabulary: pl.Series

    def word(self, at: int | Ints) -> pl.Series:
        """Give the word at a place (one for all names or one per name), null where there is none."""
        return Column(self.codes[np.arange(len(self.codes)), at], Texts(self.vocabulary)).said()


def words_of(names: pl.Series) -> Words:
    """Read names; what is no name has no words."""
    plain = np.zeros(len(names), dtype=bool) if few(names) else _is_plain(names)
    odd, usual = np.flatnonzero(~plain), np.flatnonzero(plain)
    read = [name_words(text) if text else () for text in names.gather(odd).to_list()]
    rows = np.repeat(odd, np.fromiter(map(len, read), dtype=np.int64, count=len(read)))
    words = pl.Series([word for some in read for word in some], dtype=pl.String)
    if not len(usual):
        return _table(len(names), rows, encode(words))
    more_rows, more_words = _flat(usual, _split(names.gather(usual)))
    rows, words = np.concatenate((rows, more_rows)), words.append(more_words)
    order = np.argsort(rows, kind="stable")
    rows, found = rows[order], encode(words.gather(order))
    keep = _chosen(len(names), rows, found) | ~plain[rows]
    return _table(len(names), rows[keep], Column(found.codes[keep], found.texts))


def _is_plain(names: pl.Series) -> Bools:
    plain = names.str.contains(_PLAIN) & ~names.str.contains(_BRACKETS) & (names.str.len_bytes() <= NAME_LIMIT)
    return plain.fill_null(value=False).to_numpy()


def _split(texts: pl.Series) -> pl.Series:
    """Words of plain texts: "O'Brien" is one, "AhmetCan" and "a1b" are two."""
    parted = texts.str.replace_all("['`]", "").str.replace_all("([a-z])([A-Z])", "${1} ${2}")
    return parted.str.to_lowercase().str.extract_all("[a-z]+")


def _flat(rows: Ints, lists: pl.Series) -> tuple[Ints, pl.Series]:
    """Every word with the row it belongs to, in the order written."""
    sizes = lists.list.len().to_numpy().astype(np.int64)
    return np.repeat(rows, sizes), lists.filter(pl.Series(sizes > 0)).explode()


def _chosen(size: int, rows: Ints, words: Column) -> Bools:
    """Which words to keep: no titles and particles where others remain, and nothing of what names nobody."""
    vocabulary, codes = series(words.texts), words.codes
    title, particle, generic = (
        vocabulary.is_in(list(some)).to_numpy() for some in (stop().titles, stop().particles, stop().generic)
    )
    letters = vocabulary.str.len_bytes().to_numpy().astype(np.int64)
    keep = _unless_too_few(rows, np.ones(len(rows), dtype=bool), ~title[codes], size, 1)
    keep = _unless_too_few(rows, keep, keep & ~particle[codes], size, 2)
    telling = np.bincount(rows[keep & ~(generic[codes] | (letters[codes] == 1))], minlength=size) > 0
    long = np.bincount(rows[keep], weights=letters[codes[keep]], minlength=size) >= 2
    return keep & (telling & long)[rows]


def _unless_too_few(rows: Ints, before: Bools, after: Bools, size: int, least: int) -> Bools:
    """What is kept after leaving some out; of names that would keep fewer than `least`, what was there before."""
    enough = np.bincount(rows[after], minlength=size) >= least
    return np.where(enough[rows], after, before)


def _table(size: int, rows: Ints, words: Column) -> Words:
    """Words side by side; of names with too many, the first ones and the last."""
    counts = np.bincount(rows, minlength=size)
    starts = np.cumsum(counts) - counts
    place = np.arange(len(rows)) - starts[rows]
    last = place == counts[rows] - 1
    kept = (place < MOST_WORDS - 1) | last
    used, dense = unique(words.codes[kept])
    out = np.full((size, MOST_WORDS), NONE, dtype=np.int32)
    out[rows[kept], np.minimum(place[kept], MOST_WORDS - 1)] = dense
    return Words(out, np.minimum(counts, MOST_WORDS).astype(np.int8), series(words.texts).gather(used))


def turned(texts: pl.Series) -> pl.Series:
    """The least of all rotations of each text of ASCII letters: `words.ring` of names already joined."""
    if few(texts):
        return pl.Series([ring((text,)) for text in texts.to_list()], dtype=pl.String)
    sizes = texts.str.len_bytes().to_numpy()
    out = np.empty(len(texts), dtype=object)
    for size in np.unique(sizes).tolist():
        places = np.flatnonzero(sizes == size)
        if size:
            out[places] = _least_rotation(texts.gather(places), size)
        else:
            out[places] = ""
    return pl.Series(out.tolist(), dtype=pl.String)


def _least_rotation(texts: pl.Series, size: int) -> list[str]:
    letters = np.frombuffer("".join(texts.to_list()).encode("ascii"), dtype=f"S{size}")
    best, table = letters.copy(), letters.view(np.uint8).reshape(-1, size)
    for at in range(1, size):
        other = np.ascontiguousarray(np.roll(table, -at, axis=1)).view(f"S{size}").reshape(-1)
        best = np.where(other < best, other, best)
    return [text.decode("ascii") for text in best.tolist()]


def handle_forms(handles: pl.Series) -> pl.Series:
    """The normal forms of handles, "" for what everybody or nobody is called."""
    if few(handles):
        return pl.Series([handle_form(text) if text else "" for text in handles.to_list()], dtype=pl.String)
    plain = handles.str.contains(_PLAIN_HANDLE).fill_null(value=False)
    odd = [handle_form(text) if text else "" for text in handles.filter(~plain).to_list()]
    usual = handles.filter(plain).str.replace(_DOMAIN, "").str.to_lowercase()
    usual = usual.str.replace_all("[^a-z0-9]+", "").str.slice(0, _HANDLE_LENGTH)
    empty = (usual.str.len_bytes() < 2) | usual.is_in(list(stop().handles)) | usual.str.contains("^[0-9]*$")
    empty |= usual.str.strip_chars(DIGITS).is_in(list(stop().nobody))
    order = np.argsort(np.concatenate((np.flatnonzero(plain.to_numpy()), np.flatnonzero(~plain.to_numpy()))))
    return usual.set(empty, "").append(pl.Series(odd, dtype=pl.String)).gather(order)


def handle_stems(forms: pl.Series) -> pl.Series:
    """Handles (normal form) without digits, "" if too little is left to mean anything."""
    if few(forms):
        return pl.Series([handle_stem(form) for form in forms.to_list()], dtype=pl.String)
    stems = forms.str.replace_all("[0-9]+", "")
    return stems.set((stems.str.len_bytes() < 5) | stems.is_in(list(stop().handles)), "")
