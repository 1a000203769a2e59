"""Names of knowledge in a sentence: a linear-chain model with weights in a text file, the best path by Viterbi.

The weights were learned from job adverts whose people and firms were taken out (SkillSpan, Zhang et al., NAACL 2022,
MIT licence); `python -m bench.scoring.advert_model` makes the file and says how. Nothing is learned at run time.
"""

import gzip
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scoring.advert.signs import signs

FILE = Path(__file__).with_name("weights.tsv.gz")
LABELS = ("O", "B", "I")
_OUTSIDE, _BEGIN, _INSIDE = range(3)
_NEVER = -1e9
Weights = tuple[float, float, float]
Span = tuple[int, int]


class Model(NamedTuple):
    """Weights per sign for outside, beginning, inside; and from each label to each."""

    signs: dict[str, Weights]
    steps: tuple[Weights, Weights, Weights]


@cache
def shipped_model() -> Model:
    """The model this version ships."""
    return read(gzip.decompress(FILE.read_bytes()).decode())


def read(text: str) -> Model:
    """A model from its text: comment lines, three lines of steps, then one line per sign."""
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("# ")]
    weights = {name: (float(o), float(b), float(i)) for name, o, b, i in rows}
    outside, begin, inside = (weights.pop(f"after {label}") for label in LABELS)
    return Model(weights, (outside, begin, inside))


def spans(words: Sequence[str], apart: Sequence[bool] = (), model: Model | None = None) -> list[Span]:
    """Spans of tokens that name knowledge, the end not included; none goes on where `apart` is true."""
    if not words:
        return []
    return list(_spans(_path(_emissions(words, model or shipped_model()), apart, (model or shipped_model()).steps)))


def _emissions(words: Sequence[str], model: Model) -> list[Weights]:
    nothing = (0.0, 0.0, 0.0)
    found = []
    for seen in signs(words):
        outside = begin = inside = 0.0
        for sign in seen:
            o, b, i = model.signs.get(sign, nothing)
            outside, begin, inside = outside + o, begin + b, inside + i
        found.append((outside, begin, inside))
    return found


def _path(emissions: Sequence[Weights], apart: Sequence[bool], steps: Sequence[Weights]) -> list[int]:
    """The best labels; "inside" follows only "begin" or "inside", and never a cut."""
    best = [emissions[0][_OUTSIDE], emissions[0][_BEGIN], _NEVER]
    back: list[list[int]] = []
    for at in range(1, len(emissions)):
        cut = at < len(apart) and apart[at]
        came, now = [], []
        for label in range(3):
            ways = [best[before] + steps[before][label] for before in range(3)]
            if label == _INSIDE:
                ways = [_NEVER] * 3 if cut else [_NEVER, *ways[1:]]
            before = ways.index(max(ways))
            came.append(before)
            now.append(ways[before] + emissions[at][label])
        back.append(came)
        best = now
    path = [best.index(max(best))]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def _spans(path: Sequence[int]) -> Iterator[Span]:
    start: int | None = None
    for at, label in enumerate((*path, _OUTSIDE)):
        if start is not None and label != _INSIDE:
            yield start, at
            start = None
        if label == _BEGIN:
            start = at
