"""Sentences of job adverts with spans of knowledge marked (SkillSpan, MIT licence), and how spans are judged."""

import gzip
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "ranking"
Span = tuple[int, int]


class Sentence(NamedTuple):
    """One sentence; spans of knowledge by token, the end not included."""

    post: str  # source and number: sentences of one advert stay together
    source: str
    tokens: tuple[str, ...]
    spans: frozenset[Span]


class Judged(NamedTuple):
    """Exact precision, recall and F1; the share of found spans that touch a marked one, and the other way round."""

    precision: float
    recall: float
    f1: float
    touching: float
    touched: float
    found: int


@cache
def sentences(part: str) -> tuple[Sentence, ...]:
    """The part "train" or "dev"."""
    file = FOLDER / "job-skills" / {"train": "train.jsonl.gz", "dev": "dev.jsonl"}[part]
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return tuple(_sentence(json.loads(line)) for line in data.decode().splitlines())


def _sentence(row: dict[str, Any]) -> Sentence:
    spans = frozenset((start, end) for layer, start, end in row["spans"] if layer == "knowledge")
    return Sentence(f"{row['source']} {row['post']}", row["source"], tuple(row["tokens"]), spans)


def judge(pairs: Iterable[tuple[frozenset[Span], frozenset[Span]]]) -> Judged:
    """Judge (marked, found) per sentence, counted over all sentences."""
    exact = marked = found = touching = touched = 0
    for right, said in pairs:
        exact += len(right & said)
        marked += len(right)
        found += len(said)
        touching += sum(any(_touch(one, other) for other in right) for one in said)
        touched += sum(any(_touch(one, other) for other in said) for one in right)
    precision, recall = exact / max(1, found), exact / max(1, marked)
    f1 = 2 * precision * recall / (precision + recall) if exact else 0.0
    return Judged(precision, recall, f1, touching / max(1, found), touched / max(1, marked), found)


def _touch(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
