"""Which sites are asked tonight, how a page is asked, and what is remembered and taken back when a visit ends."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._card import Options
from spiders._gate import Refusal
from spiders._lookup import Lookup
from spiders._web import records
from spiders._web.marks import Marks
from spiders._web.sites import SOURCE, Site, Visit, may_visit, sites_of
from spiders._wishes import NO_RECRUITERS
from storage.records import Account, AccountKey, Gone, Item, Lane, LaneState, Withdrawn
from storage.text import Address, check_address

LANE = Lane(source=SOURCE, kind="linked", target="sites")
MEMORY = "web/sites"
PAGE_LIMIT = 2 * 1024 * 1024  # bytes of one personal page
SAVE_EVERY = 20  # visits after which the memory is written


class WebOptions(Options):
    """Settings of the personal sites."""

    delay: float = Field(5.0, ge=0, description="seconds between two requests to one site")
    revisit_days: int = Field(30, ge=1, description="days after which a site is read again")
    max_profiles: int = Field(500, ge=1, description="sites visited per night")
    allow: tuple[str, ...] = Field(
        (), description='exact "host:port" pairs that may be asked although they are not on the open internet'
    )
    stand_in: str = Field(
        "", description="address of a server asked instead of every site, as {stand_in}/{host}/{path}"
    )


class Visiting(Lookup):
    """The rounds of a visitor; `Web` adds what is read."""

    open_web = True
    options: WebOptions

    @abstractmethod
    def home(self, response: Response, site: Site) -> Iterator[Yielded]:
        """Read a home page."""

    @abstractmethod
    def decide(self, site: Site, marks: Marks) -> Iterator[Yielded]:
        """End a visit with what was read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visits: dict[str, Visit] = {}
        self.phases: list[Callable[[], Iterable[Request]]] = [self.visit_all]
        self.living: set[str] = set()  # sites that have an account now
        self.closed_hosts: set[str] = set()  # whose robots.txt says that people may not be looked up
        self.outstanding = self.unsaved = 0

    @property
    def trusted(self) -> frozenset[str]:
        """The operator's exact pairs, beside what the settings name."""
        return super().trusted | frozenset(self.options.allow)

    def objection(self, url: str) -> str:
        """Hosts that are nobody's own site are not asked, wherever a redirect leads."""
        address = check_address(url)
        return "" if not isinstance(address, Address) or may_visit(address) else "no_personal_site"

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> Refusal | None:
        """A busy site is not waited for: it is asked again in a few nights."""
        del response, headers, wall
        return None

    def first(self) -> Iterable[Request]:
        """Nothing: sites are known once the other sources are done."""
        return ()

    def when_idle(self) -> Iterable[Request]:
        """Wait for the others, then visit what is due."""
        if not self.phases:
            return ()
        self.wait_for_links()
        return self.phases.pop()()

    # --- choosing ----------------------------------------------------------------------------------------------

    def visit_all(self) -> Iterator[Request]:
        """Visits that are due, those never made first; work of sites nobody names any more is taken back."""
        self.visits = {key: Visit.read(kept) for key, kept in self.recall(MEMORY).items()}
        self.living = {one.account.source_id for one in self.store.known(self.name) if one.gone_at is None}
        sites = sites_of(self.store.accounts(), self.ledger.skip)
        self.settle_known(sites)
        due = [site for key, site in sites.items() if self.is_due(key)]
        due.sort(key=lambda site: (site.key in self.visits, site.key))
        self.ledger.skip("visited_lately", len(sites) - len(due))
        self.ledger.skip("over_max_profiles", max(0, len(due) - self.options.max_profiles))
        chosen = due[: self.options.max_profiles]
        self.outstanding = len(chosen)
        bill = self.ledger.bill(LANE.id)
        bill.promised, bill.found = len(sites), 0
        yield from map(self.visit, chosen)

    def is_due(self, key: str) -> bool:
        """Whether a site may be asked tonight."""
        visit = self.visits.get(key)
        # Accounts that refuse recruiters name no sites, so here the wish was lost and must be heard again.
        return visit is None or visit.no_recruiters or visit.due(self.now(), self.options.revisit_days)

    def settle_known(self, sites: Mapping[str, Site]) -> None:
        """Take back what came from sites that nobody names any more."""
        items: list[Item] = []
        for key, visit in list(self.visits.items()):
            if key not in sites and not visit.no_recruiters:
                items += self.taken_back(key, "no_longer_named")
                del self.visits[key]
        if items:
            self.store.save(items, night=self.night)
            self.store.keep_lane_state(self.memory())

    # --- asking ------------------------------------------------------------------------------------------------

    def visit(self, site: Site) -> Request:
        """Ask the address the accounts name."""
        return self.page(site, site.url, self.home)

    def page(self, site: Site, url: str, then: Callable[..., Iterable[Yielded]], **context: Any) -> Request:
        """One request for a page of a site; whatever goes wrong ends the visit."""
        request = self.ask(
            self.asked(url),
            then,
            lane=LANE.id,
            headers={"Accept": "text/html,application/xhtml+xml,application/json;q=0.8"},
            on_missing=partial(self.missing, context=context),
            on_failure=partial(self.failed, site, context),
            own_failures=True,
            site=site,
            **context,
        )
        request.meta["download_maxsize"] = PAGE_LIMIT
        return request

    def asked(self, url: str) -> str:
        """The address a page is asked at: its own, or that of the stand-in."""
        if not self.options.stand_in:
            return url
        parts = urlsplit(url)
        return f"{self.options.stand_in.rstrip('/')}/{parts.netloc}{parts.path or '/'}"

    def shown(self, url: str) -> str:
        """The public address of a page that was asked."""
        stand_in = f"{self.options.stand_in.rstrip('/')}/" if self.options.stand_in else ""
        return f"https://{url.removeprefix(stand_in)}" if stand_in and url.startswith(stand_in) else url

    # --- ending a visit -----------------------------------------------------------------------------------------------

    def missing(self, response: Response, site: Site, context: Mapping[str, Any], **_: Any) -> Iterator[Yielded]:
        """A page that is not there; without its home page a site is gone, and by 451 for good."""
        if "marks" in context:
            yield from self.decide(site, context["marks"])
        else:
            self.ledger.skip(f"site:status_{response.status}")
            yield from self.end(site, "legal" if response.status == 451 else "gone")

    def failed(self, site: Site, context: Mapping[str, Any], reason: str) -> Iterator[Yielded]:
        """No answer, or none that may be had; what an earlier visit brought stays unless the site closed itself."""
        if "marks" in context:
            yield from self.decide(site, context["marks"])
        else:
            yield from self.end(site, "closed" if reason == "closed_by_robots" else "lost")

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
            self.visits[site.key] = Visit(self.now(), outcome, owner, no_recruiters, kinds)
        bill = self.ledger.bill(LANE.id)
        bill.found = (bill.found or 0) + (outcome == "page")
        self.outstanding -= 1
        self.unsaved += 1
        if self.unsaved >= SAVE_EVERY or self.outstanding == 0:
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
