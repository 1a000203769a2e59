"""Whom to ask first of those of whom too little is public, for all of them at once."""

from scoring.asking import MOST_QUESTIONS
from scoring.reference import Reference, shipped_reference
from sourcing.ranking import SECTIONS
from storage.store import OpenRow, Store

THIN = "too_little_evidence"
assert THIN in SECTIONS


def reaches(store: Store, role: str) -> dict[str, float]:
    """What each lead of the section would reach with its three most telling questions answered well.

    The same numbers as `scoring.asking.by_asking` gives receipt by receipt.
    """
    tables = shipped_reference()
    good: dict[str, float] = {}
    return {row.lead: _reach(row, role, tables, good) for row in store.open_rows(role, THIN)}


def _reach(row: OpenRow, role: str, tables: Reference, good: dict[str, float]) -> float:
    gains = []
    for component, weight, confidence, neutral in row.parts:
        if component not in good:
            good[component] = tables.usual(role, component).p90
        gains.append(weight * (1 - confidence) * max(0.0, good[component] - neutral))
    best = sorted((gain for gain in gains if gain > 0), reverse=True)[:MOST_QUESTIONS]
    return min(1.0, max(0.0, row.total + sum(best)))
