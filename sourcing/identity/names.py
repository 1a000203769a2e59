"""Names of many rows at once, and how well those of a pair align."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler

from sourcing.identity.engine.columns import (
    NONE,
    Bools,
    Codes,
    Column,
    Floats,
    Ints,
    Texts,
    column,
    encode,
    series,
    unique,
)
from sourcing.identity.engine.read import Words, turned
from sourcing.identity.engine.similar import by_code
from sourcing.identity.words import MOST_WORDS, first_names, in_ideographs, name_words, ring

# Worth of two words side by side. Chosen on alias lists of two projects, see docs/identity.md.
PAIR = 0.9  # two forms of one first name
INITIAL = 0.85
FLOOR = 0.25  # likeness below which Jaro-Winkler says nothing
UNMATCHED = 0.04  # lost per word that stands on one side only
SURNAME = 4  # letters from which a word that fits nothing is another surname
CLASH, CLASHED = 0.55, 0.6
ANOTHER = 0.62  # alignment of full names below which they are two names
# "Chen" and "Cheng" are two names: of two short words that differ this much likeness is left.
SHORT, ALMOST = 5, 0.65
DOUBTFUL = 0.75  # at most, where a word is an initial or spelled otherwise and the other's first or last one is missing
CHUNK = 200_000  # pairs looked at together, to bound memory


@dataclass(frozen=True, slots=True)
class Names:
    """Names of n rows: word codes (n, 5), how many there are, forms equal for any order, and the raw key."""

    words: Codes
    lengths: NDArray[np.int8]
    vocabulary: list[str]
    ring: Column  # joined letters, turned to one start: equal for all orders
    full: Column  # the words, sorted
    ideographs: Bools

    def __len__(self) -> int:
        return len(self.lengths)


def names(texts: Sequence[str | None]) -> Names:
    """Read the names of n rows one by one: quick for a few, see `names_of` for many."""
    read = [name_words(text) if text else () for text in texts]
    seen: dict[str, int] = {}
    words = np.full((len(read), MOST_WORDS), NONE, dtype=np.int32)
    for row, some in enumerate(read):
        for at, word in enumerate(some):
            words[row, at] = seen.setdefault(word, len(seen))
    return Names(
        words,
        np.fromiter(map(len, read), dtype=np.int8, count=len(read)),
        list(seen),
        column(ring(some) for some in read),
        column(" ".join(sorted(some)) for some in read),
        np.fromiter((bool(text) and in_ideographs(text or "") for text in texts), dtype=bool, count=len(read)),
    )


def names_of(texts: pl.Series, words: Words, rows: Codes) -> Names:
    """The names of n rows: different texts, their words, and per row the place of its text, NONE where it has none."""
    whole = pl.DataFrame([words.word(at).alias(str(at)) for at in range(MOST_WORDS)])
    joined = encode(whole.select(pl.concat_str(pl.all(), ignore_nulls=True).alias("text"))["text"])
    rings = encode(turned(series(joined.texts))).spread(joined.codes)
    full, texts_of_full = _sorted(words)
    guessed = np.zeros(len(texts) + 1, dtype=bool)
    odd = np.flatnonzero((texts.str.len_bytes() != texts.str.len_chars()).to_numpy())
    guessed[odd] = [in_ideographs(text) for text in texts.gather(odd).to_list()]
    nobody = np.full((1, MOST_WORDS), NONE, dtype=np.int32)
    return Names(
        np.concatenate((words.codes, nobody))[rows],
        np.append(words.lengths, np.int8(0))[rows],
        words.vocabulary.to_list(),
        rings.spread(rows),
        Column(np.append(full, np.int32(NONE))[rows], texts_of_full),
        guessed[rows],
    )


def _sorted(words: Words) -> tuple[Codes, Texts]:
    """The number of each name's words in alphabetical order, and what the numbers stand for."""
    order = words.vocabulary.arg_sort().to_numpy()
    ranks = np.empty(len(order) + 1, dtype=np.int64)
    ranks[order], ranks[-1] = np.arange(len(order)), len(order)
    ordered = np.sort(ranks[words.codes], axis=1)
    codes = np.zeros(len(ordered), dtype=np.int64)
    for at in range(int(words.lengths.max(initial=0))):
        codes = unique(codes * (len(order) + 1) + ordered[:, at])[1]
    _, first = np.unique(codes, return_index=True)
    alphabet = words.vocabulary.sort()
    parts = [
        Column(np.where(part < len(order), part, NONE).astype(np.int32), Texts(alphabet)).said()
        for part in ordered[first].T
    ]
    named = pl.DataFrame([part.alias(str(at)) for at, part in enumerate(parts)])
    texts = named.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).alias("text"))["text"]
    return np.where(words.lengths > 0, codes, NONE).astype(np.int32), Texts(texts)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Per pair: `score` in [0,1] (-1: a name is missing), `rarity` bits of the agreeing words, how many they are."""

    score: Floats
    rarity: Floats
    agreeing: NDArray[np.int8]


def align(found: Names, left: Ints, right: Ints, rarity: Floats) -> Aligned:
    """Align the names of pairs; `rarity` is the bits of each word of the vocabulary, (words,)."""
    score = np.full(len(left), -1, dtype=np.float32)
    bits = np.zeros(len(left), dtype=np.float32)
    agreeing = np.zeros(len(left), dtype=np.int8)
    paired = _paired(found.vocabulary)
    for start in range(0, len(left), CHUNK):
        part = slice(start, start + CHUNK)
        score[part], bits[part], agreeing[part] = _chunk(found, left[part], right[part], rarity, paired)
    return Aligned(score, bits, agreeing)


def _chunk(
    found: Names, left: Ints, right: Ints, rarity: Floats, paired: Ints
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    # The shorter name first: its words choose their partners.
    swap = found.lengths[left] > found.lengths[right]
    a, b = np.where(swap, right, left), np.where(swap, left, right)
    shape = found.lengths[a].astype(np.int64) * 8 + found.lengths[b]
    score = np.full(len(left), -1, dtype=np.float32)
    bits = np.zeros(len(left), dtype=np.float32)
    agreeing = np.zeros(len(left), dtype=np.int8)
    for code in np.unique(shape).tolist():
        la, lb = divmod(code, 8)
        if la and lb:
            rows = np.flatnonzero(shape == code)
            one, two = found.words[a[rows], :la].astype(np.int64), found.words[b[rows], :lb].astype(np.int64)
            score[rows], bits[rows], agreeing[rows] = _best(found, one, two, rarity, paired)
    whole = (found.ring.codes[left] == found.ring.codes[right]) & (found.ring.codes[left] >= 0)
    score[whole] = 1
    longer = np.where(found.lengths[left] > found.lengths[right], left, right)
    agreeing[whole] = found.lengths[longer][whole]
    bits[whole] = np.maximum(bits[whole], _all_words(found, longer[whole], rarity))
    return score, bits, agreeing


def _all_words(found: Names, rows: Ints, rarity: Floats) -> Floats:
    padded = np.append(rarity, np.float32(0))
    total: Floats = padded[found.words[rows]].sum(axis=1, dtype=np.float32)
    return total


def _best(found: Names, one: Ints, two: Ints, rarity: Floats, paired: Ints) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """The best assignment of each shorter name's words to different words of the longer one."""
    la, lb = one.shape[1], two.shape[1]
    alike = _word_likeness(found.vocabulary, one, two, paired)
    best = np.full(len(one), -1, dtype=np.float32)
    chosen = np.zeros((len(one), la), dtype=np.int64)
    span = np.arange(la)
    for places in permutations(range(lb), la):
        total = alike[:, span, places].sum(axis=1)
        better = total > best
        best[better] = total[better]
        chosen[better] = places
    matched = np.take_along_axis(alike, chosen[:, :, None], axis=2)[:, :, 0]
    score = best / la - UNMATCHED * (lb - la)
    sizes = np.array([len(word) for word in found.vocabulary], dtype=np.int64)
    clash = ((matched < CLASH) & (sizes[one] >= SURNAME)).any(axis=1)
    score[clash] = np.minimum(score[clash], CLASHED)
    guessed = (matched < 1) & ~np.isclose(matched, PAIR)
    doubtful = guessed.any(axis=1) & _lacks_an_end(chosen, sizes[two])
    score[doubtful] = np.minimum(score[doubtful], DOUBTFUL)
    agree = matched >= INITIAL
    partner = np.take_along_axis(two, chosen, axis=1)
    worth = np.minimum(rarity[one], rarity[partner]) * np.where(matched >= 1, 1.0, 0.6)
    initial = agree & ((sizes[one] == 1) | (sizes[partner] == 1))
    worth = np.where(initial, np.minimum(worth, 2.0), worth)
    bits = np.where(agree, worth, 0).sum(axis=1).astype(np.float32)
    return score.astype(np.float32), bits, (agree & ~initial).sum(axis=1).astype(np.int8)


def _lacks_an_end(chosen: Ints, sizes: Ints) -> Bools:
    """Whether the first or the last word of the longer names, beyond an initial, is chosen by none of two and more."""
    out = np.zeros(len(chosen), dtype=bool)
    if chosen.shape[1] > 1:
        for end in (0, sizes.shape[1] - 1):
            out |= (sizes[:, end] > 1) & ~(chosen == end).any(axis=1)
    return out


def _word_likeness(vocabulary: list[str], one: Ints, two: Ints, paired: Ints) -> Floats:
    """Likeness of every word of the one with every word of the other, (pairs, la, lb)."""
    shape = (len(one), one.shape[1], two.shape[1])
    a = np.broadcast_to(one[:, :, None], shape).reshape(-1)
    b = np.broadcast_to(two[:, None, :], shape).reshape(-1)
    low, high = np.minimum(a, b), np.maximum(a, b)
    codes, back = unique(low * len(vocabulary) + high)
    values = _likeness(vocabulary, codes, paired)
    likeness: Floats = values[back].reshape(shape)
    return likeness


def _likeness(vocabulary: list[str], codes: Ints, paired: Ints) -> Floats:
    low, high = codes // len(vocabulary), codes % len(vocabulary)
    raw = by_code(vocabulary, low, high, JaroWinkler.normalized_similarity)
    out: Floats = np.maximum(0, (raw - FLOOR) / (1 - FLOOR)).astype(np.float32)
    heads = np.array([ord(word[0]) for word in vocabulary] or [0], dtype=np.int32)
    sizes = np.array([len(word) for word in vocabulary] or [0], dtype=np.int64)
    out = np.where(np.maximum(sizes[low], sizes[high]) <= SHORT, np.minimum(out, np.float32(ALMOST)), out)
    initial = (np.minimum(sizes[low], sizes[high]) == 1) & (heads[low] == heads[high])
    out[initial] = INITIAL
    out[np.isin(codes, paired)] = PAIR
    out[low == high] = 1
    return out


def _paired(vocabulary: list[str]) -> Ints:
    """Codes of pairs of forms of one first name, both of them in the vocabulary."""
    places = {word: at for at, word in enumerate(vocabulary)}
    found = [sorted((places[a], places[b])) for a, b in first_names() if a in places and b in places]
    return np.array([low * len(vocabulary) + high for low, high in found], dtype=np.int64)


def two_names(one: str | None, other: str | None) -> bool:
    """Whether two full names cannot be one person's; a missing name, one word or a guessed reading never says so."""
    if not one or not other or one == other or in_ideographs(one) != in_ideographs(other):
        return False
    found = names([one, other])
    if found.lengths.min() < 2:
        return False
    pair = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    score = align(found, *pair, np.zeros(len(found.vocabulary), dtype=np.float32)).score
    return bool(score[0] < ANOTHER)
