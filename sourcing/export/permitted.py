"""What of a lead may leave the house: sources say on their cards what may not, and that is left out."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from sourcing import imports
from sourcing.cards import cards
from spiders._card import EVERYTHING, WORK, Card
from storage.records import Account, Evidence, Lead

WHY_NOT = "their sources permit no export"


def permitted(lead: Lead) -> Lead | None:
    """The lead without what its sources do not let out; None if nothing is left."""
    kept = [_account(one) for one in lead.accounts if EVERYTHING not in _closed(one.source)]
    if not kept:
        return None
    keys = {one.key for one in kept}
    work = [one for one in lead.evidence if one.account in keys and _may_go(one)]
    return lead.model_copy(update={"accounts": tuple(kept), "evidence": tuple(work)})


def conditions(sources: Collection[str]) -> list[str]:
    """What whoever is given a file has to keep to, one sentence per source that asks for something."""
    return [f"{_cards()[name].title}: {_cards()[name].export_note}" for name in sorted(sources) if _note(name)]


def _note(source: str) -> str:
    card = _cards().get(source)
    return card.export_note if card else ""


def _closed(source: str) -> tuple[str, ...]:
    card = _cards().get(source)
    # A source that is no more has no card, and nothing that permits handing on what it gave.
    return card.not_exported if card else (EVERYTHING,)


def _account(account: Account) -> Account:
    closed = [name for name in _closed(account.source) if name in Account.model_fields]
    empty = {name: () if name in ("links", "flags") else None for name in closed}
    return account.model_copy(update=empty) if closed else account


def _may_go(work: Evidence) -> bool:
    return not {EVERYTHING, WORK} & {*_closed(work.origin.source), *_closed(work.account.source)}


@lru_cache(maxsize=1)
def _cards() -> Mapping[str, Card]:
    return {**imports.cards(), **cards()}
