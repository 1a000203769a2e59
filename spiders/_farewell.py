"""Taking back everything kept of somebody who left a source, hid there or asked not to be found."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from spiders._card import OWN_LEAD_ONLY
from storage.records import Account, AccountKey, Evidence, Gone, Item, Origin, Withdrawn
from storage.store import Store

ERASED = "erased"  # nothing but the key and the handle of such an account is left, so a handle must name nobody
STAYING = frozenset({OWN_LEAD_ONLY, "no_recruiters"})
CLEARED = frozenset(
    {
        *("name", "headline", "bio", "location", "company", "open_to_work", "created_at", "expires_at", "links"),
        *("figures", "flags"),
    }
)


def farewell(store: Store, key: AccountKey, reason: str, address: str, origin: Origin) -> Iterator[Item]:
    """Withdraw all work of an account, empty it and mark it gone; nothing for one that is not stored.

    `address` replaces the address of the profile: that of the site, which names nobody.
    """
    known = store.account(key)
    if known is None:
        return
    for work in store.evidence([key]).get(key, ()):
        yield Withdrawn(account=key, kind=work.kind, source_id=work.source_id, reason=reason, origin=origin)
    yield Account(
        source=known.source,
        source_id=known.source_id,
        handle=known.handle,
        url=address,
        kind=known.kind,
        flags=tuple(sorted({ERASED, *(STAYING & set(known.flags))})),
        markers=dict.fromkeys(known.markers, ""),
        observed=CLEARED,
        origin=origin,
    )
    yield Gone(account=key, reason=reason, origin=origin)


def expired(
    store: Store, now: Mapping[AccountKey, Sequence[Evidence]], stamp: Callable[[str], Origin]
) -> Iterator[Item]:
    """Withdraw what is stored of these accounts beside the work they have now."""
    for key, pieces in store.evidence(list(now)).items():
        there = {work.source_id for work in now[key]}
        for old in (piece for piece in pieces if piece.source_id not in there):
            yield Withdrawn(
                account=key, kind=old.kind, source_id=old.source_id, reason="expired", origin=stamp(old.url)
            )
