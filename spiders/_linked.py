"""People of one source that accounts of other sources name as their own, and that nobody has looked at yet."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from spiders._card import OWN_LEAD_ONLY
from storage.records import Account, Claim
from storage.store import Store
from storage.text import profile_key

OWN_WORDS = frozenset({Claim.VERIFIED, Claim.CLAIMED})  # a mention in prose may be of anybody


def linked_by_source(store: Store) -> dict[str, tuple[str, ...]]:
    """Handles (normal form) that accounts claim at other sources than their own, sorted, by source.

    Nothing is followed from accounts that must stay a lead of their own.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for account in store.accounts():
        for source, handle in _claimed(account):
            found[source].add(handle)
    return {source: tuple(sorted(handles)) for source, handles in found.items()}


def linked_handles(store: Store, source: str, known: Collection[str]) -> list[str]:
    """Handles (normal form) that other sources' accounts claim at `source` and that are not among `known`, sorted."""
    return [handle for handle in linked_by_source(store).get(source, ()) if handle not in known]


def _claimed(account: Account) -> Iterator[tuple[str, str]]:
    if OWN_LEAD_ONLY in account.flags:
        return
    for link in account.links:
        key = profile_key(link.url) if link.claim in OWN_WORDS else None
        if key is not None and key[0] != account.source:
            yield key
