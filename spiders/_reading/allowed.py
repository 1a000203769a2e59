"""What of an answer may be kept: fields on the source's card, no statement of a special category, nobody under age.

The last thing that happens to records before the Store, for crawled sources and imported files alike. Everything left
out is counted by name and kept nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from operator import itemgetter
from typing import TypeVar, cast

from spiders._card import Card
from spiders._reading.contacts import Taken, without_mail, without_mail_and_phones
from spiders._reading.wishes import OPEN_TO_WORK, SPOKEN, with_wishes
from storage.records import Account, AccountKey, Evidence, Item
from storage.text import Cut, minor, without_signs, without_special

Count = Callable[[str, int], object]
Cutting = Callable[[str], Cut | Taken]
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
_texts, _names = itemgetter(*TEXTS), itemgetter(*NAMES)
# A post says how old its writer was then; somebody at school two years ago may be at work today.
AGES = timedelta(days=365)


def allowed(
    items: Sequence[Item],
    card: Card,
    count: Count,
    minors: set[AccountKey] | None = None,
    kept_wishes: set[str] | None = None,
) -> list[Item]:
    """The records of one answer as they may be stored, with what its accounts wish.

    `count` is told what was left out. `minors` is given the accounts found to be under age, some of which may be
    stored from before: whoever writes to the Store has to purge them. `kept_wishes` is as `with_wishes` takes it.
    """
    others = _off_card(card)
    # By type, not isinstance, wherever every record of a night passes: for most of them that is all that is done.
    listed = [_on_card(one, others, count) if type(one) is Account else one for one in items]
    young = set(_young(listed))
    if young:
        count(MINOR, len(young))
        if minors is not None:
            minors |= young
        listed = [one for one in listed if _owner(one) not in young]
    # Wishes are heard in the whole text: somebody may ask to be left alone in the sentence that is cut.
    wishing = with_wishes(listed, own_field=OPEN_TO_WORK in card.fields, kept=kept_wishes)
    return [_clean(one, count) for one in wishing]


@lru_cache(maxsize=64)
def fields_of(card: Card) -> frozenset[str]:
    """The fields of an account its card allows; a card says "headline: topics" for a headline made of topics."""
    words = (line.partition(":")[0].strip() for line in card.fields)
    return frozenset(CARD_WORDS.get(word, word) for word in words) & frozenset(FIELDS)


@lru_cache(maxsize=64)
def _off_card(card: Card) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if name not in fields_of(card))


def _on_card(account: Account, others: Sequence[str], count: Count) -> Account:
    """The account without these fields, which are not on its source's card."""
    values, empties = _said_in(others)
    fields = account.__dict__
    if values(fields) == empties:
        return account
    off = [name for name in others if fields[name] is not None and fields[name] != ()]
    for name in off:
        count(f"{OFF_CARD}:{name}", 1)
    if not off:
        return account
    empty: dict[str, object] = {name: () if name == "links" else None for name in off}
    return account.model_copy(update=empty | {"observed": account.observed - frozenset(off)})


@lru_cache(maxsize=64)
def _said_in(names: Sequence[str]) -> tuple[Callable[[dict[str, object]], object], object]:
    """What gives these fields of an account at once, and what it gives where none of them says anything."""
    empties = tuple(() if name == "links" else None for name in names)
    if len(names) < 2:  # by itself one field is given bare, and none not at all
        return (itemgetter(*names), empties[0]) if names else (lambda _: None, None)
    return itemgetter(*names), empties


def _young(items: Iterable[Item]) -> Iterator[AccountKey]:
    for one in items:
        kind = type(one)
        if kind is Account:
            headline, bio = _texts(one.__dict__)
            if (headline and minor(headline)) or (bio and minor(bio)):
                yield cast("Account", one).key
        elif kind is Evidence:
            work = cast("Evidence", one)
            if work.kind in SPOKEN and work.text and _is_recent(work) and minor(work.text):
                yield work.account


def _is_recent(one: Evidence) -> bool:
    return one.event_at is None or one.origin.seen_at - one.event_at < AGES


def _owner(one: Item) -> AccountKey:
    return one.key if isinstance(one, Account) else one.account


def _clean(one: Item, count: Count) -> Item:
    """The record without statements of special categories, and without whatever a source puts into its texts.

    That is addresses of committers, numbers people write below their biography.
    """
    kind = type(one)
    if kind is Account:
        account = cast("Account", one)
        return account if _is_clean(account.__dict__) else _cut(account, _ACCOUNT, count)
    return _cut(cast("Evidence", one), _WORK, count) if kind is Evidence else one


def _is_clean(fields: Mapping[str, str | None]) -> bool:
    """Whether an account holds nothing to be cut: what a text holds is the same each time it is read."""
    headline, bio = _texts(fields)
    if (headline and not _is_clean_text(headline)) or (bio and not _is_clean_text(bio)):
        return False
    name, location, company = _names(fields)
    return not (
        (name and not _is_clean_name(name))
        or (location and not _is_clean_name(location))
        or (company and not _is_clean_name(company))
    )


@lru_cache(maxsize=16_384)
def _is_clean_text(text: str) -> bool:
    return not any(cutting(text).removed for cutting, _ in (_SPECIAL, _MAIL_AND_PHONES))


@lru_cache(maxsize=16_384)
def _is_clean_name(text: str) -> bool:
    return not any(cutting(text).removed for cutting, _ in (_SIGNS, _MAIL))


def _cut(one: Said, by_field: Sequence[tuple[str, Sequence[tuple[Cutting, str]]]], count: Count) -> Said:
    changes: dict[str, str | None] = {}
    fields = one.__dict__
    for name, cuttings in by_field:
        text = fields[name]
        if not text:
            continue
        for cutting, counter in cuttings:
            cut = cutting(text)
            if cut.removed:
                count(counter, cut.removed)
                changes[name] = text = cut.text
                if not text:
                    break
    return one.model_copy(update=changes) if changes else one


_SPECIAL, _SIGNS = (without_special, SPECIAL), (without_signs, SPECIAL)
_MAIL, _MAIL_AND_PHONES = (without_mail, CONTACT), (without_mail_and_phones, CONTACT)
# What is cut out of which text, one after the other.
_ACCOUNT: Sequence[tuple[str, Sequence[tuple[Cutting, str]]]] = (
    *((name, (_SPECIAL, _MAIL_AND_PHONES)) for name in TEXTS),
    *((name, (_SIGNS, _MAIL)) for name in NAMES),
)
_WORK: Sequence[tuple[str, Sequence[tuple[Cutting, str]]]] = (("title", (_MAIL,)), ("text", (_SPECIAL, _MAIL)))
