"""Make scoring/advert/weights.tsv.gz from the training sentences of SkillSpan; or judge the settings by folds of them.

Usage: python -m bench.scoring.advert_model [folds]

A linear-chain conditional random field (python-crfsuite) learns weights of the signs of `scoring.advert.signs`. The
product reads the weights as text and needs no library for them. Settings are chosen by five folds of the training
adverts; the part "dev" is never looked at here. A sign counts only if it stands in adverts of at least two posts, so
that no name a single advert may have kept is written down; signs with a digit run of six or more and addresses are
left out for the same reason.
"""

import gzip
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pycrfsuite  # type: ignore[import-untyped]  # ships no types; only this tool uses it

from bench.scoring._job_skills import Judged, Sentence, Span, judge, sentences
from scoring.advert.signs import signs
from scoring.advert.tagger import FILE, LABELS, Model, read, spans

HEAD = """\
# Weights of the signs by which names of knowledge are told in adverts, for outside, begin and inside of a name.
# Made by `python -m bench.scoring.advert_model`; learned from the training sentences of SkillSpan
# (Zhang, Jensen, Sonniks, Plank: SkillSpan, NAACL 2022; MIT licence), in which people and firms are taken out.
"""
SETTINGS: dict[str, object] = {
    "c1": 0.3,
    "c2": 0.05,
    "max_iterations": 150,
    "feature.possible_transitions": True,
    "feature.minfreq": 2,
}
POSTS = 2
FOLDS = 5
SMALLEST = 0.005  # weights below are as good as none
_PRIVATE = re.compile(r"\d{6}|@|https?:|www\.")
Signs = list[list[str]]


def labels(sentence: Sentence) -> list[str]:
    """O, B or I per token."""
    found = ["O"] * len(sentence.tokens)
    for start, end in sorted(sentence.spans):
        found[start:end] = ["B", *["I"] * (end - start - 1)]
    return found


def shared(given: Sequence[Sentence]) -> list[Signs]:
    """The signs of each sentence that stand in at least two adverts and hold no address or long number."""
    all_signs = [signs(one.tokens) for one in given]
    posts: dict[str, set[str]] = defaultdict(set)
    for one, seen in zip(given, all_signs, strict=True):
        for sign in {sign for token in seen for sign in token}:
            posts[sign].add(one.post)
    kept = {sign for sign, where in posts.items() if len(where) >= POSTS and not _PRIVATE.search(sign)}
    return [[[sign for sign in token if sign in kept] for token in seen] for seen in all_signs]


def learned(given: Sequence[Sentence], settings: dict[str, object]) -> str:
    """The text of a model learned from these sentences."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for one, seen in zip(given, shared(given), strict=True):
        trainer.append(seen, labels(one))
    trainer.set_params(settings)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model")
        trainer.train(file)
        tagger = pycrfsuite.Tagger()
        tagger.open(file)
        info = tagger.info()
        tagger.close()
    return written(info.state_features, info.transitions)


def written(states: dict[tuple[str, str], float], steps: dict[tuple[str, str], float]) -> str:
    """A model as text, its signs in order of the alphabet."""
    rows = {f"after {label}": [steps.get((label, to), 0.0) for to in LABELS] for label in LABELS}
    for name in sorted({name for name, _ in states}):
        weights = [states.get((name, label), 0.0) for label in LABELS]
        if max(map(abs, weights)) >= SMALLEST:
            rows[name] = weights
    return HEAD + "".join(f"{name}\t{o:.3g}\t{b:.3g}\t{i:.3g}\n" for name, (o, b, i) in rows.items())


def folds(settings: dict[str, object]) -> dict[str, Judged]:
    """How well the settings do on adverts not learned from, per source of the training part."""
    train = sentences("train")
    posts = sorted({one.post for one in train})
    fold = {post: at % FOLDS for at, post in enumerate(posts)}
    found: dict[str, list[tuple[frozenset[Span], frozenset[Span]]]] = defaultdict(list)
    for at in range(FOLDS):
        model = read(learned([one for one in train if fold[one.post] != at], settings))
        for one in train:
            if fold[one.post] == at:
                found[one.source].append((one.spans, tagged(one, model)))
    return {source: judge(pairs) for source, pairs in found.items()}


def tagged(sentence: Sentence, model: Model | None = None) -> frozenset[Span]:
    """The spans the product finds in the tokens of a sentence."""
    return frozenset(spans(sentence.tokens, model=model))


def main(words: Iterable[str]) -> None:
    """Make the file, or judge settings by folds."""
    if "folds" in words:
        for c1, c2 in ((0.1, 0.05), (0.3, 0.05), (0.6, 0.05), (0.3, 0.3)):
            for source, judged in folds({**SETTINGS, "c1": c1, "c2": c2}).items():
                print(f"c1 {c1} c2 {c2} {source}: {' '.join(f'{value:.3f}' for value in judged)}", flush=True)
        return
    text = learned(sentences("train"), SETTINGS)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"wrote {FILE.name}: {text.count(chr(10))} lines, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
