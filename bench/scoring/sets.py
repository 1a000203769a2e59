"""Public judged sets: papers for topics and papers, CVs for trades, answers for tags, titles for titles.

Every ranking of the product is made by what the product itself ranks with, beside chance, popularity and the simple
ways of `_peers`, all in one run and scored by the scorer that lies beside the data. Nothing is set per data set but
what a role profile may say: one figure uses another half-life and says so.
"""

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np

from bench.report import Row, number, report
from bench.scoring._judged import FOLDER, SETS, Judged, Peer, Run
from bench.scoring._peers import by_chance

AT = 25
CHANCES = 20  # random orders that are averaged
DRAWS = 2_000  # of the bootstrap over topics
FEW = 10  # topics under which single wins are printed
Marks = Mapping[str, float]  # topic → nDCG@25


def rows() -> Iterator[Row]:
    """The figures of all sets; one row that says so where the data is absent."""
    if not FOLDER.is_dir():
        yield Row("judged sets", 0, "", f"skipped: no data at {FOLDER}")
        return
    for read in SETS:
        yield from _rows_of(read())


def _rows_of(judged: Judged) -> Iterator[Row]:
    ours, name, unit = graded(judged.qrels, judged.ours), judged.name, f"nDCG@{AT}"
    chance = [average(graded(judged.qrels, run)) for run in _chances(judged)]
    peers = [(peer, graded(judged.qrels, peer.run)) for peer in judged.peers]
    best = max((average(marks) for _, marks in peers), default=0.0)
    said = [f"chance {_mean_of(chance):.3f}", f"popular {average(graded(judged.qrels, judged.popular)):.3f}"]
    said += [f"{peer.name} {average(marks):.3f}{_listed(peer)}" for peer, marks in peers]
    bar = max(judged.bars, default=0.0)
    value, target = average(ours), f"≥ {bar:.3f} published" if bar else ""
    holds = round(value, 3) >= bar if bar else None
    yield Row(name, value, unit, "; ".join(said), target, holds)
    ahead = value >= best if bar else None
    yield Row(f"{name}, less the best simple way here", value - best, unit, judged.note, "≥ 0" if bar else "", ahead)
    for peer, marks in peers:
        yield _beside(f"{name}, topics against {peer.name}", ours, marks)


def _beside(name: str, ours: Marks, theirs: Marks) -> Row:
    """Topics won and lost, and where the mean difference lies in nine of ten draws of topics."""
    gains = np.array([ours[topic] - theirs[topic] for topic in sorted(ours)])
    chance = np.random.default_rng(1)
    means = chance.choice(gains, (DRAWS, len(gains))).mean(axis=1)
    low, high = np.quantile(means, (0.05, 0.95))
    won, lost = int((gains > 1e-9).sum()), int((gains < -1e-9).sum())
    drawn = len(gains) - won - lost
    single = f"; each: {' '.join(f'{gain:+.2f}' for gain in gains)}" if len(gains) < FEW else ""
    said = f"{won} won, {drawn} alike, {lost} lost; 90 % of draws {low:+.3f} to {high:+.3f}{single}"
    return Row(name, float(gains.mean()), "mean gain", said)


def _chances(judged: Judged) -> Iterator[Run]:
    everybody = sorted({person for run in judged.ours.values() for person in run})
    return (by_chance(everybody, judged.ours, seed) for seed in range(CHANCES))


def average(marks: Marks) -> float:
    return _mean_of(marks.values())


def _mean_of(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


def _listed(peer: Peer) -> str:
    return f" (published {number(peer.listed)})" if peer.listed is not None else ""


def graded(qrels: Path, run: Run) -> dict[str, float]:
    scorer = _scorer()
    grades = scorer.read_qrels(qrels)
    return {topic: scorer.measures(grades[topic], run.get(topic, {}), AT)[f"nDCG@{AT}"] for topic in sorted(grades)}


def _scorer() -> ModuleType:
    """The scorer that came with the data."""
    spec = importlib.util.spec_from_file_location("ranking_score", FOLDER / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(FOLDER / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    report("scoring-sets", list(rows()))
