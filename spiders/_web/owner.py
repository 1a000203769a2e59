"""Whose page it is: the account that names it, if the page names that account back or shows that person's name.

A page that names another account of the same source instead belongs to somebody else (a company, a friend, a former
owner of the domain): nothing of it is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spiders._web.marks import Card, Marks
from storage.records import Account, Claim, Link
from storage.text import handle_key, link_key, match_key, profile_key, web_address


@dataclass(frozen=True, slots=True)
class Owned:
    """A page with its owner: the account that named it, that person's card, and the addresses the page states."""

    account: Account
    card: Card | None
    links: tuple[Link, ...]
    mutual: bool  # page and account name each other


def owned(marks: Marks, named_by: Sequence[Account], resume: Card | None = None) -> Owned | str:
    """The owner of a page among the accounts that name it, or why there is none: names_another, nobody."""
    cards = [*([resume] if resume else []), *marks.cards]
    found = [one for account in named_by if (one := _owned(marks, cards, account, named_by)) is not None]
    if found:
        return max(found, key=lambda one: (one.mutual, one.card is not None))
    return "names_another" if any(_names_another(marks, cards, account) for account in named_by) else "nobody"


def _owned(marks: Marks, cards: Sequence[Card], account: Account, named_by: Sequence[Account]) -> Owned | None:
    mine = [card for card in cards if names(account, card.links) or same_person(card.name, account)]
    if _names_another(marks, mine, account):
        return None
    structured = {"rel-me": marks.rel_me} | {card.markup: card.links for card in mine}
    plain = tuple(_sole_profiles(marks.anchors))
    mutual = any(names(account, urls) for urls in (*structured.values(), plain))
    if not mine and not mutual and not _in_title(marks.title, account):
        return None
    if not mine and not mutual:
        structured = {}  # a name in a title makes the page theirs, not every rel=me of a shared theme
    links = tuple(_links(marks.url, structured, plain, named_by))
    card = _joined(mine) if mine else None
    return Owned(account, card, links, mutual) if card or mutual else None


def names(account: Account, urls: Iterable[str]) -> bool:
    """Whether one of the addresses is exactly the account's profile page."""
    own = {profile_key(account.url) or link_key(account.url), (account.source, handle_key(account.handle))}
    return any((profile_key(url) or link_key(url)) in own for url in urls)


def same_person(name: str | None, account: Account) -> bool:
    """Whether a card's name is the account's: equal, one within the other (two words at least), or its handle."""
    words = set(match_key(name or "").split())
    if not words:
        return False
    theirs = set(match_key(account.name or "").split())
    if theirs and (words == theirs or (min(len(words), len(theirs)) > 1 and (words <= theirs or theirs <= words))):
        return True
    joined = match_key(name or "").replace(" ", "")
    return len(joined) > 4 and joined == match_key(account.handle).replace(" ", "")


def _in_title(title: str, account: Account) -> bool:
    theirs = match_key(account.name or "").split()
    return len(theirs) > 1 and f" {' '.join(theirs)} " in f" {match_key(title)} "


def _names_another(marks: Marks, cards: Sequence[Card], account: Account) -> bool:
    """Whether the page's own statements name profiles at the account's source, and none of them is the account."""
    urls = [*marks.rel_me, *(url for card in cards for url in card.links)]
    there = {key for url in urls if (key := profile_key(url)) and key[0] == account.source}
    return bool(there) and not names(account, urls)


def _sole_profiles(anchors: Iterable[str]) -> Iterator[str]:
    """Plain links to profile pages, where the page links to only one profile of that source."""
    by_source: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for url in anchors:
        if key := profile_key(url):
            by_source[key[0]].setdefault(key[1], url)
    return (url for found in by_source.values() if len(found) == 1 for url in found.values())


def _links(
    page: str, structured: dict[str, tuple[str, ...]], plain: Iterable[str], named_by: Sequence[Account]
) -> Iterator[Link]:
    """The addresses a page states, strongest statement first, each once; links within the site are left out."""
    here, seen = (link_key(page) or "").partition("/")[0], set()
    stated = [(url, markup) for markup, urls in structured.items() for url in urls]
    for url, markup in [*stated, *((url, "anchor") for url in plain)]:
        key, address = link_key(url), web_address(url)
        if key is None or address is None or key in seen or key.partition("/")[0] == here:
            continue
        seen.add(key)
        back = markup != "anchor" and any(names(account, [url]) for account in named_by)
        yield Link(url=address, claim=Claim.VERIFIED if back else Claim.CLAIMED, field=markup)


def _joined(cards: Sequence[Card]) -> Card:
    """Several descriptions of one person as one; the first that says something is taken."""
    first = cards[0]

    def said(name: str) -> str | None:
        return next((value for card in cards if (value := getattr(card, name))), None)

    return Card(
        markup=first.markup,
        name=said("name"),
        headline=said("headline"),
        company=said("company"),
        location=said("location"),
        note=said("note"),
        skills=tuple(dict.fromkeys(skill for card in cards for skill in card.skills)),
        links=tuple(dict.fromkeys(url for card in cards for url in card.links)),
        jobs=tuple(dict.fromkeys(job for card in cards for job in card.jobs)),
    )
