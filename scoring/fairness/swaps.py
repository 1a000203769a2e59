"""One lead as somebody else: other name, pronoun, photo, gendered words, or a place on the same clock.

A fair score is the same to the last bit. Swaps work on the lead as it is stored, before anything is cut from it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from scoring.fairness.words import AFTER, BEFORE, GENDERED, NAMED
from scoring.places import Place, same_clock, shipped_gazetteer
from storage.records import Account, Evidence, Lead, Receipt

_NAMES = (
    "Aoife Kilbride",
    "Oluwaseun Adeyemi",
    "Nguyễn Thị Hoa",
    "Piotr Zieliński",
    "Fatima al-Hakim",
    "Ximena de la Cruz",
)
_SHORT_NAMES = ("Sade", "李小龙", "Bo")
_PRONOUNS = {"he/him": "she/her", "she/her": "they/them", "they/them": "he/him"}
_LARGE = 500_000  # inhabitants of a city no reading of places misses
_SURE = 0.5
_YEAR = 2026


class Difference(NamedTuple):
    """A number of a receipt that a swap moved."""

    lead: str
    swap: str
    what: str  # "total", "title.value"
    before: str
    after: str


def other_names(lead: Lead) -> Lead:
    """Every account under another name, also where the texts mention it; accounts without a name get one."""
    names = {account.name: _other_name(account.name) for account in lead.accounts if account.name}
    work = tuple(one.model_copy(update=_renamed(one, ("title", "text"), names)) for one in lead.evidence)
    renamed = _accounts(lead, lambda account: _named(account, names))
    return renamed.model_copy(update={"evidence": work})


def _named(account: Account, names: Mapping[str, str]) -> Account:
    new = names[account.name] if account.name else _NAMES[0]
    return account.model_copy(update={"name": new, **_renamed(account, ("headline", "bio"), names)})


def _other_name(name: str) -> str:
    """A name of as many kinds of words: a single word is cut from texts only where it introduces somebody."""
    among = _NAMES if len(name.split()) > 1 else _SHORT_NAMES
    at = sum(map(ord, name)) % len(among)
    return among[at] if among[at] != name else among[at - 1]


def _renamed(record: Account | Evidence, fields: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    texts = {field: getattr(record, field) for field in fields}
    return {field: _mentions(text, names) for field, text in texts.items() if text}


def _mentions(text: str, names: Mapping[str, str]) -> str:
    """The same text with every full name, and every "I'm Ada", under the new name."""
    for name, new in sorted(names.items(), key=lambda item: -len(item[0])):
        if len(name.split()) > 1:
            text = _put(rf"(?<!\w){re.escape(name)}(?!\w)", new, text)
        for old in name.split()[:1]:
            text = _put(rf"(?<!\w)(?P<before>{NAMED}){re.escape(old)}(?!\w)", new.split()[0], text)
    return text


def _put(pattern: str, new: str, text: str) -> str:
    return re.sub(rf"(?i){pattern}", lambda found: f"{found.groupdict().get('before') or ''}{new}", text)


def other_pronouns(lead: Lead) -> Lead:
    """Pronouns in biographies changed, or put in where there are none."""
    return _accounts(lead, _with_pronouns)


def _with_pronouns(account: Account) -> Account:
    bio = account.bio or ""
    pattern = "|".join(_PRONOUNS)
    swapped = re.sub(rf"(?i)\b(?:{pattern})\b", lambda found: _PRONOUNS[found[0].lower()], bio)
    return account.model_copy(update={"bio": swapped}) if swapped != bio else account


def other_photo(lead: Lead) -> Lead:
    """Another picture address. None is ever kept as a field; a source's change marks may still hold one."""
    return _accounts(lead, lambda a: a.model_copy(update={"markers": {**a.markers, "avatar": "https://example.org/x"}}))


def other_gender(lead: Lead) -> Lead:
    """Every gendered word in texts and works by the one for another gender."""
    work = tuple(
        one.model_copy(update={"title": _gendered(one.title), "text": _gendered(one.text) if one.text else one.text})
        for one in lead.evidence
    )
    return _accounts(lead, _regendered).model_copy(update={"evidence": work})


def _regendered(account: Account) -> Account:
    texts = {key: _gendered(getattr(account, key)) for key in ("headline", "bio") if getattr(account, key)}
    return account.model_copy(update=texts)


def _gendered(text: str) -> str:
    swap, pattern = _opposites()
    return pattern.sub(lambda found: swap[found[0].lower()], text)


@cache
def _opposites() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """Each word by the next of its line, the last by the first."""
    lines = [words.split() for words in GENDERED.values() if len(words.split()) > 1]
    swap = {word: line[(at + 1) % len(line)] for line in lines for at, word in enumerate(line)}
    longest = sorted(swap, key=len, reverse=True)
    return swap, re.compile(rf"(?i){BEFORE}(?:{'|'.join(longest)}){AFTER}")


def other_place(lead: Lead) -> Lead:
    """Stated places by another large city with the same clock in both halves of the year."""
    return _accounts(lead, _moved)


def _moved(account: Account) -> Account:
    place = shipped_gazetteer().parse(account.location) if account.location else None
    if place is None or len(place.zones) != 1 or place.confidence < _SURE:
        return account
    city = _neighbour(place)
    return account.model_copy(update={"location": city}) if city else account


def _neighbour(place: Place) -> str | None:
    """A city elsewhere on the same clock, in another country if there is one."""
    fitting = [(city, there) for city, there in _cities() if same_clock((there.zones[0], place.zones[0]), _YEAR)]
    others = [city for city, there in fitting if there.country != place.country]
    return next(iter([*others, *(city for city, there in fitting if there.city != place.city)]), None)


@cache
def _cities() -> tuple[tuple[str, Place], ...]:
    """Large cities with their countries, as people write them, and how they are read."""
    names = shipped_gazetteer().names
    large = sorted({c for cities in names.cities.values() for c in cities if c.worth > _LARGE}, key=lambda c: -c.worth)
    written = dict.fromkeys(f"{city.name}, {names.official[city.country]}" for city in large)
    read = ((text, shipped_gazetteer().parse(text)) for text in written)
    return tuple((text, p) for text, p in read if p and p.city and len(p.zones) == 1 and p.confidence >= _SURE)


SWAPS: Mapping[str, Callable[[Lead], Lead]] = {
    "name": other_names,
    "pronoun": other_pronouns,
    "photo": other_photo,
    "gendered words": other_gender,
    "place on the same clock": other_place,
}


def differences(swap: str, before: Receipt, after: Receipt) -> list[Difference]:
    """Every number of a receipt that a swap moved, bit for bit; sentences and places named may differ."""
    old, new = _numbers(before), _numbers(after)
    return [
        Difference(before.lead, swap, what, repr(old.get(what)), repr(new.get(what)))
        for what in dict.fromkeys([*old, *new])
        if repr(old.get(what)) != repr(new.get(what))
    ]


def _numbers(receipt: Receipt) -> dict[str, object]:
    whole = {key: getattr(receipt, key) for key in ("total", "low", "high", "coverage", "section")}
    fields = ("weight", "value", "confidence", "neutral", "effective", "contribution")
    parts = {f"{part.component}.{key}": getattr(part, key) for part in receipt.parts for key in fields}
    return {**whole, **parts, **{f"{penalty.name}.amount": penalty.amount for penalty in receipt.penalties}}


def _accounts(lead: Lead, change: Callable[[Account], Account]) -> Lead:
    return lead.model_copy(update={"accounts": tuple(change(account) for account in lead.accounts)})
