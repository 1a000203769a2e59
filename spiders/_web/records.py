"""An owned page as records: evidence of the account that named it, and an account of the site where proof is mutual.

The evidence is what the person says of themself, so its level is a claim. The account carries the page's links; it is
made only when page and account name each other, so that enrichment never adds people.
"""

from collections.abc import Iterator

from spiders._reading import prose as _prose
from spiders._reading.clean import (
    COMPANY,
    EXCERPT,
    HANDLE,
    HEADLINE,
    LINKS,
    LOCATION,
    NAME,
    TITLE,
    clean,
    clean_tags,
    flags_of,
)
from spiders._reading.contacts import without_contacts
from spiders._reading.wishes import KIND, NO_RECRUITERS, TITLES
from spiders._web.marks import Card, Marks
from spiders._web.owner import Owned
from spiders._web.sites import SOURCE
from storage.records import Account, AccountKey, Evidence, Kind, Level, Origin
from storage.text import excerpt, refusal

FIELDS = frozenset({"name", "headline", "bio", "company", "location", "links", "flags", "kind"})


def account(page: Owned, key: str, origin: Origin) -> Account:
    """The site as an account of the person; its id is the address in normal form."""
    card = page.card or Card(markup="")
    name, headline, bio = clean(card.name, NAME), _said(card.headline, HEADLINE), _prose.shown(card.note)
    return Account(
        source=SOURCE,
        source_id=key,
        handle=key[:HANDLE],
        url=origin.url,
        kind=Kind.PERSON,
        name=name,
        headline=headline,
        bio=bio,
        company=_said(card.company, COMPANY),
        location=_said(card.location, LOCATION),
        links=page.links[:LINKS],
        flags=flags_of(name, headline, bio),
        observed=FIELDS,
        origin=origin,
    )


def emptied(key: str, origin: Origin) -> Account:
    """The site's account without anything it once said."""
    return Account(
        source=SOURCE,
        source_id=key,
        handle=key[:HANDLE],
        url=origin.url,
        kind=Kind.PERSON,
        observed=FIELDS,
        origin=origin,
    )


def evidence(page: Owned, key: str, title: str, origin: Origin, resume: Origin | None) -> Iterator[Evidence]:
    """What the person says on the page, and in a résumé, as evidence of the account that named the site."""
    if page.card is None:
        return
    owner, card = page.account.key, page.card
    named = _said(card.headline, TITLE) or clean(card.name, TITLE) or clean(title, TITLE) or key
    if card.note or card.skills or card.headline:
        yield _claim(owner, key, "page", named, _said(card.note, EXCERPT), card, origin)
    if resume is not None and (card.jobs or card.skills):
        text = excerpt(without_contacts("\n".join(card.jobs)), EXCERPT) or None
        yield _claim(owner, key, "resume", named, text, card, resume)


def _claim(
    owner: AccountKey, key: str, kind: str, title: str, text: str | None, card: Card, origin: Origin
) -> Evidence:
    return Evidence(
        account=owner,
        source_id=key,
        kind=kind,
        url=origin.url,
        title=title,
        text=text,
        level=Level.CLAIM,
        tags=clean_tags(map(without_contacts, card.skills)),
        origin=origin,
    )


def refusal_in(marks: Marks, card: Card | None) -> str | None:
    """The sentence of the page that says recruiters shall stay away."""
    texts = (marks.title, card.note if card else None, marks.words)
    return next(filter(None, (refusal(text) for text in texts if text)), None)


def wish(account: AccountKey, sentence: str, origin: Origin) -> Evidence:
    """The sentence as evidence of the account that named the site."""
    return Evidence(
        account=account,
        source_id=NO_RECRUITERS,
        kind=KIND,
        url=origin.url,
        title=TITLES[NO_RECRUITERS],
        text=excerpt(without_contacts(sentence), EXCERPT),
        level=Level.CLAIM,
        origin=origin,
    )


def _said(text: str | None, limit: int) -> str | None:
    return clean(without_contacts(text[:EXCERPT]), limit) if text else None
