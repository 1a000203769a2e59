"""Audits as text: what a score follows, and whom a selection favours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring.fairness.bias import FEWEST, FOUR_FIFTHS, BiasAudit, Group
from scoring.fairness.proxies import STRONG, ProxyAudit
from sourcing.show.text import clean, counted, percent, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scoring.fairness.slates import Balanced

_FACTS: Mapping[str, str] = {
    "account_age": "age of the oldest account",
    "followers": "followers",
    "sources": "number of linked sources",
    "english_only": "own texts only in English",
    "country": "country stated",
    "language": "languages of own texts",
}


def proxies(audit: ProxyAudit) -> str:
    """Correlations of the total, then the swaps, then the verdict."""
    rows = [
        (
            _FACTS.get(row.fact, row.fact),
            row.people,
            _number(row.correlation, "+.2f"),
            percent(row.explained) if row.explained is not None else "-",
            "look at it" if row.strong else "",
        )
        for row in audit.proxies
    ]
    head = ("the total follows", "people", "rank correlation", "of its order", "")
    swaps = [(name, people) for name, people in audit.changed.items()]
    return "\n".join(
        [
            f"PROXIES  role {audit.role}, {counted(audit.people, 'lead')}",
            "",
            table(head, rows),
            f"A correlation of {STRONG} or more, or as much of the order, is worth a look; it proves nothing yet.",
            "",
            f"SWAPS  tried on {counted(audit.swapped, 'lead')}",
            "",
            table(("swapped", "leads changed by it"), swaps),
            "",
            *_moved(audit),
        ]
    )


def _moved(audit: ProxyAudit) -> list[str]:
    if not audit.moved:
        return ["every score the same to the last bit"]
    rows = [(one.lead, one.swap, one.what, one.before, one.after) for one in audit.differences]
    return [
        f"{counted(audit.moved, 'number')} moved, which must not be:",
        table(("lead", "swapped", "number", "before", "after"), rows),
    ]


def bias(audit: BiasAudit) -> str:
    """One row per group, with the groups too small to say anything marked as such."""
    head = ("category", "group", "people", "selected", "rate", "impact ratio", "above median", "p", "skew", "")
    told = f"{audit.declared} of {audit.ranked} ranked leads have a group; {audit.unknown} lines name nobody ranked"
    order = [(clean(row.category), row.groups, row.infeasible, f"{row.ndkl:.4f}") for row in audit.categories]
    flagged = sum(row.verdict == "flagged" for row in audit.rows)
    few = sum(row.verdict == "too few" for row in audit.rows)
    return "\n".join(
        [
            f"BIAS  role {audit.role}, first {audit.k} selected",
            told,
            "",
            table(head, [_group(row) for row in audit.rows]),
            "",
            table(("category", "groups", "infeasible index", "NDKL"), order),
            "",
            f"{counted(flagged, 'group')} under {FOUR_FIFTHS} of the best rate",
            f"{counted(few, 'group')} under {FEWEST} people, too few to say",
        ]
    )


def _group(row: Group) -> tuple[object, ...]:
    return (
        clean(row.category),
        clean(row.group),
        row.people,
        row.selected,
        percent(row.rate),
        _number(row.impact_ratio, ".2f"),
        percent(row.above_median),
        _number(row.p_value, ".3f"),
        _number(row.skew, "+.2f"),
        row.verdict,
    )


def slate(found: Balanced, names: Mapping[str, str]) -> str:
    """Both orders side by side; `names` by lead id."""
    strata = {move.lead: move.stratum for move in found.moves}
    rows = [
        (at, clean(names.get(left, left)), clean(names.get(right, right)), strata.get(right, ""))
        for at, (left, right) in enumerate(zip(found.by_score, found.balanced, strict=True), start=1)
    ]
    shares = ", ".join(f"{clean(group)} {percent(share)}" for group, share in found.shares.items())
    return "\n".join(
        [
            f"BALANCED ({found.how}) for {shares}",
            f"infeasible index {found.infeasible[0]} → {found.infeasible[1]}",
            f"NDKL {found.ndkl[0]:.4f} → {found.ndkl[1]:.4f}, {counted(len(found.moves), 'lead')} moved",
            "",
            table(("", "by score", "balanced", "moved for"), rows),
        ]
    )


def _number(value: float | None, form: str) -> str:
    return format(value, form) if value is not None else "-"
