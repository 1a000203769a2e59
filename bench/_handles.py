"""Labelled accounts of people at two sites: which handle is whose, the person's name known at one of the sites."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz.distance import Indel, Jaro
from rapidfuzz.process import cdist

from bench._labelled import table
from bench._quality import Pair, clusters, joined, quality, rows_of
from bench.report import Row
from sourcing.identity.words import built, handle_form, name_words

SHARES = (1.0, 1.0, 0.8)  # worth of a handle built of two words, of a word and an initial, of one word
# Likeness from which two handles are one person's, both chosen on pyopensci: the strictest that keeps the recall asked
# for whichever site shows the name (a floor: longer lists need more), and the best F1 of both ways round.
SURE, BEST = 0.909, 0.80
# A larger site has more handles that are alike by chance: likeness per doubling of accounts, from pairs of two people
# at pyopensci, and how many accounts the larger site has there. Only the best F1 follows it.
DOUBLING, SIZE = 0.0225, 404
PRECISE = 0.98
# Strangers that may be expected among the pairs joined: half of what the precision asked for allows, since about half
# of the wrong pairs of names and logins of scipy were expected.
STRANGERS = (1 - PRECISE) / 2
ROUNDS = 50  # until the expected number no longer moves


class Sites(NamedTuple):
    """Accounts of two sites: likeness of every pair, whose they are."""

    alike: Any
    people: list[str]  # of the first site's accounts, then of the second's
    named: int  # how many are the first site's


def handles() -> Iterator[Row]:
    """Trac against GitHub, the name known at either; limits from pyopensci."""
    baseline = "best F1 0.881; threshold from pyopensci P 0.967 R 0.764"
    for named, other in (("trac", "github"), ("github", "trac")):
        sites = read("sagemath", named, other)
        title = f"sagemath, {named} (name known) – {other}"
        limit = sure(sites.alike)
        found = linked(sites, limit)
        yield from rows_of(f"{title}, merge", quality(found, true_pairs(sites)), baseline, {"P": PRECISE, "R": 0.76})
        yield Row(f"{title}, merge, likeness from", round(limit, 4), "", f"{SURE} from pyopensci alone")
        expected = 1 - _share(sites.alike, limit)
        yield Row(f"{title}, merge, P expected without labels", round(expected, 4), "", "no result")
        yield from clusters(f"{title}, merge", joined(len(sites.people), found), sites.people)
        best = linked(sites, BEST + DOUBLING * float(np.log2(max(sites.alike.shape) / SIZE)))
        yield from rows_of(f"{title}, best F1 of pyopensci", quality(best, true_pairs(sites)), baseline, {"F1": 0.89})
        yield _reachable(title, sites)


def _reachable(title: str, sites: Sites) -> Row:
    """What a limit taken from the very set reported on would give: no result, but how far it is."""
    true = true_pairs(sites)
    found = (quality(linked(sites, limit), true) for limit in np.arange(BEST, 1, 0.005).tolist())
    most = max((one.recall for one in found if one.precision >= PRECISE), default=0.0)
    note = "limit taken from this very set: no result"
    return Row(f"{title}, most R at P ≥ {PRECISE} there is", round(most, 4), "", note)


def true_pairs(sites: Sites) -> set[Pair]:
    """Pairs of one person across the two sites."""
    pairs = ((a, b) for a in range(sites.named) for b in range(sites.named, len(sites.people)))
    return {(a, b) for a, b in pairs if sites.people[a] == sites.people[b]}


def linked(sites: Sites, limit: float) -> set[Pair]:
    """Accounts that fit each other best, from a likeness on."""
    here, there = _mutual(sites.alike)
    good = sites.alike[here, there] >= limit
    return set(zip(here[good].tolist(), (sites.named + there[good]).tolist(), strict=True))


def _mutual(alike: Any) -> tuple[Any, Any]:
    best, back = alike.argmax(axis=1), alike.argmax(axis=0)
    here = np.flatnonzero(back[best] == np.arange(len(best)))
    return here, best[here]


def sure(alike: Any) -> float:
    """Likeness from which no more strangers than STRANGERS are expected, at least SURE; infinite where there is none.

    No label is used, so it follows whichever lists are compared: the longer they are, the higher it lies.
    """
    steps = np.unique(alike[_mutual(alike)])
    low = float("inf")
    for step in steps[steps >= SURE][::-1].tolist():
        if _share(alike, step) > STRANGERS:
            return low
        low = step
    return SURE


def _share(alike: Any, limit: float) -> float:
    found = int((alike[_mutual(alike)] >= limit).sum())
    return strangers(alike, limit) / max(found, 1)


def strangers(alike: Any, limit: float) -> float:
    """How many of the pairs that fit each other best, from a likeness on, are two people, expected from likeness alone.

    Without whoever fits them best all accounts fit strangers; how often two do so mutually is counted, and taken for
    those accounts alone that have nobody: the rest are joined, but for the strangers among them.
    """
    here, there = _mutual(alike)
    rest = alike.copy()
    rest[here, there] = -1
    found, chance = int((alike[here, there] >= limit).sum()), int((rest[_mutual(rest)] >= limit).sum())
    wrong, (rows, columns) = 0.0, alike.shape
    for _ in range(ROUNDS):
        alone = (rows - found + wrong) * (columns - found + wrong)
        wrong = min(float(found), chance * alone / (rows * columns))
    return wrong


@cache
def read(project: str, named: str, other: str) -> Sites:
    """The accounts of two sites of a project."""
    people = {row["person_id"]: row for row in table(f"{project}_people.csv")}
    accounts = table(f"{project}_accounts.csv")
    here, there = ([row for row in accounts if row["platform"] == site] for site in (named, other))
    plain = [[handle_form(row["handle"]) or row["handle"].lower() for row in side] for side in (here, there)]
    alike = _alike([people[row["person_id"]] for row in here], plain[0], plain[1])
    return Sites(alike, [row["person_id"] for row in (*here, *there)], len(here))


def _alike(names: Sequence[dict[str, str]], own: list[str], others: list[str]) -> Any:
    """Likeness in [0,1]: of two handles, or of a handle and what people make of the name, the better one.

    Names by letters in common: one that gives weight to the beginning takes everybody of a first name for one.
    """
    out = cdist(own, others, scorer=Jaro.normalized_similarity)
    for at, person in enumerate(names):
        for form, share in _spellings(person):
            fits = cdist([form], others, scorer=Indel.normalized_similarity)[0] * share
            out[at] = np.maximum(out[at], fits)
    return out


def _spellings(person: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name in (person["name"], *person["alt_names"].split("|")):
        for forms, share in zip(built(name_words(name)), SHARES, strict=True):
            yield from ((form, share) for form in forms)
