"""A batch of items, sorted by what they speak of, each with its content hash."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from storage.records import Account, AccountKey, Evidence, Gone, Item, Record, Sighting, Withdrawn
from storage.store._saving.fold import with_cover
from storage.store._saving.rows import account_hash, check_storable, evidence_hash, storable

AccountItem = Account | Sighting | Gone
WorkItem = Evidence | Withdrawn
_R = TypeVar("_R", bound=Record)


@dataclass(slots=True)
class Batch:
    """What a batch says of each account and of each piece of work, in the order it was said."""

    accounts: dict[AccountKey, list[tuple[AccountItem, bytes]]] = field(default_factory=dict)
    work: dict[str, list[tuple[WorkItem, bytes]]] = field(default_factory=dict)

    def owners(self) -> set[AccountKey]:
        """Give every account the batch speaks of."""
        return {*self.accounts, *(said[0][0].account for said in self.work.values())}


def sort_out(items: Iterable[Item]) -> Batch:
    """Sort a batch; texts no database stores are cleaned on the way."""
    batch = Batch()
    for item in items:
        # By type, not isinstance: of a pydantic class that asks Python code, which costs more than the rest here.
        kind = type(item)
        if kind is Account:
            account, content = _hashed(with_cover(cast("Account", item)), _account)
            batch.accounts.setdefault(account.key, []).append((account, content))
        elif kind is Evidence:
            work, content = _hashed(cast("Evidence", item), _work)
            batch.work.setdefault(work.id, []).append((work, content))
        elif isinstance(item, Withdrawn):
            withdrawn, _ = _hashed(item, _withdrawn)
            name = f"{withdrawn.account}/{withdrawn.kind}/{withdrawn.source_id}"
            batch.work.setdefault(name, []).append((withdrawn, b""))
        else:
            seen, _ = _hashed(cast("Sighting | Gone", item), _sighting_or_gone)
            batch.accounts.setdefault(seen.account, []).append((seen, b""))
    return batch


def _hashed(item: _R, content_of: Callable[[_R], bytes]) -> tuple[_R, bytes]:
    try:
        return item, content_of(item)
    except TypeError:
        clean = storable(item)
        return clean, content_of(clean)


def _account(item: Account) -> bytes:
    fields = item.__dict__
    check_storable(fields["source_id"], fields["origin"].__dict__["url"], *fields["markers"].values())
    return account_hash(item)


def _work(item: Evidence) -> bytes:
    fields = item.__dict__
    url = fields["origin"].__dict__["url"]
    check_storable(fields["account"].source_id, fields["source_id"], fields["kind"], url)
    return evidence_hash(item)


def _withdrawn(item: Withdrawn) -> bytes:
    check_storable(item.account.source_id, item.kind, item.source_id)
    return b""


def _sighting_or_gone(item: Sighting | Gone) -> bytes:
    said = (item.reason,) if isinstance(item, Gone) else (item.handle, *item.markers.values())
    check_storable(item.account.source_id, *said)
    return b""
