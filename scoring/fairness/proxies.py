"""What the order of a list follows besides the role: account age, followers, country, language, number of sources."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from scoring.fairness.measures import explained, rank_correlation
from scoring.fairness.swaps import Difference

DAYS_A_YEAR = 365.25
STRONG = 0.3  # correlation from which a fact is worth a look: it explains about a tenth of the order


class Facts(NamedTuple):
    """What is known of a lead that a score should not follow; None where it is not known."""

    account_age: float | None  # years of the oldest account
    followers: float | None  # most on one account
    sources: float
    english_only: float | None  # 1 if all own texts are English, 0 if not
    country: str | None
    language: str | None  # "de+en"


class Proxy(BaseModel):
    """How closely the order follows one fact."""

    model_config = ConfigDict(frozen=True)

    fact: str
    people: int  # for whom it is known
    correlation: float | None  # Spearman's rho, for numbers; None where nothing varies
    explained: float | None  # share of the variance of the ranks, 0 to 1
    strong: bool


class ProxyAudit(BaseModel):
    """Correlations of the totals, and every number that a swap of name, pronoun, photo, words or place moved."""

    model_config = ConfigDict(frozen=True)

    role: str
    people: int
    proxies: tuple[Proxy, ...]
    swapped: int  # people the swaps were tried on
    changed: dict[str, int]  # by swap: people it changed anything of
    moved: int  # numbers moved, over all people and swaps; must be 0
    differences: tuple[Difference, ...]  # the first of them


def proxies(totals: Sequence[float], known: Sequence[Facts]) -> tuple[Proxy, ...]:
    """One row per fact, in the order of `Facts`."""
    rows = []
    for at, fact in enumerate(Facts._fields):
        held = [(total, facts[at]) for total, facts in zip(totals, known, strict=True) if facts[at] is not None]
        rows.append(_named(fact, held) if fact in ("country", "language") else _numbered(fact, held))
    return tuple(rows)


def _numbered(fact: str, held: Sequence[tuple[float, float | str | None]]) -> Proxy:
    values = [float(value) for _, value in held if value is not None]
    rho = rank_correlation([total for total, _ in held], values)
    share = rho * rho if rho is not None else None
    return Proxy(
        fact=fact, people=len(held), correlation=rho, explained=share, strong=rho is not None and abs(rho) >= STRONG
    )


def _named(fact: str, held: Sequence[tuple[float, float | str | None]]) -> Proxy:
    """Rare countries explain by chance what they explain: the share is taken off that so many groups have anyway."""
    groups = [str(value) for _, value in held]
    share = explained([total for total, _ in held], groups)
    if share is not None and len(held) > len(set(groups)):
        share = max(0.0, 1 - (1 - share) * (len(held) - 1) / (len(held) - len(set(groups))))
    elif share is not None:
        share = None
    strong = share is not None and share >= STRONG * STRONG
    return Proxy(fact=fact, people=len(held), correlation=None, explained=share, strong=strong)
