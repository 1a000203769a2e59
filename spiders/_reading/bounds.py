"""What a record may hold at most, whatever its source's reader let through: the last look before it is kept.

Limits are code points, those of the product's table for hostile input. A text beyond them is cut, an address or a time
that cannot be true becomes unknown; all of it is counted.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from spiders._reading.clean import BIO, COMPANY, EXCERPT, HANDLE, HEADLINE, LINKS, LOCATION, NAME, TITLE
from spiders._reading.fields import fit_figures
from spiders._reading.times import EARLIEST
from storage.records import Account, Evidence, Item, Link
from storage.redaction import may_hide, without_own, without_published
from storage.text import INSTRUCTION_LIKE, URL_LIMIT, cut, has_instructions, may_have_instructions

ACCOUNT: Mapping[str, int] = {
    "handle": HANDLE,
    "name": NAME,
    "location": LOCATION,
    "company": COMPANY,
    "headline": HEADLINE,
    "bio": BIO,
}
WORK: Mapping[str, int] = {"title": TITLE, "text": EXCERPT}
_SHORTEST_LIMIT = min(ACCOUNT[name] for name in ("name", "headline", "bio", "location", "company"))
_own_words = itemgetter("name", "headline", "bio", "location", "company")
_named = itemgetter("url", "handle")
_worded = itemgetter("title", "text", "url")
HELD_BACK = "secret_in_text"  # flag and counter
Count = Callable[[str], object]


def all_bounded(items: Sequence[Item], count: Count) -> list[Item]:
    """The records of one answer, each as `bounded` gives it; those that need it are found in one look at them all."""
    suspects = _suspects(items)
    if not suspects:
        return list(items)
    return [bounded(item, count) if at in suspects else item for at, item in enumerate(items)]


def _suspects(items: Sequence[Item]) -> Collection[int]:
    """The places of records that may have to be changed: texts are looked through together, numbers one by one."""
    found: set[int] = set()
    told: list[str] = []  # every text
    own: list[str] = []  # of each account all its own words
    owners: list[int] = []
    for at, item in enumerate(items):
        kind = type(item)
        if kind is Account:
            fields = item.__dict__
            words = "\n".join(filter(None, _own_words(fields)))
            own.append(words)
            owners.append(at)
            told += _named(fields)
            links, handle = fields["links"], fields["handle"]
            if links:
                told += [link.url for link in links]
            # Most have short words and nothing else that could be too much.
            more = links or fields["figures"] or fields["created_at"] is not None
            if (more or len(words) > _SHORTEST_LIMIT or len(handle) > HANDLE) and _is_beyond(fields):
                found.add(at)
        elif kind is Evidence:
            fields = item.__dict__
            title, text, url = _worded(fields)
            told += (title, text or "", url)
            if len(title) > TITLE or (text and len(text) > EXCERPT) or _are_unfit(fields["figures"]):
                found.add(at)
    if may_hide((*told, *own)):
        return range(len(items))
    found.update(owners[at] for at in may_have_instructions(own))
    return found


def _is_beyond(fields: Mapping[str, Any]) -> bool:
    """Whether an account is beyond a limit in its texts, addresses, numbers or times."""
    links, since = fields["links"], fields["created_at"]
    return (
        any(len(fields[name] or "") > limit for name, limit in ACCOUNT.items())
        or len(links) > LINKS
        or any(len(link.url) > URL_LIMIT for link in links)
        or _are_unfit(fields["figures"])
        or (since is not None and not _is_plausible(since, fields["origin"].seen_at))
    )


def _are_unfit(figures: Mapping[str, float]) -> bool:
    return bool(figures) and len(fit_figures(figures)) < len(figures)


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
