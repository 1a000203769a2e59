"""How a visit ends: what is remembered of it, and what of earlier visits it takes back."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from spiders._base import Yielded
from spiders._lookup import Lookup
from spiders._reading.wishes import NO_RECRUITERS
from spiders._web import records
from spiders._web.about import LANE, MEMORY, WebOptions
from spiders._web.sites import Site, Visit
from storage.records import Account, AccountKey, Gone, Item, LaneState, Withdrawn

SAVE_EVERY = 20  # visits after which the memory is written


class Ending(Lookup):
    """What is known of sites, and how that changes when a visit ends."""

    options: WebOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visits: dict[str, Visit] = {}
        self.living: set[str] = set()  # sites that have an account now
        self.visited: set[str] = set()  # sites of this night
        self.out: set[str] = set()  # of these, those whose visit has not ended
        self.unsaved = 0

    def recall_visits(self) -> None:
        """Take over what earlier nights remember."""
        self.visits = {key: Visit.read(kept) for key, kept in self.recall(MEMORY).items()}
        self.living = {one.account.source_id for one in self.store.known(self.name) if one.gone_at is None}

    def end(
        self,
        site: Site,
        outcome: str,
        *,
        owner: AccountKey | None = None,
        kinds: tuple[str, ...] = (),
        mutual: bool = False,
        no_recruiters: bool = False,
    ) -> Iterator[Yielded]:
        """Remember the visit; take back what earlier visits brought and this one did not confirm."""
        before = self.visits.get(site.key)
        if outcome == "lost" and before is not None and before.outcome in ("page", "lost"):
            self.visits[site.key] = replace(before, at=self.now(), outcome="lost")
        else:
            yield from self.taken_back(site.key, outcome, keep=owner, kinds=kinds, mutual=mutual)
            self.visits[site.key] = Visit(self.now(), outcome, owner, no_recruiters, kinds, site.by)
        self.living |= {site.key} if mutual else set()
        pages = (self.visits[key].outcome == "page" for key in self.visited if key in self.visits)
        self.ledger.bill(LANE.id).found = sum(pages)
        if site.key in self.out:
            self.out.discard(site.key)
            self.unsaved += 1
            if self.unsaved >= SAVE_EVERY or not self.out:
                self.unsaved = 0
                yield self.memory()

    def memory(self) -> LaneState:
        """All visits, for the next night."""
        return self.remember(MEMORY, {key: visit.state() for key, visit in self.visits.items()})

    def taken_back(
        self,
        key: str,
        reason: str,
        *,
        keep: AccountKey | None = None,
        kinds: tuple[str, ...] = (),
        mutual: bool = False,
    ) -> Iterator[Item]:
        """What an earlier visit brought and this one does not confirm: pieces of work, and the site's account."""
        before, origin = self.visits.get(key), self.stamp(f"https://{key}")
        for kind in before.kinds if before is not None and before.owner is not None else ():
            if before is not None and before.owner is not None and (before.owner != keep or kind not in kinds):
                yield Withdrawn(account=before.owner, kind=kind, source_id=key, reason=reason, origin=origin)
        if key in self.living and not mutual:
            self.living.discard(key)
            yield records.emptied(key, origin)
            yield Gone(account=self.key(key), reason=reason, origin=origin)

    def refusing(self, account: Account, url: str, sentence: str) -> Iterator[Item]:
        """The account with the wish its site states, and the sentence."""
        # An older time would be overruled, a newer one would claim that the account was seen tonight.
        seen = next((one.last_seen for one in self.store.known(account.source) if one.account == account.key), None)
        origin = account.origin.model_copy(update={"seen_at": seen or account.origin.seen_at})
        yield account.model_copy(
            update={
                "flags": tuple(sorted({*account.flags, NO_RECRUITERS})),
                "observed": account.observed | {"flags"},
                "origin": origin,
            }
        )
        yield records.wish(account.key, sentence, self.stamp(url))
