"""The bias audit: who is selected, by groups people declared themselves, in a file that is read and not kept."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from pydantic import BaseModel, ConfigDict

from scoring.fairness.measures import exact_test, infeasible, ndkl, skew
from storage.records import Receipt

FEWEST = 30  # people of a group below which its rates are chance
FOUR_FIFTHS = 0.8  # impact ratio under which a group is flagged; 29 CFR 1607.4(D), New York City Local Law 144
TOO_FEW, FLAGGED, FINE = "too few", "flagged", "ok"


class Group(BaseModel):
    """One group of a category, or of several categories together."""

    model_config = ConfigDict(frozen=True)

    category: str  # "gender", or "gender × age" for an intersection
    group: str
    people: int
    selected: int
    rate: float  # selected / people
    impact_ratio: float | None  # rate / rate of the most selected group; None where too few
    above_median: float  # share of the group above the median score of all
    p_value: float | None  # exact test against the most selected group
    skew: float | None  # log of the share at the cut over the share of all; None where nobody is selected
    verdict: str  # ok, flagged, too few


class Category(BaseModel):
    """How far the order of a whole list is from the shares of its groups."""

    model_config = ConfigDict(frozen=True)

    category: str
    groups: int
    infeasible: int
    ndkl: float


class BiasAudit(BaseModel):
    """What a selection of the first k does to the groups of a separately supplied file."""

    model_config = ConfigDict(frozen=True)

    role: str
    k: int
    ranked: int  # people in the ranking
    declared: int  # … of whom the file names a group
    unknown: int  # lines of the file that name nobody in the ranking
    rows: tuple[Group, ...]
    categories: tuple[Category, ...]


def bias_audit(receipts: Sequence[Receipt], groups: Mapping[str, Mapping[str, str]], k: int, *, role: str) -> BiasAudit:
    """The audit of a ranking, for every category and all together; `groups` gives by category what leads declared."""
    # As lists show them: who has too little evidence stands in a section of its own, below the list.
    ordered = sorted(receipts, key=lambda receipt: (receipt.section != "ranked", -receipt.total, receipt.lead))
    known = {receipt.lead for receipt in ordered}
    everything = {**groups, **_together(groups)}
    named = {lead for held in groups.values() for lead in held}
    rows = [row for category, held in everything.items() for row in _rows(ordered, category, held, k)]
    return BiasAudit(
        role=role,
        k=k,
        ranked=len(ordered),
        declared=len(named & known),
        unknown=len(named - known),
        rows=tuple(rows),
        categories=tuple(_order(ordered, category, held) for category, held in everything.items()),
    )


def _together(groups: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The intersection of all categories, where there are several."""
    if len(groups) < 2:
        return {}
    shared = set.intersection(*(set(held) for held in groups.values()))
    return {" × ".join(groups): {lead: " × ".join(held[lead] for held in groups.values()) for lead in sorted(shared)}}


def _rows(ordered: Sequence[Receipt], category: str, held: Mapping[str, str], k: int) -> Iterator[Group]:
    """One row per group, in the order of their names."""
    told = [receipt for receipt in ordered if receipt.lead in held]
    chosen = {receipt.lead for receipt in ordered[:k]}
    middle = median(receipt.total for receipt in told) if told else 0.0
    members: dict[str, list[Receipt]] = {}
    for receipt in told:
        members.setdefault(held[receipt.lead], []).append(receipt)
    counts = {name: (sum(one.lead in chosen for one in group), len(group)) for name, group in members.items()}
    enough = {name: (picked, people) for name, (picked, people) in counts.items() if people >= FEWEST}
    best = max(enough, key=lambda name: (enough[name][0] / enough[name][1], name), default=None)
    shares = {name: people / len(told) for name, (_, people) in counts.items()}
    # Those of the cut who declared nothing belong to no share: the skew is taken among those who did.
    cut = [held[receipt.lead] for receipt in ordered[:k] if receipt.lead in held]
    for name in sorted(members):
        picked, people = counts[name]
        ratio = _ratio(picked / people, enough, best) if name in enough else None
        yield Group(
            category=category,
            group=name,
            people=people,
            selected=picked,
            rate=picked / people,
            impact_ratio=ratio,
            above_median=sum(one.total > middle for one in members[name]) / people,
            p_value=exact_test(picked, people, *_against(enough, best)) if best and best != name and ratio else None,
            skew=skew(cut, shares, name, len(cut)) if cut else None,
            verdict=TOO_FEW if name not in enough else FLAGGED if ratio is not None and ratio < FOUR_FIFTHS else FINE,
        )


def _ratio(rate: float, enough: Mapping[str, tuple[int, int]], best: str | None) -> float | None:
    picked, people = enough[best] if best is not None else (0, 1)
    return rate / (picked / people) if picked else None


def _against(enough: Mapping[str, tuple[int, int]], best: str) -> tuple[int, int]:
    """Selected and all people of the most selected group."""
    return enough[best]


def _order(ordered: Sequence[Receipt], category: str, held: Mapping[str, str]) -> Category:
    order = [held[receipt.lead] for receipt in ordered if receipt.lead in held]
    shares = {name: order.count(name) / len(order) for name in sorted(set(order))}
    return Category(
        category=category, groups=len(shares), infeasible=infeasible(order, shares), ndkl=ndkl(order, shares)
    )
