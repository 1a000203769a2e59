"""What a record may hold at most, whatever its source's reader let through: the last look before it is kept.

Limits are code points, those of the product's table for hostile input. A text beyond them is cut, an address or a time
that cannot be true becomes unknown; all of it is counted.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from spiders._reading.clean import BIO, COMPANY, EXCERPT, HANDLE, HEADLINE, LINKS, LOCATION, NAME, TITLE
from spiders._reading.fields import fit_figures
from spiders._reading.times import EARLIEST
from storage.records import Account, Evidence, Item
from storage.redaction import without_own, without_published
from storage.text import INSTRUCTION_LIKE, URL_LIMIT, cut, has_instructions

ACCOUNT: Mapping[str, int] = {
    "handle": HANDLE,
    "name": NAME,
    "location": LOCATION,
    "company": COMPANY,
    "headline": HEADLINE,
    "bio": BIO,
}
WORK: Mapping[str, int] = {"title": TITLE, "text": EXCERPT}
_OWN_WORDS = ("name", "headline", "bio", "location", "company")
HELD_BACK = "secret_in_text"  # flag and counter
Count = Callable[[str], object]


def bounded(item: Item, count: Count) -> Item:
    """The record within its limits and without secrets; each thing left out or cut goes to `count`."""
    if isinstance(item, Account | Evidence):
        item = _without_secrets(item, count)
    if isinstance(item, Account):
        item = _flagged(item, count)
        changes = _cut(item, ACCOUNT, count) | _figures(item, count) | _links(item, count) | _since(item, count)
        unknown = {name for name in ("figures", "created_at") if name in changes}
        # What is unknown must not be told as absent.
        told = {"observed": item.observed - unknown} if unknown else {}
        return item.model_copy(update=changes | told) if changes else item
    if isinstance(item, Evidence):
        changes = _cut(item, WORK, count) | _figures(item, count)
        return item.model_copy(update=changes) if changes else item
    return item


def _without_secrets(item: Account | Evidence, count: Count) -> Account | Evidence:
    """Our own secrets, should a source echo them, and those people publish by mistake: neither is ours to keep."""
    changes: dict[str, Any] = {}
    for name in (*(ACCOUNT if isinstance(item, Account) else WORK), "url"):
        text = getattr(item, name)
        if text is not None and (clean := without_published(without_own(text))) != text:
            changes[name] = clean
    if isinstance(item, Account):
        links = tuple(link.model_copy(update={"url": without_own(link.url)}) for link in item.links)
        changes |= {"links": links} if links != item.links else {}
    if changes:
        count(HELD_BACK)
        changes |= {"flags": tuple(sorted({*item.flags, HELD_BACK}))} if isinstance(item, Account) else {}
    return item.model_copy(update=changes) if changes else item


def _flagged(item: Account, count: Count) -> Account:
    """Say so of an account whose own words give orders to their reader; the words stay as they are."""
    if not any(has_instructions(text) for name in _OWN_WORDS if (text := getattr(item, name))):
        return item
    count(INSTRUCTION_LIKE)
    return item.model_copy(update={"flags": tuple(sorted({*item.flags, INSTRUCTION_LIKE}))})


def _cut(item: Account | Evidence, limits: Mapping[str, int], count: Count) -> dict[str, Any]:
    changes = {}
    for name, limit in limits.items():
        text = getattr(item, name)
        if text is not None and len(text) > limit:
            count(f"truncated:{name}")
            changes[name] = cut(text, limit)
    return changes


def _figures(item: Account | Evidence, count: Count) -> dict[str, Any]:
    fit = fit_figures(item.figures)
    for name in item.figures.keys() - fit.keys():
        count(f"figure_rejected:{name}")
    if len(fit) == len(item.figures):
        return {}
    return {"figures": fit}


def _links(item: Account, count: Count) -> dict[str, Any]:
    kept = tuple(link for link in item.links if len(link.url) <= URL_LIMIT)[:LINKS]
    if len(kept) == len(item.links):
        return {}
    count("links_over_limit")
    return {"links": kept}


def _since(item: Account, count: Count) -> dict[str, Any]:
    """Nobody joined before there were sources, or after they were asked."""
    if item.created_at is None or _is_plausible(item.created_at, item.origin.seen_at):
        return {}
    count("range:created_at")
    return {"created_at": None}


def _is_plausible(moment: datetime, seen_at: datetime) -> bool:
    return moment >= EARLIEST and moment.date() <= seen_at.date()
