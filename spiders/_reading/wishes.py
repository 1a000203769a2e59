"""What people say about being contacted, in their profile or their posts: flags, each with its sentence as evidence.

Derived in one place, on the way into the Store, so that every source honours the wishes of its people alike. A wish
that is said no more is taken back with its evidence.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from storage.records import Account, AccountKey, Evidence, Item, Kind, Level, Withdrawn
from storage.text import availability, refusal

KIND = "wish"
NO_RECRUITERS = "no_recruiters"
OPEN_TO_WORK = "open_to_work"
SPOKEN = frozenset({"post", "profile_readme"})  # kinds of evidence in which people speak of themselves
TITLES = {NO_RECRUITERS: "Asks recruiters to stay away", OPEN_TO_WORK: "Says: open to work"}
NO_SENTENCE = "stated in a field or a short notice of the source, not in a sentence of the profile"
TEXTS = frozenset({"bio", "headline"})


def with_wishes(items: Sequence[Item], *, own_field: bool = False) -> list[Item]:
    """The records of one answer, with what its accounts wish; `own_field`: the source has a field for open to work."""
    spoken: defaultdict[AccountKey, list[Evidence]] = defaultdict(list)
    for item in items:
        if isinstance(item, Evidence) and item.kind in SPOKEN:
            spoken[item.account].append(item)
    heard: list[Item] = []
    for item in items:
        heard += _account(item, spoken.get(item.key, ()), own_field) if isinstance(item, Account) else [item]
    return heard


def still_kept(items: Sequence[Item], kept: set[str]) -> list[Item]:
    """The records without withdrawals of wishes nobody ever stored; `kept` are ids of stored wishes, and grows."""
    kept.update(one.id for one in items if isinstance(one, Evidence) and one.kind == KIND)
    return [one for one in items if not isinstance(one, Withdrawn) or one.kind != KIND or _wish_id(one) in kept]


def _wish_id(one: Withdrawn) -> str:
    return f"{one.account}/{one.kind}/{one.source_id}"


def _account(account: Account, spoken: Sequence[Evidence], own_field: bool) -> Iterator[Item]:
    texts = [text for text in (account.bio, account.headline, *(one.text for one in spoken)) if text]
    refused = next(filter(None, map(refusal, texts)), None)
    offered = next(filter(None, map(availability, texts)), None) if _may_offer(account) else None
    wishing = _wishing(account, refused=refused is not None, offered=offered is not None, own_field=own_field)
    yield wishing
    if NO_RECRUITERS in wishing.flags:
        yield _evidence(wishing, NO_RECRUITERS, refused)
    elif "flags" in wishing.observed:
        yield _taken_back(wishing, NO_RECRUITERS)
    # A post in a thread for candidates says it by standing there; it is evidence already.
    if wishing.open_to_work and (offered or not any(one.kind == "post" for one in spoken)):
        yield _evidence(wishing, OPEN_TO_WORK, offered)
    elif OPEN_TO_WORK in wishing.observed:
        yield _taken_back(wishing, OPEN_TO_WORK)


def _may_offer(account: Account) -> bool:
    """Companies that are "open to new opportunities" look for customers."""
    return account.kind not in (Kind.ORGANISATION, Kind.BOT)


def _wishing(account: Account, *, refused: bool, offered: bool, own_field: bool) -> Account:
    changes: dict[str, object] = {}
    if refused and NO_RECRUITERS not in account.flags:
        changes["flags"] = tuple(sorted({*account.flags, NO_RECRUITERS}))
    if offered and account.open_to_work is None:
        changes["open_to_work"] = True
    # Without a field of the source's own the text alone decides, and a wish deleted from it is over.
    if not own_field and TEXTS & account.observed and OPEN_TO_WORK not in account.observed:
        changes["observed"] = account.observed | {OPEN_TO_WORK}
    return account.model_copy(update=changes) if changes else account


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
