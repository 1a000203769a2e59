"""A million leads weighed again, and the features of ten million pieces of work, beside the same written directly.

Usage: python -m bench.scoring columns
"""

import gc
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.report import Row, middle, number, seconds
from bench.scoring import _column_peers as peers
from scoring.columns import Matrix
from scoring.columns.coverage import covered_pairs
from scoring.columns.files import load, save
from scoring.columns.tally import tally
from scoring.columns.work import Items, Pieces
from scoring.reference import Usual

LEADS, COMPONENTS, SHOWN = 1_000_000, 40, 500
PIECES, KINDS, SKILLS, SOURCES = 10_000_000, 12, 96, 6
RUNS, FEW = 15, 3
MOST_MAPPED, MOST_WARM, MOST_MEMORY, MOST_FEATURES = 3.0, 2.0, 1.5, 1.5


def rows() -> Iterator[Row]:
    """All figures of this part."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _ranking(Path(folder))
    gc.collect()
    yield from _features()


def invented(folder: Path) -> Matrix:
    """A matrix of a million leads and forty components, mapped from files as the product maps its own."""
    chance = np.random.default_rng(5)
    value, confidence = chance.random((LEADS, COMPONENTS)), chance.random((LEADS, COMPONENTS))
    value[confidence < 0.2] = np.nan
    confidence[np.isnan(value)] = 0.0
    columns: dict[str, NDArray[Any]] = {
        "leads": np.array([f"L{at:07d}".encode() for at in range(LEADS)], dtype=np.bytes_),
        "value": value,
        "confidence": confidence,
        "effective": np.where(np.isnan(value), 0.5, confidence * value + (1 - confidence) * 0.5).astype(np.float32),
        "amounts": np.where(chance.random((LEADS, 3)) < 0.02, 0.04, 0.0),
        "restricted": chance.random(LEADS) < 0.01,
    }
    save(folder, columns, {})
    del value, confidence, columns
    kept = load(folder)
    assert kept is not None
    held: dict[str, Any] = kept[0]
    return Matrix(
        role="bench",
        components=tuple(f"component-{at:02d}" for at in range(COMPONENTS)),
        usual=(Usual(),) * COMPONENTS,
        cautious=False,
        penalties=("buzzwords", "accuracy_only", "stale"),
        most=0.1,
        **held,
    )


def bare(effective: NDArray[np.float32], weights: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Nothing but one product, a partial sort and the parts of the best."""
    totals = effective @ weights
    best = np.argpartition(-totals, SHOWN)[:SHOWN]
    best = best[np.argsort(-totals[best])]
    return best, effective[best] * weights


def _ranking(folder: Path) -> Iterator[Row]:
    matrix, chance = invented(folder), np.random.default_rng(6)
    effective = np.array(matrix.effective)  # the peer's own copy, in memory
    given = [chance.dirichlet(np.ones(COMPONENTS)) for _ in range(RUNS)]
    weights = [dict(zip(matrix.components, one.tolist(), strict=True)) for one in given]
    single = [one.astype(np.float32) for one in given]
    title = f"{LEADS:,} leads × {COMPONENTS}, top {SHOWN} with parts after a change of weights"
    for name, one in (("mapped from files", matrix), ("warm", matrix.warmed())):
        one.top(weights[0], SHOWN)
        bare(effective, single[0])
        ours, theirs = [], []
        for mine, other in zip(weights, single, strict=True):
            ours.append(seconds(partial(one.top, mine, SHOWN)))
            theirs.append(seconds(partial(bare, effective, other)))
        ratio = middle(mine / other for mine, other in zip(ours, theirs, strict=True))
        most = MOST_WARM if name == "warm" else MOST_MAPPED
        beside = f"numpy product and partial sort {middle(theirs) * 1000:.3g} ms"
        yield Row(f"{title}, {name}", middle(ours) * 1000, "ms", beside)
        yield Row(f"{title}, {name}, ratio", ratio, "×", "numpy, in turn", f"≤ {most:g}", ratio <= most)
    objects = seconds(lambda: list(matrix.top(weights[0], SHOWN)))
    yield Row(f"the same, as {SHOWN} rows with {SHOWN * COMPONENTS:,} parts in Python objects", objects * 1000, "ms")
    yield from _memory(matrix, weights[0], len(effective) * COMPONENTS * 4)
    exact = matrix.totals(weights[1])
    order = np.lexsort((np.arange(LEADS), -exact))
    order = order[matrix.sections(weights[1], order) == 0][:SHOWN]
    same = [row.lead for row in matrix.top(weights[1], SHOWN)] == [matrix.lead(row) for row in order.tolist()]
    yield Row("the same list as a sort of all totals in double precision", float(same), "", "", "1", same)


def _memory(matrix: Matrix, weights: dict[str, float], matrix_bytes: int) -> Iterator[Row]:
    """What a ranking needs besides the matrix it multiplies; pages of mapped files are the system's to take back."""
    tracemalloc.start()
    matrix.top(weights, SHOWN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    share = (matrix_bytes + peak) / matrix_bytes
    beside = f"matrix {matrix_bytes / 2**20:.0f} MiB, peak besides {peak / 2**20:.1f} MiB"
    yield Row("memory of a re-ranking", share, "× matrix", beside, f"≤ {MOST_MEMORY:g}", share <= MOST_MEMORY)
    kept = f"values and confidences in double precision {matrix.nbytes / 2**20:.0f} MiB, in files"
    yield Row("columns kept for exact totals", matrix.nbytes / matrix_bytes, "× matrix", kept)


def _features() -> Iterator[Row]:
    chance = np.random.default_rng(7)
    lead = np.sort(chance.integers(0, LEADS, PIECES))
    level, age = chance.integers(1, 6, PIECES), chance.random(PIECES) * 60
    month = peers.MONTH - chance.integers(0, 60, PIECES)
    pieces = Pieces(lead, chance.integers(0, KINDS, PIECES), level, age, month)
    yield from _beside(
        f"counts, freshness and months from {PIECES:,} pieces of work",
        lambda: tally(pieces, LEADS, KINDS, half_life=peers.HALF_LIFE, month=peers.MONTH),
        {"lead": lead, "kind": pieces.kind, "level": level, "age": age, "month": month},
        [("Polars", peers.polars_tally), ("DuckDB", peers.duckdb_tally)],
    )
    texts = np.where(chance.random(PIECES) < 0.5, -1, chance.integers(0, PIECES, PIECES))
    skill, source = chance.zipf(1.5, PIECES) % SKILLS, chance.integers(0, SOURCES, PIECES)
    items = Items(lead, skill, source, level, chance.random(PIECES) * 0.95, texts)
    columns = {"lead": lead, "skill": skill, "source": source, "level": level, "worth": items.worth, "same": texts}
    yield from _beside(
        f"coverage of skills from {PIECES:,} pieces of work",
        lambda: covered_pairs(items, SKILLS),
        columns,
        [("DuckDB", peers.duckdb_coverage)],
    )
    yield _same(items, columns)


def _beside(
    title: str,
    ours: Callable[[], object],
    columns: dict[str, NDArray[Any]],
    others: Sequence[tuple[str, Callable[[Any], object]]],
) -> Iterator[Row]:
    """Ours and the peers in turn; the best of the peers is the bar."""
    given = {
        "Polars": pl.DataFrame(columns).with_columns(pl.col("lead").set_sorted()),
        "DuckDB": peers.duckdb_with(given=columns),
    }
    times: dict[str, list[float]] = {name: [] for name in ("ours", *(name for name, _ in others))}
    for _ in range(FEW):
        times["ours"].append(seconds(ours))
        for name, work in others:
            times[name].append(seconds(partial(work, given[name])))
    best = min((name for name, _ in others), key=lambda name: middle(times[name]))
    ratio = middle(mine / other for mine, other in zip(times["ours"], times[best], strict=True))
    said = ", ".join(f"{name} {number(middle(times[name]))} s" for name, _ in others)
    yield Row(title, middle(times["ours"]), "s", said)
    yield Row(f"{title}, ratio", ratio, "×", f"{best}, in turn", f"≤ {MOST_FEATURES:g}", ratio <= MOST_FEATURES)


def _same(items: Items, columns: dict[str, NDArray[Any]]) -> Row:
    """Whether both say the same, on the first tenth of the rows."""
    some = slice(0, PIECES // 10)
    cut = Items(*(getattr(items, name)[some] for name in Items.__dataclass_fields__))
    pair, value, level, count = covered_pairs(cut, SKILLS)
    theirs = pl.DataFrame(peers.duckdb_coverage(peers.duckdb_with(given={k: v[some] for k, v in columns.items()})))
    theirs = theirs.sort("lead", "skill")
    same = np.array_equal(theirs["lead"].to_numpy() * SKILLS + theirs["skill"].to_numpy(), pair)
    same = same and np.array_equal(theirs["level"].to_numpy(), level) and np.array_equal(theirs["n"].to_numpy(), count)
    off = float(np.abs(theirs["value"].to_numpy() - value).max()) if same else 1.0
    return Row("largest difference of a coverage to the peer's", off, "", "DuckDB", "≤ 1e-12", off <= 1e-12)
