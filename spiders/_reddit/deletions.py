"""Following deletions: nothing of a deleted account or post is kept longer than the next night, or two days at most.

Key and handle of an account outlive its erasure in the Store, so neither is Reddit's: both come from a keyed hash of
its id. Id and name stand in fields that are emptied.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from scrapy.http import Response

from spiders._base import Yielded
from spiders._farewell import farewell
from spiders._key import key_of
from spiders._reading.clean import each
from spiders._reddit.about import RECHECK
from spiders._reddit.answers import DELETED, Listing, Names, Thing
from spiders._reddit.api import RedditApi
from spiders._reddit.memory import Community
from storage.records import AccountKey, Item, Known

INDEX = "reddit/recheck/communities"  # which lanes hold counts


def pseudonym(key: bytes, number: str) -> str:
    """What stands for an account's id (t2_…) in keys; `key` is the installation's."""
    return hmac.digest(key, f"reddit\x00{number}".encode(), "sha256").hex()[:24]


class Deletions(RedditApi):
    """What is kept, and whether it may stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.communities: dict[str, Community] = {}  # lane → what counts there
        self.known: dict[AccountKey, Known] = {}
        self.ids: dict[AccountKey, str] = {}  # Reddit's own ids
        self.confirmed: dict[AccountKey, str] = {}  # accounts Reddit still knows, with their names

    def recall_accounts(self) -> None:
        """Take over from the Store what is kept of whom."""
        self.known = {known.account: known for known in self.store.known(self.name) if not known.gone_at}
        self.ids = {key: known.markers.get("id", "") for key, known in self.known.items()}

    def named(self, number: str) -> AccountKey:
        """The key of the account with this id of Reddit's."""
        key = self.key(pseudonym(key_of(self.crawler.settings), number))
        self.ids[key] = number
        return key

    def overdue(self) -> datetime:
        """What was last checked before that moment must go."""
        return self.now() - timedelta(hours=self.options.keep_hours)

    def drop_overdue(self, *, everything: bool) -> None:
        """Take back accounts nobody confirmed in time. Written at once: a deletion waits for no answer."""
        overdue = [key for key, known in self.known.items() if everything or known.last_seen < self.overdue()]
        reason = "not_approved" if everything else "not_rechecked"
        gone = [item for key in overdue for item in self.say_farewell(key, reason)]
        if gone:
            self.store.save(gone, night=self.night)
        for lane in self.recall(INDEX).get("lanes", ()) if everything else ():
            self.store.keep_lane_state(self.remember(lane, {}))

    def say_farewell(self, key: AccountKey, reason: str) -> list[Item]:
        """Everything it takes to keep nothing of an account."""
        if self.known.pop(key, None):
            self.ledger.skip(f"farewell_{reason}")
        for community in self.communities.values():
            community.erase([self.ids.get(key, "")])
        return list(farewell(self.store, key, reason, self.options.site, self.stamp(self.options.site)))

    def recheck(self) -> Iterator[Yielded]:
        """Ask which accounts still exist and which things still stand."""
        size, ids = self.options.ids_at_once, sorted(self.ids[key] for key in self.known)
        for some in _in_batches(ids, size):
            yield self.part(
                "/api/user_data_by_account_ids",
                self.still_there,
                lane=RECHECK,
                given={"ids": ",".join(some)},
                on_missing=lambda _, ids: self.gone(ids),
                ids=some,
            )
        for lane, community in self.communities.items():
            for some in _in_batches(sorted(community.things), size):
                given = {"id": ",".join(some)}
                yield self.part("/api/info", self.still_stands, lane=RECHECK, given=given, community=lane, names=some)

    def still_there(self, response: Response, ids: list[str]) -> Iterator[Yielded]:
        """Accounts that were deleted are taken back."""
        found = {number: row.name for number, row in self.read(response, Names).root.items() if row.name != DELETED}
        self.confirmed |= {self.named(number): found[number] for number in ids if number in found}
        yield from self.gone([number for number in ids if number not in found])

    def gone(self, ids: Iterable[str]) -> Iterator[Item]:
        """Take back accounts Reddit does not know any more."""
        for number in ids:
            yield from self.say_farewell(self.named(number), "deleted")

    def still_stands(self, response: Response, community: str, names: list[str]) -> Iterator[Yielded]:
        """Things deleted or removed count no more."""
        there = [thing.name for thing in self.things(response) if thing.stands]
        self.ledger.skip("thing_deleted", self.communities[community].checked(names, there, self.now()))
        yield from ()

    def things(self, response: Response) -> list[Thing]:
        """Posts and comments of a listing."""
        rows = self.read(response, Listing).data.children
        self.ledger.skip("unexpected_kind", sum(row.kind not in ("t1", "t3") for row in rows))
        return list(each(Thing, (row.data for row in rows if row.kind in ("t1", "t3")), self.ledger.skip))


def _in_batches(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    return (list(ids[at : at + size]) for at in range(0, len(ids), size))
