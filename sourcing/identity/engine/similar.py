"""How alike two texts are. rapidfuzz does the string work, once per different pair of texts."""

from collections.abc import Callable
from typing import Any

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from sourcing.identity.engine.columns import Column, Floats, Ints, unique

WORKERS = 2


def similarity(
    one: Column, left: Ints, right: Ints, scorer: Callable[..., Any] = JaroWinkler.normalized_similarity
) -> Floats:
    """Likeness in [0,1] of a column's texts for pairs of rows; -1 where one is missing, 1 where they are equal."""
    a, b = one.codes[left].astype(np.int64), one.codes[right].astype(np.int64)
    out = np.where(a == b, 1.0, 0.0).astype(np.float32)
    out[(a < 0) | (b < 0)] = -1
    open_ = np.flatnonzero((a >= 0) & (b >= 0) & (a != b))
    if len(open_):
        low, high = np.minimum(a[open_], b[open_]), np.maximum(a[open_], b[open_])
        out[open_] = by_code(list(one.texts), low, high, scorer)
    return out


def by_code(
    texts: list[str], a: Ints, b: Ints, scorer: Callable[..., Any] = JaroWinkler.normalized_similarity
) -> Floats:
    """Likeness of texts by their codes, worked out once per different pair of codes."""
    size = len(texts)
    pairs, back = unique(a * size + b)
    firsts, seconds = (pairs // size).tolist(), (pairs % size).tolist()
    found = cpdist(
        [texts[i] for i in firsts], [texts[i] for i in seconds], scorer=scorer, dtype=np.float32, workers=WORKERS
    )
    likeness: Floats = found[back]
    return likeness
