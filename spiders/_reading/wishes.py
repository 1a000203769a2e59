"""What people say about being contacted, in their profile or their posts: flags, each with its sentence as evidence.

Derived in one place, on the way into the Store, so that every source honours the wishes of its people alike. A wish
that is said no more is taken back with its evidence.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter

from storage.records import Account, AccountKey, Evidence, Item, Kind, Level, Withdrawn, changed
from storage.text import availability, refusal

KIND = "wish"
NO_RECRUITERS = "no_recruiters"
OPEN_TO_WORK = "open_to_work"
SPOKEN = frozenset({"post", "profile_readme"})  # kinds of evidence in which people speak of themselves
TITLES = {NO_RECRUITERS: "Asks recruiters to stay away", OPEN_TO_WORK: "Says: open to work"}
NO_SENTENCE = "stated in a field or a short notice of the source, not in a sentence of the profile"
TEXTS = frozenset({"bio", "headline"})
_own_texts = itemgetter("bio", "headline")


def with_wishes(items: Sequence[Item], *, own_field: bool = False, kept: set[str] | None = None) -> list[Item]:
    """The records of one answer, with what its accounts wish; `own_field`: the source has a field for open to work.

    `kept` are ids of stored wishes, and grows: others need not be taken back. None: it is not known which are stored.
    """
    spoken: defaultdict[AccountKey, list[Evidence]] = defaultdict(list)
    for item in items:
        if type(item) is Evidence:
            if item.kind in SPOKEN:
                spoken[item.account].append(item)
            elif item.kind == KIND and kept is not None:
                kept.add(item.id)
    heard: list[Item] = []
    for item in items:
        if type(item) is Account:
            heard += _account(item, spoken.get(item.key, ()) if spoken else (), own_field, kept)
        else:
            heard.append(item)
    return heard


def still_kept(items: Sequence[Item], kept: set[str]) -> list[Item]:
    """The records without withdrawals of wishes nobody ever stored; `kept` are ids of stored wishes, and grows."""
    kept.update(one.id for one in items if type(one) is Evidence and one.kind == KIND)
    return [one for one in items if type(one) is not Withdrawn or one.kind != KIND or _wish_id(one) in kept]


def _wish_id(one: Withdrawn) -> str:
    return f"{one.account}/{one.kind}/{one.source_id}"


def _account(account: Account, spoken: Sequence[Evidence], own_field: bool, kept: set[str] | None) -> list[Item]:
    bio, headline = _own_texts(account.__dict__)
    refused = offered = None
    if spoken or (bio and not _wishes_nothing(bio)) or (headline and not _wishes_nothing(headline)):
        texts = [text for text in (bio, headline, *(one.text for one in spoken)) if text]
        refused = _first(refusal, texts)
        offered = _first(availability, texts) if _may_offer(account) else None
    wishing = _wishing(account, refused=refused is not None, offered=offered is not None, own_field=own_field)
    heard: list[Item] = [wishing]
    if kept is not None and not (kept or wishing.flags or wishing.open_to_work):
        return heard
    if NO_RECRUITERS in wishing.flags:
        heard.append(_evidence(wishing, NO_RECRUITERS, refused))
    elif "flags" in wishing.observed and _stands(wishing, NO_RECRUITERS, kept):
        heard.append(_taken_back(wishing, NO_RECRUITERS))
    # A post in a thread for candidates says it by standing there; it is evidence already.
    if wishing.open_to_work and (offered or not any(one.kind == "post" for one in spoken)):
        heard.append(_evidence(wishing, OPEN_TO_WORK, offered))
    elif OPEN_TO_WORK in wishing.observed and _stands(wishing, OPEN_TO_WORK, kept):
        heard.append(_taken_back(wishing, OPEN_TO_WORK))
    if kept is not None and len(heard) > 1:
        kept.update(one.id for one in heard if type(one) is Evidence)
    return heard


@lru_cache(maxsize=16_384)
def _wishes_nothing(text: str) -> bool:
    return refusal(text) is None and availability(text) is None


def _first(reading: Callable[[str], str | None], texts: Iterable[str]) -> str | None:
    for text in texts:
        if found := reading(text):
            return found
    return None


def _stands(account: Account, wish: str, kept: set[str] | None) -> bool:
    """Whether a wish may be stored; a record of each that never was would cost more than all the rest here."""
    return kept is None or (bool(kept) and f"{account.key}/{KIND}/{wish}" in kept)


def _may_offer(account: Account) -> bool:
    """Companies that are "open to new opportunities" look for customers."""
    return account.kind not in (Kind.ORGANISATION, Kind.BOT)


def _wishing(account: Account, *, refused: bool, offered: bool, own_field: bool) -> Account:
    changes: dict[str, object] = {}
    if refused and NO_RECRUITERS not in account.flags:
        changes["flags"] = tuple(sorted({*account.flags, NO_RECRUITERS}))
    if offered and account.open_to_work is None:
        changes["open_to_work"] = True
    if not own_field and (told := _with_wish(account.observed)) is not None:
        changes["observed"] = told
    return changed(account, changes) if changes else account


@lru_cache(maxsize=256)
def _with_wish(observed: frozenset[str]) -> frozenset[str] | None:
    """What is covered: without a field of the source's own the text alone decides, and a wish deleted from it is over.

    None: nothing besides. Answers of one kind share their set.
    """
    return None if OPEN_TO_WORK in observed or TEXTS.isdisjoint(observed) else observed | {OPEN_TO_WORK}


def _evidence(account: Account, wish: str, sentence: str | None) -> Evidence:
    return Evidence(
        account=account.key,
        source_id=wish,
        kind=KIND,
        url=account.url,
        title=TITLES[wish],
        text=sentence or NO_SENTENCE,
        level=Level.CLAIM,
        origin=account.origin,
    )


def _taken_back(account: Account, wish: str) -> Withdrawn:
    return Withdrawn(account=account.key, kind=KIND, source_id=wish, reason="not_said_any_more", origin=account.origin)
