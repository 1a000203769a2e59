"""People of one source that accounts of other sources name as their own, and that nobody has looked at yet."""

from collections.abc import Collection

from spiders._card import OWN_LEAD_ONLY
from storage.records import Claim
from storage.store import Store
from storage.text import profile_key

OWN_WORDS = frozenset({Claim.VERIFIED, Claim.CLAIMED})  # a mention in prose may be of anybody


def linked_handles(store: Store, source: str, known: Collection[str]) -> list[str]:
    """Handles (normal form) that other sources' accounts claim at `source` and that are not among `known`, sorted.

    Nothing is followed from accounts that must stay a lead of their own.
    """
    found = set()
    for account in store.accounts():
        if account.source == source or OWN_LEAD_ONLY in account.flags:
            continue
        for link in account.links:
            key = profile_key(link.url) if link.claim in OWN_WORDS else None
            if key is not None and key[0] == source and key[1] not in known:
                found.add(key[1])
    return sorted(found)
