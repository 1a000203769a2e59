"""What of an answer may be kept: fields on the source's card, no statement of a special category, nobody under age.

The last thing that happens to records before the Store, for crawled sources and imported files alike. Everything left
out is counted by name and kept nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar

from spiders._card import Card
from spiders._reading.contacts import Taken, without_mail, without_phones
from spiders._reading.wishes import OPEN_TO_WORK, SPOKEN, with_wishes
from storage.records import Account, AccountKey, Evidence, Item
from storage.text import Cut, minor, without_signs, without_special

Count = Callable[[str, int], object]
Said = TypeVar("Said", Account, Evidence)

SPECIAL = "special_category_removed"
CONTACT = "contact_removed"
MINOR = "minor"
OFF_CARD = "not_on_card"
# What an account can say of a person; the words cards have for it where they are others than the field's name.
FIELDS = ("name", "headline", "bio", "location", "company", "open_to_work", "created_at", "links")
CARD_WORDS = {
    "published addresses": "links",
    "profile address": "links",
    "country": "location",
    "id and name of the account": "name",
}
TEXTS = ("headline", "bio")
NAMES = ("name", "location", "company")  # no sentences stand there, but pronouns do
# A post says how old its writer was then; somebody at school two years ago may be at work today.
AGES = timedelta(days=365)


def allowed(items: Sequence[Item], card: Card, count: Count, minors: set[AccountKey] | None = None) -> list[Item]:
    """The records of one answer as they may be stored, with what its accounts wish.

    `count` is told what was left out. `minors` is given the accounts found to be under age, some of which may be
    stored from before: whoever writes to the Store has to purge them.
    """
    others = [name for name in FIELDS if name not in fields_of(card)]
    listed = [_on_card(one, others, count) if isinstance(one, Account) else one for one in items]
    young = set(_young(listed))
    if young:
        count(MINOR, len(young))
        if minors is not None:
            minors |= young
        listed = [one for one in listed if _owner(one) not in young]
    # Wishes are heard in the whole text: somebody may ask to be left alone in the sentence that is cut.
    wishing = with_wishes(listed, own_field=OPEN_TO_WORK in card.fields)
    return [_without_contacts(_without_special(one, count), count) for one in wishing]


@lru_cache(maxsize=64)
def fields_of(card: Card) -> frozenset[str]:
    """The fields of an account its card allows; a card says "headline: topics" for a headline made of topics."""
    words = (line.partition(":")[0].strip() for line in card.fields)
    return frozenset(CARD_WORDS.get(word, word) for word in words) & frozenset(FIELDS)


def _on_card(account: Account, others: Sequence[str], count: Count) -> Account:
    """The account without these fields, which are not on its source's card."""
    off = [name for name in others if getattr(account, name) not in (None, ())]
    for name in off:
        count(f"{OFF_CARD}:{name}", 1)
    if not off:
        return account
    empty: dict[str, object] = {name: () if name == "links" else None for name in off}
    return account.model_copy(update=empty | {"observed": account.observed - frozenset(off)})


def _young(items: Iterable[Item]) -> Iterator[AccountKey]:
    for one in items:
        if isinstance(one, Account) and any(minor(text) for text in (one.headline, one.bio) if text):
            yield one.key
        elif isinstance(one, Evidence) and one.kind in SPOKEN and one.text and _is_recent(one) and minor(one.text):
            yield one.account


def _is_recent(one: Evidence) -> bool:
    return one.event_at is None or one.origin.seen_at - one.event_at < AGES


def _owner(one: Item) -> AccountKey:
    return one.key if isinstance(one, Account) else one.account


def _without_special(one: Item, count: Count) -> Item:
    if isinstance(one, Account):
        return _cut(_cut(one, TEXTS, without_special, count), NAMES, without_signs, count)
    return _cut(one, ("text",), without_special, count) if isinstance(one, Evidence) else one


def _without_contacts(one: Item, count: Count) -> Item:
    """Whatever a source puts into its texts: addresses of committers, numbers people write below their biography."""
    if isinstance(one, Account):
        mail = _cut(one, (*TEXTS, *NAMES), without_mail, count, CONTACT)
        return _cut(mail, TEXTS, without_phones, count, CONTACT)
    return _cut(one, ("title", "text"), without_mail, count, CONTACT) if isinstance(one, Evidence) else one


def _cut(
    one: Said, names: Sequence[str], cutting: Callable[[str], Cut | Taken], count: Count, counter: str = SPECIAL
) -> Said:
    changes: dict[str, str | None] = {}
    for name in names:
        text = getattr(one, name)
        if not text:
            continue
        cut = cutting(text)
        if cut.removed:
            count(counter, cut.removed)
            changes[name] = cut.text
    return one.model_copy(update=changes) if changes else one
