"""Labelled accounts of people at two sites: which handle is whose, the person's name known at one of the sites."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from bench._labelled import table
from bench._quality import Pair, clusters, joined, quality, rows_of
from bench.report import Row
from sourcing.identity.words import built, handle_form, name_words

SHARES = (1.0, 0.97, 0.8)  # worth of a handle built of two words, of a word and an initial, of one word
# Likeness (Jaro-Winkler) from which two handles are one person's, chosen on pyopensci: at precision, at best F1.
SURE, BEST = 0.92, 0.85


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
        for limit, label, bars in (
            (SURE, "merge", {"P": 0.98, "R": 0.76}),
            (BEST, "best F1 of pyopensci", {"F1": 0.89}),
        ):
            found = linked(sites, limit)
            yield from rows_of(f"{title}, {label}", quality(found, true_pairs(sites)), baseline, bars)
            if limit == SURE:
                yield from clusters(f"{title}, {label}", joined(len(sites.people), found), sites.people)


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
    """Likeness in [0,1]: of two handles, or of a handle and what people make of the name, the better one."""
    out = cdist(own, others, scorer=JaroWinkler.normalized_similarity)
    for at, person in enumerate(names):
        for form, share in _spellings(person):
            fits = cdist([form], others, scorer=JaroWinkler.normalized_similarity)[0] * share
            out[at] = np.maximum(out[at], fits)
    return out


def _spellings(person: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name in (person["name"], *person["alt_names"].split("|")):
        for forms, share in zip(built(name_words(name)), SHARES, strict=True):
            yield from ((form, share) for form in forms)
