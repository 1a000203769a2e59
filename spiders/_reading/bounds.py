"""What a record may hold at most, whatever its source's reader let through: the last look before it is kept.

Limits are code points, those of the product's table for hostile input. A text beyond them is cut, an address or a time
that cannot be true becomes unknown; all of it is counted.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from spiders._reading.clean import BIO, COMPANY, EXCERPT, HANDLE, HEADLINE, LINKS, LOCATION, NAME, TITLE
from spiders._reading.fields import fit_figures
from spiders._reading.times import EARLIEST
from storage.records import Account, Evidence, Item, Link
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
_own_words = itemgetter("name", "headline", "bio", "location", "company")
HELD_BACK = "secret_in_text"  # flag and counter
Count = Callable[[str], object]


def bounded(item: Item, count: Count) -> Item:
    """The record within its limits and without secrets; each thing left out or cut goes to `count`."""
    if type(item) is Account:
        return _account(item, count)
    return _work(item, count) if type(item) is Evidence else item


def _account(item: Account, count: Count) -> Account:
    changes = _secrets(item, ACCOUNT)
    if item.links and (links := tuple(map(_without_own, item.links))) != item.links:
        changes["links"] = links
    if changes:
        count(HELD_BACK)
        item = item.model_copy(update=changes | {"flags": tuple(sorted({*item.flags, HELD_BACK}))})
    item = _flagged(item, count)
    changes = _cut(item, ACCOUNT, count)
    for unfit in (_figures, _links, _since):
        changes.update(unfit(item, count))
    if not changes:
        return item
    # What is unknown must not be told as absent.
    unknown = {name for name in ("figures", "created_at") if name in changes}
    return item.model_copy(update=changes | ({"observed": item.observed - unknown} if unknown else {}))


def _work(item: Evidence, count: Count) -> Evidence:
    if changes := _secrets(item, WORK):
        count(HELD_BACK)
        item = item.model_copy(update=changes)
    changes = _cut(item, WORK, count) | _figures(item, count)
    return item.model_copy(update=changes) if changes else item


def _secrets(item: Account | Evidence, names: Iterable[str]) -> dict[str, Any]:
    """The texts without our own secrets, should a source echo them, and without those people publish by mistake."""
    fields = item.__dict__  # attribute by attribute costs twice as much, and every record of a night is looked at
    return {
        name: clean
        for name in (*names, "url")
        if (text := fields[name]) and (clean := without_published(without_own(text))) != text
    }


def _without_own(link: Link) -> Link:
    url = without_own(link.url)
    return link if url == link.url else link.model_copy(update={"url": url})


def _flagged(item: Account, count: Count) -> Account:
    """Say so of an account whose own words give orders to their reader; the words stay as they are."""
    if not any(map(has_instructions, filter(None, _own_words(item.__dict__)))):
        return item
    count(INSTRUCTION_LIKE)
    return item.model_copy(update={"flags": tuple(sorted({*item.flags, INSTRUCTION_LIKE}))})


def _cut(item: Account | Evidence, limits: Mapping[str, int], count: Count) -> dict[str, Any]:
    changes = {}
    fields = item.__dict__
    for name, limit in limits.items():
        text = fields[name]
        if text is not None and len(text) > limit:
            count(f"truncated:{name}")
            changes[name] = cut(text, limit)
    return changes


def _figures(item: Account | Evidence, count: Count) -> dict[str, Any]:
    if not item.figures:
        return {}
    fit = fit_figures(item.figures)
    if len(fit) == len(item.figures):
        return {}
    for name in item.figures.keys() - fit.keys():
        count(f"figure_rejected:{name}")
    return {"figures": fit}


def _links(item: Account, count: Count) -> dict[str, Any]:
    if not item.links:
        return {}
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
