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
# for whichever site shows the name, and the best F1 of both ways round.
SURE, BEST = 0.909, 0.80
# A larger site has more handles that are alike by chance: likeness per doubling of accounts, from pairs of two people
# at pyopensci, and how many accounts the larger site has there. Only the best F1 follows it; SURE is strict already.
DOUBLING, SIZE = 0.0225, 404
PRECISE = 0.98


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
        found = linked(sites, SURE)
        yield from rows_of(f"{title}, merge", quality(found, true_pairs(sites)), baseline, {"P": PRECISE, "R": 0.76})
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
    best, back = sites.alike.argmax(axis=1), sites.alike.argmax(axis=0)
    return {
        (at, sites.named + int(to)) for at, to in enumerate(best) if back[to] == at and sites.alike[at, to] >= limit
    }


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
