"""Taking back everything kept of somebody who left a source, hid there or asked not to be found."""

from collections.abc import Iterator

from spiders._card import OWN_LEAD_ONLY
from storage.records import Account, AccountKey, Gone, Item, Origin, Withdrawn
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
